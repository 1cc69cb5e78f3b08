#include "config.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/clock.h"
#include "lib/delivery.h"
#include "lib/due.h"
#include "lib/fault.h"
#include "lib/handover.h"
#include "lib/log.h"
#include "lib/store_job.h"
#include "lib/store_queue.h"
#include "lib/store_run.h"
#include "lib/trigger.h"
#include "ticker/claim.h"
#include "lib/ban.h"

#define BATCH_JOBS 1000
#define BATCH_US (50 * 1000)
#define CLOCK_EVERY 64 /* jobs between two looks at the clock */

/* One job's turn. */
struct turn {
	struct claim *c;
	struct store *st;
	const struct job *j;
	int64_t now_us;
	struct handover h; /* what its runs hand over */
};

/*
 * A job nobody can read is kept with its bytes, out of the schedule; the
 * others go on.
 */
static enum store_rc
turn_quarantine(const struct turn *t, const char *why)
{
	struct job j = *t->j;

	log_event(LOG_LEVEL_ERR, "quarantine", LOG_KEY_JOB, j.job_id, "queue",
	    j.queue, LOG_KEY_ERROR, why, NULL);
	j.state = JOB_QUARANTINED;
	j.reason = (char *)why;
	j.next_run_us = JOB_NEVER;
	j.changed_us = t->now_us;
	return store_job_move(t->st, &j);
}

/*
 * Write a row for slots that do not run.  A slot that has a row was decided
 * before (a clock set back, a replaced job): that row stands.
 */
static enum store_rc
turn_record(const struct turn *t, const struct due_range *slots,
    enum run_state state, const char *reason)
{
	struct run r = {
		.job = t->j->id,
		.queue = t->j->queue,
		.job_id = t->j->job_id,
		.slot_us = slots->first_us,
		.last_us = slots->last_us,
		.count = slots->count,
		.state = state,
		.reason = (char *)reason,
		.decided_us = t->now_us,
	};
	enum store_rc rc;

	if (slots->count == 0)
		return STORE_OK;
	/* A long outage is decided in steps, a paused queue tick by tick. */
	if ((rc = store_run_extend(t->st, &r)) != STORE_NOTFOUND)
		return rc;
	run_make_id(t->now_us, r.id);
	rc = store_run_insert(t->st, &r);
	if (rc == STORE_OK)
		t->c->decided++;
	return rc == STORE_CONFLICT ? STORE_OK : rc;
}

static enum store_rc
turn_fire(const struct turn *t, int64_t slot_us)
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
	enum store_rc rc;

	rc = handover_run(t->st, &r, &t->h);
	if (rc == STORE_OK) {
		t->c->sent += r.state != RUN_OVERLAP;
		t->c->decided++;
	}
	return rc == STORE_CONFLICT ? STORE_OK : rc;
}

/* Everything that was due goes to the ledger as paused, nothing runs. */
static enum store_rc
turn_hold(const struct turn *t, const struct due_plan *plan)
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
	return turn_record(t, &all, RUN_PAUSED, "queue paused");
}

static enum store_rc
turn_run(const struct turn *t, const struct due_plan *plan)
{
	enum store_rc rc;
	char why[128];

	(void)snprintf(why, sizeof(why),
	    "late by %.3f s, misfire_grace_time is %.3f s",
	    (double)(t->now_us - plan->missed.last_us) / 1e6,
	    (double)t->j->misfire_grace_us / 1e6);
	rc = turn_record(t, &plan->missed, RUN_MISSED, why);
	if (rc == STORE_OK) {
		(void)snprintf(why, sizeof(why),
		    "more than max_catchup (%lld) slots waited",
		    (long long)t->j->max_catchup);
		rc = turn_record(t, &plan->dropped, RUN_MISSED, why);
	}
	if (rc == STORE_OK)
		rc = turn_record(t, &plan->coalesced, RUN_COALESCED,
		    "a later slot ran for it");
	for (size_t i = 0; i < plan->nfires && rc == STORE_OK; i++)
		rc = turn_fire(t, plan->fires[i]);
	return rc;
}

/* The next run, or the end of a job that has none: the ledger remembers it. */
static enum store_rc
turn_advance(const struct turn *t, const struct due_plan *plan)
{
	if (plan->cursor_us == TRIGGER_NONE)
		return store_job_delete(t->st, t->j->id);
	return store_job_advance(t->st, t->j->id, plan->next_run_us,
	    plan->cursor_us);
}

/*
 * A zone that cannot be read for this is the host's trouble, which passes:
 * the job must not be taken out of the schedule for it.
 */
static bool
is_passing(int err)
{
	return err == EMFILE || err == ENFILE || err == ENOMEM || err == EIO;
}

static enum store_rc
turn_take(const struct turn *t, bool is_paused)
{
	const struct due_policy p = {
		.misfire_grace_us = t->j->misfire_grace_us,
		.coalesce = t->j->coalesce,
		.max_catchup = t->j->max_catchup,
		.jitter_seed = job_seed(t->j),
	};
	struct faults fs = { .n = 0 };
	struct trigger *trigger;
	struct due_plan plan;
	enum store_rc rc;

	errno = 0;
	trigger = trigger_from_spec(t->j->trigger, t->c->zones, &fs);
	if (trigger == NULL)
		return is_passing(errno) ? STORE_FULL :
					   turn_quarantine(t, fs.v[0].text);
	if (due_plan(trigger, &p, t->j->cursor_us, t->now_us, &plan) != 0)
		rc = STORE_FULL;
	else if (is_paused)
		rc = turn_hold(t, &plan);
	else
		rc = turn_run(t, &plan);
	if (rc == STORE_OK)
		rc = turn_advance(t, &plan);
	due_plan_fini(&plan);
	trigger_free(trigger);
	return rc;
}

/* Where the job's runs go, then what is due of it. */
static enum store_rc
turn_job(struct turn *t, bool is_paused)
{
	struct delivery target = { .run = 0 };
	enum store_rc rc;

	t->h = (struct handover){ .scratch = &t->c->scratch };
	rc = handover_of_job(t->st, t->j, &target, &t->h);
	if (rc == STORE_OK)
		rc = turn_take(t, is_paused);
	else if (rc == STORE_CONFLICT)
		rc = turn_quarantine(t, "its render cannot be understood");
	delivery_fini(&target);
	return rc;
}

/* Take the jobs in order; stops early once the batch has lasted BATCH_US. */
static enum store_rc
claim_jobs(struct claim *c, struct store *st, const struct job_list *jobs,
    int64_t now_us)
{
	struct turn t = { .c = c, .st = st, .now_us = now_us };
	int64_t began = clock_get_mono_us(c->clock);
	const char *queue = NULL;
	bool is_paused = false;
	enum store_rc rc = STORE_OK;

	for (size_t i = 0; i < jobs->n && rc == STORE_OK; i++) {
		if (clock_get_mono_us(c->clock) - began > BATCH_US)
			break;
		t.j = &jobs->v[i];
		if (queue == NULL || strcmp(queue, t.j->queue) != 0) {
			queue = t.j->queue;
			rc = store_queue_is_paused(st, queue, &is_paused);
		}
		if (rc == STORE_OK)
			rc = turn_job(&t, is_paused);
	}
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
