/* Runs, the rows of both ledgers: read, reported on, replayed. */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/record/delivery.h"
#include "lib/sched/handover.h"
#include "lib/sched/sched_int.h"
#include "lib/store/delivery.h"
#include "lib/store/job.h"
#include "lib/store/outbox.h"
#include "lib/store/policy.h"
#include "lib/store/run.h"
#include "lib/store/work.h"
#include "lib/base/ban.h"

/*
 * Find the runs of that id in a store that are of the queue, if one is given,
 * and that the actor may see: the last one into *out, *n is increased.
 */
static enum store_rc
find_in(struct sched *s, struct store *st, const char *const name[2],
    struct run *out, int *n)
{
	struct run_list l = { NULL, 0, 0 };
	enum store_rc rc = store_run_named(st, name[1], &l), may;

	for (size_t i = 0; i < l.n && rc == STORE_OK; i++) {
		if (name[0] != NULL && strcmp(l.v[i].queue, name[0]) != 0)
			continue;
		if ((may = sched_may_see(s, st, &l.v[i])) == STORE_OK) {
			run_fini(out);
			*out = l.v[i];
			memset(&l.v[i], 0, sizeof(l.v[i]));
			(*n)++;
		} else if (may != STORE_NOTFOUND)
			rc = may;
	}
	run_list_fini(&l);
	return rc;
}

/*
 * Find a run in either store; *st is its store.  name[0] is the queue or NULL,
 * name[1] the id.
 */
static enum store_rc
run_find(struct sched *s, const char *const name[2], struct store **st,
    struct run *out)
{
	enum store_rc rc = STORE_OK;
	int n = 0, had;

	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK) {
		had = n;
		rc = find_in(s, at.st, name, out, &n);
		if (n > had)
			*st = at.st;
	}
	if (rc == STORE_OK && n != 1)
		rc = n == 0 ? STORE_NOTFOUND : STORE_LIMIT;
	if (rc != STORE_OK)
		run_fini(out);
	return rc;
}

enum store_rc
sched_run_get(struct sched *s, const char *queue, const char *id,
    struct run *out)
{
	const char *const name[2] = { queue, id };
	struct store *st;
	enum store_rc rc = run_find(s, name, &st, out);

	return rc == STORE_OK ? sched_report_waiting(s, out) : rc;
}

enum store_rc
sched_run_newest(struct sched *s, const struct job *j, struct run *out)
{
	struct store *st = s->stores[j->kind];
	enum store_rc rc = store_run_newest_of(st, j->id, out);

	if (rc == STORE_OK)
		rc = sched_may_see(s, st, out);
	if (rc != STORE_OK)
		run_fini(out);
	return rc;
}

enum store_rc
sched_run_detail(struct sched *s, const struct run *r, struct run_detail *out)
{
	const char *const name[2] = { r->queue, r->id };
	struct run again = { .row = 0 };
	struct store *st = NULL;
	enum store_rc rc = run_find(s, name, &st, &again);

	if (rc == STORE_OK)
		rc = store_work_detail(st, again.row, out);
	run_fini(&again);
	return rc;
}

/* An attempt under way that is not the worker's was lost; another begins. */
static enum store_rc
report_start(struct store *st, const struct run *r, const char *worker,
    int64_t now_us)
{
	const struct attempt *a = &r->work.last;
	const struct work_end lost = { .outcome = OUTCOME_QUEUED,
		.now_us = now_us,
		.error = "another attempt began" };
	enum store_rc rc = STORE_OK;

	if (r->work.outcome == OUTCOME_RUNNING) {
		if (a->worker == NULL || worker == NULL ||
		    strcmp(a->worker, worker) == 0)
			return STORE_OK;
		rc = store_work_end(st, r->row, &lost);
	}
	if (rc == STORE_OK)
		rc = store_work_insert(st, r->row, r->slot_us);
	if (rc == STORE_OK)
		rc = store_work_start(st, r->row, worker, now_us);
	return rc == STORE_OK ? store_policy_start(st, r->row, now_us) : rc;
}

/* The message of a run is put back, as its worker would have done. */
static enum store_rc
retry_message(struct store *st, const struct run *r, const struct work_end *e)
{
	const struct store_nack n = { .now_us = e->now_us,
		.reason = e->error,
		.end = *e };
	char *lease;
	enum store_rc rc = store_message_lease_of(st, r->queue, r->row, &lease);

	if (rc == STORE_OK)
		rc = store_message_nack(st, r->queue, lease, &n);
	free(lease);
	return rc;
}

/* What a broker had is sent again, unless that was the last attempt. */
static enum store_rc
retry_broker(struct store *st, const struct run *r, struct policy_retry *p,
    struct work_end *e)
{
	enum store_rc rc = STORE_OK;

	if (++p->failures >= p->retry.max_attempts)
		return STORE_NOTFOUND;
	e->outcome = OUTCOME_QUEUED;
	rc = store_work_end(st, r->row, e);
	if (rc == STORE_OK)
		rc = store_policy_failed(st, r->row, p);
	if (rc == STORE_OK)
		rc = store_policy_resend(st, r->row,
		    e->now_us + store_policy_delay_us(p, p->failures));
	return rc == STORE_OK ?
	    store_run_set(st,
		&(struct store_run_set){ .run = r->row, .state = RUN_DUE }) :
	    rc;
}

/* Try work that failed again, if its job says so; STORE_NOTFOUND: it does not,
 * or not again. */
static enum store_rc
retry_work(struct store *st, const struct run *r, struct work_end *e)
{
	struct policy_retry p;
	enum store_rc rc = store_policy_retry(st, r->row, &p);

	if (rc != STORE_OK || !p.is_given)
		return rc == STORE_OK ? STORE_NOTFOUND : rc;
	return p.is_sent ? retry_broker(st, r, &p, e) : retry_message(st, r, e);
}

static enum store_rc
report_end(struct store *st, const struct run *r, const struct sched_report *p,
    int64_t now_us)
{
	struct work_end end = {
		.outcome = p->outcome,
		.now_us = now_us,
		.status = p->work.status,
		.error = p->error,
		.result = p->work.result,
		.output = p->work.output,
	};
	enum outcome was = r->work.outcome;
	enum store_rc rc = STORE_OK;

	if (was == p->outcome)
		return STORE_OK;
	if (was == OUTCOME_NONE || was == OUTCOME_QUEUED)
		rc = report_start(st, r, NULL, now_us);
	else if (was != OUTCOME_RUNNING)
		return STORE_CONFLICT;
	if (rc != STORE_OK)
		return rc;
	if (p->outcome == OUTCOME_FAILED &&
	    (rc = retry_work(st, r, &end)) != STORE_NOTFOUND)
		return rc;
	end.outcome = p->outcome;
	return store_work_end(st, r->row, &end);
}

/* Record a report in the open transaction. */
static enum store_rc
report(struct sched *s, struct store *st, const struct run *r,
    const struct sched_report *p)
{
	int64_t now_us = clock_get_us(s->clock);

	if (r->state != RUN_SENT)
		return STORE_CONFLICT;
	switch (p->step) {
	case SCHED_STEP_START:
		return report_start(st, r, p->worker, now_us);
	case SCHED_STEP_PROGRESS:
		return r->work.outcome == OUTCOME_RUNNING ?
		    store_work_progress(st, r->row, now_us, &p->progress) :
		    STORE_CONFLICT;
	case SCHED_STEP_END:
		return report_end(st, r, p, now_us);
	}
	return STORE_CONFLICT;
}

/* The run as it is in the transaction: recorded, and read again. */
static enum store_rc
report_now(struct sched *s, struct store *st, const struct sched_report *p,
    enum outcome *out)
{
	const char *const name[2] = { p->queue, p->run };
	struct run r = { .row = 0 };
	int n = 0;
	enum store_rc rc = find_in(s, st, name, &r, &n);

	if (rc == STORE_OK && n == 0)
		rc = STORE_NOTFOUND;
	if (rc == STORE_OK)
		*out = run_outcome(&r);
	if (rc == STORE_OK && (rc = report(s, st, &r, p)) == STORE_OK) {
		rc = find_in(s, st, name, &r, &n);
		*out = run_outcome(&r);
	}
	run_fini(&r);
	return rc;
}

enum store_rc
sched_run_report(struct sched *s, const struct sched_report *p,
    enum outcome *out)
{
	const char *const name[2] = { p->queue, p->run };
	struct run r = { .row = 0 };
	struct store *st = NULL;
	enum store_rc rc;

	*out = OUTCOME_NONE;
	if ((rc = run_find(s, name, &st, &r)) == STORE_OK &&
	    (rc = store_begin(st)) == STORE_OK)
		rc = sched_end(st, report_now(s, st, p, out));
	run_fini(&r);
	return rc;
}

/* What a replay hands over, and the owners of what that borrows. */
struct replay {
	struct job job;
	struct store_params params;
	struct outbox waiting;
	struct delivery target;
	struct handover h;
};

/* A message on its way to a broker, or dead. */
static enum store_rc
replay_of_outbox(struct store *st, const struct run *old, struct replay *p)
{
	enum store_rc rc =
	    store_outbox_get(st, old->queue, old->id, &p->waiting);

	if (rc != STORE_OK)
		return rc;
	p->h.priority = p->waiting.priority;
	p->h.args = p->waiting.args;
	p->h.kwargs = p->waiting.kwargs;
	p->h.retry = &p->waiting.retry;
	return STORE_OK;
}

static enum store_rc
replay_of_message(struct store *st, const struct run *old, struct replay *p)
{
	enum store_rc rc = store_message_params(st, old->queue, old->row,
	    old->decided_us, &p->params);

	p->h.priority = p->params.priority;
	p->h.args = p->params.args;
	p->h.kwargs = p->params.kwargs;
	return rc;
}

/* The run's delivery or, for a queue, its message. */
static enum store_rc
replay_of_run(struct store *st, const struct run *old, struct replay *p)
{
	enum store_rc rc = store_delivery_get(st, old->id, &p->target);

	/* Another queue may use the id of a delivery. */
	if (rc == STORE_OK && p->target.run != old->row) {
		delivery_fini(&p->target);
		p->target = (struct delivery){ .run = 0 };
		rc = STORE_NOTFOUND;
	}
	if (rc == STORE_OK) {
		p->h.target = &p->target;
		p->h.retry = &p->target.retry;
		p->h.max_instances = INT64_MAX;
		return rc;
	}
	if (rc == STORE_NOTFOUND)
		rc = replay_of_outbox(st, old, p);
	if (rc == STORE_NOTFOUND)
		rc = replay_of_message(st, old, p);
	return rc == STORE_NOTFOUND ? STORE_CONFLICT : rc;
}

/* The job's present parameters, else those of the run old. */
static enum store_rc
replay_find(struct store *st, struct run *old, struct replay *p)
{
	enum store_rc rc = STORE_NOTFOUND;

	if (old->job != 0)
		rc = store_job_get(st, old->queue, old->job_id, &p->job);
	if (rc == STORE_OK) {
		old->job = p->job.id;
		return handover_of_job(st, &p->job, &p->target, &p->h);
	}
	return rc == STORE_NOTFOUND ? replay_of_run(st, old, p) : rc;
}

/* Replay in the open transaction; the new run's id into id. */
static enum store_rc
replay(struct sched *s, struct store *st, struct run *old,
    char id[RUN_ID_LEN + 1])
{
	struct buf why = BUF_INIT, scratch = BUF_INIT;
	struct replay p = { .h = { .conf = s->conf, .scratch = &scratch } };
	struct run r;
	enum store_rc rc;

	job_init(&p.job);
	rc = replay_find(st, old, &p);
	if (rc == STORE_OK && p.h.target != NULL)
		rc = sched_may_service(s, p.h.target->service);
	if (rc != STORE_OK)
		goto out;
	buf_printf(&why, "replay of %s", old->id);
	r = (struct run){
		.job = old->job,
		.queue = old->queue,
		.job_id = old->job_id,
		.slot_us = clock_get_us(s->clock),
		.count = 1,
		.reason = (char *)buf_cstr(&why),
		.is_extra = true,
	};
	r.decided_us = r.slot_us;
	rc = sched_free_us(st, r.job, NULL, r.slot_us, &r.slot_us);
	r.last_us = r.slot_us;
	if (rc == STORE_OK)
		rc = handover_run(st, &r, &p.h);
	if (rc == STORE_OK)
		rc = sched_audit(s, st, "run.replay", old->queue, old->job_id);
	(void)snprintf(id, RUN_ID_LEN + 1, "%s", r.id);
out:
	job_fini(&p.job);
	delivery_fini(&p.target);
	outbox_fini(&p.waiting);
	free(p.params.args);
	free(p.params.kwargs);
	buf_fini(&scratch);
	buf_fini(&why);
	return rc;
}

/*
 * Replay the run as it is in the transaction, in which no other process
 * changes it.
 */
static enum store_rc
replay_now(struct sched *s, struct store *st, struct run *old,
    char run_id[RUN_ID_LEN + 1])
{
	enum store_rc rc = sched_may_see(s, st, old);

	return rc == STORE_OK ? replay(s, st, old, run_id) : rc;
}

enum store_rc
sched_replay(struct sched *s, const char *queue, const char *id,
    char run_id[RUN_ID_LEN + 1])
{
	const char *const name[2] = { queue, id };
	struct run old = { .row = 0 };
	struct store *st = NULL;
	enum store_rc rc;

	if ((rc = run_find(s, name, &st, &old)) == STORE_OK &&
	    (rc = store_begin(st)) == STORE_OK)
		rc = sched_end(st, replay_now(s, st, &old, run_id));
	run_fini(&old);
	return rc;
}
