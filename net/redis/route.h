#ifndef NET_REDIS_ROUTE_H
#define NET_REDIS_ROUTE_H

#include <stdbool.h>

#include "lib/base/err.h"
#include "lib/job/funboost.h"
#include "lib/conf/signature.h"
#include "net/redis/redis.h"

struct conf;

/* Private to net/redis/: how messages of a queue are stored in Redis. */

/* The configuration or registration of a queue. */
struct redis_route {
	const char *queue;		  /* borrowed */
	const struct funboost_kind *kind; /* NULL: not usable */
	struct signature sig;		  /* of its worker, if registered */
	struct err why;			  /* "": usable */
};

/*
 * Read into *k, which must be zero: the configuration or, for broker funboost,
 * the registration of the worker.  0, or -1 if the connection is lost; the
 * reason is in k->why.  *k is for redis_route_fini after either.
 */
int redis_route_read(struct redis *r, const struct conf *c, const char *queue,
    struct redis_route *k);
void redis_route_fini(struct redis_route *k);

/* Read the registration only, as sink_signature. */
int redis_route_signature(struct redis *r, const char *queue,
    struct signature *out, struct err *why);

#endif
