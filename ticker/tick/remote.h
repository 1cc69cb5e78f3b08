#ifndef TICKER_TICK_REMOTE_H
#define TICKER_TICK_REMOTE_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/sched/sched.h"

struct deliver;
struct push;
struct render;

/*
 * The part of a tick that uses the network: Render (ticker/render/deliver.h),
 * brokers and alerts (ticker/broker/push.h), each created when it is first
 * needed: most ticks need none.  Initially zero, except for s; end with
 * remote_end.
 */
struct remote {
	struct sched *s;
	struct render *render;
	struct deliver *deliver;
	struct push *push;
	bool is_ending; /* nothing more is started */
};

/*
 * Store the results that have arrived, and start due work.  *next is lowered to
 * the time of the next work.
 */
enum store_rc remote_pump(struct remote *r, int64_t *next);

/*
 * Sleep for us microseconds, while requests go on.  True: a result has arrived,
 * and remote_pump should be called.
 */
bool remote_nap(struct remote *r, int64_t us);

/*
 * Finish one pass: stay until all that can be sent now was sent, at most for a
 * minute, or until a stop is pending (lib/base/stop.h).
 */
enum store_rc remote_finish(struct remote *r);

/*
 * Start nothing more.  Wait for requests that may change a target; if a stop is
 * pending, store them as unknown for the next tick.
 */
void remote_end(struct remote *r);

#endif
