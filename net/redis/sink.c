/*
 * The sink of a Redis server: its table of calls, counts and results. Tested in
 * tests/broker/redis.bats.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "net/redis/push.h"

#include "lib/base/ban.h"

#define NAMES "funboost_all_queue_names"

/* Look up the registration of one queue, for a request about it. */
static int
learn(struct sink *s, const char *queue, struct redis_route *k, struct err *why)
{
	struct sink_redis *m = (struct sink_redis *)s;

	if (redis_ready(m, why) == -1)
		return -1;
	if (redis_route_read(&m->redis, s->o.conf, queue, k) == 0)
		return 0;
	return err_set(why, "%s", k->why.text);
}

/*
 * Names the lists of a queue: itself, then those by priority; false after the
 * last.
 */
static bool
list_name(const struct redis_route *k, int64_t level, struct buf *out)
{
	buf_reset(out);
	buf_str(out, k->queue);
	if (level > 0)
		buf_printf(out, ":%lld", (long long)level);
	return level == 0 ||
	    (k->kind->has_levels && level <= k->sig.max_priority);
}

/* A command on each list, whose results are added up. */
struct asking {
	const struct redis_route *k;
	const char *command;
	int64_t *sum;
};

static int
ask_all(struct sink_redis *m, const struct asking *a, struct err *why)
{
	struct buf name = BUF_INIT;
	redisReply *r = NULL;
	int rc = 0;

	*a->sum = 0;
	for (int64_t level = 0; rc == 0 && list_name(a->k, level, &name);
	     level++) {
		r = redis_ask(&m->redis,
		    (const char *const[]){ a->command, buf_cstr(&name), NULL },
		    why);
		if (r == NULL) {
			rc = -1;
			break;
		}
		*a->sum += r->integer;
		m->redis.lib.free_reply(r);
	}
	buf_fini(&name);
	return rc;
}

/* The sink of a queue whose messages are at RabbitMQ. */
static struct sink *
other(struct sink *s, const struct redis_route *k)
{
	return k->kind != NULL && k->kind->is_rabbitmq ?
	    redis_rabbitmq((struct sink_redis *)s) :
	    NULL;
}

/* Count messages; unknown if no worker has registered the queue. */
static int
count(struct sink *s, const char *queue, int64_t *out, struct err *why)
{
	struct redis_route k = { .queue = NULL };
	int rc = learn(s, queue, &k, why);
	struct sink *to = other(s, &k);

	if (rc == 0 && to != NULL)
		rc = sink_count(to, queue, out, why);
	else if (rc == 0 && k.kind != NULL && k.kind->count != NULL)
		rc = ask_all((struct sink_redis *)s,
		    &(struct asking){ &k, k.kind->count, out }, why);
	redis_route_fini(&k);
	return rc;
}

static int
clear(struct sink *s, const char *queue, struct err *why)
{
	struct redis_route k = { .queue = NULL };
	int rc = learn(s, queue, &k, why);
	struct sink *to = other(s, &k);

	if (rc == 0 && to != NULL)
		rc = sink_clear(to, queue, why);
	/* Not a stream: deleting it would delete its groups. */
	else if (rc == 0 && k.kind != NULL && k.kind->count != NULL)
		rc = redis_clear(&((struct sink_redis *)s)->redis, &k, why);
	redis_route_fini(&k);
	return rc;
}

/*
 * Read the newest element of the list of a worker's result; it stays, for other
 * clients, and funboost lets it expire.
 */
static int
result(struct sink *s, const char *task_id, struct buf *out, struct err *why)
{
	struct sink_redis *m = (struct sink_redis *)s;
	struct redis *r = &m->results;
	redisReply *reply;
	int rc = 1;

	m->results_conf = s->o.conf->redis[s->o.at];
	m->results_conf.db = m->results_conf.result_db;
	r->conf = &m->results_conf;
	r->settings = s->o.conf;
	r->is_stopped = &s->is_stopped;
	r->timeout_us = sink_timeout_us(s, r->conf->timeout_us);
	if (redis_open(r, why) == -1)
		return -1;
	reply = redis_ask(r,
	    (const char *const[]){ "LINDEX", task_id, "0", NULL }, why);
	if (reply == NULL)
		return -1;
	if (reply->type == REDIS_REPLY_STRING) {
		buf_add(out, reply->str, reply->len);
		rc = 0;
	}
	r->lib.free_reply(reply);
	return rc;
}

static int
signature(struct sink *s, const char *queue, struct signature *out,
    struct err *why)
{
	struct sink_redis *m = (struct sink_redis *)s;

	if (redis_ready(m, why) == -1)
		return -1;
	return redis_route_signature(&m->redis, queue, out, why);
}

static int
names(struct sink *s, const struct sink_names *to, struct err *why)
{
	struct sink_redis *m = (struct sink_redis *)s;
	redisReply *r;

	if (redis_ready(m, why) == -1 ||
	    (r = redis_ask(&m->redis,
		 (const char *const[]){ "SMEMBERS", NAMES, NULL }, why)) ==
		NULL)
		return -1;
	for (size_t i = 0; i < r->elements; i++)
		if (r->element[i]->str != NULL)
			to->on_name(to->arg, r->element[i]->str);
	m->redis.lib.free_reply(r);
	return 0;
}

static void
wake(struct sink *s)
{
	struct sink *other = atomic_load(&((struct sink_redis *)s)->rabbitmq);

	if (other != NULL)
		sink_stop(other);
}

static void
close_both(struct sink *s)
{
	struct sink_redis *m = (struct sink_redis *)s;

	redis_close(&m->redis);
	redis_close(&m->results);
	sink_free(atomic_load(&m->rabbitmq));
}

const struct sink_ops sink_redis = {
	.size = sizeof(struct sink_redis),
	.push = redis_push,
	.count = count,
	.clear = clear,
	.signature = signature,
	.result = result,
	.names = names,
	.wake = wake,
	.close = close_both,
};
