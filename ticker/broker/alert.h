#ifndef TICKER_BROKER_ALERT_H
#define TICKER_BROKER_ALERT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/sched/sched.h"

/*
 * Alerts on their way: what lies in the outboxes (lib/store/alert.h) goes to
 * the sections of the configuration that want it, each by a sender of its own
 * (ticker/broker/sender.h).  Nothing waits for them, and a failure is logged
 * and otherwise none: it is tried again, by a later tick if need be.
 */
struct alerts;

/*
 * For the stores of s, borrowed; wake_fd as sender_new has it.  NULL without
 * memory.
 */
struct alerts *alerts_new(struct sched *s, int wake_fd);

/*
 * Write down what became of those that were sent, and send what is due.  *next
 * becomes an earlier instant when something is due before it.
 */
void alerts_pump(struct alerts *a, int64_t *next);

/* How many are under way. */
size_t alerts_count(const struct alerts *a);

/* Let what is under way end soon, and send no more; alerts_pump takes it. */
void alerts_stop(struct alerts *a);

/* Give everything up: it is sent again.  NULL is fine. */
void alerts_free(struct alerts *a, int64_t wait_us);

/*
 * Is an alert of the stores of s due, with a section to send it to?  *next as
 * above.
 */
bool alerts_are_due(struct sched *s, int64_t *next);

/* Without a section nothing is kept for one that comes later. */
void alerts_forget(struct sched *s);

#endif
