/*
 * The endpoints of a tick: which queue goes to which server, and the lease that
 * keeps another ticker from sending there. Tested in tests/broker/.
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "ticker/broker/push_int.h"
#include "lib/base/ban.h"

int
push_endpoints_name(struct push *p)
{
	const struct conf *c = p->s->conf;
	struct buf name = BUF_INIT;
	size_t n = 0;

	for (int k = 0; k < CONF_SERVER__MAX; k++)
		n += conf_server_count(c, (enum conf_server)k);
	if ((p->endpoints = calloc(n + 1, sizeof(*p->endpoints))) == NULL)
		return -1;
	for (int k = 0; k < CONF_SERVER__MAX; k++) {
		n = conf_server_count(c, (enum conf_server)k);
		for (size_t i = 0; i < n; i++) {
			struct push_endpoint *l = &p->endpoints[p->n];

			l->kind = (enum conf_server)k;
			l->at = (int)i;
			conf_server_name(c, l->kind, l->at, &name);
			if ((l->name = buf_take(&name)) == NULL)
				return -1;
			p->n++;
		}
	}
	return 0;
}

struct push_endpoint *
push_endpoint_of(struct push *p, const char *queue)
{
	const struct conf_queue *q = conf_queue_for(p->s->conf, queue);
	enum conf_server kind = conf_broker_server(q->broker);

	for (size_t i = 0; i < p->n; i++)
		if (p->endpoints[i].kind == kind && p->endpoints[i].at == q->at)
			return &p->endpoints[i];
	return NULL;
}

enum store_rc
push_load_signature(struct push *p, struct push_endpoint *l)
{
	enum store_rc rc;

	if (l->is_known)
		return STORE_OK;
	endpoint_info_fini(&l->info);
	rc = store_endpoint_get(p->s->stores[JOB_DURABLE], l->name, &l->info);
	l->is_known = rc == STORE_OK || rc == STORE_NOTFOUND;
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
push_endpoint_begin(struct push *p, enum job_kind kind)
{
	return kind == JOB_DURABLE ? STORE_OK :
				     store_begin(p->s->stores[JOB_DURABLE]);
}

enum store_rc
push_endpoint_end(struct push *p, enum job_kind kind, enum store_rc rc)
{
	struct store *st = p->s->stores[JOB_DURABLE];

	if (kind == JOB_DURABLE)
		return rc;
	if (rc == STORE_OK)
		return store_commit(st);
	store_rollback(st);
	return rc;
}

bool
push_endpoint_is_busy(const struct push_endpoint *l)
{
	const struct sender_batch *b = l->back;

	/*
	 * Those of the durable store are stored in the transaction of the
	 * lease.
	 */
	while (b != NULL && b->kind == JOB_DURABLE)
		b = b->next;
	return l->nsending > 0 || l->next != NULL || b != NULL;
}

enum store_rc
push_endpoints_release(struct push *p)
{
	struct store *st = p->s->stores[JOB_DURABLE];
	enum store_rc rc = STORE_OK;

	for (size_t i = 0; i < p->n && rc == STORE_OK; i++) {
		struct push_endpoint *l = &p->endpoints[i];

		if (l->is_held && !push_endpoint_is_busy(l))
			rc = store_endpoint_release(st, l->name, p->me);
	}
	return rc;
}
