#ifndef TICKER_TICK_PRUNE_H
#define TICKER_TICK_PRUNE_H

struct sched;

/*
 * Apply the retention of the configuration to both stores, in transactions of
 * at most 1,000 rows or 50 ms with pauses for other writers, until all is done,
 * for about two seconds, or until a stop is pending.  A failure is only logged:
 * a later tick removes the rest.
 */
void prune_run(struct sched *s);

#endif
