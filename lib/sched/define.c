/*
 * Jobs as users define them: new, replacing, unchanged, or patched, when only
 * what changed changes.  Slots that the old trigger had due are still to run,
 * or get rows in the ledger.  Tested in t_register and t_sched_list.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/conf/conf.h"
#include "lib/job/check.h"
#include "lib/sched/sched_int.h"
#include "lib/store/history.h"
#include "lib/store/job.h"
#include "lib/trigger/trigger.h"
#include "lib/trigger/same.h"
#include "lib/base/ban.h"

enum store_rc
sched_set_active(struct sched *s, struct store *st, struct job *j,
    int64_t now_us)
{
	struct ledger_entry e = { .job = j, .now_us = now_us };
	struct faults unused = { .n = 0 };
	enum store_rc rc = STORE_OK;
	struct trigger *t;
	int64_t first;

	if (job_check(j, &unused) != 0 || (t = sched_job_trigger(s, j)) == NULL)
		return STORE_CONFLICT;
	e.trigger = t;
	/*
	 * A date keeps its time, even if it is past (APScheduler); other jobs
	 * do not go back before what was decided, even if the clock did.
	 */
	first = trigger_first(t,
	    j->cursor_us != JOB_NEVER && j->cursor_us > now_us ? j->cursor_us :
								 now_us);
	if (first == TRIGGER_NONE)
		rc = STORE_CONFLICT;
	else if (first <= now_us && j->state == JOB_PAUSED &&
	    trigger_kind(t) == TRIGGER_DATE)
		rc = sched_once_end(s, st, j, t);
	else if (first > j->cursor_us)
		rc = sched_account(st, &e, first > now_us ? now_us : first - 1);
	if (rc == STORE_OK && j->ran == NULL) {
		j->state = JOB_ACTIVE;
		free(j->reason);
		j->reason = NULL;
		sched_set_cursor(j, t, first);
	}
	trigger_free(t);
	return rc;
}

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

/* 32 hex digits, as in the clients' uuid4().hex. */
static int
job_make_id(struct job *j, int64_t now_us)
{
	char uuid[RUN_ID_LEN + 1], *p;

	run_make_id(now_us, uuid);
	p = uuid;
	for (const char *c = uuid; *c != '\0'; c++) {
		if (*c != '-')
			*p++ = *c;
	}
	*p = '\0';
	free(j->job_id);
	return (j->job_id = strdup(uuid)) == NULL ? -1 : 0;
}

/* Copy every column except the definition; an owner stays, unless given. */
static enum store_rc
take_over(struct job *j, const struct job *old)
{
	if (!j->is_state_asked)
		j->state = old->state == JOB_PAUSED ? JOB_PAUSED : JOB_ACTIVE;
	j->id = old->id;
	j->created_us = old->created_us;
	j->cursor_us = old->cursor_us;
	j->next_run_us = old->next_run_us;
	free(j->reason);
	j->reason = old->reason == NULL ? NULL : strdup(old->reason);
	if (j->owner == NULL && old->owner != NULL &&
	    (j->owner = strdup(old->owner)) == NULL)
		return STORE_FULL;
	return old->reason != NULL && j->reason == NULL ? STORE_FULL : STORE_OK;
}

/*
 * The existing job gets the new definition but keeps its number, so that the
 * guard on (job, slot) holds across a replacement.  If its only slot was
 * decided before (j->ran), it ends.
 */
static enum store_rc
add_replace(struct sched *s, struct store *st, struct job *j)
{
	struct job old;
	const struct redefinition d = { &old, j, "replaced" };
	enum store_rc rc;

	job_init(&old);
	rc = store_job_get(st, j->queue, j->job_id, &old);
	if (rc == STORE_NOTFOUND && j->is_never)
		rc = STORE_LIMIT;
	if (rc == STORE_OK)
		rc = sched_may_render(s, st, old.render);
	if (rc == STORE_OK && j->ran != NULL)
		rc = sched_remove(s, st, &old, "replaced");
	else if (rc == STORE_OK && (rc = take_over(j, &old)) == STORE_OK)
		rc = sched_redefine(s, st, &d);
	job_fini(&old);
	return rc;
}

/*
 * Does the queue, with the new job, have more jobs than allowed?  Jobs of both
 * stores count; st is the one written to.
 */
static enum store_rc
add_check_limit(struct sched *s, struct store *st, const char *queue)
{
	int64_t most = s->conf->max_jobs_per_queue, sum = 0, n = 0;
	enum store_rc rc = STORE_OK;

	if (most == 0)
		return STORE_OK;
	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_OK; k++, sum += n) {
		struct store *each = s->stores[k];

		if (each != st)
			each = sched_store(s, (enum job_kind)k);
		n = 0;
		if (each != NULL)
			rc = store_job_count(each, queue, &n);
	}
	return rc == STORE_OK && sum > most ? STORE_LIMIT : rc;
}

enum store_rc
sched_add_prepare(struct sched *s, struct job *j, const struct trigger *t,
    int64_t now_us)
{
	if ((j->job_id == NULL || j->job_id[0] == '\0') &&
	    job_make_id(j, now_us) != 0)
		return STORE_FULL;
	j->created_us = now_us;
	j->changed_us = now_us;
	sched_set_cursor(j, t, trigger_first(t, now_us));
	return j->state == JOB_PAUSED ? sched_set_paused(s, j, now_us) :
					STORE_OK;
}

/* Add a job under a free name. */
static enum store_rc
add_new(struct sched *s, struct store *st, struct job *j,
    const struct trigger *t)
{
	enum store_rc rc = store_job_insert(st, j);

	if (rc == STORE_OK)
		rc = add_check_limit(s, st, j->queue);
	return rc == STORE_OK ? sched_note_zone(st, t) : rc;
}

/* The only slot of j was decided before: there is nothing to add. */
static enum store_rc
add_ran(struct sched *s, struct store *st, struct job *j, bool is_replace)
{
	struct job old;
	enum store_rc rc;

	j->next_run_us = j->cursor_us = JOB_NEVER;
	job_init(&old);
	rc = store_job_get(st, j->queue, j->job_id, &old);
	job_fini(&old);
	if (rc == STORE_OK)
		return is_replace ? add_replace(s, st, j) : STORE_CONFLICT;
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
sched_add_write(struct sched *s, struct store *st, struct job *j,
    const struct trigger *t, bool is_replace)
{
	enum store_rc rc = sched_may_queue(s, j->queue);

	if (rc == STORE_OK)
		rc = sched_may_render(s, st, j->render);
	if (rc != STORE_OK)
		return rc;
	rc = sched_once_ran(s, j, t, j->created_us);
	if (rc == STORE_OK)
		rc = add_ran(s, st, j, is_replace);
	else if (rc == STORE_NOTFOUND && j->is_never)
		rc = STORE_CONFLICT;
	else if (rc == STORE_NOTFOUND)
		rc = add_new(s, st, j, t);
	if (rc == STORE_CONFLICT && is_replace)
		rc = add_replace(s, st, j);
	if (rc == STORE_OK)
		rc = sched_audit(s, st, "job.add", j->queue, j->job_id);
	return rc;
}

enum store_rc
sched_add(struct sched *s, struct job *j, bool is_replace, int64_t now_us)
{
	struct trigger *t;
	struct store *st;
	enum store_rc rc;

	if (j->is_never && !is_replace)
		return STORE_LIMIT;
	if ((rc = sched_store_make(s, j->kind, &st)) != STORE_OK)
		return rc;
	if ((t = sched_job_trigger(s, j)) == NULL)
		return STORE_ERROR;
	/* Its runs count, too: in the transaction it is not looked for. */
	if (trigger_kind(t) == TRIGGER_DATE)
		(void)sched_store(s, JOB_MEMORY);
	if ((rc = sched_add_prepare(s, j, t, now_us)) == STORE_OK &&
	    (rc = store_begin(st)) == STORE_OK)
		rc = sched_end(st, sched_add_write(s, st, j, t, is_replace));
	trigger_free(t);
	return rc;
}
