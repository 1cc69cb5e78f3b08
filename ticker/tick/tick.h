#ifndef TICKER_TICK_TICK_H
#define TICKER_TICK_TICK_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/sched/sched.h"
#include "lib/store/log.h"

#define TICK_WINDOW_CONF INT64_MIN /* as the configuration says */

/* What a tick did. */
struct tick_sums {
	int64_t sent;	 /* messages queued */
	int64_t decided; /* ledger rows written */
};

/* Options of one tick. */
struct tick_opts {
	int64_t window_us;   /* how long to stay; 0: one pass */
	bool is_relieved;    /* leave as soon as a newer tick has started */
	enum tick_kind kind; /* what started it */
	bool is_remote;	     /* also sends runs to other targets */
	int64_t nap_us;	     /* interval of polling for new jobs; 0: default */
	struct tick_sums *sums; /* filled in at the end; NULL: not needed */
};

/*
 * Set the window in *o for a tick that starts now: window_us, unless that is
 * TICK_WINDOW_CONF, else the configured one, else until cron starts the next
 * tick.
 */
enum store_rc tick_choose_window(struct sched *s, int64_t window_us,
    struct tick_opts *o);

/*
 * Run one tick: send all that is due, then wait within the window for jobs that
 * fall due or are added.  s is open; its durable store gets the row of the
 * tick. Ends early if a stop is pending (lib/base/stop.h).  STORE_OK, or the
 * error that stopped it; work done before stays done.
 */
enum store_rc tick_run(struct sched *s, const struct tick_opts *o);

/* Print on standard output what a tick would send now. */
enum store_rc tick_show(struct sched *s);

#endif
