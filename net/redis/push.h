#ifndef NET_REDIS_PUSH_H
#define NET_REDIS_PUSH_H

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "net/redis/route.h"
#include "net/sink_int.h"

/* Private to net/: the sink of a Redis server. */

#define REDIS_ROUTES_MAX 64 /* routes kept per batch */

struct sink_redis {
	struct sink sink;
	struct redis redis;
	struct redis results; /* the same server's database of results */
	struct conf_redis results_conf;
	char sha[41]; /* of the script; "": not loaded on this connection */
	struct sink *_Atomic rabbitmq; /* for workers at RabbitMQ; or NULL */
	int64_t rest_us;     /* RabbitMQ is not tried before (monotonic) … */
	struct err rest_why; /* … because of that */
	struct redis_route routes[REDIS_ROUTES_MAX]; /* of this batch */
	size_t nroutes;
};

/* Connect if need be; 0, or -1 with one line in why. */
int redis_ready(struct sink_redis *m, struct err *why);

/*
 * The sink for workers registered with RabbitMQ; NULL: out of memory, or no
 * section.
 */
struct sink *redis_rabbitmq(struct sink_redis *m);

/*
 * The routes of queues, kept for one batch.  redis_route_find returns one, or
 * NULL.  redis_route_add reads it from Redis, while nothing is under way (NULL
 * with one line in why: the connection is lost); it may drop all others.
 */
const struct redis_route *redis_route_find(const struct sink_redis *m,
    const char *queue);
const struct redis_route *redis_route_add(struct sink_redis *m,
    const char *queue, struct err *why);
void redis_routes_drop(struct sink_redis *m);

/*
 * Clear a queue of a kind that can be counted: its lists or stream, and the
 * unacknowledged messages of workers.  0, or -1 with one line in why, which
 * begins with "WRONGTYPE" if a key has another type: nothing was deleted.
 */
int redis_clear(struct redis *r, const struct redis_route *k, struct err *why);

/* The push of its struct sink_ops. */
int redis_push(struct sink *s, struct sink_message *v, size_t n,
    struct err *why);

#endif
