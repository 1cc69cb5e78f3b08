#ifndef LIB_STORE_POLICY_H
#define LIB_STORE_POLICY_H

#include "lib/record/policy.h"
#include "lib/db/store.h"

/*
 * What jobs ask of the work of their runs: a row per run of a job that asks for
 * something.  Functions that change need an open transaction.
 */

/* Write what is asked of run p->run: max_runtime_us and expected_us. */
enum store_rc store_policy_insert(struct store *st, const struct policy *p);

/* An attempt at a run begins at now_us; without a limit nothing is done. */
enum store_rc store_policy_start(struct store *st, int64_t run, int64_t now_us);

/* Set *out_us to when the first run has to be looked at; POLICY_NEVER. */
enum store_rc store_policy_next(struct store *st, int64_t *out_us);

/* Add up to limit runs to be looked at by now_us, first ones first. */
enum store_rc store_policy_due(struct store *st, int64_t now_us, int64_t limit,
    struct policy_list *out);

/* Write overdue_us and overlong_us, and when to look again. */
enum store_rc store_policy_checked(struct store *st, const struct policy *p,
    int64_t next_us);

#endif
