/*
 * Redefining a job, by a patch or by adding it again: only what changed
 * changes.  Slots that the old trigger had due are still to run, or get rows
 * in the ledger.  Tested in t_register.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/sched/sched_int.h"
#include "lib/store/history.h"
#include "lib/store/job.h"
#include "lib/trigger/trigger.h"
#include "lib/trigger/same.h"
#include "lib/base/ban.h"

/* Keep the schedule with a trigger that means the same, written as spec. */
static enum store_rc
keep_schedule(struct sched *s, struct store *st, struct job *j,
    struct buf *spec)
{
	struct trigger *t;
	enum store_rc rc;

	free(j->trigger);
	j->trigger = buf_take(spec);
	if (j->trigger == NULL || (t = sched_job_trigger(s, j)) == NULL)
		return STORE_FULL;
	sched_set_cursor(j, t, j->cursor_us);
	rc = store_history_change(st, j->id, j->trigger, j->cursor_us,
	    j->cursor_us);
	if (rc == STORE_OK)
		rc = sched_note_zone(st, t);
	trigger_free(t);
	return rc;
}

/* Restart the schedule of j with its trigger t; old is j as it was. */
static enum store_rc
restart(struct sched *s, struct store *st, const struct redefinition *d,
    const struct trigger *t)
{
	/* A date set to the same time again is still to run. */
	const struct sched_cutoff over = { d->job->changed_us,
		trigger_first(t, d->job->changed_us) };
	enum store_rc rc;

	if (d->job->is_never)
		return STORE_LIMIT;
	rc = sched_once_ran(s, d->job, t, d->job->changed_us);
	if (rc != STORE_NOTFOUND)
		return rc == STORE_OK ? STORE_CONFLICT : rc;
	rc = sched_account_change(s, st, d->old, &over, d->what);
	sched_set_cursor(d->job, t, over.keep_us);
	return rc == STORE_OK ? sched_restart(st, d->job, t) : rc;
}

/* Apply a changed text of the trigger. */
static enum store_rc
set_trigger(struct sched *s, struct store *st, const struct redefinition *d)
{
	const struct trigger_progress at = { d->old->cursor_us,
		d->job->changed_us };
	struct trigger *t = sched_job_trigger(s, d->job), *was;
	struct buf spec = BUF_INIT;
	enum store_rc rc;

	if (t == NULL)
		return STORE_ERROR;
	was = sched_job_trigger(s, d->old);
	if (was != NULL && trigger_is_same(t, was, &at, &spec))
		rc = keep_schedule(s, st, d->job, &spec);
	else
		rc = restart(s, st, d, t);
	buf_fini(&spec);
	trigger_free(was);
	trigger_free(t);
	return rc;
}

/*
 * Change from the state j has to the one requested.  A job in quarantine is
 * activated if it is valid, else the error is returned.
 */
static enum store_rc
set_state(struct sched *s, struct store *st, struct job *j,
    enum job_state asked)
{
	struct buf why = BUF_INIT;

	if (j->state == JOB_QUARANTINED && asked != JOB_PAUSED) {
		if (!sched_job_fault(s, j, &why))
			return sched_set_active(s, st, j, j->changed_us);
		free(j->reason);
		j->reason = buf_take(&why);
		return j->reason == NULL ? STORE_FULL : STORE_OK;
	}
	if (asked == j->state)
		return STORE_OK;
	if (asked == JOB_PAUSED)
		return sched_set_paused(s, j, j->changed_us);
	return sched_set_active(s, st, j, j->changed_us);
}

enum store_rc
sched_redefine(struct sched *s, struct store *st, const struct redefinition *d)
{
	enum job_state asked = d->job->state;
	enum store_rc rc = STORE_OK;
	struct job *j = d->job;

	j->state = d->old->state;
	if (strcmp(j->trigger, d->old->trigger) != 0)
		rc = set_trigger(s, st, d);
	if (rc == STORE_OK)
		rc = set_state(s, st, j, asked);
	if (rc == STORE_OK)
		rc = store_job_update(st, j);
	if (rc == STORE_OK && j->ran != NULL)
		rc = store_job_delete(st, j->id, j->changed_us, JOB_EXPIRED);
	return rc;
}
