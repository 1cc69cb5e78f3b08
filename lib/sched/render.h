#ifndef LIB_SCHED_RENDER_H
#define LIB_SCHED_RENDER_H

#include "lib/sched/sched.h"
#include "lib/store/delivery.h"

struct render_target;
struct warns;

/*
 * Single runs at Render outside of any schedule, and all runs on their way
 * there.  The ticker hands over, polls and cancels; these functions only
 * record the request.
 */

/*
 * Record that t is to run: due at once, as a run in the ledger of the queue
 * that has the name of the service.  It is read into the zeroed *out
 * (delivery_fini).
 */
enum store_rc sched_render_create(struct sched *s,
    const struct render_target *t, struct delivery *out);

/*
 * Read a run on its way to Render into the zeroed *out; service NULL: any.
 * STORE_NOTFOUND: no such run.
 */
enum store_rc sched_render_get(struct sched *s, const char *service,
    const char *id, struct delivery *out);

/*
 * Add to *ws what may surprise about the target of the new run id
 * (render_warns); nothing if it does not go to Render.
 */
void sched_render_warns(struct sched *s, const char *id, struct warns *ws);

/*
 * The same for the services of a queue that is resumed: those of its first
 * 1,000 active jobs, each service once.
 */
void sched_render_queue_warns(struct sched *s, const char *queue,
    struct warns *ws);

/* Append the runs that match, newest first. */
enum store_rc sched_render_list(struct sched *s,
    const struct store_delivery_filter *f, struct delivery_list *out);

/*
 * Cancel a run: at once if it was not sent yet, else the request is noted and
 * the ticker cancels it.  A finished run stays as it is.  It is read into the
 * zeroed *out.  STORE_NOTFOUND: no such run.
 */
enum store_rc sched_render_cancel(struct sched *s, const char *service,
    const char *id, struct delivery *out);

#endif
