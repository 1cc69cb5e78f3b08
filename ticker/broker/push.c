/*
 * Handing over to brokers, seen from the tick: begins batches, takes back those
 * that are done, waits. Tested in tests/broker/.
 */
#include "config.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/base/log.h"
#include "lib/time/tz.h"
#include "ticker/broker/alert.h"
#include "ticker/broker/push_int.h"
#include "lib/base/ban.h"

/* Delay after the store was busy. */
#define AGAIN_US (CLOCK_US_PER_S / 5)

/* Delay after a thread could not be created. */
#define REST_US CLOCK_US_PER_S

/* Maximum wait for the end of threads. */
#define END_US (CLOCK_US_PER_S / 2)

static int
open_pipe(int fds[2])
{
	if (pipe(fds) == -1)
		return -1;
	for (int i = 0; i < 2; i++) {
		if (fcntl(fds[i], F_SETFL, O_NONBLOCK) == -1 ||
		    fcntl(fds[i], F_SETFD, FD_CLOEXEC) == -1)
			return -1;
	}
	return 0;
}

struct push *
push_new(struct sched *s)
{
	struct push *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	p->s = s;
	p->wake[0] = p->wake[1] = -1;
	if (open_pipe(p->wake) == -1 || push_endpoints_name(p) == -1 ||
	    getentropy(&p->rand_state, sizeof(p->rand_state)) == -1 ||
	    getentropy(&p->me, sizeof(p->me)) == -1)
		goto err;
	return p;
err:
	push_free(p);
	return NULL;
}

/* Remove a batch that was sent from the list. */
static void
unlist(struct push_endpoint *l, const struct sender_batch *b)
{
	size_t n = 0;

	for (size_t i = 0; i < l->nsending; i++)
		if (l->sending[i] != b)
			l->sending[n++] = l->sending[i];
	l->nsending = n;
}

/* Before the batches are examined. */
static void
drain_wake(const struct push *p)
{
	char bytes[64];

	while (read(p->wake[0], bytes, sizeof(bytes)) > 0)
		continue;
}

/*
 * Take the batches sent to all endpoints; return whether there are results to
 * store.
 */
static bool
collect(struct push *p)
{
	struct sender_batch *b, **end;
	bool has_some = false;
	for (size_t i = 0; i < p->n; i++) {
		struct push_endpoint *l = &p->endpoints[i];

		l->is_known = false;
		for (end = &l->back; *end != NULL; end = &(*end)->next)
			continue;
		while (
		    l->sender != NULL && (b = sender_take(l->sender)) != NULL) {
			unlist(l, b);
			/* The memory store was replaced: nothing to update. */
			if (b->kind == JOB_MEMORY &&
			    (sched_store(p->s, JOB_MEMORY) == NULL ||
				b->opened != p->s->memory_opened)) {
				sender_batch_free(b);
				continue;
			}
			b->next = NULL;
			*end = b;
			end = &b->next;
		}
		has_some = has_some || l->back != NULL;
	}
	return has_some;
}

/* Free the batches of one store whose results are stored. */
static void
drop_back(struct push *p, enum job_kind kind)
{
	for (size_t i = 0; i < p->n; i++) {
		struct sender_batch **at = &p->endpoints[i].back, *b;

		while ((b = *at) != NULL) {
			if (b->kind == kind) {
				*at = b->next;
				sender_batch_free(b);
			} else
				at = &b->next;
		}
	}
}

/* Send or, if nothing was committed, free what was picked. */
static void
send_next(struct push *p, bool is_written)
{
	struct sched *s = p->s;

	for (size_t i = 0; i < p->n; i++) {
		struct push_endpoint *l = &p->endpoints[i];
		const struct sink_opts o = {
			.conf = s->conf,
			.kind = l->kind,
			.at = l->at,
			.zone = sched_tz(s),
		};

		if (l->next == NULL)
			continue;
		if (is_written && l->sender == NULL)
			l->sender = sender_new(&o, p->wake[1]);
		if (is_written && l->sender != NULL &&
		    sender_give(l->sender, l->next) == 0)
			l->sending[l->nsending++] = l->next;
		else {
			if (is_written) {
				log_event(LOG_LEVEL_ERR, "no-thread", "broker",
				    l->name, NULL);
				l->rest_us = clock_get_us(s->clock) + REST_US;
			}
			sender_batch_free(l->next);
		}
		l->next = NULL;
	}
}

/* The leases are released in the store. */
static void
forget_released(struct push *p)
{
	for (size_t i = 0; i < p->n; i++)
		p->endpoints[i].is_held = p->endpoints[i].is_held &&
		    push_endpoint_is_busy(&p->endpoints[i]);
}

/* Release the leases, so that other ticks need not wait for their end. */
static void
release(struct push *p)
{
	struct store *st = p->s->stores[JOB_DURABLE];
	enum store_rc rc;
	size_t i = 0;

	while (i < p->n &&
	    (!p->endpoints[i].is_held ||
		push_endpoint_is_busy(&p->endpoints[i])))
		i++;
	if (i == p->n || store_begin(st) != STORE_OK)
		return;
	if ((rc = push_endpoints_release(p)) == STORE_OK)
		rc = store_commit(st);
	else
		store_rollback(st);
	if (rc == STORE_OK)
		forget_released(p);
}

/* Work on one store, in a transaction. */
static enum store_rc
pump_store(struct push *p, enum job_kind kind, int64_t *next)
{
	struct store *st = p->s->stores[kind];
	int64_t now_us;
	enum store_rc rc;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	now_us = clock_get_us(p->s->clock);
	rc = push_apply(p, kind);
	if (rc == STORE_OK && !p->is_draining)
		rc = push_pick(p, kind, now_us, next);
	if (rc == STORE_OK && kind == JOB_DURABLE)
		rc = push_endpoints_release(p);
	if (rc == STORE_OK)
		rc = store_commit(st);
	else
		store_rollback(st);
	if (rc == STORE_OK)
		drop_back(p, kind);
	if (rc == STORE_OK && kind == JOB_DURABLE)
		forget_released(p);
	else if (rc == STORE_OK)
		release(p);
	send_next(p, rc == STORE_OK);
	return rc;
}

enum store_rc
push_pump(struct push *p, int64_t *next)
{
	bool has_back, has_work;
	enum store_rc rc = STORE_OK;

	drain_wake(p);
	has_back = collect(p);
	SCHED_EACH(it, p->s, SCHED_ANY, rc == STORE_OK) {
		has_work = has_back;
		if (!has_work && !p->is_draining)
			rc = store_outbox_any(it.st, &has_work);
		if (rc == STORE_OK && has_work)
			rc = pump_store(p, it.kind, next);
		if (rc == STORE_BUSY) {
			int64_t at = clock_get_us(p->s->clock) + AGAIN_US;

			*next = at < *next ? at : *next;
			rc = STORE_OK;
		}
	}
	return rc;
}

void
push_alerts(struct push *p, int64_t *next)
{
	if (p->alerts == NULL)
		p->alerts = alerts_new(p->s, p->wake[1]);
	if (p->alerts != NULL)
		alerts_pump(p->alerts, next);
}

size_t
push_count_alerts(const struct push *p)
{
	return p->alerts == NULL ? 0 : alerts_count(p->alerts);
}

size_t
push_count(const struct push *p)
{
	size_t n = 0;

	for (size_t i = 0; i < p->n; i++)
		n += p->endpoints[i].nsending + (p->endpoints[i].back != NULL);
	return n;
}

int
push_fd(const struct push *p)
{
	return p->wake[0];
}

void
push_drain(struct push *p)
{
	p->is_draining = true;
}

void
push_stop(struct push *p)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->endpoints[i].sender != NULL)
			sender_stop(p->endpoints[i].sender);
	if (p->alerts != NULL)
		alerts_stop(p->alerts);
}

void
push_free(struct push *p)
{
	if (p == NULL)
		return;
	release(p);
	for (size_t i = 0; i < p->n; i++) {
		struct push_endpoint *l = &p->endpoints[i];

		sender_free(l->sender, END_US);
		while (l->back != NULL) {
			struct sender_batch *b = l->back;

			l->back = b->next;
			sender_batch_free(b);
		}
		endpoint_info_fini(&l->info);
		free(l->served);
		free(l->last);
		free(l->name);
	}
	alerts_free(p->alerts, END_US);
	for (int i = 0; i < 2; i++)
		if (p->wake[i] != -1)
			(void)close(p->wake[i]);
	free(p->endpoints);
	free(p);
}
