/*
 * Pushes a batch into Redis, each run once, by a script. Tested in
 * tests/broker/redis*.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/job/job_json.h"
#include "lib/job/message_funboost.h"
#include "net/redis/push.h"

#include "lib/base/ban.h"

/* Seconds by which the key of a run outlasts the last time it may be sent. */
#define KEY_SLACK_S 3600

/*
 * Interval in which a RabbitMQ that cannot be reached is not tried again, so
 * that it does not delay messages for Redis.
 */
#define RABBITMQ_REST_US (60 * CLOCK_US_PER_S)

#define WINDOW 2000	  /* commands under way */
#define FLUSH_BYTES 32768 /* bytes buffered before a write */

/*
 * Push once: a key for the run records that it was pushed.  A script is atomic
 * for other clients and in Redis' journal, so that both exist or neither; if
 * Redis refuses the push (the key is not a list, no memory), the key is not
 * set.
 */
static const char script[] =
    "if not redis.call('SET', KEYS[1], '', 'NX', 'EX', ARGV[1]) then "
    "return 'again' end "
    "local r if ARGV[2] == 'XADD' "
    "then r = redis.pcall('XADD', KEYS[2], '*', '', ARGV[3]) "
    "else r = redis.pcall(ARGV[2], KEYS[2], ARGV[3]) end "
    "if type(r) == 'table' and r.err then redis.call('DEL', KEYS[1]) end "
    "return r";

/* Load the script, once per connection. */
static int
load_script(struct sink_redis *m, struct err *why)
{
	redisReply *reply;

	if (m->sha[0] != '\0' || m->redis.conf->dedup == CONF_OFF)
		return 0;
	reply = redis_ask(&m->redis,
	    (const char *const[]){ "SCRIPT", "LOAD", script, NULL }, why);
	if (reply == NULL)
		return -1;
	(void)snprintf(m->sha, sizeof(m->sha), "%s",
	    reply->str == NULL ? "" : reply->str);
	m->redis.lib.free_reply(reply);
	return 0;
}

/* A batch being pushed. */
struct pushing {
	struct sink_redis *m;
	struct sink_message *v;
	size_t read;	  /* messages before this have replies */
	size_t under_way; /* commands without a reply */
	size_t bytes;	  /* bytes since the last flush */
	bool is_again;	  /* the script was missing */
	struct buf body, name, key;
	struct err *why;
};

/* The list to push to: by priority, if the worker has a list per level. */
static const char *
list_of(struct pushing *p, const struct redis_route *k,
    const struct sink_message *m)
{
	int64_t level;

	if (!k->kind->has_levels)
		return m->queue;
	level = message_funboost_priority(m->kwargs, m->priority);
	if (level > k->sig.max_priority)
		level = k->sig.max_priority;
	if (level <= 0)
		return m->queue;
	buf_reset(&p->name);
	buf_printf(&p->name, "%s:%lld", m->queue, (long long)level);
	return buf_cstr(&p->name);
}

static int
append(struct pushing *p, const char *const *words, int n)
{
	const char *word[8];
	size_t len[8];
	const struct redis_command cmd = { n, word, len };

	for (int i = 0; i < n; i++) {
		word[i] = words[i];
		len[i] = strlen(words[i]);
		p->bytes += len[i];
	}
	if (redis_append(&p->m->redis, &cmd) == 0)
		return 0;
	err_set(p->why, "out of memory");
	redis_close(&p->m->redis);
	return -1;
}

/* Append the command that pushes a message with its body. */
static int
append_push(struct pushing *p, const struct redis_route *k,
    struct sink_message *m)
{
	const char *list = list_of(p, k, m), *body = buf_cstr(&p->body);
	const char *push = k->kind->push;
	char seconds[24];

	(void)snprintf(seconds, sizeof(seconds), "%lld",
	    (long long)(m->lasts_s + KEY_SLACK_S));
	if (p->m->redis.conf->dedup == CONF_ON) {
		buf_reset(&p->key);
		/* In a Redis cluster: the same hash slot as the queue. */
		buf_printf(&p->key, "minutehand:{%s}:%s", m->queue, m->id);
		/* What failed there is sent again on purpose. */
		if (m->failures > 0)
			buf_printf(&p->key, ":%" PRId64, m->failures);
		return append(p,
		    (const char *const[]){ "EVALSHA", p->m->sha, "2",
			buf_cstr(&p->key), list, seconds, push, body },
		    8);
	}
	if (strcmp(push, "XADD") == 0)
		return append(p,
		    (const char *const[]){ push, list, "*", "", body }, 5);
	return append(p, (const char *const[]){ push, list, body }, 3);
}

/*
 * The error of a script begins with the code since Redis 7, before that with a
 * dash.
 */
static bool
begins_with(const char *error, const char *word)
{
	const char *at = strstr(error, word);

	return at != NULL && (at == error || at[-1] == '-');
}

/* Return whether an error concerns the server, not the queue. */
static bool
is_of_server(const char *error)
{
	static const char *const words[] = { "OOM ", "READONLY ", "MISCONF ",
		"LOADING ", "MASTERDOWN ", "NOREPLICAS ", "CLUSTERDOWN ",
		"BUSY " };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (begins_with(error, words[i]))
			return true;
	/* NOPERM for a command, not for a key. */
	return begins_with(error, "NOPERM ") &&
	    strstr(error, "' command") != NULL;
}

/*
 * Set a message's end from its reply; the queue's registration is kept until
 * all replies are read.
 */
static void
settle(struct pushing *p, struct sink_message *msg, const redisReply *r)
{
	struct sink_redis *m = p->m;
	const struct redis_route *k = redis_route_find(m, msg->queue);

	if (r->type == REDIS_REPLY_ERROR &&
	    strncmp(r->str, "NOSCRIPT", 8) == 0 && !p->is_again) {
		msg->end = SINK_WAITS;
		m->sha[0] = '\0';
	} else if (r->type == REDIS_REPLY_ERROR) {
		sink_end(msg, SINK_LATER, r->str);
		msg->is_server_error = is_of_server(r->str);
	} else if (r->type == REDIS_REPLY_STRING &&
	    strcmp(r->str, "again") == 0)
		sink_end(msg, SINK_DONE, "it was there already");
	else if (strcmp(k->kind->push, "PUBLISH") == 0 &&
	    r->type == REDIS_REPLY_INTEGER && r->integer == 0)
		sink_end(msg, SINK_DONE, "nobody listened");
	else
		sink_end(msg, SINK_DONE, NULL);
}

/* Read replies until only keep commands have none. */
static int
take_replies(struct pushing *p, size_t keep)
{
	redisReply *r;

	while (p->under_way > keep) {
		while (p->v[p->read].end != SINK_UNKNOWN)
			p->read++;
		r = redis_reply(&p->m->redis, p->why);
		if (r == NULL)
			return -1;
		settle(p, &p->v[p->read++], r);
		p->m->redis.lib.free_reply(r);
		p->under_way--;
	}
	return 0;
}

/* Check a message that was added without a registration. */
static bool
is_fit(const struct sink_redis *m, const struct redis_route *k,
    struct sink_message *msg)
{
	const struct job_registration known = { .is_answered = true,
		.sig = k->sig };
	const struct job_texts texts = { msg->queue, msg->args, msg->kwargs };
	struct faults fs = { .n = 0 };
	char why[sizeof(fs.v[0].field) + sizeof(fs.v[0].text) + 2];

	if (!k->sig.is_known ||
	    job_check_texts(m->sink.o.conf, &known, &texts, &fs) == 0)
		return true;
	(void)snprintf(why, sizeof(why), "%s: %s", fs.v[0].field, fs.v[0].text);
	sink_end(msg, SINK_REFUSED, why);
	return false;
}

/* Start to send one message, or set its end; -1: connection lost. */
static int
push_one(struct pushing *p, struct sink_message *msg)
{
	const struct redis_route *k;
	const char *why;

	/* A request needs a connection without pending replies. */
	if ((k = redis_route_find(p->m, msg->queue)) == NULL &&
	    (take_replies(p, 0) == -1 ||
		(k = redis_route_add(p->m, msg->queue, p->why)) == NULL))
		return -1;
	if (k->why.text[0] != '\0') {
		sink_end(msg, SINK_LATER, k->why.text);
		return 0;
	}
	if (!is_fit(p->m, k, msg) || k->kind->is_rabbitmq)
		return 0;
	buf_reset(&p->body);
	why = sink_body(&p->m->sink, msg, &k->sig, &p->body);
	if (why != NULL) {
		sink_end(msg, SINK_LATER, why);
		return 0;
	}
	if (append_push(p, k, msg) == -1)
		return -1;
	msg->end = SINK_UNKNOWN;
	p->under_way++;
	if (p->bytes < FLUSH_BYTES)
		return 0;
	p->bytes = 0;
	if (redis_flush(&p->m->redis, p->why) == -1)
		return -1;
	return p->under_way < WINDOW ? 0 : take_replies(p, WINDOW / 2);
}

/* Messages for RabbitMQ, collected from a batch. */
struct via_rabbitmq {
	struct sink *to;
	struct sink_message *v;
	size_t *at; /* index of each in the batch */
	size_t n;
};

/* Send them, and copy their ends to the batch. */
static void
push_via_rabbitmq(struct pushing *p, struct via_rabbitmq *a)
{
	struct sink_redis *r = p->m;
	int64_t rest_us = r->rest_us - clock_mono_us();
	bool is_resting = rest_us > 0;
	struct sink_message *m;
	struct err why = { "" };

	if (is_resting)
		err_set(&why, "%s", r->rest_why.text);
	else if (a->n > 0 && sink_push(a->to, a->v, a->n, &why) == -1) {
		rest_us = RABBITMQ_REST_US;
		r->rest_us = clock_mono_us() + rest_us;
		err_set(&r->rest_why, "%s", why.text);
	}
	for (size_t i = 0; i < a->n; i++) {
		m = &p->v[a->at[i]];
		*m = a->v[i];
		m->sig = NULL;
		m->is_via_rabbitmq = true;
		/* Redis works, and other messages may go on. */
		if (m->end != SINK_WAITS)
			continue;
		sink_end(m, SINK_LATER, why.text);
		m->retry_us = rest_us;
		m->is_not_attempted = is_resting;
	}
	a->n = 0;
}

/* -1: the connection to Redis is lost. */
static int
gather_via_rabbitmq(struct pushing *p, struct via_rabbitmq *a, size_t n)
{
	const struct redis_route *k;

	for (size_t i = 0; i < n; i++) {
		if (p->v[i].end != SINK_WAITS)
			continue;
		if ((k = redis_route_find(p->m, p->v[i].queue)) == NULL) {
			/* The registration may be dropped for it. */
			push_via_rabbitmq(p, a);
			k = redis_route_add(p->m, p->v[i].queue, p->why);
			if (k == NULL)
				return -1;
		}
		a->v[a->n] = p->v[i];
		a->v[a->n].sig = &k->sig;
		a->at[a->n++] = i;
	}
	push_via_rabbitmq(p, a);
	return 0;
}

/* Send those whose worker has registered with RabbitMQ. */
static int
push_rabbitmq(struct pushing *p, size_t n)
{
	struct via_rabbitmq a = { .to = NULL };
	size_t i = 0;
	int rc = -1;

	while (i < n && p->v[i].end != SINK_WAITS)
		i++;
	if (i == n)
		return 0;
	a.to = redis_rabbitmq(p->m);
	a.v = calloc(n, sizeof(*a.v));
	a.at = calloc(n, sizeof(*a.at));
	if (a.to != NULL && a.v != NULL && a.at != NULL)
		rc = gather_via_rabbitmq(p, &a, n);
	else
		err_set(p->why, "out of memory");
	free(a.v);
	free(a.at);
	return rc;
}

/* Push the others; at 0 all replies are read. */
static int
push_all(struct pushing *p, size_t n)
{
	int rc = load_script(p->m, p->why);

	p->read = 0;
	p->m->redis.is_sent = p->is_again;
	for (size_t i = 0; i < n && rc == 0; i++) {
		if (p->v[i].end == SINK_WAITS)
			rc = push_one(p, &p->v[i]);
	}
	return rc == 0 ? take_replies(p, 0) : rc;
}

int
redis_push(struct sink *s, struct sink_message *v, size_t n, struct err *why)
{
	struct sink_redis *m = (struct sink_redis *)s;
	struct pushing p = { .m = m, .v = v, .why = why };
	int rc = redis_ready(m, why);

	m->redis.is_sent = false;
	if (rc == 0)
		rc = push_all(&p, n);
	/* Redis' scripts were flushed. */
	p.is_again = true;
	if (rc == 0 && m->sha[0] == '\0' && m->redis.conf->dedup == CONF_ON)
		rc = push_all(&p, n);
	for (size_t i = 0; i < n && !m->redis.is_sent; i++) {
		if (v[i].end == SINK_UNKNOWN)
			v[i].end = SINK_WAITS;
	}
	if (rc == 0)
		rc = push_rabbitmq(&p, n);
	redis_routes_drop(m);
	buf_fini(&p.body);
	buf_fini(&p.name);
	buf_fini(&p.key);
	return rc;
}
