#ifndef TICKER_TICK_TICK_H
#define TICKER_TICK_TICK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/sched/sched.h"

#define TICK_WINDOW_CONF INT64_MIN /* as the configuration says */

/* How one tick goes about its work. */
struct tick_opts {
	int64_t window_us; /* how long to stay; 0: one pass */
	bool is_relieved;  /* leave as soon as a newer tick has started */
	bool is_by_hand;   /* typed by a person: no sign of cron */
	bool is_remote;	   /* runs for other targets are handed over, too */
	int64_t nap_us; /* look for what was added that often; 0: as is good */
};

/*
 * The window for a tick that starts now into *o: window_us, unless that is
 * TICK_WINDOW_CONF, else that of the configuration, else as long as cron takes
 * to start the next tick.
 */
enum store_rc tick_choose_window(struct sched *s, int64_t window_us,
    struct tick_opts *o);

/*
 * One tick: hand over all that is due, then wait within the window for what
 * falls due or is added.  s is open; its durable store gets the row of the
 * tick.  Ends early once a stop is pending (lib/base/stop.h).  STORE_OK, or
 * what stopped it; work done before stays done.
 */
enum store_rc tick_run(struct sched *s, const struct tick_opts *o);

/* Print on standard output what a tick would hand over now. */
enum store_rc tick_show(struct sched *s);

#endif
