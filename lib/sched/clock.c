/*
 * Recovery after a clock that was ahead: the slots up to that time are
 * decided, so no job runs until then.  Rows of slots that did not run are
 * removed and the job continues with its next slot; a run that took place
 * stays, as if by hand, and prevents its own slot from running again.  Tested
 * in t_clock_reset.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/trigger/due.h"
#include "lib/record/job.h"
#include "lib/sched/clock.h"
#include "lib/sched/sched_int.h"
#include "lib/store/clock.h"
#include "lib/store/log.h"
#include "lib/store/zone.h"
#include "lib/trigger/trigger.h"
#include "lib/trigger/same.h"
#include "lib/base/ban.h"

#define BATCH_JOBS_MAX 1000 /* jobs per transaction */

/* The recovery of one store. */
struct reset {
	struct sched *s;
	struct store *st;
	struct sched_clock *out;
	int64_t now_us;
	int64_t mark_us;
};

static bool
did_not_run(enum run_state state)
{
	return state == RUN_MISSED || state == RUN_COALESCED ||
	    state == RUN_PAUSED || state == RUN_OVERLAP;
}

static enum store_rc
reset_rows(struct reset *r, const struct job *j, const struct trigger *t)
{
	struct run_list rows = { NULL, 0, 0 };
	struct due_range left;
	enum store_rc rc;

	rc = store_clock_rows(r->st, j->id, r->now_us, &rows);
	for (size_t i = 0; i < rows.n && rc == STORE_OK; i++) {
		if (!did_not_run(rows.v[i].state)) {
			rc = store_clock_keep(r->st, rows.v[i].row);
			r->out->kept++;
			continue;
		}
		due_count(t, rows.v[i].slot_us, r->now_us, &left);
		rc = store_clock_cut(r->st, rows.v[i].row, left.last_us,
		    left.count);
		r->out->rows++;
	}
	run_list_fini(&rows);
	return rc;
}

/*
 * A trigger given without a start while the clock was ahead starts now: *t is
 * replaced.  A date that was to run at once runs.
 */
static enum store_rc
reset_trigger(struct reset *r, struct job *j, struct trigger **t)
{
	const struct trigger_given given = { j->changed_us, r->now_us };
	struct buf spec = BUF_INIT;
	char *text;

	if (!trigger_bring_back(*t, &given, &spec))
		return STORE_OK;
	if ((text = buf_take(&spec)) == NULL)
		return STORE_FULL;
	free(j->trigger);
	j->trigger = text;
	trigger_free(*t);
	*t = sched_job_trigger(r->s, j);
	return *t == NULL ? STORE_FULL : STORE_OK;
}

static enum store_rc
reset_job(struct reset *r, struct job *j)
{
	struct trigger *t = sched_job_trigger(r->s, j);
	enum store_rc rc;
	int64_t next_us;

	/* A job that cannot be read for now is recovered once it can. */
	if (t == NULL) {
		r->out->unread += j->cursor_us != JOB_NEVER &&
		    j->cursor_us > r->now_us && sched_job_waits(r->s, j);
		return STORE_OK;
	}
	if ((rc = reset_trigger(r, j, &t)) != STORE_OK) {
		trigger_free(t);
		return rc;
	}
	next_us = trigger_next(t, r->now_us);
	if (next_us < j->cursor_us) {
		rc = reset_rows(r, j, t);
		sched_set_cursor(j, t, next_us);
		if (rc == STORE_OK)
			rc = store_clock_job(r->st, j, r->now_us);
		if (rc == STORE_OK)
			rc = sched_audit(r->s, r->st, "job.clock-reset",
			    j->queue, j->job_id);
		r->out->jobs++;
	}
	trigger_free(t);
	return rc;
}

/* A dry run is rolled back. */
static enum store_rc
reset_end(struct reset *r, enum store_rc rc)
{
	if (rc == STORE_OK && r->out->is_dry) {
		store_rollback(r->st);
		return STORE_OK;
	}
	return sched_end(r->st, rc);
}

static enum store_rc
reset_jobs(struct reset *r)
{
	struct job_list jobs = { NULL, 0, 0 };
	enum store_rc rc;
	int64_t after = 0;
	size_t n;

	do {
		if ((rc = store_begin(r->st)) != STORE_OK)
			return rc;
		rc = store_zone_jobs(r->st, after, BATCH_JOBS_MAX, &jobs);
		n = jobs.n;
		for (size_t i = 0; i < n && rc == STORE_OK; i++) {
			after = jobs.v[i].id;
			rc = reset_job(r, &jobs.v[i]);
		}
		rc = reset_end(r, rc);
		job_list_fini(&jobs);
	} while (rc == STORE_OK && n == BATCH_JOBS_MAX);
	return rc;
}

/* Last, so that after a crash the mark remains, and the rest is done again. */
static enum store_rc
reset_delays(struct reset *r)
{
	struct run_list queues = { NULL, 0, 0 };
	int64_t gone = 0;
	enum store_rc rc;

	if ((rc = store_begin(r->st)) != STORE_OK)
		return rc;
	rc = store_clock_queues(r->st, r->now_us, r->mark_us, &queues);
	for (size_t i = 0; i < queues.n && rc == STORE_OK; i++) {
		r->out->messages += queues.v[i].count;
		rc = sched_audit(r->s, r->st, "queue.clock-reset",
		    queues.v[i].queue, NULL);
	}
	if (rc == STORE_OK)
		rc = store_clock_gone(r->st, r->now_us, &gone);
	r->out->gone += gone;
	if (rc == STORE_OK)
		rc = store_clock_delays(r->st, r->now_us, r->mark_us);
	/* The mark also stays while a job remains to be recovered. */
	if (rc == STORE_OK && r->out->unread == 0)
		rc = store_mark_set(r->st, r->now_us);
	if (rc == STORE_OK)
		rc = sched_audit(r->s, r->st, "clock.reset", NULL, NULL);
	run_list_fini(&queues);
	return reset_end(r, rc);
}

enum store_rc
sched_clock_reset(struct sched *s, struct sched_clock *out)
{
	struct reset r = { .s = s, .out = out };
	struct sched_health h;
	enum store_rc rc;

	r.now_us = clock_get_us(s->clock);
	rc = sched_health(s, r.now_us, &h);
	if (rc != STORE_OK || h.ahead_us == 0)
		return rc;
	out->ahead_us = h.ahead_us;
	r.mark_us = r.now_us + h.ahead_us;
	/* The durable store, which has the mark, is last. */
	for (int k = JOB_KIND__MAX - 1; k >= 0 && rc == STORE_OK; k--) {
		if ((r.st = sched_store(s, (enum job_kind)k)) == NULL)
			continue;
		if ((rc = reset_jobs(&r)) == STORE_OK)
			rc = reset_delays(&r);
	}
	return rc;
}
