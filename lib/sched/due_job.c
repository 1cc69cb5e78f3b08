/*
 * A due job that is not launched: kept out of the schedule because it cannot
 * be read, waiting for its zone, held by the pause of its queue, or skipped by
 * a simulation.  Tested in t_clock, t_queue_pause and t_store_sim.
 */
#include "config.h"

#include <stdio.h>

#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/base/log.h"
#include "lib/job/check.h"
#include "lib/sched/due_job.h"
#include "lib/sched/sched_int.h"
#include "lib/store/job.h"
#include "lib/store/zone.h"
#include "lib/trigger/due.h"
#include "lib/trigger/trigger.h"
#include "lib/base/ban.h"

/*
 * A job that could not be read is tried again after half the time it has
 * waited, within these bounds.
 */
#define WAIT_MIN_US (30 * CLOCK_US_PER_S)
#define WAIT_MAX_US (900 * CLOCK_US_PER_S)

#define BATCH_JOBS_MAX 1000 /* jobs per transaction of a simulation */

enum store_rc
due_job_quarantine(const struct due_job *d, const struct fault *f)
{
	char why[sizeof(f->field) + sizeof(f->text) + 1];
	struct job j = *d->job;

	(void)snprintf(why, sizeof(why), "%s %s", f->field, f->text);
	log_event(LOG_LEVEL_ERR, "quarantine", LOG_KEY_JOB, j.job_id, "queue",
	    j.queue, LOG_KEY_ERROR, why, NULL);
	j.state = JOB_QUARANTINED;
	j.reason = why;
	j.next_run_us = JOB_NEVER;
	j.changed_us = d->now_us;
	return store_job_move(d->st, &j);
}

/*
 * A temporary failure of the host, such as a zone file that cannot be read,
 * does not take a job out of the schedule: it waits, with increasing intervals,
 * and has the reason.
 */
static enum store_rc
wait_for_zone(const struct due_job *d, const struct fault *f)
{
	char why[sizeof(f->text) + 16];
	struct job j = *d->job;
	int64_t wait_us = (d->now_us - j.cursor_us) / 2;

	if (wait_us < WAIT_MIN_US)
		wait_us = WAIT_MIN_US;
	if (wait_us > WAIT_MAX_US)
		wait_us = WAIT_MAX_US;
	(void)snprintf(why, sizeof(why), "waits: %s", f->text);
	log_event(LOG_LEVEL_ERR, "zone", LOG_KEY_JOB, j.job_id, "queue",
	    j.queue, LOG_KEY_ERROR, f->text, NULL);
	j.reason = why;
	j.next_run_us = d->now_us + wait_us;
	return store_job_move(d->st, &j);
}

struct trigger *
due_job_trigger(const struct due_job *d, struct tz_cache *zones,
    enum store_rc *rc)
{
	struct faults fs = { .n = 0 };
	struct trigger *t = NULL;

	if (job_check(d->job, &fs) == 0)
		t = trigger_from_spec(d->job->trigger, zones, &fs);
	if (t == NULL && fs.is_transient)
		*rc = wait_for_zone(d, &fs.v[0]);
	else if (t == NULL)
		*rc = due_job_quarantine(d, &fs.v[0]);
	return t;
}

/* All slots of a plan as one range. */
static struct due_range
all_slots(const struct due_plan *plan)
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
	return all;
}

enum store_rc
due_job_hold(const struct due_job *d, const struct trigger *t,
    const struct due_plan *plan, const char *hold, int64_t *rows)
{
	const struct due_range all = all_slots(plan);
	const struct ledger_entry e = {
		.job = d->job,
		.trigger = t,
		.state = RUN_PAUSED,
		.reason = hold,
		.now_us = d->now_us,
	};

	return ledger_record(d->st, &e, &all, rows);
}

enum store_rc
due_job_advance(const struct due_job *d, const struct due_plan *plan)
{
	struct job j = *d->job;

	if (plan->cursor_us == TRIGGER_NONE)
		return store_job_delete(d->st, j.id, d->now_us, JOB_EXPIRED);
	/* A job that waited no longer does. */
	if (j.reason != NULL) {
		j.reason = NULL;
		j.next_run_us = plan->next_run_us;
		j.cursor_us = plan->cursor_us;
		return store_job_move(d->st, &j);
	}
	return store_job_advance(d->st, j.id, plan->next_run_us,
	    plan->cursor_us);
}

static enum store_rc
skip_job(struct sched *s, struct store *st, const struct job *j,
    int64_t from_us, const char *reason)
{
	const struct due_policy p = { .jitter_seed = job_seed(j) };
	struct ledger_entry e = { .job = j,
		.reason = reason,
		.now_us = from_us };
	struct faults fs = { .n = 0 };
	enum store_rc rc = STORE_OK;
	struct trigger *t;
	int64_t slot;

	if (j->state != JOB_ACTIVE || j->cursor_us >= from_us)
		return STORE_OK;
	/* A job that cannot be read is quarantined when it falls due. */
	if ((t = trigger_from_spec(j->trigger, s->zones, &fs)) == NULL)
		return STORE_OK;
	e.trigger = t;
	slot = trigger_next(t, from_us - 1);
	rc = sched_account(st, &e, from_us - 1);
	if (rc == STORE_OK && slot == TRIGGER_NONE)
		rc = store_job_delete(st, j->id, from_us, JOB_EXPIRED);
	else if (rc == STORE_OK)
		rc = store_job_advance(st, j->id, due_at(t, &p, slot), slot);
	trigger_free(t);
	return rc;
}

static enum store_rc
skip_store(struct sched *s, struct store *st, int64_t from_us,
    const char *reason)
{
	struct job_list jobs = { NULL, 0, 0 };
	enum store_rc rc = STORE_OK;
	int64_t after = 0;
	size_t n;

	do {
		rc = store_zone_jobs(st, after, BATCH_JOBS_MAX, &jobs);
		if (rc == STORE_OK)
			rc = store_begin(st);
		n = jobs.n;
		for (size_t i = 0; i < n && rc == STORE_OK; i++) {
			after = jobs.v[i].id;
			rc = skip_job(s, st, &jobs.v[i], from_us, reason);
		}
		rc = sched_end(st, rc);
		job_list_fini(&jobs);
	} while (rc == STORE_OK && n == BATCH_JOBS_MAX);
	return rc;
}

enum store_rc
sched_skip(struct sched *s, int64_t from_us, const char *reason)
{
	enum store_rc rc = STORE_OK;

	SCHED_EACH(at, s, SCHED_ANY, rc == STORE_OK)
		rc = skip_store(s, at.st, from_us, reason);
	return rc;
}
