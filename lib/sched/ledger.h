#ifndef LIB_SCHED_LEDGER_H
#define LIB_SCHED_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/record/run.h"
#include "lib/db/store.h"

struct due_range;
struct job;
struct trigger;

/* What is to be told of slots that do not run. */
struct ledger_entry {
	const struct job *job;
	const struct trigger *trigger; /* that has the slots */
	enum run_state state;
	const char *reason; /* or NULL */
	int64_t now_us;
	bool is_apart; /* a slot before them is none of it: no longer row */
};

/*
 * Write the slots, of which there may be none, as one row, or lengthen the
 * row before if that says the same and e->is_apart is not set (open
 * transaction).  A slot that a row
 * stands for was decided before (a clock set back, a replaced job): that row
 * stands, and the slots to both sides of it get one each.  *rows (may be
 * NULL) is raised by the number of new rows.
 */
enum store_rc ledger_record(struct store *st, const struct ledger_entry *e,
    const struct due_range *slots, int64_t *rows);

#endif
