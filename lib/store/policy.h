#ifndef LIB_STORE_POLICY_H
#define LIB_STORE_POLICY_H

#include <stdbool.h>

#include "lib/record/policy.h"
#include "lib/db/store.h"

/*
 * What jobs ask of the work of their runs: a row per run of a job that asks for
 * something.  Functions that change need an open transaction.
 */

/* Write what is asked of a run. */
enum store_rc store_policy_insert(struct store *st, const struct policy_new *p);

/* How often the work of a run is tried, and how often it has failed so far
 * where its queue does not count that. */
struct policy_retry {
	bool is_given; /* is it tried again at all? */
	struct retry retry;
	int64_t failures;
	bool is_sent; /* by a broker: what it had can be sent again */
};

/* Read that of a run; one that has none is not given. */
enum store_rc store_policy_retry(struct store *st, int64_t run,
    struct policy_retry *out);

/* How long to wait after so many failures: as in lib/base/backoff.h. */
int64_t store_policy_delay_us(const struct policy_retry *p, int64_t failures);

/* Write p->failures. */
enum store_rc store_policy_failed(struct store *st, int64_t run,
    const struct policy_retry *p);

/* What the broker had of a run is sent once more at next_us; STORE_NOTFOUND:
 * nothing was sent to a broker. */
enum store_rc store_policy_resend(struct store *st, int64_t run,
    int64_t next_us);

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
