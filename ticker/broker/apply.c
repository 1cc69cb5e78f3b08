/*
 * Writes what became of a batch into the store: sent, tried again, dead; and
 * how the endpoint is. Tested in tests/broker/.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/backoff.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/record/job.h"
#include "lib/base/log.h"
#include "lib/store/job.h"
#include "lib/store/policy.h"
#include "lib/store/work.h"
#include "ticker/broker/push_int.h"
#include "lib/base/ban.h"

/*
 * Initial and maximum delay before a server that cannot be reached is tried
 * again.
 */
#define DOWN_BASE_US CLOCK_US_PER_S
#define DOWN_CAP_US (60 * CLOCK_US_PER_S)

/* Minimum interval between attempts, whatever a job's retry says. */
#define AGAIN_MIN_US (CLOCK_US_PER_S / 5)

#define WHY_MAX 512

/* Log a run that has failed. */
static void
log_failure(const struct outbox *o, enum run_state state, const char *why)
{
	log_event(LOG_LEVEL_WARN, "run", LOG_KEY_RUN, o->id, "state",
	    run_state_name(state), "queue", o->queue, LOG_KEY_ERROR, why, NULL);
}

/* The attempt at a message that its server executes ended: its run's work. */
static enum store_rc
report(struct store *st, const struct outbox *o, const struct sink_message *m,
    enum outcome outcome)
{
	enum store_rc rc;

	if (m->started_us == 0 || m->finished_us == 0)
		return STORE_OK;
	rc = store_work_follow(st,
	    &(const struct run){
		.row = o->run,
		.reason = m->why,
		.work = { .outcome = outcome,
		    .last = { .n = o->attempt,
			.started_us = m->started_us,
			.finished_us = m->finished_us,
			.status = m->status } },
	    });
	return rc == STORE_OK && m->output != NULL ?
	    store_work_progress(st, o->run, m->finished_us,
		&(const struct work_progress){ .percent = WORK_NO_PERCENT,
		    .output = m->output }) :
	    rc;
}

/*
 * An attempt has failed: the next one after wait_us or the job's back-off,
 * whichever is longer, unless it was the last.
 */
static enum store_rc
again(struct push *p, struct store *st, struct outbox *o, int64_t wait_us,
    const char *why)
{
	int64_t now_us = clock_get_us(p->s->clock), wait;
	enum run_state state = RUN_DUE;
	char text[WHY_MAX];
	const char *over;

	o->attempt++;
	wait = outbox_backoff_us(o, backoff_rand32(&p->rand_state));
	if (wait < AGAIN_MIN_US)
		wait = AGAIN_MIN_US;
	o->next_us = now_us + (wait_us > wait ? wait_us : wait);
	(void)snprintf(text, sizeof(text), "attempt %lld: %s",
	    (long long)o->attempt, why == NULL ? "no answer" : why);
	if ((over = outbox_is_expired(o, now_us)) != NULL) {
		state = RUN_DEAD;
		o->next_us = OUTBOX_NEVER;
		(void)snprintf(text, sizeof(text),
		    "%s; attempt %lld was the last: %s", over,
		    (long long)o->attempt, why == NULL ? "no answer" : why);
		log_failure(o, state, text);
	}
	return store_outbox_put_off(st, o, state, text);
}

/*
 * The work of a run failed at a server that executes it: the next attempt by
 * its job's retry_failed.  It is no attempt at handing over: those, and their
 * age, count from here on.  STORE_NOTFOUND: its job says nothing of it.
 */
static enum store_rc
work_again(struct push *p, struct store *st, struct outbox *o,
    const struct sink_message *m)
{
	int64_t now_us = clock_get_us(p->s->clock), wait;
	enum run_state state = RUN_DUE;
	struct policy_retry r;
	char text[WHY_MAX];
	enum store_rc rc = store_policy_retry(st, o->run, &r);

	if (rc != STORE_OK || !r.is_given)
		return rc == STORE_OK ? STORE_NOTFOUND : rc;
	o->attempt++;
	wait = store_policy_delay_us(&r, ++r.failures);
	if (wait < AGAIN_MIN_US)
		wait = AGAIN_MIN_US;
	o->next_us = now_us + (m->retry_us > wait ? m->retry_us : wait);
	(void)snprintf(text, sizeof(text), "attempt %lld of %lld failed: %s",
	    (long long)r.failures, (long long)r.retry.max_attempts,
	    m->why == NULL ? "no answer" : m->why);
	if (r.failures >= r.retry.max_attempts) {
		state = RUN_DEAD;
		o->next_us = OUTBOX_NEVER;
		log_failure(o, state, text);
	}
	rc = store_policy_failed(st, o->run, &r);
	if (rc == STORE_OK && state == RUN_DUE)
		rc = store_outbox_renew(st, o->run, now_us);
	return rc == STORE_OK ? store_outbox_put_off(st, o, state, text) : rc;
}

/* Nothing was sent: it waits, and no attempt is counted. */
static enum store_rc
hold_off(struct push *p, struct store *st, struct outbox *o, int64_t wait_us,
    const char *why)
{
	char text[WHY_MAX];

	o->next_us = clock_get_us(p->s->clock) +
	    (wait_us > AGAIN_MIN_US ? wait_us : AGAIN_MIN_US);
	(void)snprintf(text, sizeof(text), "waiting: %.*s",
	    (int)(sizeof(text) - sizeof("waiting: ")),
	    why == NULL ? "no answer" : why);
	return store_outbox_put_off(st, o, RUN_DUE, text);
}

/* It was not done: whichever attempt that was. */
static enum store_rc
not_done(struct push *p, struct store *st, struct outbox *o,
    const struct sink_message *m, const char *why)
{
	enum store_rc rc = STORE_NOTFOUND;

	if (m->is_not_attempted)
		return hold_off(p, st, o, m->retry_us, why);
	if (m->started_us != 0 && m->finished_us != 0 && m->end == SINK_LATER)
		rc = work_again(p, st, o, m);
	if (rc == STORE_NOTFOUND)
		rc = again(p, st, o, m->retry_us, why);
	return rc == STORE_OK ?
	    report(st, o, m,
		o->next_us == OUTBOX_NEVER ? OUTCOME_DEAD : OUTCOME_QUEUED) :
	    rc;
}

/* Pause the job (queues.md: 410). */
static enum store_rc
pause_job(struct store *st, const struct outbox *o, const char *why,
    int64_t now_us)
{
	struct job j;
	enum store_rc rc;

	job_init(&j);
	rc = store_job_get(st, o->queue, o->job_id, &j);
	if (rc == STORE_OK && j.id == o->job && j.state == JOB_ACTIVE) {
		j.state = JOB_PAUSED;
		free(j.reason);
		j.reason = strdup(why);
		j.next_run_us = JOB_NEVER;
		j.changed_us = now_us;
		rc = store_job_move(st, &j);
	}
	job_fini(&j);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

static enum store_rc
refuse(struct store *st, struct outbox *o, const struct sink_message *m,
    int64_t now_us)
{
	const char *why = m->why == NULL ? "refused" : m->why;
	enum store_rc rc;

	o->attempt++;
	o->next_us = OUTBOX_NEVER;
	log_failure(o, RUN_REFUSED, why);
	rc = store_outbox_put_off(st, o, RUN_REFUSED, why);
	if (rc == STORE_OK && m->end == SINK_GONE && o->job != 0)
		rc = pause_job(st, o, why, now_us);
	return rc;
}

static enum store_rc
apply_one(struct push *p, struct store *st, const struct sender_batch *b,
    size_t i)
{
	const struct sink_message *m = &b->m[i];
	/* A copy: after a rollback it is applied again. */
	struct outbox o = b->rows.v[i];
	const char *why = m->why == NULL && b->is_lost ? b->why.text : m->why;
	enum store_rc rc = STORE_OK;

	switch (m->end) {
	case SINK_WAITS:
		/* With max_attempts, attempts without a connection count. */
		if (b->is_lost && o.retry.max_attempts > 0 && !p->is_draining)
			rc = again(p, st, &o, 0, why);
		break;
	case SINK_DONE:
		rc = store_outbox_sent(st, o.run, m->why);
		o.attempt++;
		if (rc == STORE_OK)
			rc = report(st, &o, m, OUTCOME_SUCCEEDED);
		break;
	case SINK_LATER:
	case SINK_UNKNOWN:
		rc = not_done(p, st, &o, m, why);
		break;
	case SINK_REFUSED:
	case SINK_GONE:
		rc = refuse(st, &o, m, clock_get_us(p->s->clock));
		if (rc == STORE_OK)
			rc = report(st, &o, m, OUTCOME_FAILED);
		break;
	}
	/* Another process has stored the end. */
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* Store the end of all delivered messages in one statement. */
static enum store_rc
apply_all(struct push *p, struct store *st, const struct sender_batch *b)
{
	int64_t *done = calloc(b->rows.n, sizeof(*done));
	enum store_rc rc = done == NULL ? STORE_FULL : STORE_OK;
	size_t n = 0;

	for (size_t i = 0; i < b->rows.n && rc == STORE_OK; i++) {
		if (b->m[i].end == SINK_DONE && b->m[i].why == NULL &&
		    b->m[i].started_us == 0)
			done[n++] = b->rows.v[i].run;
		else
			rc = apply_one(p, st, b, i);
	}
	if (rc == STORE_OK && n > 0)
		rc = store_outbox_sent_all(st, done, n);
	free(done);
	return rc;
}

/* There is no connection, or it was lost. */
static enum store_rc
endpoint_failed(struct push *p, struct push_endpoint *l, const char *why)
{
	int64_t now_us = clock_get_us(p->s->clock), wait;

	if (l->info.fails++ == 0)
		log_event(LOG_LEVEL_WARN, "broker-down", "broker", l->name,
		    LOG_KEY_ERROR, why, NULL);
	wait = backoff_max_us(DOWN_BASE_US, DOWN_CAP_US, l->info.fails);
	wait = wait / 2 +
	    (int64_t)(backoff_rand32(&p->rand_state) % (uint32_t)(wait / 2));
	l->info.next_us = now_us + wait;
	return store_endpoint_fail(p->s->stores[JOB_DURABLE], l->name, now_us,
	    l->info.next_us, why);
}

/* The server answers and refuses all: full, read-only, not for this user. */
static enum store_rc
endpoint_refused(struct push *p, struct push_endpoint *l, const char *why)
{
	if (l->info.since_us == 0 || l->info.fails > 0)
		log_event(LOG_LEVEL_WARN, "broker-refuses", "broker", l->name,
		    LOG_KEY_ERROR, why, NULL);
	l->info.since_us = clock_get_us(p->s->clock);
	l->info.fails = 0;
	l->info.next_us = 0;
	return store_endpoint_refuse(p->s->stores[JOB_DURABLE], l->name,
	    l->info.since_us, why);
}

static enum store_rc
endpoint_restored(struct push *p, struct push_endpoint *l)
{
	log_event(LOG_LEVEL_INFO, "broker-up", "broker", l->name, NULL);
	l->info.since_us = 0;
	l->info.fails = 0;
	l->info.next_us = 0;
	return store_endpoint_mend(p->s->stores[JOB_DURABLE], l->name);
}

/* What a batch that was not lost shows about the server. */
enum verdict { VERDICT_NONE, VERDICT_TAKES, VERDICT_REFUSES };

/* *why: the reason of VERDICT_REFUSES. */
static enum verdict
judge(const struct sender_batch *b, const char **why)
{
	enum verdict verdict = VERDICT_NONE;

	for (size_t i = 0; i < b->rows.n; i++) {
		if (b->m[i].is_via_rabbitmq)
			continue;
		if (b->m[i].end == SINK_DONE)
			return VERDICT_TAKES;
		if (b->m[i].is_server_error && b->m[i].why != NULL) {
			verdict = VERDICT_REFUSES;
			*why = b->m[i].why;
		}
	}
	return verdict;
}

/* Store what the batch shows about the server, if it has changed. */
static enum store_rc
apply_endpoint(struct push *p, struct push_endpoint *l,
    const struct sender_batch *b)
{
	const char *why = b->why.text;
	enum verdict verdict = b->is_lost ? VERDICT_NONE : judge(b, &why);
	enum store_rc rc = push_load_signature(p, l);
	bool is_restored;

	/* A server that answers is not down. */
	is_restored = !b->is_lost &&
	    (l->info.fails > 0 ||
		(verdict == VERDICT_TAKES && l->info.since_us != 0));
	if (rc != STORE_OK || p->is_draining ||
	    (!b->is_lost && verdict != VERDICT_REFUSES && !is_restored))
		return rc;
	if ((rc = push_endpoint_begin(p, b->kind)) != STORE_OK)
		return rc;
	rc = b->is_lost		       ? endpoint_failed(p, l, why) :
	    verdict == VERDICT_REFUSES ? endpoint_refused(p, l, why) :
					 endpoint_restored(p, l);
	return push_endpoint_end(p, b->kind, rc);
}

enum store_rc
push_apply(struct push *p, enum job_kind kind)
{
	struct store *st = p->s->stores[kind];
	enum store_rc rc = STORE_OK;

	for (size_t k = 0; k < p->n && rc == STORE_OK; k++) {
		for (const struct sender_batch *b = p->endpoints[k].back;
		     b != NULL && rc == STORE_OK; b = b->next) {
			if (b->kind != kind)
				continue;
			rc = apply_all(p, st, b);
			if (rc == STORE_OK)
				rc = apply_endpoint(p, &p->endpoints[k], b);
		}
	}
	return rc;
}
