#ifndef LIB_SCHED_RENDER_H
#define LIB_SCHED_RENDER_H

#include "lib/sched/sched.h"
#include "lib/store/delivery.h"

struct render_target;
struct warns;

/*
 * One-off jobs at Render outside of any schedule, and all that are on their
 * way there.  The ticker hands over, follows and cancels: these calls only
 * write down what is wanted.
 */

/*
 * Keep that t is to be run: it is due at once, as a run in the ledger of the
 * queue that is called like the service.  It is read into the zeroed *out
 * (delivery_fini).
 */
enum store_rc sched_render_create(struct sched *s,
    const struct render_target *t, struct delivery *out);

/*
 * Read a run on its way to Render into the zeroed *out; service NULL: of any.
 * STORE_NOTFOUND.
 */
enum store_rc sched_render_get(struct sched *s, const char *service,
    const char *id, struct delivery *out);

/*
 * Add to *ws what may surprise about the target of the run id, which was made
 * just now (render_warns); nothing when it does not go to Render.
 */
void sched_render_warns(struct sched *s, const char *id, struct warns *ws);

/*
 * The same for each service at which jobs of a queue run that is resumed: of
 * its first 1,000 active jobs, each service once.
 */
void sched_render_queue_warns(struct sched *s, const char *queue,
    struct warns *ws);

/* Add those that match, newest first. */
enum store_rc sched_render_list(struct sched *s,
    const struct store_delivery_filter *f, struct delivery_list *out);

/*
 * Cancel one: at once if it has not left yet, else it is noted and the ticker
 * does it.  One that is over stays as it is.  It is read into the zeroed
 * *out.  STORE_NOTFOUND.
 */
enum store_rc sched_render_cancel(struct sched *s, const char *service,
    const char *id, struct delivery *out);

#endif
