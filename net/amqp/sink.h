#ifndef NET_AMQP_SINK_H
#define NET_AMQP_SINK_H

#include "net/amqp/queue.h"
#include "net/sink_int.h"

struct err;

/* Private to net/: the sink of a RabbitMQ server. */
struct sink_rabbitmq {
	struct sink sink;
	struct amqp amqp;
};

/* Connect if need be; 0, or -1 with one line in why. */
int amqp_ready(struct sink_rabbitmq *m, struct err *why);

/* The push of its struct sink_ops. */
int amqp_push(struct sink *s, struct sink_message *v, size_t n,
    struct err *why);

#endif
