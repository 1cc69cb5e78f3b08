/*
 * One transaction that decides due jobs: runs become messages and ledger rows,
 * the rest of their slots rows of ranges. Tested in t_clock and tests/ticker/.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/record/delivery.h"
#include "lib/trigger/due.h"
#include "lib/base/fault.h"
#include "lib/trigger/grace.h"
#include "lib/sched/handover.h"
#include "lib/job/check.h"
#include "lib/sched/ledger.h"
#include "lib/base/log.h"
#include "lib/store/job.h"
#include "lib/store/queue.h"
#include "lib/store/run.h"
#include "lib/trigger/trigger.h"
#include "ticker/tick/claim.h"
#include "lib/base/ban.h"

#define BATCH_JOBS 1000
#define BATCH_US (50 * 1000)
#define LATE_MAX 192 /* bytes of a reason */

/*
 * A job that could not be read is tried again after half the time it has
 * waited, within these bounds.
 */
#define WAIT_MIN_US (30 * CLOCK_US_PER_S)
#define WAIT_MAX_US (900 * CLOCK_US_PER_S)

/* The decision about one job. */
struct decision {
	struct claim *c;
	struct store *st;
	const struct job *j;
	const struct trigger *trigger;
	const char *hold; /* why its queue is paused or disabled, or "" */
	int64_t now_us;
	struct handover h; /* what its runs send */
};

/*
 * A job that cannot be parsed is kept unchanged, out of the schedule; the
 * others go on.
 */
static enum store_rc
decide_quarantine(const struct decision *t, const struct fault *f)
{
	char why[sizeof(f->field) + sizeof(f->text) + 1];
	struct job j = *t->j;

	(void)snprintf(why, sizeof(why), "%s %s", f->field, f->text);
	log_event(LOG_LEVEL_ERR, "quarantine", LOG_KEY_JOB, j.job_id, "queue",
	    j.queue, LOG_KEY_ERROR, why, NULL);
	j.state = JOB_QUARANTINED;
	j.reason = why;
	j.next_run_us = JOB_NEVER;
	j.changed_us = t->now_us;
	return store_job_move(t->st, &j);
}

/*
 * A temporary failure of the host, such as a zone file that cannot be read,
 * does not take a job out of the schedule: it waits, with increasing intervals,
 * and has the reason.
 */
static enum store_rc
decide_wait(const struct decision *t, const struct fault *f)
{
	char why[sizeof(f->text) + 16];
	struct job j = *t->j;
	int64_t wait_us = (t->now_us - j.cursor_us) / 2;

	if (wait_us < WAIT_MIN_US)
		wait_us = WAIT_MIN_US;
	if (wait_us > WAIT_MAX_US)
		wait_us = WAIT_MAX_US;
	(void)snprintf(why, sizeof(why), "waits: %s", f->text);
	log_event(LOG_LEVEL_ERR, "zone", LOG_KEY_JOB, j.job_id, "queue",
	    j.queue, LOG_KEY_ERROR, f->text, NULL);
	j.reason = why;
	j.next_run_us = t->now_us + wait_us;
	return store_job_move(t->st, &j);
}

/* Record slots that do not run. */
static enum store_rc
decide_record(const struct decision *t, const struct due_range *slots,
    enum run_state state, const char *reason)
{
	const struct ledger_entry e = {
		.job = t->j,
		.trigger = t->trigger,
		.state = state,
		.reason = reason,
		.now_us = t->now_us,
	};

	return ledger_record(t->st, &e, slots, &t->c->decided);
}

/*
 * Why a slot is late, or why one runs that is late for its job, but not for
 * this host.
 */
static void
explain_late(const struct decision *t, int64_t slot_us, char why[LATE_MAX])
{
	int64_t own_us = t->j->misfire_grace_us;
	int64_t grace_us = grace_effective(own_us, t->c->gap_us);
	int n;

	n = snprintf(why, LATE_MAX,
	    "late by %.3f s, misfire_grace_time is %.3f s",
	    (double)(t->now_us - slot_us) / 1e6, (double)own_us / 1e6);
	if (grace_us != own_us)
		(void)snprintf(why + n, LATE_MAX - (size_t)n,
		    ", but %.3f s here, for nobody looks for %.3f s between "
		    "ticks",
		    (double)grace_us / 1e6, (double)t->c->gap_us / 1e6);
}

static enum store_rc
decide_fire(const struct decision *t, const struct due_policy *p,
    int64_t slot_us)
{
	struct run r = {
		.job = t->j->id,
		.queue = t->j->queue,
		.job_id = t->j->job_id,
		.slot_us = slot_us,
		.last_us = slot_us,
		.count = 1,
		.decided_us = t->now_us,
	};
	char why[LATE_MAX];
	enum store_rc rc;

	if (!grace_allows(t->j->misfire_grace_us,
		t->now_us - due_at(t->trigger, p, slot_us))) {
		explain_late(t, slot_us, why);
		r.reason = why;
	}
	rc = handover_run(t->st, &r, &t->h);
	if (rc == STORE_OK) {
		t->c->sent += r.state != RUN_OVERLAP;
		t->c->decided++;
	}
	return rc == STORE_CONFLICT ? STORE_OK : rc;
}

/* Record all due slots as paused; nothing runs. */
static enum store_rc
decide_hold(const struct decision *t, const struct due_plan *plan)
{
	struct due_range all = { 0, 0, (int64_t)plan->nfires };
	const struct due_range *parts[] = { &plan->missed, &plan->dropped,
		&plan->coalesced };

	if (plan->nfires > 0) {
		all.first_us = plan->fires[0];
		all.last_us = plan->fires[plan->nfires - 1];
	}
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		if (parts[i]->count == 0)
			continue;
		if (all.count == 0 || parts[i]->first_us < all.first_us)
			all.first_us = parts[i]->first_us;
		if (all.count == 0 || parts[i]->last_us > all.last_us)
			all.last_us = parts[i]->last_us;
		all.count += parts[i]->count;
	}
	return decide_record(t, &all, RUN_PAUSED, t->hold);
}

static enum store_rc
decide_run(const struct decision *t, const struct due_policy *p,
    const struct due_plan *plan)
{
	enum store_rc rc;
	char why[LATE_MAX];

	explain_late(t, plan->missed.last_us, why);
	rc = decide_record(t, &plan->missed, RUN_MISSED, why);
	if (rc == STORE_OK) {
		(void)snprintf(why, sizeof(why),
		    "more than max_catchup (%lld) slots waited",
		    (long long)t->j->max_catchup);
		rc = decide_record(t, &plan->dropped, RUN_MISSED, why);
	}
	if (rc == STORE_OK)
		rc = decide_record(t, &plan->coalesced, RUN_COALESCED,
		    "a later slot ran for it");
	for (size_t i = 0; i < plan->nfires && rc == STORE_OK; i++)
		rc = decide_fire(t, p, plan->fires[i]);
	return rc;
}

/*
 * Set the next run, or end a job that has none, of which the ledger keeps the
 * end; a job that waited no longer does.
 */
static enum store_rc
decide_advance(const struct decision *t, const struct due_plan *plan)
{
	struct job j = *t->j;

	if (plan->cursor_us == TRIGGER_NONE)
		return store_job_delete(t->st, t->j->id, t->now_us,
		    JOB_EXPIRED);
	if (j.reason != NULL) {
		j.reason = NULL;
		j.next_run_us = plan->next_run_us;
		j.cursor_us = plan->cursor_us;
		return store_job_move(t->st, &j);
	}
	return store_job_advance(t->st, t->j->id, plan->next_run_us,
	    plan->cursor_us);
}

static enum store_rc
decide(struct decision *t)
{
	const struct due_policy p = {
		.misfire_grace_us =
		    grace_effective(t->j->misfire_grace_us, t->c->gap_us),
		.coalesce = t->j->coalesce,
		.max_catchup = t->j->max_catchup,
		.jitter_seed = job_seed(t->j),
	};
	struct faults fs = { .n = 0 };
	struct trigger *trigger;
	struct due_plan plan;
	enum store_rc rc;

	if (job_check(t->j, &fs) != 0)
		return decide_quarantine(t, &fs.v[0]);
	trigger = trigger_from_spec(t->j->trigger, t->c->zones, &fs);
	if (trigger == NULL && fs.is_transient)
		return decide_wait(t, &fs.v[0]);
	if (trigger == NULL)
		return decide_quarantine(t, &fs.v[0]);
	t->trigger = trigger;
	if (due_plan(trigger, &p, t->j->cursor_us, t->now_us, &plan) != 0)
		rc = STORE_FULL;
	else if (t->hold[0] != '\0')
		rc = decide_hold(t, &plan);
	else
		rc = decide_run(t, &p, &plan);
	if (rc == STORE_OK)
		rc = decide_advance(t, &plan);
	due_plan_fini(&plan);
	trigger_free(trigger);
	return rc;
}

/* Find the target of the job's runs, then decide its due slots. */
static enum store_rc
decide_job(struct decision *t)
{
	static const struct fault bad = { "render", "cannot be understood",
		false };
	struct delivery target = { .run = 0 };
	enum store_rc rc;

	t->h = (struct handover){
		.conf = t->c->conf,
		.scratch = &t->c->scratch,
	};
	rc = handover_of_job(t->st, t->j, &target, &t->h);
	if (rc == STORE_OK)
		rc = decide(t);
	else if (rc == STORE_CONFLICT)
		rc = decide_quarantine(t, &bad);
	delivery_fini(&target);
	return rc;
}

/* Claim the jobs in order; stop early when the batch has lasted BATCH_US. */
static enum store_rc
claim_jobs(struct claim *c, struct store *st, const struct job_list *jobs,
    int64_t now_us)
{
	struct decision t = { .c = c, .st = st, .now_us = now_us };
	int64_t began = clock_get_mono_us(c->clock);
	struct buf hold = BUF_INIT;
	const char *queue = NULL;
	enum store_rc rc = STORE_OK;

	for (size_t i = 0; i < jobs->n && rc == STORE_OK; i++) {
		if (clock_get_mono_us(c->clock) - began > BATCH_US)
			break;
		t.j = &jobs->v[i];
		if (queue == NULL || strcmp(queue, t.j->queue) != 0) {
			queue = t.j->queue;
			buf_reset(&hold);
			rc = store_queue_why_paused(st, queue, &hold);
			t.hold = buf_cstr(&hold);
		}
		if (rc == STORE_OK)
			rc = decide_job(&t);
	}
	buf_fini(&hold);
	return rc;
}

enum store_rc
claim_batch(struct claim *c, struct store *st, int64_t now_us)
{
	struct job_list jobs = { NULL, 0, 0 };
	int64_t sent = c->sent, decided = c->decided;
	enum store_rc rc;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	rc = store_job_due(st, now_us, BATCH_JOBS, &jobs);
	if (rc == STORE_OK)
		rc = claim_jobs(c, st, &jobs, now_us);
	if (rc == STORE_OK)
		rc = store_commit(st);
	else
		store_rollback(st);
	if (rc != STORE_OK) {
		c->sent = sent;
		c->decided = decided;
	}
	job_list_fini(&jobs);
	return rc;
}
