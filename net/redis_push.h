#ifndef NET_REDIS_PUSH_H
#define NET_REDIS_PUSH_H

#include "net/redis_way.h"
#include "net/sink_int.h"

/* Private to net/: the sink of a Redis server. */

#define REDIS_WAYS_MAX 64 /* queues looked up once a batch */

struct sink_redis {
	struct sink sink;
	struct redis redis;
	char sha[41]; /* of the script; "": not loaded on this connection */
	struct sink *_Atomic rabbitmq; /* for workers of that; or NULL */
	struct redis_way ways[REDIS_WAYS_MAX]; /* of this batch */
	size_t nways;
};

/* Connect if need be; 0, or -1 with one line in why. */
int redis_ready(struct sink_redis *m, char *why, size_t whylen);

/*
 * The sink of those whose worker has registered with RabbitMQ; NULL without
 * memory or section.
 */
struct sink *redis_rabbitmq(struct sink_redis *m);

/* The push of its struct sink_ops. */
int redis_push(struct sink *s, struct sink_message *v, size_t n, char *why,
    size_t whylen);

#endif
