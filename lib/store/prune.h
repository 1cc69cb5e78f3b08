#ifndef LIB_STORE_PRUNE_H
#define LIB_STORE_PRUNE_H

#include <stdbool.h>

#include "lib/db/store.h"

struct clock;

/*
 * Retention: what is too old or too much goes from ledger and audit, in
 * steps, and is added up in run_pruned.  The newest row stays, so does
 * every slot at or after its job's cursor, for the guard on (job, slot) needs
 * it, and so does a run that is not over.
 *
 * A one-off whose run went is remembered (store_run_once) for a year, and a
 * year more each time it is asked for; of no more than rows of them.
 */
struct store_prune {
	int64_t before_us;    /* decided before: too old; INT64_MIN: none is */
	int64_t rows;	      /* so many are kept; 0: no limit */
	int64_t rows_per_job; /* of each job, or a few more; 0: no limit */
	int step_rows;	      /* most rows looked at for each rule */
	int64_t step_us;      /* most time for a step, about */
	const struct clock *clock; /* by which */
};

/*
 * One step (open transaction).  Adds what went to *done; *is_more tells that
 * there is more to do.
 */
enum store_rc store_prune_step(struct store *st, const struct store_prune *p,
    int64_t *done, bool *is_more);

#endif
