/*
 * Which queues there are: what the store has, what is configured, and what
 * workers have registered with their brokers.
 */

#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/job/job_json.h"
#include "lib/base/list.h"
#include "lib/base/log.h"
#include "lib/sched/sched.h"
#include "lib/trigger/warn.h"
#include "net/brokers.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/api/http.h"
#include "fcgi/api/input.h"
#include "fcgi/api/queue_names.h"

#include "lib/base/ban.h"

/* Return whether a configured name is no pattern. */
static bool
is_plain_name(const char *glob)
{
	return strpbrk(glob, "*?[\\") == NULL;
}

/* sink_on_name: append a name, possibly a duplicate. */
static void
add(void *arg, const char *name)
{
	struct queue_names *l = arg;
	struct queue_name *v = list_reserve(l->v, l->n, &l->cap, sizeof(*v));

	if (v != NULL) {
		l->v = v;
		v[l->n].name = strdup(name);
		v[l->n].at = l->n;
	}
	if (v == NULL || v[l->n].name == NULL)
		l->is_failed = true;
	else
		l->n++;
}

static int
by_name(const void *a, const void *b)
{
	const struct queue_name *x = a, *y = b;
	int d = strcmp(x->name, y->name);

	return d != 0 ? d : (x->at > y->at) - (x->at < y->at);
}

static int
by_order(const void *a, const void *b)
{
	const struct queue_name *x = a, *y = b;

	return (x->at > y->at) - (x->at < y->at);
}

void
queue_names_sort(struct queue_names *l)
{
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), by_name);
}

/*
 * Drop names that the client may not see and duplicates, and restore the order
 * of collection.
 */
static void
settle(const struct ctx *ctx, struct queue_names *l)
{
	size_t kept = 0;

	queue_names_sort(l);
	for (size_t i = 0; i < l->n; i++) {
		if ((kept > 0 &&
			strcmp(l->v[kept - 1].name, l->v[i].name) == 0) ||
		    !auth_may_queue(ctx, l->v[i].name))
			free(l->v[i].name);
		else
			l->v[kept++] = l->v[i];
	}
	l->n = kept;
	if (l->n > 1)
		qsort(l->v, l->n, sizeof(*l->v), by_order);
}

enum store_rc
queue_names_collect(struct ctx *ctx, struct queue_names *l)
{
	struct queue_list queues = { NULL, 0, 0 };
	enum store_rc rc = sched_queues(&ctx->sched, &queues);
	struct err why;

	for (size_t i = 0; i < queues.n; i++)
		add(l, queues.v[i].name);
	queue_list_fini(&queues);
	for (size_t i = 0; i < ctx->conf->nqueues; i++)
		if (is_plain_name(ctx->conf->queues[i].glob))
			add(l, ctx->conf->queues[i].glob);
	if (rc == STORE_OK)
		rc = sched_queues_consumed(&ctx->sched, add, l);
	if (rc == STORE_OK &&
	    brokers_names(ctx_brokers(ctx), add, l, &why) == -1)
		log_event(LOG_LEVEL_WARN, "broker", LOG_KEY_ERROR, why.text,
		    NULL);
	settle(ctx, l);
	return rc == STORE_OK && l->is_failed ? STORE_FULL : rc;
}

void
queue_names_fini(struct queue_names *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].name);
	free(l->v);
	*l = (struct queue_names){ NULL, 0, 0, false };
}

enum store_rc
queue_is_known(struct ctx *ctx, const char *queue, bool *out)
{
	const struct conf_queue *q = conf_queue_for(ctx->conf, queue);
	struct job_registration known = { .is_answered = false };

	*out = true;
	if (q->broker == CONF_BROKER_FUNBOOST) {
		if (input_registration(ctx, queue, &known) != NULL &&
		    known.is_answered)
			*out = known.sig.is_known || q != &ctx->conf->other;
		brokers_forget(&known);
		return STORE_OK;
	}
	if (q != &ctx->conf->other || q->broker != CONF_BROKER_SQLITE)
		return STORE_OK;
	return sched_queue_is_consumed(&ctx->sched, queue, out);
}

void
queue_warn_unknown(struct ctx *ctx, const char *queue, struct response *res)
{
	const struct warn_text text = {
		.text = { "no worker has registered queue %1, no section of "
			  "the configuration names it, and no consumer has "
			  "asked for its messages",
		    "队列 %1 未知：没有消费者注册，配置中没有，也没有消费者取过消息" },
		.a = queue,
	};
	bool is_known;

	/* A failure is ignored: the request itself has succeeded. */
	if (queue_is_known(ctx, queue, &is_known) == STORE_OK && !is_known)
		warns_add(&res->warns, WARN_UNKNOWN_QUEUE, &text);
}
