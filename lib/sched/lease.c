/*
 * Leases of messages for consumers, over both stores: lease, acknowledge,
 * extend, return.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/sched/sched_int.h"
#include "lib/base/ban.h"

/*
 * The text of a lease for consumers: the store's letter, then the store's
 * text.
 */
static const char store_letters[JOB_KIND__MAX] = {
	[JOB_DURABLE] = 'd',
	[JOB_MEMORY] = 'm',
};

int64_t
sched_max_deliveries(const struct sched *s, const char *queue)
{
	const struct conf_queue *q = conf_queue_for(s->conf, queue);

	return q == NULL ? s->conf->max_deliveries : q->max_deliveries;
}

static void
lease_mark(struct message *m, enum job_kind kind)
{
	size_t n = strlen(m->lease);

	/* The store leaves room for one more byte in its text. */
	if (n + 2 > sizeof(m->lease))
		n = sizeof(m->lease) - 2;
	memmove(m->lease + 1, m->lease, n + 1);
	m->lease[0] = store_letters[kind];
}

/* Remove messages whose lease was not committed. */
static void
lease_drop(struct message_list *l, size_t had)
{
	while (l->n > had) {
		l->n--;
		free(l->v[l->n].reason);
		free(l->v[l->n].body);
	}
}

/* Lease from one store, up to w->max messages in total. */
static enum store_rc
lease_from(struct sched *s, enum job_kind kind, const struct sched_lease *w,
    struct message_list *out)
{
	const int64_t deliveries = sched_max_deliveries(s, w->queue);
	struct store *st = s->stores[kind];
	size_t had = out->n;
	enum store_rc rc;
	int64_t now;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	now = clock_get_us(s->clock);
	rc = store_message_expire(st, w->queue, deliveries, now);
	if (rc == STORE_OK && kind == JOB_DURABLE)
		rc = store_queue_note_leased(st, w->queue, now);
	if (rc == STORE_OK)
		rc = store_message_lease(st,
		    &(struct store_lease){
			.queue = w->queue,
			.worker = w->worker,
			.max = w->max - (int)had,
			.now_us = now,
			.until_us = now + w->lease_us,
		    },
		    out);
	rc = sched_end(st, rc);
	if (rc != STORE_OK)
		lease_drop(out, had);
	for (size_t i = had; i < out->n; i++)
		lease_mark(&out->v[i], kind);
	return rc;
}

enum store_rc
sched_lease(struct sched *s, const struct sched_lease *l,
    struct message_list *out)
{
	enum store_rc rc = STORE_OK;

	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK && (int)out->n < l->max)
		rc = lease_from(s, at.kind, l, out);
	/*
	 * Messages leased from the first store must reach the consumer even
	 * so.
	 */
	return out->n > 0 ? STORE_OK : rc;
}

/* The operation on each of some leased messages. */
struct lease_op {
	enum store_rc (*apply)(struct store *st, const char *queue,
	    const char *lease, const void *arg);
	const void *arg;
};

/* Those of one store in one transaction; expired leases are not counted. */
static enum store_rc
lease_apply_store(struct sched *s, enum job_kind kind,
    const struct sched_leases *l, const struct lease_op *op, size_t *done)
{
	struct store *st = s->stores[kind];
	enum store_rc rc;
	size_t held = 0;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	for (size_t i = 0; i < l->n && rc == STORE_OK; i++) {
		if (l->v[i][0] != store_letters[kind])
			continue;
		rc = op->apply(st, l->queue, l->v[i] + 1, op->arg);
		if (rc == STORE_OK)
			held++;
		else if (rc == STORE_NOTFOUND)
			rc = STORE_OK;
	}
	if ((rc = sched_end(st, rc)) == STORE_OK)
		*done += held;
	return rc;
}

static enum store_rc
lease_apply(struct sched *s, const struct sched_leases *l,
    const struct lease_op *op, size_t *done)
{
	enum store_rc rc = STORE_OK;

	*done = 0;
	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK)
		rc = lease_apply_store(s, at.kind, l, op, done);
	return rc;
}

static enum store_rc
apply_ack(struct store *st, const char *queue, const char *lease,
    const void *arg)
{
	return store_message_ack(st, queue, lease, arg);
}

/* What is said with an extension. */
struct extension {
	int64_t now_us, until_us;
	const struct work_progress *progress; /* or NULL */
};

static enum store_rc
apply_extend(struct store *st, const char *queue, const char *lease,
    const void *arg)
{
	const struct extension *x = arg;
	enum store_rc rc = store_message_extend(st, queue, lease, x->until_us);

	return rc == STORE_OK && x->progress != NULL ?
	    store_message_progress(st, queue, lease, x->now_us, x->progress) :
	    rc;
}

static enum store_rc
apply_nack(struct store *st, const char *queue, const char *lease,
    const void *arg)
{
	return store_message_nack(st, queue, lease, arg);
}

enum store_rc
sched_ack(struct sched *s, const struct sched_leases *l,
    const struct sched_work *work, size_t *done)
{
	const struct work_end end = {
		.outcome = OUTCOME_SUCCEEDED,
		.now_us = clock_get_us(s->clock),
		.status = work->status,
		.result = work->result,
		.output = work->output,
	};
	const struct lease_op op = { apply_ack, &end };

	return lease_apply(s, l, &op, done);
}

enum store_rc
sched_extend_with(struct sched *s, const struct sched_leases *l,
    int64_t lease_us, const struct work_progress *p, size_t *done)
{
	const int64_t now_us = clock_get_us(s->clock);
	const struct extension x = { now_us, now_us + lease_us, p };
	const struct lease_op op = { apply_extend, &x };

	return lease_apply(s, l, &op, done);
}

enum store_rc
sched_extend(struct sched *s, const struct sched_leases *l, int64_t lease_us,
    size_t *done)
{
	return sched_extend_with(s, l, lease_us, NULL, done);
}

enum store_rc
sched_nack(struct sched *s, const struct sched_leases *l,
    const struct sched_nack *how, size_t *done)
{
	const struct store_nack nack = {
		.now_us = clock_get_us(s->clock),
		.delay_us = how->delay_us,
		.is_delay_asked = how->is_delay_asked,
		.max_deliveries = sched_max_deliveries(s, l->queue),
		.reason = how->reason,
		.is_free = how->is_free,
		.end = {
			.now_us = clock_get_us(s->clock),
			.status = how->work.status,
			.result = how->work.result,
			.output = how->work.output,
		},
	};
	const struct lease_op op = { apply_nack, &nack };

	return lease_apply(s, l, &op, done);
}
