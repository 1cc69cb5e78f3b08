#ifndef NET_REDIS_PUSH_H
#define NET_REDIS_PUSH_H

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "net/redis/route.h"
#include "net/sink_int.h"

/* Private to net/: the sink of a Redis server. */

#define REDIS_ROUTES_MAX 64 /* queues looked up once a batch */

struct sink_redis {
	struct sink sink;
	struct redis redis;
	struct redis results; /* the same server's database of results */
	struct conf_redis results_conf;
	char sha[41]; /* of the script; "": not loaded on this connection */
	struct sink *_Atomic rabbitmq; /* for workers of that; or NULL */
	int64_t rest_us;     /* RabbitMQ is not tried before (monotonic) … */
	struct err rest_why; /* … because of that */
	struct redis_route routes[REDIS_ROUTES_MAX]; /* of this batch */
	size_t nroutes;
};

/* Connect if need be; 0, or -1 with one line in why. */
int redis_ready(struct sink_redis *m, struct err *why);

/*
 * The sink of those whose worker has registered with RabbitMQ; NULL without
 * memory or section.
 */
struct sink *redis_rabbitmq(struct sink_redis *m);

/*
 * What is known of queues, for one batch: found; asked for, when nothing is
 * under way (NULL with one line in why: the connection is lost), perhaps at the
 * cost of all that was known; forgotten.
 */
const struct redis_route *redis_route_find(const struct sink_redis *m,
    const char *queue);
const struct redis_route *redis_route_add(struct sink_redis *m,
    const char *queue, struct err *why);
void redis_routes_drop(struct sink_redis *m);

/*
 * Empty a queue of a kind that can be counted: its lists or stream, and what
 * workers hold of it unacknowledged.  0, or -1 with one line in why, which
 * begins with "WRONGTYPE" when a key is of another type: nothing was deleted.
 */
int redis_clear(struct redis *r, const struct redis_route *k, struct err *why);

/* The push of its struct sink_ops. */
int redis_push(struct sink *s, struct sink_message *v, size_t n,
    struct err *why);

#endif
