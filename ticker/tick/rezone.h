#ifndef TICKER_TICK_REZONE_H
#define TICKER_TICK_REZONE_H

#include "lib/sched/sched.h"

/*
 * If zone files have changed since next runs were computed, compute those of
 * cron jobs again, in batches of at most 1,000 jobs or 50 ms.  After a kill the
 * next call continues.  Ends early if a stop is pending.  Without a change this
 * costs one query and a stat(2) per zone in use.
 */
enum store_rc rezone(struct sched *s);

#endif
