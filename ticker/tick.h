#ifndef TICKER_TICK_H
#define TICKER_TICK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/sched.h"

/* How one tick goes about its work. */
struct tick_opts {
	int64_t window_us; /* how long to stay; 0: one pass */
	bool is_relieved;  /* leave as soon as a newer tick has started */
};

/*
 * One tick: hand over all that is due, then wait within the window for what
 * falls due or is added.  s is open; its durable store gets the row of the
 * tick.  Ends early once a stop is pending (lib/stop.h).  STORE_OK, or what
 * stopped it; work done before stays done.
 */
enum store_rc tick_run(struct sched *s, const struct tick_opts *o);

/* Print on standard output what a tick would hand over now. */
enum store_rc tick_show(struct sched *s);

#endif
