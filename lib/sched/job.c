/*
 * Jobs as users add them: new, replacing or unchanged, with ids, limits and
 * the cursor.  Changes to existing jobs are change.c's and define.c's.  Tested
 * in t_register and t_sched_list.
 */
#include "config.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/time/datetime.h"
#include "lib/trigger/due.h"
#include "lib/base/fault.h"
#include "lib/sched/sched_int.h"
#include "lib/store/history.h"
#include "lib/store/job.h"
#include "lib/store/queue.h"
#include "lib/store/run.h"
#include "lib/store/zone.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "lib/base/ban.h"

struct trigger *
sched_job_trigger(struct sched *s, const struct job *j)
{
	struct faults fs = { .n = 0 };

	return trigger_from_spec(j->trigger, s->zones, &fs);
}

void
sched_set_cursor(struct job *j, const struct trigger *t, int64_t slot_us)
{
	struct due_policy p = { .jitter_seed = job_seed(j) };

	j->cursor_us = slot_us;
	j->next_run_us =
	    j->state == JOB_ACTIVE ? due_at(t, &p, slot_us) : JOB_NEVER;
}

enum store_rc
sched_set_paused(struct sched *s, struct job *j, int64_t now_us)
{
	struct buf why = BUF_INIT;

	buf_printf(&why, "by %s since ", s->actor);
	datetime_rfc3339_s(now_us, &why);
	j->state = JOB_PAUSED;
	j->next_run_us = JOB_NEVER;
	free(j->reason);
	j->reason = buf_take(&why);
	return j->reason == NULL ? STORE_FULL : STORE_OK;
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

/*
 * Account for the slots before cutoff->keep_us, then for those after it in a
 * separate row.
 */
static enum store_rc
account_cutoff(struct store *st, const struct ledger_entry *e,
    const struct sched_cutoff *cutoff)
{
	struct job rest = *e->job; /* owns nothing */
	struct ledger_entry after = *e;
	enum store_rc rc;

	if (cutoff->keep_us > cutoff->until_us)
		return sched_account(st, e, cutoff->until_us);
	if (rest.cursor_us <= cutoff->keep_us)
		rest.cursor_us = trigger_next(e->trigger, cutoff->keep_us);
	after.job = &rest;
	after.is_separate = true;
	rc = sched_account(st, e, cutoff->keep_us - 1);
	return rc == STORE_OK ? sched_account(st, &after, cutoff->until_us) :
				rc;
}

enum store_rc
sched_account_change(struct sched *s, struct store *st, const struct job *j,
    const struct sched_cutoff *cutoff, const char *what)
{
	struct trigger *t = sched_job_trigger(s, j);
	struct ledger_entry e = { .job = j, .now_us = clock_get_us(s->clock) };
	struct buf why = BUF_INIT;
	enum store_rc rc;

	if (t == NULL)
		return STORE_OK;
	rc = store_queue_why_paused(st, j->queue, &why);
	e.is_held = why.len > 0;
	if (!e.is_held)
		buf_printf(&why, "%s by %s", what, s->actor);
	e.trigger = t;
	e.reason = buf_cstr(&why);
	if (rc == STORE_OK)
		rc = account_cutoff(st, &e, cutoff);
	buf_fini(&why);
	trigger_free(t);
	return rc;
}

enum store_rc
sched_note_zone(struct store *st, const struct trigger *t)
{
	const struct tz *tz = trigger_zone(t);

	if (!trigger_is_wall(t) || tz_stamp(tz) == 0)
		return STORE_OK;
	return store_zone_note(st, tz_name(tz), tz_stamp(tz));
}

enum store_rc
sched_restart(struct store *st, struct job *j, const struct trigger *t)
{
	int64_t decided = INT64_MIN;
	enum store_rc rc;

	rc = store_run_decided(st, j->id, &decided);
	if (rc != STORE_OK)
		return rc;
	if (j->cursor_us <= decided && trigger_kind(t) != TRIGGER_DATE)
		sched_set_cursor(j, t, trigger_next(t, decided));
	rc = store_history_change(st, j->id, j->trigger, j->changed_us + 1,
	    j->cursor_us);
	return rc == STORE_OK ? sched_note_zone(st, t) : rc;
}

/* Copy every column except the definition. */
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

static enum store_rc
add_prepare(struct sched *s, struct job *j, const struct trigger *t,
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

/* Write what an add changes; t is the trigger of j. */
static enum store_rc
add_write(struct sched *s, struct store *st, struct job *j,
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
	if ((rc = add_prepare(s, j, t, now_us)) == STORE_OK &&
	    (rc = store_begin(st)) == STORE_OK)
		rc = sched_end(st, add_write(s, st, j, t, is_replace));
	trigger_free(t);
	return rc;
}

enum store_rc
sched_find(struct sched *s, enum job_kind kind, const char *const name[2],
    struct store **st, struct job *out)
{
	enum store_rc rc = STORE_NOTFOUND;

	SCHED_EACH(at, s, kind, rc == STORE_NOTFOUND) {
		*st = at.st;
		rc = store_job_get(*st, name[0], name[1], out);
		out->kind = at.kind;
	}
	return rc;
}

enum store_rc
sched_get(struct sched *s, enum job_kind kind, const char *queue,
    const char *job_id, struct job *out)
{
	const char *const name[2] = { queue, job_id };
	struct store *st;

	return sched_find(s, kind, name, &st, out);
}
