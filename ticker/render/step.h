#ifndef TICKER_RENDER_STEP_H
#define TICKER_RENDER_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/record/delivery.h"
#include "ticker/render/api.h"

/*
 * The state machine of a run on its way to Render.  Pure: a step takes a run as
 * it was read, what was learned, and the time in microseconds since the epoch,
 * and leaves in *d what store_delivery_move is to store.  The reason is
 * allocated in d->reason.  The states, as the ledger names them:
 *
 *	due -> sending -> created -> running -> succeeded, failed, canceled
 *	          +-> refused
 *	          +-> due (again), dead
 *	          +-> unknown -> created, due (again), canceled, unknown (final)
 */

/* Minimum number of lookups before an unknown run counts as not created. */
#define STEP_LOOKUPS 3

/* Maximum difference between the target's clock and ours: a minute. */
#define STEP_SKEW_US INT64_C(60000000)

/* An attempt is sent; its lease ends at now_us + lease_us. */
void step_send(struct delivery *d, int64_t now_us, int64_t lease_us);

/*
 * The answer to a create arrived at now_us.  random32 is a random number, for
 * the delay of the next attempt (full jitter).
 */
void step_answer(struct delivery *d, const struct render_answer *a,
    int64_t now_us, uint32_t random32);

/*
 * Return whether j, from the answer to a create, has d's service and the
 * command that was sent.  White space at the ends of a command is ignored; a
 * member absent from the answer matches.
 */
bool step_is_echo(const struct delivery *d, const char *command,
    const struct render_job *j);

/*
 * An answer names a job of another run: whether this run was created cannot be
 * determined, so it ends unknown and is not sent again.
 */
void step_foreign(struct delivery *d, const char *why);

/*
 * Nothing was sent, for a local and temporary reason: the attempt does not
 * count, and the run is due again in a second.
 */
void step_unsent(struct delivery *d, int64_t now_us, const char *why);

/*
 * The key was not accepted, so no job was created: the attempt does not count,
 * and the run waits with the reason why ("waiting: …").
 */
void step_denied(struct delivery *d, int64_t now_us, const char *why);

/* The run has waited for longer than its retry policy allows: dead. */
void step_expire(struct delivery *d, int64_t now_us);

/* The tick that sent it ended before the answer: unknown. */
void step_lost(struct delivery *d, int64_t now_us);

/*
 * Return whether j, from the list, may be the job that this run created: its
 * command is the one sent, and it is not older than the attempt (STEP_SKEW_US).
 */
bool step_is_match(const struct delivery *d, const char *command,
    const struct render_job *j);

/* The run was created as job j. */
void step_found(struct delivery *d, const struct render_job *j, int64_t now_us);

/*
 * A complete lookup of an unknown run, begun at began_us, did not find it.
 * After STEP_LOOKUPS of them, the last begun settle_us after it became unknown,
 * it is due again or final, as its on_ambiguous says.
 */
void step_not_found(struct delivery *d, int64_t began_us, int64_t now_us,
    int64_t settle_us);

/* A lookup failed, and learned nothing: again in at least retry_us. */
void step_lookup_failed(struct delivery *d, int64_t now_us, int64_t retry_us);

/* The target reports the state of the run's job.  False: nothing changed. */
bool step_job(struct delivery *d, const struct render_job *j, int64_t now_us);

/*
 * The same from a list.  A list may have a failure before the event with its
 * reason: the event is awaited for 30 s, then the job is requested alone.
 */
bool step_listed(struct delivery *d, const struct render_job *j,
    int64_t now_us);

/* The event of the job's end, with its reason.  False: nothing changed. */
bool step_event(struct delivery *d, const struct render_event *e);

/* The target has no such job, or it is overdue: unknown, final. */
void step_gone(struct delivery *d, const char *why);

/* Return whether it is older than the target's limit for a job, 30 days. */
bool step_is_overdue(const struct delivery *d, int64_t now_us);

/* Return whether it runs, or has run, for longer than its max_runtime. */
bool step_is_too_long(const struct delivery *d, int64_t now_us);

/*
 * Then: an open run is to be canceled; for one that has ended it is the reason,
 * unless it has another.
 */
void step_too_long(struct delivery *d, int64_t now_us);

/*
 * Return when the job of an open run is next requested alone, in case list and
 * events miss it: after half its age, from 10 minutes to 6 hours, and no later
 * than its max_runtime ends.
 */
int64_t step_check_us(const struct delivery *d, int64_t now_us);

/* It was not sent, and is canceled. */
void step_cancel(struct delivery *d);

/*
 * Return the delay until a service's open runs are polled again: a quarter of
 * age_us, the age of the youngest, from 5 to 25 s.
 */
int64_t step_poll_us(int64_t age_us);

#endif
