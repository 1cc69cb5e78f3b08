#ifndef NET_AMQP_QUEUE_H
#define NET_AMQP_QUEUE_H

#include <stdint.h>

#include "net/amqp/amqp.h"

struct err;

/* Private to net/: queues at the server. */

/*
 * Find out whether there is such a queue, which is then used as it is; if not,
 * make it durable, with x-max-priority unless max_priority is 0.  It is in
 * a->queues afterwards.  Nothing else may be under way.  One line in why unless
 * the answer is AMQP_OK.
 */
enum amqp_answer amqp_queues_need(struct amqp *a, const char *name,
    int64_t max_priority, struct err *why);

/*
 * How many messages wait in a queue, 0 when there is none; delete them.  0, or
 * -1 with one line in why.
 */
int amqp_queues_count(struct amqp *a, const char *name, int64_t *out,
    struct err *why);
int amqp_queues_purge(struct amqp *a, const char *name, struct err *why);

#endif
