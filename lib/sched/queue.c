/*
 * Queues: pausing, publishing, running a job now, reading and clearing
 * messages.  The pause is stored in the durable store and, so that a tick
 * reads only the store it works on, in the memory store if there is one.
 * Leases are lease.c's.  Tested in t_sched_queue.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/record/delivery.h"
#include "lib/sched/due_job.h"
#include "lib/sched/handover.h"
#include "lib/sched/sched_int.h"
#include "lib/store/job.h"
#include "lib/store/outbox.h"
#include "lib/trigger/due.h"
#include "lib/trigger/trigger.h"
#include "lib/base/ban.h"

#define BATCH_JOBS_MAX 1000 /* jobs per transaction of a resume */

enum store_rc
sched_queue_is_paused(struct sched *s, const char *queue, bool *out)
{
	return store_queue_is_paused(s->stores[JOB_DURABLE], queue, out);
}

/* Let one job skip what was due of it while its queue was paused. */
static enum store_rc
hold_job(const struct due_job *d, struct tz_cache *zones, const char *hold)
{
	const struct due_policy p = {
		.misfire_grace_us = d->job->misfire_grace_us,
		.coalesce = true,
		.max_catchup = 1,
		.jitter_seed = job_seed(d->job),
	};
	enum store_rc rc = STORE_FULL;
	struct due_plan plan;
	struct trigger *t;

	if ((t = due_job_trigger(d, zones, &rc)) == NULL)
		return rc;
	if (due_plan(t, &p, d->job->cursor_us, d->now_us, &plan) == 0)
		rc = due_job_hold(d, t, &plan, hold, NULL);
	if (rc == STORE_OK)
		rc = due_job_advance(d, &plan);
	due_plan_fini(&plan);
	trigger_free(t);
	return rc;
}

/*
 * Do what a tick would do in a paused queue, so that its end does not depend
 * on whether one came: at most so many jobs; *is_done: no due job is left.
 */
static enum store_rc
hold_jobs(struct sched *s, struct store *st, const char *queue, bool *is_done)
{
	struct due_job d = { st, NULL, clock_get_us(s->clock) };
	struct job_list jobs = { NULL, 0, 0 };
	struct buf hold = BUF_INIT;
	enum store_rc rc = store_queue_why_paused(st, queue, &hold);

	if (rc == STORE_OK && hold.len > 0)
		rc = store_job_due_queue(st, queue, d.now_us, BATCH_JOBS_MAX,
		    &jobs);
	for (size_t i = 0; i < jobs.n && rc == STORE_OK; i++) {
		d.job = &jobs.v[i];
		rc = hold_job(&d, s->zones, buf_cstr(&hold));
	}
	*is_done = jobs.n < BATCH_JOBS_MAX;
	job_list_fini(&jobs);
	buf_fini(&hold);
	return rc;
}

/* Operate the switch in the open transaction. */
static enum store_rc
set_switch(struct sched *s, struct store *st, const char *queue, bool is_paused)
{
	enum store_rc rc = store_queue_set_paused(st, queue, is_paused,
	    clock_get_us(s->clock), s->actor);

	return rc != STORE_OK ?
	    rc :
	    sched_audit(s, st, is_paused ? "queue.pause" : "queue.resume",
		queue, NULL);
}

/*
 * One store.  It stays paused until all that was due is recorded: whatever
 * ends this early, nothing of the pause is launched.
 */
static enum store_rc
set_paused(struct sched *s, struct store *st, const char *queue, bool is_paused)
{
	bool is_done = is_paused;
	enum store_rc rc;

	do {
		if ((rc = store_begin(st)) != STORE_OK)
			return rc;
		rc = sched_may_queue(s, queue);
		if (rc == STORE_OK && !is_paused)
			rc = sched_may_launch(s, st, queue);
		if (rc == STORE_OK && !is_paused)
			rc = hold_jobs(s, st, queue, &is_done);
		if (rc == STORE_OK && is_done)
			rc = set_switch(s, st, queue, is_paused);
		rc = sched_end(st, rc);
	} while (rc == STORE_OK && !is_done);
	return rc;
}

enum store_rc
sched_queue_set_paused(struct sched *s, const char *queue, bool is_paused)
{
	struct store *memory = sched_store(s, JOB_MEMORY);
	enum store_rc rc = STORE_OK;

	if (memory != NULL)
		rc = set_paused(s, memory, queue, is_paused);
	if (rc == STORE_OK)
		rc = set_paused(s, s->stores[JOB_DURABLE], queue, is_paused);
	/* Created meanwhile, it has the switch as it was. */
	if (rc == STORE_OK && memory == NULL &&
	    (memory = sched_store(s, JOB_MEMORY)) != NULL)
		rc = set_paused(s, memory, queue, is_paused);
	return rc;
}

enum store_rc
sched_queue_had_jobs(struct sched *s, const char *queue, bool *out)
{
	enum store_rc rc = STORE_OK;

	*out = false;
	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_OK && !*out; k++) {
		if (sched_store(s, (enum job_kind)k) != NULL)
			rc = store_job_gone_any(s->stores[k], queue, out);
	}
	return rc;
}

enum store_rc
sched_queue_is_consumed(struct sched *s, const char *queue, bool *out)
{
	return store_queue_is_consumed(s->stores[JOB_DURABLE], queue, out);
}

enum store_rc
sched_queues_consumed(struct sched *s, store_queue_visit *visit, void *cookie)
{
	return store_queue_consumed(s->stores[JOB_DURABLE], visit, cookie);
}

static int
queue_order(const void *a, const void *b)
{
	const struct queue_info *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static void
queue_add_up(struct queue_info *to, const struct queue_info *q)
{
	to->is_paused = to->is_paused || q->is_paused;
	to->jobs += q->jobs;
	to->ready += q->ready;
	to->held += q->held;
	to->dead += q->dead;
	to->waiting += q->waiting;
	if (to->oldest_us == 0 ||
	    (q->oldest_us != 0 && q->oldest_us < to->oldest_us))
		to->oldest_us = q->oldest_us;
}

enum store_rc
sched_queues(struct sched *s, struct queue_list *out)
{
	enum store_rc rc = STORE_OK;
	size_t n = 0;

	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK)
		rc = store_queue_list(at.st, out);
	if (rc != STORE_OK || out->n == 0)
		return rc;
	qsort(out->v, out->n, sizeof(out->v[0]), queue_order);
	for (size_t i = 1; i < out->n; i++) {
		if (strcmp(out->v[n].name, out->v[i].name) == 0) {
			queue_add_up(&out->v[n], &out->v[i]);
			free(out->v[i].name);
		} else
			out->v[++n] = out->v[i];
	}
	out->n = n + 1;
	return STORE_OK;
}

enum store_rc
sched_publish(struct sched *s, const struct sched_publish *p,
    char run_id[RUN_ID_LEN + 1])
{
	struct store *st = s->stores[JOB_DURABLE];
	struct buf scratch = BUF_INIT;
	const struct handover h = {
		.conf = s->conf,
		.priority = p->priority,
		.args = p->args,
		.kwargs = p->kwargs,
		.scratch = &scratch,
	};
	struct run r = {
		.queue = (char *)p->queue,
		.job_id = (char *)"",
		.slot_us = clock_get_us(s->clock),
		.count = 1,
		.reason = (char *)"published",
		.is_extra = true,
	};
	enum store_rc rc;

	r.last_us = r.decided_us = r.slot_us;
	if (p->task_id != NULL)
		(void)snprintf(r.id, sizeof(r.id), "%s", p->task_id);
	if ((rc = store_begin(st)) == STORE_OK) {
		rc = sched_may_queue(s, p->queue);
		if (rc == STORE_OK)
			rc = handover_run(st, &r, &h);
		if (rc == STORE_OK)
			rc =
			    sched_audit(s, st, "queue.publish", p->queue, NULL);
		rc = sched_end(st, rc);
	}
	(void)snprintf(run_id, RUN_ID_LEN + 1, "%s", r.id);
	buf_fini(&scratch);
	return rc;
}

/* Launch one extra run of j, in the open transaction. */
static enum store_rc
run_now(struct sched *s, struct store *st, const struct job *j, struct run *r)
{
	struct buf scratch = BUF_INIT;
	struct delivery target = { .run = 0 };
	struct handover h = { .conf = s->conf, .scratch = &scratch };
	struct trigger *t;
	enum store_rc rc;

	*r = (struct run){
		.job = j->id,
		.queue = j->queue,
		.job_id = j->job_id,
		.slot_us = clock_get_us(s->clock),
		.count = 1,
		.reason = (char *)"run now",
		.is_extra = true,
	};
	r->decided_us = r->slot_us;
	t = sched_job_trigger(s, j);
	rc = sched_free_us(st, j->id, t, r->slot_us, &r->slot_us);
	trigger_free(t);
	r->last_us = r->slot_us;
	if (rc == STORE_OK)
		rc = handover_of_job(st, j, &target, &h);
	if (rc == STORE_OK)
		rc = handover_run(st, r, &h);
	if (rc == STORE_OK)
		rc = sched_audit(s, st, "job.run", j->queue, j->job_id);
	delivery_fini(&target);
	buf_fini(&scratch);
	return rc;
}

enum store_rc
sched_run_now(struct sched *s, enum job_kind kind, const char *queue,
    const char *job_id, char run_id[RUN_ID_LEN + 1])
{
	struct store *st;
	enum store_rc rc;
	struct run r;
	struct job j;

	job_init(&j);
	/* Find its store first, then read the job. */
	if ((rc = sched_get(s, kind, queue, job_id, &j)) != STORE_OK)
		goto out;
	st = s->stores[j.kind];
	rc = sched_may_run(s, j.kind);
	job_fini(&j);
	if (rc != STORE_OK || (rc = store_begin(st)) != STORE_OK)
		goto out;
	rc = sched_may_queue(s, queue);
	if (rc == STORE_OK)
		rc = store_job_get(st, queue, job_id, &j);
	if (rc == STORE_OK)
		rc = sched_may_render(s, st, j.render);
	if (rc == STORE_OK)
		rc = run_now(s, st, &j, &r);
	rc = sched_end(st, rc);
	if (rc == STORE_OK)
		(void)snprintf(run_id, RUN_ID_LEN + 1, "%s", r.id);
out:
	job_fini(&j);
	return rc;
}

enum store_rc
sched_peek(struct sched *s, const char *queue, int limit,
    struct message_list *out)
{
	enum store_rc rc = STORE_OK;
	int left;

	for (int m = 0; m < MESSAGE_STATE__MAX; m++) {
		SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK) {
			left = limit - (int)out->n;
			if (left > 0)
				rc = store_message_peek(at.st, queue,
				    (enum message_state)m, left, out);
		}
	}
	return rc;
}

enum store_rc
sched_message_count(struct sched *s, const char *queue, int64_t *out)
{
	enum store_rc rc = STORE_OK;
	int64_t n;

	*out = 0;
	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK) {
		rc = store_message_count(at.st, queue, &n);
		if (rc == STORE_OK)
			*out += n;
		if (rc == STORE_OK)
			rc = store_outbox_count(at.st, queue, &n);
		if (rc == STORE_OK)
			*out += n;
	}
	return rc;
}

/* Clear one store, in its open transaction. */
static enum store_rc
clear(struct sched *s, struct store *st, const char *queue, int64_t *n)
{
	struct buf why = BUF_INIT;
	struct store_clear c = { .queue = queue,
		.now_us = clock_get_us(s->clock) };
	int64_t waiting = 0;
	enum store_rc rc = sched_may_queue(s, queue);

	*n = 0;
	buf_printf(&why, "queue cleared by %s", s->actor);
	c.reason = buf_cstr(&why);
	if (rc == STORE_OK)
		rc = store_message_clear(st, &c, n);
	if (rc == STORE_OK)
		rc = store_outbox_clear(st, queue, buf_cstr(&why), &waiting);
	if (rc == STORE_OK)
		rc = sched_audit(s, st, "queue.clear", queue, NULL);
	*n += waiting;
	buf_fini(&why);
	return rc;
}

enum store_rc
sched_message_clear(struct sched *s, const char *queue, int64_t *out)
{
	enum store_rc rc = STORE_OK;
	int64_t n;

	*out = 0;
	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK) {
		if ((rc = store_begin(at.st)) != STORE_OK)
			break;
		if ((rc = sched_end(at.st, clear(s, at.st, queue, &n))) ==
		    STORE_OK)
			*out += n;
	}
	return rc;
}
