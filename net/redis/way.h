#ifndef NET_REDIS_WAY_H
#define NET_REDIS_WAY_H

#include <stdbool.h>

#include "lib/base/err.h"
#include "lib/job/funboost.h"
#include "lib/conf/signature.h"
#include "net/redis/redis.h"

struct conf;

/* Private to net/: how the messages of a queue get into Redis. */

/* What is known of a queue. */
struct redis_way {
	const char *queue;		  /* borrowed */
	const struct funboost_kind *kind; /* NULL, or not usable: why */
	struct signature sig; /* of its worker, where one is asked for */
	struct err why;	      /* "": all is well */
};

/*
 * Find out, into the zeroed *k: by the configuration or, for broker funboost,
 * by what the worker has registered.  0, or -1 when the connection is lost;
 * k->why tells.  End *k with redis_way_fini either way.
 */
int redis_way_learn(struct redis *r, const struct conf *c, const char *queue,
    struct redis_way *k);
void redis_way_fini(struct redis_way *k);

/* The registration alone, as sink_signature. */
int redis_way_signature(struct redis *r, const char *queue,
    struct signature *out, struct err *why);

#endif
