#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/base/log.h"
#include "lib/sched/sched.h"
#include "lib/base/stop.h"
#include "lib/store/alert.h"
#include "ticker/tick/alert.h"
#include "ticker/tick/alert_send.h"
#include "net/http/http.h"
#include "lib/base/ban.h"

#define PARALLEL 8

/* So long nobody else takes one; longer than any attempt. */
#define LEASE_US (11 * 60 * CLOCK_US_PER_S)

/* When the outbox is looked into again, at the soonest. */
#define RETRY_US (CLOCK_US_PER_S / 4)

/* How long the end of a tick is put off for those under way. */
#define END_US (10 * CLOCK_US_PER_S)

/* So long it is remembered that something was told. */
#define KEEP_US (INT64_C(40) * 86400 * CLOCK_US_PER_S)
#define PRUNE_ROWS 1000

struct alerts {
	struct sched *s;
	struct http *http; /* NULL until the first webhook */
	struct attempt v[PARALLEL];
	bool is_pruned;
};

/* Made when the first one is due. */
static struct alerts *
alerts_new(struct sched *s)
{
	struct alerts *a = calloc(1, sizeof(*a));

	if (a != NULL)
		a->s = s;
	return a;
}

int
alerts_count(const struct alerts *a)
{
	int n = 0;

	for (int i = 0; a != NULL && i < PARALLEL; i++)
		n += a->v[i].is_used;
	return n;
}

/* Write what came of an attempt, in a transaction of its own. */
static enum store_rc
settle(struct store *st, const struct alert *a,
    const struct store_alert_end *end)
{
	enum store_rc rc = store_begin(st);

	if (rc != STORE_OK)
		return rc;
	rc = store_alert_settle(st, a, end);
	if (rc == STORE_OK)
		return store_commit(st);
	store_rollback(st);
	return rc;
}

static void
log_failure(const struct attempt *t, int64_t next_us)
{
	char attempt[24];

	(void)snprintf(attempt, sizeof(attempt), "%" PRId64, t->a.attempt);
	log_event(next_us == ALERT_NEVER ? LOG_LEVEL_ERR : LOG_LEVEL_WARN,
	    next_us == ALERT_NEVER ? "alert-given-up" : "alert-failed", "alert",
	    t->to->name, "id", t->a.name, "attempt", attempt, LOG_KEY_ERROR,
	    t->why, NULL);
}

/*
 * By chance, a number that differs from alert to alert and from host to host.
 */
static uint64_t
chance(const struct attempt *t, int64_t now_us)
{
	return ((uint64_t)now_us ^ (uint64_t)getpid() << 20 ^
		   (uint64_t)t->a.id) *
	    UINT64_C(0x9e3779b97f4a7c15) >>
	    16;
}

/* An attempt is over: the slot is free again. */
static void
finish(struct alerts *a, struct attempt *t)
{
	int64_t now = clock_get_us(a->s->clock), delay;
	struct store_alert_end end = { .now_us = now, .next_us = ALERT_NEVER };
	struct store *st = sched_store(a->s, t->kind);
	const struct conf_alert *other;
	struct buf done = BUF_INIT;

	buf_str(&done, t->a.done);
	if (t->why[0] == '\0') {
		buf_printf(&done, "%s,", t->to->name);
		if (alert_choose(a->s->conf, &t->a, &other) > 1)
			end.next_us = now;
	} else {
		delay = alert_delay_us(t->a.attempt, chance(t, now));
		if (delay >= 0)
			end.next_us = now + delay;
		end.reason = t->why;
		log_failure(t, end.next_us);
	}
	end.done = buf_cstr(&done);
	/*
	 * Else it is tried again when its lease is over: told twice, perhaps.
	 */
	if (st != NULL)
		(void)settle(st, &t->a, &end);
	buf_fini(&done);
	alert_fini(&t->a);
	t->is_used = false;
}

/* A webhook has answered, or has not; any 2xx will do. */
static void
take_result(const struct http_result *r)
{
	struct attempt *t = r->cookie;

	if (r->end != HTTP_ANSWERED)
		(void)snprintf(t->why, sizeof(t->why), "%s", r->error);
	else if (r->status < 200 || r->status > 299)
		(void)snprintf(t->why, sizeof(t->why), "status %d", r->status);
	t->is_over = true;
}

static void
collect(struct alerts *a)
{
	struct http_result *r;

	if (a->http != NULL)
		http_wait(a->http, clock_mono_us());
	while (a->http != NULL && (r = http_result(a->http)) != NULL) {
		take_result(r);
		http_result_free(r);
	}
	for (int i = 0; i < PARALLEL; i++) {
		if (!a->v[i].is_used)
			continue;
		attempt_check(&a->v[i]);
		if (a->v[i].is_over)
			finish(a, &a->v[i]);
	}
}

static struct attempt *
free_slot(struct alerts *a)
{
	for (int i = 0; i < PARALLEL; i++)
		if (!a->v[i].is_used)
			return &a->v[i];
	return NULL;
}

/* Take al out of its outbox; what nobody wants to hear is over at once. */
static enum store_rc
take(struct alerts *a, enum job_kind kind, struct alert *al,
    const struct conf_alert **to)
{
	struct store *st = a->s->stores[kind];
	int64_t now = clock_get_us(a->s->clock);
	struct store_alert_end end = { al->done, ALERT_NEVER, now, NULL };
	enum store_rc rc;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	rc = store_alert_take(st, al, now + LEASE_US);
	if (rc == STORE_OK && alert_choose(a->s->conf, al, to) == 0)
		rc = store_alert_settle(st, al, &end);
	if (rc == STORE_OK)
		return store_commit(st);
	store_rollback(st);
	return rc;
}

/* Begin with what is due in one store, as far as there is room. */
static void
begin(struct alerts *a, enum job_kind kind)
{
	int64_t now = clock_get_us(a->s->clock);
	struct alert_list l = { NULL, 0, 0 };
	const struct conf_alert *to = NULL;
	struct attempt *t;
	enum store_rc rc;

	rc = store_alert_due(a->s->stores[kind], now,
	    PARALLEL - alerts_count(a), &l);
	for (size_t i = 0; rc == STORE_OK && i < l.n; i++) {
		if (take(a, kind, &l.v[i], &to) != STORE_OK || to == NULL ||
		    (t = free_slot(a)) == NULL)
			continue;
		*t = (struct attempt){
			.is_used = true,
			.a = l.v[i],
			.kind = kind,
			.to = to,
		};
		memset(&l.v[i], 0, sizeof(l.v[i]));
		attempt_start(t, a->s->conf, &a->http, now);
		if (t->is_over)
			finish(a, t);
	}
	alert_list_fini(&l);
}

/* Once a tick that has alerts. */
static void
prune(struct alerts *a)
{
	int64_t before = clock_get_us(a->s->clock) - KEEP_US;

	for (int k = 0; k < JOB_KIND__MAX && !a->is_pruned; k++) {
		struct store *st = a->s->stores[k];

		if (st == NULL || store_begin(st) != STORE_OK)
			continue;
		if (store_alert_prune(st, before, PRUNE_ROWS) == STORE_OK)
			(void)store_commit(st);
		else
			store_rollback(st);
	}
	a->is_pruned = true;
}

static void
pump_store(struct alerts **a, struct sched *s, enum job_kind kind,
    int64_t *next)
{
	int64_t now = clock_get_us(s->clock), n = ALERT_NEVER;
	struct store *st = s->stores[kind];

	if (store_alert_next(st, &n) != STORE_OK)
		return;
	if (n <= now) {
		if (*a == NULL && (*a = alerts_new(s)) == NULL)
			return;
		prune(*a);
		begin(*a, kind);
		if (alerts_count(*a) == PARALLEL ||
		    store_alert_next(st, &n) != STORE_OK)
			return;
		/* What could not be taken is not asked for again at once. */
		if (n < now + RETRY_US)
			n = now + RETRY_US;
	}
	if (n < *next)
		*next = n;
}

void
alerts_pump(struct alerts **a, struct sched *s, int64_t *next)
{
	if (*a != NULL)
		collect(*a);
	for (int k = 0; k < JOB_KIND__MAX && s->conf->nalerts > 0; k++)
		if (sched_store(s, (enum job_kind)k) != NULL)
			pump_store(a, s, (enum job_kind)k, next);
}

/* Let them go on for a moment. */
static void
rest(struct alerts *a)
{
	if (a->http != NULL && http_count(a->http) > 0)
		http_wait(a->http, clock_mono_us() + ALERTS_NAP_US);
	else
		clock_wait_us(a->s->clock, ALERTS_NAP_US);
}

/* What is lost of this in a power cut is forgotten by the next tick. */
static void
forget(struct store *st)
{
	bool is_any = false;

	if (store_alert_any(st, &is_any) != STORE_OK || !is_any)
		return;
	store_set_durable(st, false);
	if (store_begin(st) == STORE_OK) {
		if (store_alert_forget(st) == STORE_OK)
			(void)store_commit(st);
		else
			store_rollback(st);
	}
	store_set_durable(st, true);
}

static void
alerts_free(struct alerts *a)
{
	for (int i = 0; i < PARALLEL; i++) {
		if (!a->v[i].is_used)
			continue;
		attempt_kill(&a->v[i]);
		alert_fini(&a->v[i].a);
	}
	http_free(a->http);
	free(a);
}

void
alerts_end(struct alerts *a, struct sched *s)
{
	int64_t until = clock_mono_us() + END_US, next = ALERT_NEVER;

	for (int k = 0; k < JOB_KIND__MAX && s->conf->nalerts == 0; k++)
		if (sched_store(s, (enum job_kind)k) != NULL)
			forget(s->stores[k]);
	for (alerts_pump(&a, s, &next); alerts_count(a) > 0 &&
	     !stop_is_pending() && clock_mono_us() < until;
	     alerts_pump(&a, s, &next))
		rest(a);
	if (a != NULL)
		alerts_free(a);
}
