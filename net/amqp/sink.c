/* The sink of a RabbitMQ server: its table of calls. */
#include "config.h"

#include "net/amqp/push.h"

#include "lib/base/ban.h"

static int
count(struct sink *s, const char *queue, int64_t *out, char *why, size_t whylen)
{
	struct sink_rabbitmq *m = (struct sink_rabbitmq *)s;

	return amqp_ready(m, why, whylen) == 0 ?
	    amqp_queues_count(&m->amqp, queue, out, why, whylen) :
	    -1;
}

static int
clear(struct sink *s, const char *queue, char *why, size_t whylen)
{
	struct sink_rabbitmq *m = (struct sink_rabbitmq *)s;

	return amqp_ready(m, why, whylen) == 0 ?
	    amqp_queues_purge(&m->amqp, queue, why, whylen) :
	    -1;
}

static void
close_it(struct sink *s)
{
	amqp_close(&((struct sink_rabbitmq *)s)->amqp);
}

/* Names and signatures are Redis' matter. */
const struct sink_ops sink_rabbitmq = {
	.size = sizeof(struct sink_rabbitmq),
	.push = amqp_push,
	.count = count,
	.clear = clear,
	.close = close_it,
};
