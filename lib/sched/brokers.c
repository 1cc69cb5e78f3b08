/*
 * The state of brokers, for users: which cannot be reached, since when, and
 * how many messages wait.  The ticker notes it (ticker/broker/).  Tested in
 * tests/broker/.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/conf/conf.h"
#include "lib/record/grant.h"
#include "lib/sched/brokers.h"
#include "lib/sched/sched_int.h"
#include "lib/store/endpoint.h"
#include "lib/base/ban.h"

void
broker_info_fini(struct broker_info *b)
{
	free(b->name);
	free(b->reason);
	memset(b, 0, sizeof(*b));
}

/* Add one section, with what the store knows about it. */
static enum store_rc
add_broker(struct sched *s, enum conf_server kind, int at,
    struct broker_list *out)
{
	struct broker_info *v = broker_list_add(out);
	struct endpoint_info endpoint = { .name = NULL };
	struct buf name = BUF_INIT;
	enum store_rc rc;

	if (v == NULL)
		return STORE_FULL;
	conf_server_name(s->conf, kind, at, &name);
	if ((v->name = buf_take(&name)) == NULL)
		return STORE_FULL;
	rc = store_endpoint_get(s->stores[JOB_DURABLE], v->name, &endpoint);
	if (rc == STORE_OK) {
		v->is_down = endpoint.fails > 0;
		v->since_us = endpoint.since_us;
		v->reason = endpoint.reason;
		endpoint.reason = NULL;
	}
	endpoint_info_fini(&endpoint);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* Count a queue's waiting messages at its server. */
static void
add_waiting(const struct conf *c, const struct queue_info *q,
    struct broker_list *out)
{
	const struct conf_queue *to = conf_queue_for(c, q->name);
	size_t at = 0;

	if (to->at < 0)
		return;
	for (int k = 0; k < (int)conf_broker_server(to->broker); k++)
		at += conf_server_count(c, (enum conf_server)k);
	out->v[at + (size_t)to->at].waiting += q->waiting;
	out->v[at + (size_t)to->at].is_used = true;
}

/* Keep only entries used by a queue that the actor may see. */
static void
drop_unused(struct broker_list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->n; i++) {
		if (l->v[i].is_used) {
			l->v[n++] = l->v[i];
			continue;
		}
		free(l->v[i].name);
		free(l->v[i].reason);
	}
	l->n = n;
}

enum store_rc
sched_brokers(struct sched *s, struct broker_list *out)
{
	struct queue_list queues = { NULL, 0, 0 };
	enum store_rc rc = STORE_OK;

	for (int k = 0; k < CONF_SERVER__MAX; k++) {
		size_t n = conf_server_count(s->conf, (enum conf_server)k);

		for (size_t i = 0; i < n && rc == STORE_OK; i++)
			rc = add_broker(s, (enum conf_server)k, (int)i, out);
	}
	if (rc == STORE_OK && out->n > 0)
		rc = sched_queues(s, &queues);
	for (size_t i = 0; i < queues.n && rc == STORE_OK; i++)
		if (grant_queue(s->grant, queues.v[i].name))
			add_waiting(s->conf, &queues.v[i], out);
	queue_list_fini(&queues);
	if (!grant_queue(s->grant, NULL))
		drop_unused(out);
	return rc;
}

enum store_rc
sched_why_waiting(struct sched *s, const char *queue, struct buf *out)
{
	const struct conf_queue *q = conf_queue_for(s->conf, queue);
	struct endpoint_info endpoint = { .name = NULL };
	struct buf name = BUF_INIT;
	enum store_rc rc;

	if (q->at < 0)
		return STORE_OK;
	conf_server_name(s->conf, conf_broker_server(q->broker), q->at, &name);
	rc = store_endpoint_get(s->stores[JOB_DURABLE], buf_cstr(&name),
	    &endpoint);
	/* A server that refuses messages has a reason per message. */
	if (rc == STORE_OK && endpoint.fails > 0 && endpoint.reason != NULL)
		buf_printf(out, "waiting: %s: %s", endpoint.name,
		    endpoint.reason);
	endpoint_info_fini(&endpoint);
	buf_fini(&name);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}
