/*
 * The ways of all queues of a batch, each looked up once. Tested in
 * tests/broker/redis.bats.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "net/redis/push.h"

#include "lib/base/ban.h"

int
redis_ready(struct sink_redis *m, char *why, size_t whylen)
{
	const struct sink_opts *o = &m->sink.o;

	m->redis.conf = &o->conf->redis[o->at];
	m->redis.settings = o->conf;
	m->redis.is_stopped = &m->sink.is_stopped;
	m->redis.timeout_us =
	    sink_timeout_us(&m->sink, m->redis.conf->timeout_us);
	if (m->redis.c == NULL)
		m->sha[0] = '\0';
	return redis_open(&m->redis, why, whylen);
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
	/* Who stopped us did not see it. */
	if (atomic_load(&m->sink.is_stopped))
		sink_stop(s);
	return s;
}

void
redis_forget_ways(struct sink_redis *m)
{
	while (m->nways > 0)
		redis_way_fini(&m->ways[--m->nways]);
}

const struct redis_way *
redis_find_way(const struct sink_redis *m, const char *queue)
{
	for (size_t i = m->nways; i-- > 0;)
		if (strcmp(m->ways[i].queue, queue) == 0)
			return &m->ways[i];
	return NULL;
}

const struct redis_way *
redis_learn_way(struct sink_redis *m, const char *queue, char *why,
    size_t whylen)
{
	struct redis_way *k;

	if (m->nways == REDIS_WAYS_MAX)
		redis_forget_ways(m);
	k = &m->ways[m->nways++];
	if (redis_way_learn(&m->redis, m->sink.o.conf, queue, k) == 0)
		return k;
	(void)snprintf(why, whylen, "%s", k->why);
	return NULL;
}
