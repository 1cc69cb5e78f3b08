#ifndef TICKER_TICK_REZONE_H
#define TICKER_TICK_REZONE_H

#include "lib/sched/sched.h"

/*
 * Where zone files have changed since jobs were computed by them, compute the
 * next runs of cron jobs anew, in batches of at most 1,000 jobs or 50 ms.
 * Killed in between, the next call goes on.  Ends early once a stop is pending.
 * Without a change this costs one query and a stat(2) for each zone in use.
 */
enum store_rc rezone(struct sched *s);

#endif
