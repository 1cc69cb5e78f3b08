#ifndef TICKER_TICK_PRUNE_H
#define TICKER_TICK_PRUNE_H

struct sched;

/*
 * Apply the retention of the configuration to both stores, in transactions
 * of at most 1,000 rows or 50 ms with room for other writers between, until
 * all is done or for about two seconds, or until a stop is pending.  A failure
 * is logged and otherwise none: what is left will go with the next tick.
 */
void prune_run(struct sched *s);

#endif
