#ifndef LIB_STORE_DELIVERY_H
#define LIB_STORE_DELIVERY_H

#include "lib/record/delivery.h"
#include "lib/db/store.h"

/*
 * Runs for external targets.  A row belongs to a row of the ledger and has the
 * same state.  Functions that change need an open transaction.
 */

/*
 * Set *out, which must be zero, from a job's `render`: {"serviceId",
 * "startCommand","planId"?,"marker"?,"on_ambiguous"?}.  STORE_CONFLICT:
 * invalid. *out is for delivery_fini after any result.
 */
enum store_rc store_delivery_target(struct store *st, const char *render,
    struct delivery *out);

/*
 * Insert d as due since d->due_us; of its other members run, id, job and the
 * target (service, command, plan, marker, policies) are stored.
 */
enum store_rc store_delivery_insert(struct store *st, const struct delivery *d);

/*
 * Store state, reason and progress of d, as read and changed since, in both
 * rows; d->version is increased.  The command and cancel_us are not stored.
 * STORE_NOTFOUND, with nothing done: it was changed since it was read.
 */
enum store_rc store_delivery_move(struct store *st, struct delivery *d);

/*
 * Read the run named id, or that with the target's remote_id, into *out, which
 * must be zero; STORE_NOTFOUND.
 */
enum store_rc store_delivery_get(struct store *st, const char *id,
    struct delivery *out);
enum store_rc store_delivery_of_remote(struct store *st, const char *remote_id,
    struct delivery *out);

/*
 * Return the first service after the one named (start with "") that has due
 * runs, including waiting and delayed ones, in *out, owned; STORE_NOTFOUND.
 */
enum store_rc store_delivery_due_service(struct store *st, const char *after,
    char **out);

/*
 * Add up to limit runs of a service that are due at now_us, oldest first. Runs
 * whose fingerprint is being sent or unknown are left out; of several due runs
 * with one fingerprint all are added.
 */
enum store_rc store_delivery_due(struct store *st, const char *service,
    int64_t now_us, int64_t limit, struct delivery_list *out);

/*
 * Add up to limit runs that have been due for longer than their retry permits.
 */
enum store_rc store_delivery_expired(struct store *st, int64_t now_us,
    int64_t limit, struct delivery_list *out);

/* Call see with each service that has due runs, and their number. */
enum store_rc store_delivery_due_services(struct store *st,
    void (*visit)(void *arg, const char *service, int64_t n), void *arg);

/* The same for jobs by the service of their runs; reads all jobs. */
enum store_rc store_delivery_job_services(struct store *st,
    void (*visit)(void *arg, const char *service, int64_t n), void *arg);

/* Mark a service's due runs as waiting, with the reason, once each. */
enum store_rc store_delivery_wait(struct store *st, const char *service,
    int64_t now_us, const char *reason);

/*
 * Add up to limit open runs in state whose next_us has passed, longest first.
 */
enum store_rc store_delivery_in_state(struct store *st, enum run_state state,
    int64_t now_us, int64_t limit, struct delivery_list *out);

/* Count the runs of a service that are sent and open; that are unknown. */
enum store_rc store_delivery_away_count(struct store *st, const char *service,
    int64_t *out);
enum store_rc store_delivery_doubt_count(struct store *st, const char *service,
    int64_t *out);

/* Call see with each service that has sent and open runs, and their number. */
enum store_rc store_delivery_away_services(struct store *st,
    void (*visit)(void *arg, const char *service, int64_t n), void *arg);

/* Count the open runs of the job, and copy the id of the oldest ("": none). */
enum store_rc store_delivery_of_job(struct store *st, int64_t job, int64_t *n,
    char id[RUN_ID_LEN + 1]);

/*
 * Request the cancel of a run, which the ticker executes.  STORE_NOTFOUND: it
 * has ended.  A due run may be moved to RUN_CANCELED at once.
 */
enum store_rc store_delivery_cancel(struct store *st, int64_t run,
    int64_t now_us);

/* Add up to limit runs whose cancel is requested and possible now. */
enum store_rc store_delivery_to_cancel(struct store *st, int64_t now_us,
    int64_t limit, struct delivery_list *out);

/* Delay the request to cancel until at_us, if there is one. */
enum store_rc store_delivery_put_off(struct store *st, int64_t run,
    int64_t at_us);

/*
 * Set *out to whether there is work at now_us, for a run or a followed service.
 */
enum store_rc store_delivery_has_work(struct store *st, int64_t now_us,
    bool *out);

/* Set *out_us to the time of the next work after now_us; DELIVERY_NEVER. */
enum store_rc store_delivery_next(struct store *st, int64_t now_us,
    int64_t *out_us);

/* A selection of a service's runs; bounds are inclusive. */
struct store_delivery_filter {
	const char *service;
	const char *statuses; /* ",pending,running,", or NULL: all */
	int64_t below;	      /* rows with lower numbers; INT64_MAX: all */
	int64_t limit;
	/*
	 * INT64_MIN and INT64_MAX: unbounded, including runs without that time
	 */
	int64_t created_after, created_before; /* when the run was added */
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

/*
 * Render services whose jobs are followed to their end, all of a service
 * together.  Functions that change need an open transaction.
 */
struct follow {
	char *service;	 /* owned */
	int64_t seen_us; /* all ends up to this time were read */
	int64_t idle;	 /* consecutive polls without open runs */
};

/*
 * Follow a service: poll at next_us or earlier, for ends since seen_us if new.
 */
enum store_rc store_follow_add(struct store *st, const char *service,
    int64_t next_us, int64_t seen_us);

/* Read the service that is due longest into *out; STORE_NOTFOUND. */
enum store_rc store_follow_due(struct store *st, int64_t now_us,
    struct follow *out);

/* Lease the service until next_us; STORE_NOTFOUND: another tick has. */
enum store_rc store_follow_claim(struct store *st, const char *service,
    int64_t now_us, int64_t next_us);

/* Store f with the time of its next poll; stop following a service. */
enum store_rc store_follow_done(struct store *st, const struct follow *f,
    int64_t next_us);
enum store_rc store_follow_drop(struct store *st, const char *service);

/* Open runs of a service. */
struct follow_open {
	int64_t n;
	int64_t waiting_us;  /* creation of the oldest not yet running; or 0 */
	int64_t youngest_us; /* creation of the youngest; or 0 */
};
enum store_rc store_follow_open(struct store *st, const char *service,
    struct follow_open *out);

#endif
