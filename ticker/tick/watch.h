#ifndef TICKER_TICK_WATCH_H
#define TICKER_TICK_WATCH_H

#include "lib/sched/sched.h"

/*
 * Look at the runs whose job asks for something of their work and that are due
 * for a look: one that has not succeeded in time is overdue, one that lasts too
 * long is reported.  *next becomes when to look again, if that is sooner.
 */
enum store_rc watch_run(struct sched *s, int64_t *next);

#endif
