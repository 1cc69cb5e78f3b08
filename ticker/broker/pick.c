/*
 * Picks messages that are due from the outbox, queue by queue, into the next
 * batch of each endpoint. Tested in tests/broker/.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/list.h"
#include "lib/base/log.h"
#include "lib/record/message.h"
#include "lib/store/queue.h"
#include "ticker/broker/push_int.h"
#include "lib/base/ban.h"

/* Maximum messages per batch to a fast server. */
#define BATCH 2000

/* Minimum rows per read, to find expired ones even where few can be sent. */
#define STALE 100

/* Maximum reads per transaction, so that other writers get the store. */
#define ROUNDS 10

/* Time by which a lease outlasts the batches it is for. */
#define LEASE_SLACK_US (30 * CLOCK_US_PER_S)

/* Interval between attempts to lease an endpoint that another tick holds. */
#define HELD_US (CLOCK_US_PER_S / 2)

/* The state of picking from one queue. */
struct pick {
	struct push *p;
	struct store *st;
	enum job_kind kind;
	struct push_endpoint *l;
	const char *queue;
	int64_t now_us;
	int64_t *next;
};

static void
sooner(int64_t *next, int64_t at_us)
{
	if (at_us < *next)
		*next = at_us;
}

/* The number of messages that may be sent to the endpoint now. */
static size_t
room_of(const struct pick *t)
{
	const struct push_endpoint *l = t->l;
	size_t most = BATCH;

	if (l->nsending == PUSH_BATCHES ||
	    (l->next != NULL &&
		(l->next->kind != t->kind ||
		    l->next->bytes >= OUTBOX_BYTES_MAX)))
		return 0;
	if (l->kind == CONF_SERVER_WEBHOOK)
		most = (size_t)t->p->s->conf->max_parallel;
	else if (l->kind == CONF_SERVER_COMMAND)
		most = (size_t)t->p->s->conf->commands[l->at].parallel;
	/* A single message tries whether the server is up again. */
	if (l->info.fails > 0)
		most = l->nsending > 0 ? 0 : 1;
	return l->next == NULL	   ? most :
	    l->next->rows.n < most ? most - l->next->rows.n :
				     0;
}

/* Return whether the run is being sent to the endpoint. */
static bool
is_sending(const void *cookie, int64_t run)
{
	const struct pick *t = cookie;

	for (size_t i = 0; i < t->l->nsending; i++)
		if (push_batch_has(t->l->sending[i], t->kind, run))
			return true;
	return false;
}

/* Read up to limit due messages of the queue that are not being sent. */
static enum store_rc
read_due(const struct pick *t, size_t limit, struct outbox_list *out)
{
	const struct store_outbox_ask ask = {
		.queue = t->queue,
		.now_us = t->now_us,
		.limit = (int64_t)limit,
		.skip = t->l == NULL ? NULL : is_sending,
		.cookie = t,
	};

	return store_outbox_due(t->st, &ask, out);
}

/* Its age or attempts exceed the retry policy: dead letter. */
static enum store_rc
mark_dead(const struct pick *t, struct outbox *o, const char *why)
{
	enum store_rc rc;

	o->next_us = OUTBOX_NEVER;
	log_event(LOG_LEVEL_WARN, "run", LOG_KEY_RUN, o->id, "state", "dead",
	    "queue", o->queue, LOG_KEY_ERROR, why, NULL);
	rc = store_outbox_put_off(t->st, o, RUN_DEAD, why);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* Move a row into the current batch. */
static enum store_rc
take(const struct pick *t, struct outbox *o)
{
	struct push_endpoint *l = t->l;
	struct outbox *v;

	if (l->next == NULL) {
		if ((l->next = calloc(1, sizeof(*l->next))) == NULL)
			return STORE_FULL;
		l->next->kind = t->kind;
		l->next->opened = t->p->s->memory_opened;
	}
	if ((v = outbox_list_add(&l->next->rows)) == NULL)
		return STORE_FULL;
	l->next->bytes += outbox_bytes(o);
	*v = *o;
	memset(o, 0, sizeof(*o));
	return STORE_OK;
}

/*
 * Mark expired messages of l dead, and move up to *room of the others to the
 * batch; *room becomes what is left.
 */
static enum store_rc
take_some(const struct pick *t, struct outbox_list *l, size_t *room)
{
	enum store_rc rc = STORE_OK;
	const char *why;

	for (size_t i = 0; i < l->n && rc == STORE_OK && *room > 0; i++) {
		if ((why = outbox_is_expired(&l->v[i], t->now_us)) != NULL)
			rc = mark_dead(t, &l->v[i], why);
		else if ((rc = take(t, &l->v[i])) == STORE_OK)
			--*room;
	}
	return rc;
}

/*
 * Take up to room messages of the queue.  If all that were read have expired,
 * read on: the messages after them may expire before the next tick.
 */
static enum store_rc
take_due(const struct pick *t, size_t room)
{
	size_t limit = room < STALE ? STALE : room, left = room;
	enum store_rc rc = STORE_OK;
	bool has_more = true;

	for (int i = 0; i < ROUNDS && has_more && rc == STORE_OK; i++) {
		struct outbox_list l = { NULL, 0, 0 };

		if ((rc = read_due(t, limit, &l)) == STORE_OK)
			rc = take_some(t, &l, &left);
		has_more = l.n > 0 && left == room;
		outbox_list_fini(&l);
	}
	if (has_more)
		sooner(t->next, t->now_us);
	return rc;
}

/* Expire messages while nothing can be sent. */
static enum store_rc
drop_stale(const struct pick *t)
{
	struct outbox_list l = { NULL, 0, 0 };
	enum store_rc rc = read_due(t, STALE, &l);
	const char *why;

	for (size_t i = 0; i < l.n && rc == STORE_OK; i++) {
		if ((why = outbox_is_expired(&l.v[i], t->now_us)) != NULL)
			rc = mark_dead(t, &l.v[i], why);
	}
	outbox_list_fini(&l);
	return rc;
}

/* Lease the endpoint, so that no other process sends to it. */
static enum store_rc
hold(const struct pick *t)
{
	int64_t most = PUSH_BATCHES *
		conf_server_timeout_us(t->p->s->conf, t->l->kind, t->l->at) +
	    LEASE_SLACK_US;
	enum store_rc rc;

	if ((rc = push_endpoint_begin(t->p, t->kind)) != STORE_OK)
		return rc;
	rc = store_endpoint_take(t->p->s->stores[JOB_DURABLE], t->l->name,
	    t->p->me, t->now_us, t->now_us + most);
	rc = push_endpoint_end(t->p, t->kind, rc);
	t->l->is_held = rc == STORE_OK;
	return rc;
}

static enum store_rc
pick_endpoint(const struct pick *t)
{
	enum store_rc rc = push_load_signature(t->p, t->l);
	size_t room;

	if (rc != STORE_OK)
		return rc;
	/* No thread could be created: do not try again at once. */
	if (t->l->rest_us > t->now_us) {
		sooner(t->next, t->l->rest_us);
		return STORE_OK;
	}
	if (t->l->info.next_us > t->now_us) {
		sooner(t->next, t->l->info.next_us);
		return drop_stale(t);
	}
	/* Without room, wait for the result of a batch. */
	if ((room = room_of(t)) == 0)
		return STORE_OK;
	if ((rc = hold(t)) == STORE_OK) {
		rc = take_due(t, room);
		/* Read the next batch while a full one is sent. */
		if (room_of(t) == 0 && t->l->nsending + 1 < PUSH_BATCHES)
			sooner(t->next, t->now_us);
		return rc;
	}
	if (rc != STORE_NOTFOUND)
		return rc;
	sooner(t->next, t->now_us + HELD_US);
	return STORE_OK;
}

/* The configuration now has the queue as embedded: move the messages to it. */
static enum store_rc
requeue_locally(const struct pick *t, const struct outbox *o)
{
	const struct message_envelope e = {
		.task_id = o->id,
		.queue = o->queue,
		.job_id = o->job == 0 ? NULL : o->job_id,
		.scheduled_us = o->slot_us,
		.enqueued_us = t->now_us,
		.attempt = 1,
		.args = o->args,
		.kwargs = o->kwargs,
	};
	struct buf body = BUF_INIT;
	enum store_rc rc = store_outbox_sent(t->st, o->run, NULL);

	message_envelope(&e, &body);
	if (rc == STORE_OK && body.is_failed)
		rc = STORE_FULL;
	if (rc == STORE_OK)
		rc = store_message_insert(t->st,
		    &(struct store_message_new){
			.queue = o->queue,
			.body = buf_cstr(&body),
			.run = o->run,
			.slot_us = o->slot_us,
			.priority = o->priority,
			.now_us = t->now_us,
		    });
	buf_fini(&body);
	return rc;
}

static enum store_rc
pick_home(const struct pick *t)
{
	struct outbox_list l = { NULL, 0, 0 };
	enum store_rc rc;

	rc = read_due(t, BATCH, &l);
	for (size_t i = 0; i < l.n && rc == STORE_OK; i++)
		rc = requeue_locally(t, &l.v[i]);
	/* More messages may be left. */
	if (l.n > 0)
		sooner(t->next, t->now_us);
	outbox_list_fini(&l);
	return rc;
}

/*
 * Return whether the queue belongs to this pass.  First those after the one
 * that filled its endpoint last, so that no queue starves.
 */
static bool
is_in_pass(const struct pick *t, bool is_second)
{
	const char *served = t->l == NULL ? NULL : t->l->served;

	return (served != NULL && strcmp(t->queue, served) <= 0) == is_second;
}

/* Pick from one queue, and record whether it filled its endpoint's batch. */
static enum store_rc
pick_queue(struct pick *t, int64_t due_us)
{
	size_t had =
	    t->l == NULL || t->l->next == NULL ? 0 : t->l->next->rows.n;
	enum store_rc rc;

	if (due_us > t->now_us) {
		sooner(t->next, due_us);
		return STORE_OK;
	}
	if (t->l == NULL)
		return pick_home(t);
	rc = pick_endpoint(t);
	if (rc != STORE_OK || t->l->next == NULL || t->l->next->rows.n == had)
		return rc;
	free(t->l->last);
	t->l->last = strdup(t->queue);
	return t->l->last == NULL ? STORE_FULL : STORE_OK;
}

/* Pick from all queues, in two passes. */
static enum store_rc
pick_queues(struct pick *t)
{
	char *at = NULL, *queue = NULL;
	enum store_rc rc = STORE_OK;
	int64_t due_us;

	for (int pass = 0; pass < 2 && rc == STORE_OK; pass++) {
		free(at);
		if ((at = strdup("")) == NULL)
			return STORE_FULL;
		while ((rc = store_outbox_queue(t->st, at, &queue, &due_us)) ==
		    STORE_OK) {
			free(at);
			at = queue;
			t->queue = queue;
			t->l = push_endpoint_of(t->p, queue);
			if (is_in_pass(t, pass == 1) &&
			    (rc = pick_queue(t, due_us)) != STORE_OK)
				break;
		}
		rc = rc == STORE_NOTFOUND ? STORE_OK : rc;
	}
	free(at);
	return rc;
}

/* The next pass begins after the queues served last. */
static void
move_on(struct push_endpoint *l)
{
	if (l->last == NULL)
		return;
	free(l->served);
	l->served = l->last;
	l->last = NULL;
}

enum store_rc
push_pick(struct push *p, enum job_kind kind, int64_t now_us, int64_t *next)
{
	struct pick t = {
		.p = p,
		.st = p->s->stores[kind],
		.kind = kind,
		.now_us = now_us,
		.next = next,
	};
	enum store_rc rc = pick_queues(&t);
	struct push_endpoint *l;

	for (size_t i = 0; i < p->n && rc == STORE_OK; i++) {
		l = &p->endpoints[i];
		move_on(l);
		if (l->next != NULL && l->next->kind == kind &&
		    l->next->m == NULL)
			rc = push_batch_finish(l->next, now_us);
	}
	return rc;
}
