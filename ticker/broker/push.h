#ifndef TICKER_BROKER_PUSH_H
#define TICKER_BROKER_PUSH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/sched/sched.h"

/*
 * The second step of a tick, for brokers: sends the messages of the outbox,
 * each endpoint independently (ticker/broker/sender.h).  Any number of ticks
 * may work on one store: one at a time has the lease of an endpoint.
 *
 *
 * A message that is being sent stays in the outbox until its result is stored.
 * If the process dies before, it is sent again under the same id: Redis
 * recognizes it (net/redis/push.c), other brokers get it twice.
 */
struct push;

/*
 * Create for the stores of s, which is borrowed.  NULL: out of memory or pipes.
 */
struct push *push_new(struct sched *s);

/*
 * Store the results of messages that were sent, and start to send the due ones.
 * *next is lowered to the time of the next message.
 */
enum store_rc push_pump(struct push *p, int64_t *next);

/*
 * The same for alerts (ticker/broker/alert.h), which are sent independently of
 * messages, and also after push_drain.
 */
void push_alerts(struct push *p, int64_t *next);
size_t push_count_alerts(const struct push *p);

/* Return the number of batches being sent. */
size_t push_count(const struct push *p);

/* A descriptor that is readable when a batch of either was sent. */
int push_fd(const struct push *p);

/* Start no more batches of messages. */
void push_drain(struct push *p);

/* Abort the batches under way soon; push_pump stores their results. */
void push_stop(struct push *p);

/* Give up all batches and free p.  NULL does nothing. */
void push_free(struct push *p);

#endif
