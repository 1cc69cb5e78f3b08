#ifndef TICKER_BROKER_ALERT_H
#define TICKER_BROKER_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/sched/sched.h"

/*
 * Sends the alerts in the outboxes (lib/store/alert.h) to the sections of the
 * configuration that want them, by a sender per section
 * (ticker/broker/sender.h).  No other work waits for them.  A failure is
 * logged, and the alert is tried again, possibly by a later tick.
 */
struct alerts;

/*
 * Create for the stores of s, which is borrowed; wake_fd as for sender_new.
 * NULL: out of memory.
 */
struct alerts *alerts_new(struct sched *s, int wake_fd);

/*
 * Store the results of alerts that were sent, and send the due ones.  *next is
 * lowered to the time of the next alert.
 */
void alerts_pump(struct alerts *a, int64_t *next);

/* Return the number of alerts being sent. */
size_t alerts_count(const struct alerts *a);

/*
 * Abort the attempts under way soon, and start no more; alerts_pump stores
 * their results.
 */
void alerts_stop(struct alerts *a);

/*
 * Give up the attempts under way, which a later tick repeats, and free a after
 * at most wait_us.  NULL does nothing.
 */
void alerts_free(struct alerts *a, int64_t wait_us);

/*
 * Return whether an alert of the stores of s is due for a section; *next as
 * above.
 */
bool alerts_are_due(struct sched *s, int64_t *next);

/* Delete all alerts: for a configuration without sections. */
void alerts_forget(struct sched *s);

#endif
