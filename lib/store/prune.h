#ifndef LIB_STORE_PRUNE_H
#define LIB_STORE_PRUNE_H

#include <stdbool.h>

#include "lib/db/store.h"

struct clock;

/*
 * Retention: removes rows of ledger and audit that are too old or too many, in
 * steps, and adds them up in run_pruned.  Kept are the newest row, every slot
 * at or after its job's cursor, which the guard on (job, slot) needs, and every
 * run that has not ended.
 *
 *
 * A one-off whose run was removed is remembered (store_run_once) for a year,
 * and for another year each time it is requested; at most rows of them.
 */
struct store_prune {
	int64_t before_us;    /* older rows are removed; INT64_MIN: none */
	int64_t rows;	      /* maximum rows; 0: no limit */
	int64_t rows_per_job; /* maximum per job, or a few more; 0: no limit */
	int step_rows;	      /* maximum rows examined per rule */
	int64_t step_us;      /* approximate maximum duration of a step */
	const struct clock *clock; /* of step_us */
};

/*
 * Run one step (open transaction).  Add the number of rows removed to *done;
 * *is_more: rows are left to remove.
 */
enum store_rc store_prune_step(struct store *st, const struct store_prune *p,
    int64_t *done, bool *is_more);

#endif
