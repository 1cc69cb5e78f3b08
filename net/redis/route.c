/*
 * How the messages of queues get into Redis: as their workers have registered,
 * or as the configuration says. Tested in tests/broker/redis.bats.
 */
#include "config.h"

#include <string.h>

#include "net/redis/push.h"
#include "net/redis/route.h"
#include "net/sink_int.h"

#include "lib/base/err.h"
#include "lib/base/ban.h"

#define REGISTRY "funboost_queue__consumer_parmas"

int
redis_route_signature(struct redis *r, const char *queue, struct signature *out,
    struct err *why)
{
	redisReply *reply;
	int rc = 0;

	reply = redis_ask(r,
	    (const char *const[]){ "HGET", REGISTRY, queue, NULL }, why);
	if (reply == NULL)
		return -1;
	if (reply->type == REDIS_REPLY_STRING)
		rc = signature_parse(reply->str, reply->len, out, why);
	r->lib.free_reply(reply);
	return rc;
}

/* Read the worker's registration. */
static int
learn_registered(struct redis *r, const struct conf *c, struct redis_route *k)
{
	const char *kind;

	if (redis_route_signature(r, k->queue, &k->sig, &k->why) == -1)
		return r->c == NULL ? -1 : 0;
	kind = k->sig.broker_kind;
	if (!k->sig.is_known || kind == NULL)
		err_set(&k->why,
		    "no worker has registered this queue: it has not run yet, "
		    "or sends no heartbeat, as those of RabbitMQ do not by "
		    "themselves (is_send_consumer_heartbeat_to_redis=True)");
	else if ((k->kind = funboost_kind_find(kind)) == NULL)
		err_set(&k->why,
		    "its worker takes %.64s, which nobody can push to", kind);
	else if (k->kind->is_rabbitmq && c->nrabbitmq == 0)
		err_set(&k->why,
		    "its worker takes %.64s, and there is no section rabbitmq",
		    kind);
	return 0;
}

int
redis_route_read(struct redis *r, const struct conf *c, const char *queue,
    struct redis_route *k)
{
	k->queue = queue;
	switch (conf_queue_for(c, queue)->broker) {
	case CONF_BROKER_REDIS:
		k->kind = funboost_kind_find("REDIS");
		return 0;
	case CONF_BROKER_REDIS_STREAM:
		k->kind = funboost_kind_find("REDIS_STREAM");
		return 0;
	case CONF_BROKER_REDIS_PUBSUB:
		k->kind = funboost_kind_find("REDIS_PUBSUB");
		return 0;
	case CONF_BROKER_FUNBOOST:
		return learn_registered(r, c, k);
	case CONF_BROKER_UNSET:
	case CONF_BROKER_SQLITE:
	case CONF_BROKER_RABBITMQ:
	case CONF_BROKER_WEBHOOK:
	case CONF_BROKER_COMMAND:
	case CONF_BROKER__MAX:
		break;
	}
	err_set(&k->why, "the queue is not in Redis");
	return 0;
}

void
redis_route_fini(struct redis_route *k)
{
	signature_fini(&k->sig);
	memset(k, 0, sizeof(*k));
}

int
redis_ready(struct sink_redis *m, struct err *why)
{
	const struct sink_opts *o = &m->sink.o;

	m->redis.conf = &o->conf->redis[o->at];
	m->redis.settings = o->conf;
	m->redis.is_stopped = &m->sink.is_stopped;
	m->redis.timeout_us =
	    sink_timeout_us(&m->sink, m->redis.conf->timeout_us);
	if (m->redis.c == NULL)
		m->sha[0] = '\0';
	return redis_open(&m->redis, why);
}

struct sink *
redis_rabbitmq(struct sink_redis *m)
{
	struct sink_opts o = m->sink.o;
	struct sink *s = atomic_load(&m->rabbitmq);

	if (s != NULL || o.conf->nrabbitmq == 0)
		return s;
	o.kind = CONF_SERVER_RABBITMQ;
	o.at = 0;
	if ((s = sink_new(&o)) == NULL)
		return NULL;
	atomic_store(&m->rabbitmq, s);
	/* A sink_stop before this did not stop the new sink. */
	if (atomic_load(&m->sink.is_stopped))
		sink_stop(s);
	return s;
}

void
redis_routes_drop(struct sink_redis *m)
{
	while (m->nroutes > 0)
		redis_route_fini(&m->routes[--m->nroutes]);
}

const struct redis_route *
redis_route_find(const struct sink_redis *m, const char *queue)
{
	for (size_t i = m->nroutes; i-- > 0;)
		if (strcmp(m->routes[i].queue, queue) == 0)
			return &m->routes[i];
	return NULL;
}

const struct redis_route *
redis_route_add(struct sink_redis *m, const char *queue, struct err *why)
{
	struct redis_route *k;

	if (m->nroutes == REDIS_ROUTES_MAX)
		redis_routes_drop(m);
	k = &m->routes[m->nroutes++];
	if (redis_route_read(&m->redis, m->sink.o.conf, queue, k) == 0)
		return k;
	err_set(why, "%s", k->why.text);
	return NULL;
}
