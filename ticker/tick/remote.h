#ifndef TICKER_TICK_REMOTE_H
#define TICKER_TICK_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/sched/sched.h"

struct deliver;
struct push;
struct render;

/*
 * What a tick has to do with others, Render (ticker/render/deliver.h), brokers
 * and alerts (ticker/broker/push.h), made when there is something to do for the
 * first time: most ticks never do.  Zero but for s is a good start; end with
 * remote_end.
 */
struct remote {
	struct sched *s;
	struct render *render;
	struct deliver *deliver;
	struct push *push;
	bool is_ending; /* nothing is made any more */
};

/*
 * Take what came, begin what there is to do.  *next becomes an earlier
 * instant when there is something to do before it.
 */
enum store_rc remote_pump(struct remote *r, int64_t *next);

/*
 * Sleep for us, with the requests going on meanwhile.  True: something came,
 * and remote_pump should be called.
 */
bool remote_nap(struct remote *r, int64_t us);

/*
 * One pass: stay until all that can be done now was done, for a minute at
 * most, or until a stop is pending (lib/base/stop.h).
 */
enum store_rc remote_finish(struct remote *r);

/*
 * Begin nothing more.  What may have changed something at others is awaited,
 * or with a stop pending left in doubt for the next tick.
 */
void remote_end(struct remote *r);

#endif
