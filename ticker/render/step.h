#ifndef TICKER_RENDER_STEP_H
#define TICKER_RENDER_STEP_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/record/delivery.h"
#include "ticker/render/api.h"

/*
 * What becomes of a run on its way to Render, decided.  Pure: each step takes
 * a run as it was read, what was learned and the instant, and leaves in *d
 * what is to be written (store_delivery_move).  Their order, with the words of
 * the ledger:
 *
 *	due -> sending -> created -> running -> succeeded, failed, canceled
 *	          |-> refused |-> due again, or dead `-> unknown -> created, due
 *	          again, canceled, or for good
 */

/* How often at least a run in doubt is looked for. */
#define STEP_LOOKS 3

/* The target's clock and ours may differ by so much. */
#define STEP_SKEW_US INT64_C(60000000)

/* The request leaves: who sends it has it until now_us + lease_us. */
void step_send(struct delivery *d, int64_t now_us, int64_t lease_us);

/*
 * The answer to a create came at now_us.  random32 is any number: a delay is
 * made of it (full jitter).
 */
void step_answer(struct delivery *d, const struct render_answer *a,
    int64_t now_us, uint32_t random32);

/*
 * Is j, which an answer to a create names, a job of that place and command?
 * command is what was sent.  White space at its ends is no difference, and
 * what is absent says nothing.
 */
bool step_is_echo(const struct delivery *d, const char *command,
    const struct render_job *j);

/*
 * An answer names a job that is another's: nobody can know whether this run
 * was launched, so it ends unknown and is never sent again.
 */
void step_foreign(struct delivery *d, const char *why);

/* Nothing was sent, for a reason of ours that passes: due again at once. */
void step_unsent(struct delivery *d, int64_t now_us, const char *why);

/*
 * The key was not accepted, so nothing was launched: the attempt does not
 * count, and the run waits with why ("waiting: …").
 */
void step_denied(struct delivery *d, int64_t now_us, const char *why);

/* It has waited for longer than its retry allows. */
void step_expire(struct delivery *d, int64_t now_us);

/* Who was sending is gone, and nobody knows what came of it. */
void step_lost(struct delivery *d, int64_t now_us);

/* Is j, one of the target's jobs, what the command as sent may have made? */
bool step_is_match(const struct delivery *d, const char *command,
    const struct render_job *j);

/*
 * A run in doubt was found as j; or it was not found in a whole look that
 * began at looked_us; or the look failed, so that nothing was learned.
 */
void step_found(struct delivery *d, const struct render_job *j, int64_t now_us);
void step_not_found(struct delivery *d, int64_t looked_us, int64_t now_us,
    int64_t settle_us);
void step_lookup_failed(struct delivery *d, int64_t now_us, int64_t retry_us);

/* How a job of the target's is said to stand.  False: nothing new. */
bool step_job(struct delivery *d, const struct render_job *j, int64_t now_us);

/*
 * The same from a list, which may know of a failure before there is an event
 * that says why: that is awaited for half a minute, then the job is looked at
 * alone.
 */
bool step_listed(struct delivery *d, const struct render_job *j,
    int64_t now_us);

/* How it ended, and why.  False: nothing new. */
bool step_event(struct delivery *d, const struct render_event *e);

/* The target knows no such job (any more), or it should have ended by now. */
void step_gone(struct delivery *d, const char *why);

/* Has it run for longer than the target lets a job run? */
bool step_is_overdue(const struct delivery *d, int64_t now_us);

/*
 * Does it run, and for longer than it may?  Then it is to be canceled.  Did
 * it, now that it has ended?  Then that is its reason, unless it has another.
 */
bool step_is_too_long(const struct delivery *d, int64_t now_us);
void step_too_long(struct delivery *d, int64_t now_us);

/* When one that is followed is looked at alone, should all else miss it, and
 * because it may be too long by then. */
int64_t step_check_us(const struct delivery *d, int64_t now_us);

/* It never left, and will not. */
void step_cancel(struct delivery *d);

/* When all of a place's open runs are looked at next: often while the
 * youngest, of age_us, is young. */
int64_t step_poll_us(int64_t age_us);

#endif
