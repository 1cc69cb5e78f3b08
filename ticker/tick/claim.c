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
#include "lib/sched/due_job.h"
#include "lib/sched/handover.h"
#include "lib/sched/ledger.h"
#include "lib/store/job.h"
#include "lib/store/queue.h"
#include "lib/store/run.h"
#include "lib/trigger/trigger.h"
#include "ticker/tick/claim.h"
#include "lib/base/ban.h"

#define BATCH_JOBS 1000
#define PORTION_JOBS 100
#define BATCH_US (50 * 1000)
#define LATE_MAX 192 /* bytes of a reason */

/* The decision about one job. */
struct decision {
	struct claim *c;
	struct due_job d;
	const struct trigger *trigger;
	const char *hold;  /* why its queue is paused, or "" */
	struct handover h; /* what its runs send */
};

/* Record slots that do not run. */
static enum store_rc
decide_record(const struct decision *t, const struct due_range *slots,
    enum run_state state, const char *reason)
{
	const struct ledger_entry e = {
		.job = t->d.job,
		.trigger = t->trigger,
		.state = state,
		.reason = reason,
		.now_us = t->d.now_us,
	};

	return ledger_record(t->d.st, &e, slots, &t->c->decided);
}

/*
 * Why a slot is late, or why one runs that is late for its job, but not for
 * this host.
 */
static void
explain_late(const struct decision *t, int64_t slot_us, char why[LATE_MAX])
{
	int64_t own_us = t->d.job->misfire_grace_us;
	int64_t grace_us = grace_effective(own_us, t->c->gap_us);
	int n;

	n = snprintf(why, LATE_MAX,
	    "late by %.3f s, misfire_grace_time is %.3f s",
	    (double)(t->d.now_us - slot_us) / 1e6, (double)own_us / 1e6);
	if (grace_us != own_us)
		(void)snprintf(why + n, LATE_MAX - (size_t)n,
		    ", but %.3f s here, for nobody looks for %.3f s between "
		    "ticks",
		    (double)grace_us / 1e6, (double)t->c->gap_us / 1e6);
}

/*
 * Queue, job id and slot identify one run of a job that fires once, in both
 * stores (lib/sched/once.c): if the job of the other kind ran, record that
 * and return true in *is_decided.
 */
static enum store_rc
decide_once(const struct decision *t, int64_t slot_us, bool *is_decided)
{
	const struct store_run_at at = { t->d.job->queue, t->d.job->job_id,
		slot_us, slot_us };
	const struct due_range slot = { slot_us, slot_us, 1 };
	struct run r = { .row = 0 };
	enum store_rc rc = STORE_NOTFOUND;

	if (t->c->other != NULL && trigger_kind(t->trigger) == TRIGGER_DATE)
		rc = store_run_once(t->c->other, &at, &r);
	/* If the other store cannot be read, the job runs. */
	*is_decided =
	    rc == STORE_OK && (r.id[0] == '\0' || r.state != RUN_MISSED);
	run_fini(&r);
	return !*is_decided ? STORE_OK :
			      decide_record(t, &slot, RUN_COALESCED,
				  "a job of the other kind with its id ran "
				  "for it");
}

static enum store_rc
decide_fire(const struct decision *t, const struct due_policy *p,
    int64_t slot_us)
{
	struct run r = {
		.job = t->d.job->id,
		.queue = t->d.job->queue,
		.job_id = t->d.job->job_id,
		.slot_us = slot_us,
		.last_us = slot_us,
		.count = 1,
		.decided_us = t->d.now_us,
	};
	char why[LATE_MAX];
	enum store_rc rc;
	bool is_decided;

	rc = decide_once(t, slot_us, &is_decided);
	if (rc != STORE_OK || is_decided)
		return rc;
	if (!grace_allows(t->d.job->misfire_grace_us,
		t->d.now_us - due_at(t->trigger, p, slot_us))) {
		explain_late(t, slot_us, why);
		r.reason = why;
	}
	rc = handover_run(t->d.st, &r, &t->h);
	if (rc == STORE_OK) {
		t->c->sent += r.state != RUN_OVERLAP;
		t->c->decided++;
	}
	return rc == STORE_CONFLICT ? STORE_OK : rc;
}

static enum store_rc
decide_run(const struct decision *t, const struct due_policy *p,
    const struct due_plan *plan)
{
	enum store_rc rc;
	char why[LATE_MAX];

	why[0] = '\0';
	if (plan->missed.count > 0)
		explain_late(t, plan->missed.last_us, why);
	rc = decide_record(t, &plan->missed, RUN_MISSED, why);
	if (rc == STORE_OK) {
		(void)snprintf(why, sizeof(why),
		    "more than max_catchup (%lld) slots waited",
		    (long long)t->d.job->max_catchup);
		rc = decide_record(t, &plan->dropped, RUN_MISSED, why);
	}
	if (rc == STORE_OK)
		rc = decide_record(t, &plan->coalesced, RUN_COALESCED,
		    "a later slot ran for it");
	for (size_t i = 0; i < plan->nfires && rc == STORE_OK; i++)
		rc = decide_fire(t, p, plan->fires[i]);
	return rc;
}

static enum store_rc
decide(struct decision *t)
{
	const struct due_policy p = {
		.misfire_grace_us =
		    grace_effective(t->d.job->misfire_grace_us, t->c->gap_us),
		.coalesce = t->d.job->coalesce,
		.max_catchup = t->d.job->max_catchup,
		.jitter_seed = job_seed(t->d.job),
	};
	struct trigger *trigger;
	struct due_plan plan;
	enum store_rc rc;

	trigger = due_job_trigger(&t->d, t->c->zones, &rc);
	if (trigger == NULL)
		return rc;
	t->trigger = trigger;
	if (due_plan(trigger, &p, t->d.job->cursor_us, t->d.now_us, &plan) != 0)
		rc = STORE_FULL;
	else if (t->hold[0] != '\0')
		rc = due_job_hold(&t->d, trigger, &plan, t->hold,
		    &t->c->decided);
	else
		rc = decide_run(t, &p, &plan);
	if (rc == STORE_OK)
		rc = due_job_advance(&t->d, &plan);
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
	rc = handover_of_job(t->d.st, t->d.job, &target, &t->h);
	if (rc == STORE_OK)
		rc = decide(t);
	else if (rc == STORE_CONFLICT)
		rc = due_job_quarantine(&t->d, &bad);
	delivery_fini(&target);
	return rc;
}

/* Claim the jobs in order; set *is_expired when until_us has passed. */
static enum store_rc
claim_jobs(struct decision *t, const struct job_list *jobs, int64_t until_us,
    bool *is_expired)
{
	struct buf hold = BUF_INIT;
	const char *queue = NULL;
	enum store_rc rc = STORE_OK;

	for (size_t i = 0; i < jobs->n && rc == STORE_OK; i++) {
		/* At least one: reading alone may have taken the time. */
		*is_expired =
		    i > 0 && clock_get_mono_us(t->c->clock) > until_us;
		if (*is_expired)
			break;
		t->d.job = &jobs->v[i];
		if (queue == NULL || strcmp(queue, t->d.job->queue) != 0) {
			queue = t->d.job->queue;
			buf_reset(&hold);
			rc = store_queue_why_paused(t->d.st, queue, &hold);
			t->hold = buf_cstr(&hold);
		}
		if (rc == STORE_OK)
			rc = decide_job(t);
	}
	buf_fini(&hold);
	return rc;
}

/*
 * Read and claim in portions: those that the time does not suffice for were
 * not read in vain.  A claimed job is no longer due.
 */
static enum store_rc
claim_due(struct claim *c, struct store *st, int64_t now_us)
{
	struct decision t = { .c = c, .d = { st, NULL, now_us } };
	int64_t until_us = clock_get_mono_us(c->clock) + BATCH_US;
	struct job_list jobs = { NULL, 0, 0 };
	bool is_expired = false;
	enum store_rc rc;
	size_t n = 0;

	do {
		job_list_fini(&jobs);
		rc = store_job_due(st, now_us, PORTION_JOBS, &jobs);
		if (rc == STORE_OK)
			rc = claim_jobs(&t, &jobs, until_us, &is_expired);
		n += jobs.n;
	} while (rc == STORE_OK && !is_expired && jobs.n == PORTION_JOBS &&
	    n < BATCH_JOBS);
	job_list_fini(&jobs);
	return rc;
}

enum store_rc
claim_batch(struct claim *c, struct store *st, int64_t now_us)
{
	int64_t sent = c->sent, decided = c->decided;
	enum store_rc rc;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	rc = claim_due(c, st, now_us);
	if (rc == STORE_OK)
		rc = store_commit(st);
	else
		store_rollback(st);
	if (rc != STORE_OK) {
		c->sent = sent;
		c->decided = decided;
	}
	return rc;
}
