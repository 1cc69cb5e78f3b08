#ifndef TICKER_TICK_ALERT_H
#define TICKER_TICK_ALERT_H

#include <stdbool.h>
#include <stdint.h>

struct sched;

/*
 * Tells people what went wrong: what lies in the outboxes (lib/store/alert.h)
 * goes to the webhooks and commands of the configuration.  Nothing here waits
 * for them but alerts_end, and a failure is logged and otherwise none: it is
 * tried again by a later tick.
 */
struct alerts;

/*
 * Take what came of those under way and begin with what is due in the stores
 * of s (borrowed).  *a is NULL at first, and stays so as long as there is
 * nothing to do.  *next becomes an earlier instant when something is due
 * before it.
 */
void alerts_pump(struct alerts **a, struct sched *s, int64_t *next);

/* How many are under way; a may be NULL.  They go on in alerts_pump alone,
 * which is then to be called that often. */
#define ALERTS_NAP_US (20 * 1000)
int alerts_count(const struct alerts *a);

/*
 * Begin with what is due and wait a while for those under way, unless a stop
 * is pending (lib/base/stop.h); then end them: they are tried again.  Without
 * anybody to be told, what was written down is forgotten.  a may be NULL.
 */
void alerts_end(struct alerts *a, struct sched *s);

#endif
