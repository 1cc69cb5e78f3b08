#ifndef LIB_SCHED_LEDGER_H
#define LIB_SCHED_LEDGER_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/record/run.h"
#include "lib/db/store.h"

struct due_range;
struct job;
struct trigger;

/* How slots that do not run are recorded. */
struct ledger_entry {
	const struct job *job;
	const struct trigger *trigger; /* whose slots they are */
	enum run_state state;
	const char *reason; /* or NULL */
	int64_t now_us;
	bool is_separate; /* never extend the row before */
	bool is_held;	  /* sched_account: a paused queue, not missed */
};

/*
 * Write the slots, if any, as one row, or extend the previous row if it has
 * the same state and reason and e->is_separate is not set (open transaction).
 * A slot covered by a row was decided before (a clock set back, a replaced
 * job): that row stays, and the slots on both sides get a row each.  *rows
 * (may be NULL) is increased by the number of new rows.
 */
enum store_rc ledger_record(struct store *st, const struct ledger_entry *e,
    const struct due_range *slots, int64_t *rows);

#endif
