#ifndef TICKER_BROKER_PUSH_H
#define TICKER_BROKER_PUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/sched/sched.h"

/*
 * The second step of a tick, for brokers: messages of the outbox are handed
 * over, each endpoint on its own (ticker/broker/sender.h).  Any number of ticks
 * may work on one store: one of them at a time holds a endpoint.
 *
 * A message that is under way stays in the outbox until its answer is written
 * down, so whoever dies leaves it there, and it is sent again under the same
 * id: Redis knows those that it has (net/redis/push.c), others get it twice.
 */
struct push;

/* Work on the stores of s, borrowed.  NULL without memory or pipes. */
struct push *push_new(struct sched *s);

/*
 * Write what became of those that were handed over, and begin what is due.
 * *next becomes an earlier instant when there is something to do before it.
 */
enum store_rc push_pump(struct push *p, int64_t *next);

/*
 * The same for alerts (ticker/broker/alert.h): beside the messages, and also
 * while those are begun no more.  They keep nothing waiting.
 */
void push_alerts(struct push *p, int64_t *next);
size_t push_count_alerts(const struct push *p);

/* How many batches of messages are under way. */
size_t push_count(const struct push *p);

/* Readable when some have come back, of either. */
int push_fd(const struct push *p);

/* Begin nothing from now on. */
void push_drain(struct push *p);

/* Let what is under way end soon; push_pump takes it. */
void push_stop(struct push *p);

/* Give everything up; NULL is fine. */
void push_free(struct push *p);

#endif
