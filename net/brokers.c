/*
 * Questions to brokers for the API and the command: counts, names,
 * registrations. Connections are kept, waiting is bounded. Tested in
 * tests/broker/.
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/job/job_json.h"
#include "lib/conf/signature.h"
#include "net/brokers.h"

#include "lib/base/ban.h"

#define MOST_US (2 * CLOCK_US_PER_S)

/* Interval in which a server that did not answer is not called again. */
#define REST_US CLOCK_US_PER_S

/* A section of the configuration. */
struct server {
	struct sink *sink; /* NULL: not called yet */
	int64_t rest_us;   /* monotonic; before this time the answer is … */
	struct err why;
};

struct brokers {
	const struct conf *conf;
	const struct tz *zone;
	struct server *v[CONF_SERVER__MAX];
};

/* A request to one server. */
struct question {
	enum conf_server kind; /* the server */
	int at;
	const char *queue;
	enum { COUNT, CLEAR, SIGNATURE, RESULT, NAMES, PUSH, CHECK } what;
	int64_t *count;
	struct signature *sig;
	const char *task_id;
	struct buf *result;
	sink_on_name *on_name;
	void *arg;
	struct sink_message *m;
};

struct brokers *
brokers_new(const struct conf *c, const struct tz *zone)
{
	struct brokers *b = calloc(1, sizeof(*b));

	if (b == NULL)
		return NULL;
	b->conf = c;
	b->zone = zone;
	for (int k = 0; k < CONF_SERVER__MAX; k++) {
		size_t n = conf_server_count(c, (enum conf_server)k);

		if ((b->v[k] = calloc(n + 1, sizeof(*b->v[k]))) == NULL) {
			brokers_free(b);
			return NULL;
		}
	}
	return b;
}

void
brokers_free(struct brokers *b)
{
	if (b == NULL)
		return;
	for (int k = 0; k < CONF_SERVER__MAX; k++) {
		size_t n = conf_server_count(b->conf, (enum conf_server)k);

		for (size_t i = 0; b->v[k] != NULL && i < n; i++)
			sink_free(b->v[k][i].sink);
		free(b->v[k]);
	}
	free(b);
}

bool
brokers_has(const struct brokers *b, const char *queue)
{
	return conf_queue_for(b->conf, queue)->at >= 0;
}

static int
put(struct sink *s, const struct question *q, struct err *why)
{
	switch (q->what) {
	case COUNT:
		return sink_count(s, q->queue, q->count, why);
	case CLEAR:
		return sink_clear(s, q->queue, why);
	case SIGNATURE:
		return sink_signature(s, q->queue, q->sig, why);
	case RESULT:
		return sink_result(s, q->task_id, q->result, why);
	case NAMES:
		return sink_names(s, q->on_name, q->arg, why);
	case PUSH:
		return sink_push(s, q->m, 1, why);
	case CHECK:
		return sink_push(s, NULL, 0, why);
	}
	return -1;
}

/*
 * Call once; on a kept connection, which may have been closed, twice.  What was
 * sent is not sent again.
 */
static int
ask_server(struct server *v, const struct sink_opts *o,
    const struct question *q)
{
	int64_t began = clock_mono_us(), took;
	bool is_new = v->sink == NULL;
	int rc;

	if (began < v->rest_us)
		return -1;
	if (is_new && (v->sink = sink_new(o)) == NULL)
		return err_set(&v->why, "out of memory");
	rc = put(v->sink, q, &v->why);
	took = clock_mono_us() - began;
	if (rc == -1 && !is_new && q->what != PUSH && took < MOST_US / 2) {
		rc = put(v->sink, q, &v->why);
		took = clock_mono_us() - began;
	}
	if (rc == -1 && took >= MOST_US)
		v->rest_us = clock_mono_us() + REST_US;
	return rc;
}

/* Call the section that q names. */
static int
ask(struct brokers *b, const struct question *q, struct err *why)
{
	const struct sink_opts o = {
		.conf = b->conf,
		.kind = q->kind,
		.at = q->at,
		.zone = b->zone,
		.most_us = MOST_US,
	};
	struct server *v = &b->v[q->kind][q->at];
	struct buf name = BUF_INIT;
	int rc = ask_server(v, &o, q);

	if (rc == -1) {
		conf_server_name(b->conf, q->kind, q->at, &name);
		err_set(why, "%s: %s", buf_cstr(&name), v->why.text);
		buf_fini(&name);
	}
	return rc;
}

/* Call the server of a queue. */
static int
ask_queue(struct brokers *b, const struct question *q, struct err *why)
{
	struct question there = *q;
	const struct conf_queue *c;

	if (b == NULL)
		return err_set(why, "out of memory");
	c = conf_queue_for(b->conf, q->queue);
	there.kind = conf_broker_server(c->broker);
	there.at = c->at;
	return c->at < 0 ? 0 : ask(b, &there, why);
}

int
brokers_count(struct brokers *b, const char *queue, int64_t *out,
    struct err *why)
{
	const struct question q = { .queue = queue,
		.what = COUNT,
		.count = out };

	*out = SINK_NO_COUNT;
	return ask_queue(b, &q, why);
}

int
brokers_clear(struct brokers *b, const char *queue, struct err *why)
{
	const struct question q = { .queue = queue, .what = CLEAR };

	return ask_queue(b, &q, why);
}

int
brokers_signature(struct brokers *b, const char *queue, struct signature *out,
    struct err *why)
{
	const struct question q = { .queue = queue,
		.what = SIGNATURE,
		.sig = out };

	return ask_queue(b, &q, why);
}

/* The Redis section with the results of a queue, or -1. */
static int
results_at(const struct conf *conf, const char *queue)
{
	const struct conf_queue *c = conf_queue_for(conf, queue);

	if (conf_broker_server(c->broker) == CONF_SERVER_REDIS)
		return c->at;
	return c->broker == CONF_BROKER_RABBITMQ && conf->nredis > 0 ? 0 : -1;
}

bool
brokers_has_results(const struct brokers *b, const char *queue)
{
	return b != NULL && results_at(b->conf, queue) >= 0;
}

int
brokers_result(struct brokers *b, const struct brokers_result *what,
    struct err *why)
{
	struct question q = { .kind = CONF_SERVER_REDIS,
		.what = RESULT,
		.task_id = what->task_id,
		.result = what->out };

	if (b == NULL)
		return err_set(why, "out of memory");
	q.at = results_at(b->conf, what->queue);
	if (q.at < 0)
		return 1;
	return ask(b, &q, why);
}

const struct job_registration *
brokers_registration(struct brokers *b, const char *queue,
    struct job_registration *k)
{
	if (b == NULL || queue == NULL ||
	    conf_queue_for(b->conf, queue)->broker != CONF_BROKER_FUNBOOST)
		return NULL;
	k->is_pending = false;
	k->is_answered = brokers_signature(b, queue, &k->sig, &k->why) == 0;
	return k;
}

void
brokers_forget(struct job_registration *k)
{
	signature_fini(&k->sig);
	k->is_answered = false;
}

/* Return whether a queue of broker funboost uses the section. */
static bool
is_registry(const struct conf *c, int at)
{
	if (c->other.broker == CONF_BROKER_FUNBOOST && c->other.at == at)
		return true;
	for (size_t i = 0; i < c->nqueues; i++)
		if (c->queues[i].broker == CONF_BROKER_FUNBOOST &&
		    c->queues[i].at == at)
			return true;
	return false;
}

int
brokers_names(struct brokers *b, sink_on_name *on_name, void *arg,
    struct err *why)
{
	struct question q = { .kind = CONF_SERVER_REDIS,
		.what = NAMES,
		.on_name = on_name,
		.arg = arg };
	int rc = 0;

	for (size_t i = 0; b != NULL && i < b->conf->nredis; i++) {
		q.at = (int)i;
		if (is_registry(b->conf, q.at) && ask(b, &q, why) == -1)
			rc = -1;
	}
	return rc;
}

int
brokers_check(struct brokers *b, enum conf_server kind, int at, struct err *why)
{
	const struct question q = { .kind = kind, .at = at, .what = CHECK };

	if (b != NULL)
		return ask(b, &q, why);
	return err_set(why, "out of memory");
}

int
brokers_push(struct brokers *b, struct sink_message *m, struct err *why)
{
	const struct question q = { .queue = m->queue, .what = PUSH, .m = m };

	return ask_queue(b, &q, why);
}
