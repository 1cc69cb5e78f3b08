/* Skipping due slots of all jobs, for simulations.  Tested in t_store_sim. */
#include "config.h"

#include "lib/trigger/due.h"
#include "lib/base/fault.h"
#include "lib/sched/sched_int.h"
#include "lib/sched/skip.h"
#include "lib/store/job.h"
#include "lib/store/zone.h"
#include "lib/trigger/trigger.h"
#include "lib/base/ban.h"

#define BATCH_JOBS_MAX 1000 /* jobs per transaction */

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

	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_OK; k++) {
		if (sched_store(s, (enum job_kind)k) != NULL)
			rc = skip_store(s, s->stores[k], from_us, reason);
	}
	return rc;
}
