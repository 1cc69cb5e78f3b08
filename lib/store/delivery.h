#ifndef LIB_STORE_DELIVERY_H
#define LIB_STORE_DELIVERY_H

#include "lib/record/delivery.h"
#include "lib/db/store.h"

/*
 * Runs on their way to outside targets.  A row belongs to a row of the ledger
 * and says the same of its state.  Calls that change need an open transaction.
 */

/*
 * Fill the zeroed *out with what a job's `render` says: {"serviceId",
 * "startCommand","planId"?,"marker"?,"on_ambiguous"?}.  STORE_CONFLICT when
 * it cannot be understood; out is finished with delivery_fini either way.
 */
enum store_rc store_delivery_target(struct store *st, const char *render,
    struct delivery *out);

/*
 * Insert d as due since d->due_us; of the rest run, id, job, the target with
 * service, command, plan, marker and policies count.
 */
enum store_rc store_delivery_insert(struct store *st, const struct delivery *d);

/*
 * Write state, reason and how far it is, of d as it was read and changed
 * since, into both rows; d->version goes on.  What does not change: what is
 * handed over, cancel_us.  STORE_NOTFOUND, with nothing done: somebody else
 * has moved it since it was read.
 */
enum store_rc store_delivery_move(struct store *st, struct delivery *d);

/* Read the run named id, or that of the target's remote_id, into the zeroed
 * *out; STORE_NOTFOUND. */
enum store_rc store_delivery_get(struct store *st, const char *id,
    struct delivery *out);
enum store_rc store_delivery_of_remote(struct store *st, const char *remote_id,
    struct delivery *out);

/*
 * The first place after the one named (start with "") that has runs due,
 * waiting or put off ones included, as an owned string; STORE_NOTFOUND.
 */
enum store_rc store_delivery_due_service(struct store *st, const char *after,
    char **out);

/*
 * Add up to limit runs of a place that are due at now_us, oldest first.  Left
 * out are those whose fingerprint is being sent or in doubt; of twins that are
 * due together all are added.
 */
enum store_rc store_delivery_due(struct store *st, const char *service,
    int64_t now_us, int64_t limit, struct delivery_list *out);

/* Add up to limit runs that are due for longer than their retry lets them. */
enum store_rc store_delivery_expired(struct store *st, int64_t now_us,
    int64_t limit, struct delivery_list *out);

/* Call see with each place that has due runs, and how many. */
enum store_rc store_delivery_due_services(struct store *st,
    void (*see)(void *arg, const char *service, int64_t n), void *arg);

/* The same of jobs, by where their runs go; reads them all. */
enum store_rc store_delivery_job_services(struct store *st,
    void (*see)(void *arg, const char *service, int64_t n), void *arg);

/* Say of a place's due runs, once each, that they wait for a reason. */
enum store_rc store_delivery_wait(struct store *st, const char *service,
    int64_t now_us, const char *reason);

/* Add up to limit open runs in state whose next_us has come, longest first. */
enum store_rc store_delivery_in_state(struct store *st, enum run_state state,
    int64_t now_us, int64_t limit, struct delivery_list *out);

/* How many runs of a place are open and not due any more; in doubt. */
enum store_rc store_delivery_away_count(struct store *st, const char *service,
    int64_t *out);
enum store_rc store_delivery_doubt_count(struct store *st, const char *service,
    int64_t *out);

/* Call see with each place that has such runs, and how many. */
enum store_rc store_delivery_away_services(struct store *st,
    void (*see)(void *arg, const char *service, int64_t n), void *arg);

/* How many runs of the job are open, and the id of the oldest ("": none). */
enum store_rc store_delivery_of_job(struct store *st, int64_t job, int64_t *n,
    char id[RUN_ID_LEN + 1]);

/*
 * Note that the run is to be canceled: the ticker does it.  STORE_NOTFOUND
 * when it is over.  One that is due may be moved to RUN_CANCELED at once.
 */
enum store_rc store_delivery_cancel(struct store *st, int64_t run,
    int64_t now_us);

/* Add up to limit runs that are to be canceled and can be now. */
enum store_rc store_delivery_to_cancel(struct store *st, int64_t now_us,
    int64_t limit, struct delivery_list *out);

/* Ask for its cancellation (again) at at_us, if it is to be canceled. */
enum store_rc store_delivery_put_off(struct store *st, int64_t run,
    int64_t at_us);

/* Is there anything to do at now_us, for a run or a place that is followed? */
enum store_rc store_delivery_has_work(struct store *st, int64_t now_us,
    bool *out);

/* When, after now_us, there is something to do; DELIVERY_NEVER: never. */
enum store_rc store_delivery_next(struct store *st, int64_t now_us,
    int64_t *out_us);

/* Which of a place's runs; bounds are inclusive. */
struct store_delivery_filter {
	const char *service;
	const char *statuses; /* ",pending,running,", or NULL: all */
	int64_t below;	      /* rows with lower numbers; INT64_MAX: all */
	int64_t limit;
	/* INT64_MIN and INT64_MAX: unbounded, and those without are in */
	int64_t created_after, created_before; /* when we were told */
	int64_t started_after, started_before;
	int64_t finished_after, finished_before;
};

/* All of a service, to begin with. */
#define STORE_DELIVERY_ALL \
	{ \
		.below = INT64_MAX, .created_after = INT64_MIN, \
		.created_before = INT64_MAX, .started_after = INT64_MIN, \
		.started_before = INT64_MAX, .finished_after = INT64_MIN, \
		.finished_before = INT64_MAX \
	}

/* Add those that match, newest first. */
enum store_rc store_delivery_list(struct store *st,
    const struct store_delivery_filter *f, struct delivery_list *out);

#endif
