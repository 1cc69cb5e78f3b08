/*
 * Which alerts are sent where, in batches, and what became of them.  What a
 * batch goes through is in net/webhook/ and net/command/.  Tested in
 * tests/ticker/alerts.bats.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/conf/conf.h"
#include "lib/store/alert.h"
#include "ticker/broker/alert.h"
#include "ticker/broker/receiver.h"
#include "ticker/broker/sender.h"
#include "lib/base/ban.h"

/* Lease of an alert; longer than any attempt. */
#define LEASE_US (11 * 60 * CLOCK_US_PER_S)

/* Minimum interval between reads of the outbox. */
#define RETRY_US (CLOCK_US_PER_S / 4)

/* Maximum alerts read to find those that can be sent now. */
#define SCAN_MAX 100

/* Maximum such reads per transaction. */
#define ROUNDS_MAX 20

/* How long a sent alert is remembered: 40 days. */
#define KEEP_US (INT64_C(40) * 86400 * CLOCK_US_PER_S)
#define PRUNE_ROWS 1000

/* Maximum sections that an alert is sent to. */
#define SECTIONS_MAX 64

/* A section of the configuration. */
struct recipient {
	const struct conf_alert *to;
	struct sender *sender;	      /* NULL: not used yet */
	struct sender_batch *sending; /* being sent */
	struct sender_batch *back;    /* sent, result not stored yet */
	struct sender_batch *next;    /* taken from the store, not sent yet */
};

struct alerts {
	struct sched *s;
	int wake_fd;
	struct recipient *v;
	size_t n;
	bool is_pruned;
	bool is_stopped;
};

struct alerts *
alerts_new(struct sched *s, int wake_fd)
{
	struct alerts *a = calloc(1, sizeof(*a));

	if (a == NULL)
		return NULL;
	a->s = s;
	a->wake_fd = wake_fd;
	a->n =
	    s->conf->nalerts < SECTIONS_MAX ? s->conf->nalerts : SECTIONS_MAX;
	if ((a->v = calloc(a->n + 1, sizeof(*a->v))) == NULL) {
		free(a);
		return NULL;
	}
	for (size_t i = 0; i < a->n; i++)
		a->v[i].to = &s->conf->alerts[i];
	return a;
}

size_t
alerts_count(const struct alerts *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		n += (a->v[i].sending != NULL) + (a->v[i].back != NULL);
	return n;
}

/* Return whether it was sent to the section of that name. */
static bool
was_sent(const char *done, const char *name)
{
	size_t n = strlen(name);
	const char *p = done;

	for (; (p = strstr(p, name)) != NULL; p++)
		if (p > done && p[-1] == ',' && p[n] == ',')
			return true;
	return false;
}

/*
 * Set *left to the sections still to be sent to; return their number.  They
 * rotate by attempt, so that one that is down does not delay the others.
 */
static size_t
list_left(const struct alerts *a, const struct alert *al,
    struct recipient *left[SECTIONS_MAX])
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++) {
		size_t at = ((size_t)al->attempt + i) % a->n;

		if (receiver_wants(a->s->conf, a->v[at].to, al) &&
		    !was_sent(al->done, a->v[at].to->name))
			left[n++] = &a->v[at];
	}
	return n;
}

/* Maximum alerts per batch: all attempts must end within the lease. */
static size_t
batch_max(const struct alerts *a, const struct recipient *r)
{
	size_t most = (size_t)a->s->conf->max_parallel;

	/* One after the other. */
	if (r->to->form == CONF_FORM_MAIL && *r->to->server != '\0')
		return 1;
	return conf_alert_server(r->to) == CONF_SERVER_COMMAND ||
		most > SINK_ALERTS_MAX ?
	    SINK_ALERTS_MAX :
	    most;
}

/* Return whether another alert of a store can be sent there now. */
static bool
has_room(const struct alerts *a, const struct recipient *r, enum job_kind kind)
{
	return r->sending == NULL && r->back == NULL &&
	    (r->next == NULL ||
		(r->next->kind == kind && r->next->alerts.n < batch_max(a, r)));
}

/* Move a taken alert into the batch for r. */
static enum store_rc
add(const struct alerts *a, struct recipient *r, enum job_kind kind,
    struct alert *al)
{
	struct alert *v;

	if (r->next == NULL) {
		if ((r->next = calloc(1, sizeof(*r->next))) == NULL)
			return STORE_FULL;
		r->next->kind = kind;
		r->next->opened = a->s->memory_opened;
	}
	if ((v = alert_list_add(&r->next->alerts)) == NULL)
		return STORE_FULL;
	*v = *al;
	memset(al, 0, sizeof(*al));
	if (r->to->form != CONF_FORM_WEBHOOK &&
	    r->to->form != CONF_FORM_COMMAND)
		receiver_set_when(a->s, v);
	return STORE_OK;
}

/* What becomes of a due alert. */
struct picking {
	struct recipient *left[SECTIONS_MAX]; /* those still to get it */
	int64_t due_us[SECTIONS_MAX]; /* of the digest to count it; or 0 */
	size_t n;
	size_t to;    /* the one to send it to now; n: none */
	bool is_full; /* none of those that may get it has room */
};

static enum store_rc
plan_pick(const struct alerts *a, enum job_kind kind, const struct alert *al,
    struct picking *p)
{
	enum store_rc rc = STORE_OK;

	p->n = p->to = list_left(a, al, p->left);
	p->is_full = false;
	for (size_t i = 0; i < p->n && rc == STORE_OK; i++) {
		rc = receiver_due(a->s, a->s->stores[kind], p->left[i]->to, al,
		    &p->due_us[i]);
		if (p->due_us[i] != 0 || p->to < p->n)
			continue;
		if (has_room(a, p->left[i], kind))
			p->to = i;
		else
			p->is_full = true;
	}
	p->is_full = p->is_full && p->to == p->n;
	return rc;
}

/* Count a taken alert in the digests of those who do not get it by itself. */
static enum store_rc
hold(const struct alerts *a, struct store *st, const struct alert *al,
    const struct picking *p)
{
	enum store_rc rc = STORE_OK;

	for (size_t i = 0; i < p->n && rc == STORE_OK; i++)
		if (p->due_us[i] != 0)
			rc = receiver_hold(a->s, st, p->left[i]->to, al,
			    p->due_us[i]);
	return rc;
}

/* A digest of a receiver that is no longer configured: nothing is added. */
static enum store_rc
drop_digest(struct store *st, const struct alert *al, const struct picking *p)
{
	return p->n == 0 ? store_digest_close(st, al->subject) : STORE_OK;
}

/* Add those to the ones who have it; return whether there are any. */
static bool
mark_held(const struct picking *p, struct alert *al)
{
	struct buf done = BUF_INIT;
	char *text;
	bool is_any = false;

	buf_str(&done, al->done);
	for (size_t i = 0; i < p->n; i++)
		if (p->due_us[i] != 0) {
			buf_printf(&done, "%s,", p->left[i]->to->name);
			is_any = true;
		}
	if ((text = buf_take(&done)) != NULL) {
		free(al->done);
		al->done = text;
	}
	return is_any;
}

/*
 * Take a due alert into a batch, or end it if no section wants it by itself.
 * *is_held: it was counted in a digest.  A digest whose text was read before
 * that has to be read again.
 */
static enum store_rc
pick(const struct alerts *a, enum job_kind kind, struct alert *al,
    bool *is_held)
{
	int64_t now = clock_get_us(a->s->clock);
	struct store_alert_end end = { NULL, ALERT_NEVER, now, NULL };
	struct store *st = a->s->stores[kind];
	struct picking p;
	enum store_rc rc = plan_pick(a, kind, al, &p);
	bool is_digest = al->kind == ALERT_DIGEST;

	if (rc != STORE_OK || (is_digest && *is_held))
		return rc;
	if (is_digest && p.n > 0 && p.to == p.n && !p.is_full)
		end.next_us = p.due_us[0];
	else if (!is_digest && mark_held(&p, al))
		*is_held = true;
	else if (p.is_full)
		return STORE_OK;
	if (p.is_full)
		end.next_us = now;
	rc = store_alert_take(st, al, now + LEASE_US);
	if (rc == STORE_OK)
		rc = is_digest ? drop_digest(st, al, &p) : hold(a, st, al, &p);
	end.done = al->done;
	if (rc == STORE_OK && p.to == p.n)
		rc = store_alert_settle(st, al, &end);
	else if (rc == STORE_OK &&
	    (rc = receiver_note(a->s, st, p.left[p.to]->to, al)) == STORE_OK)
		rc = add(a, p.left[p.to], kind, al);
	/* STORE_NOTFOUND: another tick has taken it. */
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* Of a flood, more are read as long as they go into digests. */
static enum store_rc
pick_all(const struct alerts *a, enum job_kind kind)
{
	enum store_rc rc = STORE_OK;
	bool is_held = true;

	for (int round = 0; round < ROUNDS_MAX && is_held && rc == STORE_OK;
	     round++) {
		struct alert_list l = { NULL, 0, 0 };

		is_held = false;
		rc = store_alert_due(a->s->stores[kind],
		    clock_get_us(a->s->clock), SCAN_MAX, &l);
		for (size_t i = 0; i < l.n && rc == STORE_OK; i++)
			rc = pick(a, kind, &l.v[i], &is_held);
		alert_list_fini(&l);
	}
	return rc;
}

/* The reason why the alert was not sent; NULL: it was. */
static const char *
reason_of(const struct sender_batch *b, const struct sink_message *m)
{
	if (m->end == SINK_DONE)
		return NULL;
	return m->why != NULL ? m->why : b->is_lost ? b->why.text : "no answer";
}

static enum store_rc
settle(const struct alerts *a, const struct recipient *r, size_t i)
{
	const struct sink_message *m = &r->back->m[i];
	const struct alert *al = &r->back->alerts.v[i];
	int64_t now = clock_get_us(a->s->clock);
	struct store_alert_end end = { .now_us = now, .next_us = ALERT_NEVER };
	struct recipient *left[SECTIONS_MAX];
	struct buf done = BUF_INIT;
	enum store_rc rc;

	buf_str(&done, al->done);
	if ((end.reason = reason_of(r->back, m)) == NULL) {
		buf_printf(&done, "%s,", r->to->name);
		if (list_left(a, al, left) > 1)
			end.next_us = now;
	} else {
		end.next_us = receiver_retry_us(al, now, m->retry_us);
		receiver_log(r->to, al, end.next_us == ALERT_NEVER, end.reason);
	}
	end.done = buf_cstr(&done);
	rc = store_alert_settle(a->s->stores[r->back->kind], al, &end);
	buf_fini(&done);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* Store the results of all alerts of one store. */
static enum store_rc
apply_all(const struct alerts *a, enum job_kind kind)
{
	enum store_rc rc = STORE_OK;

	for (size_t k = 0; k < a->n; k++) {
		const struct recipient *r = &a->v[k];

		if (r->back == NULL || r->back->kind != kind)
			continue;
		for (size_t i = 0; i < r->back->n && rc == STORE_OK; i++)
			rc = settle(a, r, i);
	}
	return rc;
}

/* Take the batches that were sent. */
static void
collect(struct alerts *a)
{
	for (size_t i = 0; i < a->n; i++) {
		struct recipient *r = &a->v[i];
		struct sender_batch *b;

		if (r->sending == NULL || (b = sender_take(r->sender)) == NULL)
			continue;
		r->sending = NULL;
		r->back = b;
		/* The memory store was replaced: nothing to update. */
		if (b->kind == JOB_MEMORY &&
		    (sched_store(a->s, JOB_MEMORY) == NULL ||
			b->opened != a->s->memory_opened)) {
			sender_batch_free(b);
			r->back = NULL;
		}
	}
}

/* Make the messages of a batch from its alerts. */
static int
finish_batch(struct sender_batch *b)
{
	if ((b->m = calloc(b->alerts.n, sizeof(*b->m))) == NULL)
		return -1;
	b->n = b->alerts.n;
	for (size_t i = 0; i < b->n; i++)
		b->m[i] = (struct sink_message){
			.id = b->alerts.v[i].name,
			.queue = "",
			.text = b->alerts.v[i].body,
			.when = b->alerts.v[i].when,
			.when_zone = b->alerts.v[i].zone,
			.attempt = b->alerts.v[i].attempt,
		};
	return 0;
}

/* Without memory or a thread it is tried again when its lease ends. */
static void
send_next(struct alerts *a, struct recipient *r)
{
	const struct sink_opts o = {
		.conf = a->s->conf,
		.kind = conf_alert_server(r->to),
		.alert = r->to,
	};

	if (r->sender == NULL)
		r->sender = sender_new(&o, a->wake_fd);
	if (r->sender != NULL && finish_batch(r->next) == 0 &&
	    sender_give(r->sender, r->next) == 0)
		r->sending = r->next;
	else {
		log_event(LOG_LEVEL_ERR, "no-thread", "alert", r->to->name,
		    NULL);
		sender_batch_free(r->next);
	}
	r->next = NULL;
}

/*
 * After the transaction on one store: send the alerts taken in it, and free
 * those whose result was stored.
 */
static void
move_on(struct alerts *a, enum job_kind kind, bool is_written)
{
	for (size_t i = 0; i < a->n; i++) {
		struct recipient *r = &a->v[i];

		if (is_written && r->back != NULL && r->back->kind == kind) {
			sender_batch_free(r->back);
			r->back = NULL;
		}
		if (r->next == NULL)
			continue;
		if (is_written)
			send_next(a, r);
		else {
			sender_batch_free(r->next);
			r->next = NULL;
		}
	}
}

/* Remove old records, once per tick that has alerts. */
static enum store_rc
prune(const struct alerts *a, enum job_kind kind)
{
	return a->is_pruned ?
	    STORE_OK :
	    store_alert_prune(a->s->stores[kind],
		clock_get_us(a->s->clock) - KEEP_US, PRUNE_ROWS);
}

static void
pump_store(struct alerts *a, enum job_kind kind)
{
	struct store *st = a->s->stores[kind];
	enum store_rc rc;

	if (store_begin(st) != STORE_OK)
		return;
	rc = apply_all(a, kind);
	if (rc == STORE_OK && !a->is_stopped)
		rc = prune(a, kind);
	if (rc == STORE_OK && !a->is_stopped)
		rc = pick_all(a, kind);
	if (rc == STORE_OK)
		rc = store_commit(st);
	else
		store_rollback(st);
	move_on(a, kind, rc == STORE_OK);
}

/* Return whether there are results of the store. */
static bool
has_back(const struct alerts *a, enum job_kind kind)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].back != NULL && a->v[i].back->kind == kind)
			return true;
	return false;
}

/* Return whether an alert can be sent now. */
static bool
has_free(const struct alerts *a)
{
	for (size_t i = 0; i < a->n && !a->is_stopped; i++)
		if (a->v[i].sending == NULL && a->v[i].back == NULL)
			return true;
	return false;
}

void
alerts_pump(struct alerts *a, int64_t *next)
{
	int64_t now, n;

	collect(a);
	SCHED_EACH(at, a->s, SCHED_ANY, true) {
		if (store_alert_next(at.st, &n) != STORE_OK)
			continue;
		now = clock_get_us(a->s->clock);
		if (has_back(a, at.kind) || (n <= now && has_free(a))) {
			pump_store(a, at.kind);
			if (store_alert_next(at.st, &n) != STORE_OK)
				continue;
		}
		/* Do not read at once again what could not be taken. */
		if (n < now + RETRY_US)
			n = now + RETRY_US;
		*next = n < *next ? n : *next;
	}
	a->is_pruned = true;
}

void
alerts_stop(struct alerts *a)
{
	a->is_stopped = true;
	for (size_t i = 0; i < a->n; i++)
		if (a->v[i].sender != NULL)
			sender_stop(a->v[i].sender);
}

void
alerts_free(struct alerts *a, int64_t wait_us)
{
	if (a == NULL)
		return;
	for (size_t i = 0; i < a->n; i++) {
		sender_free(a->v[i].sender, wait_us);
		sender_batch_free(a->v[i].back);
	}
	free(a->v);
	free(a);
}

bool
alerts_are_due(struct sched *s, int64_t *next)
{
	int64_t now = clock_get_us(s->clock), n;
	bool is_due = false;

	SCHED_EACH(at, s, SCHED_ANY, s->conf->nalerts > 0) {
		if (store_alert_next(at.st, &n) != STORE_OK)
			continue;
		is_due = is_due || n <= now;
		*next = n < *next ? n : *next;
	}
	return is_due;
}

/* If a power cut loses this, the next tick removes it. */
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

void
alerts_forget(struct sched *s)
{
	SCHED_EACH(at, s, SCHED_ANY, s->conf->nalerts == 0)
		forget(at.st);
}
