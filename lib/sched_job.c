#include "config.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/due.h"
#include "lib/fault.h"
#include "lib/sched_int.h"
#include "lib/store_job.h"
#include "lib/store_run.h"
#include "lib/store_zone.h"
#include "lib/trigger.h"
#include "lib/tz.h"
#include "lib/ban.h"

/* The trigger of a stored job, or NULL when its text cannot be read. */
static struct trigger *
job_trigger(struct sched *s, const struct job *j)
{
	struct faults fs = { .n = 0 };

	return trigger_from_spec(j->trigger, s->zones, &fs);
}

/* Let j run next at slot_us, a slot of t, or never; a paused one waits. */
static void
job_set_cursor(struct job *j, const struct trigger *t, int64_t slot_us)
{
	struct due_policy p = { .jitter_seed = job_seed(j) };

	j->cursor_us = slot_us;
	j->next_run_us =
	    j->state == JOB_ACTIVE ? due_at(t, &p, slot_us) : JOB_NEVER;
}

/* 32 hex digits, as the clients' uuid4().hex gives. */
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

/* What was due and has not run is told as missed, by whose doing. */
static enum store_rc
change_account(struct sched *s, struct store *st, const struct job *j,
    int64_t until_us, const char *what)
{
	struct trigger *t = job_trigger(s, j);
	struct buf why = BUF_INIT;
	enum store_rc rc;

	if (t == NULL)
		return STORE_OK;
	buf_printf(&why, "%s by %s", what, s->actor);
	rc = sched_account(st, j, t, until_us, buf_cstr(&why));
	buf_fini(&why);
	trigger_free(t);
	return rc;
}

/* A schedule that begins anew begins after what the ledger has decided. */
static enum store_rc
replace_cursor(struct store *st, struct job *j, const struct trigger *t)
{
	int64_t decided = INT64_MIN;
	enum store_rc rc;

	rc = store_run_decided(st, j->id, &decided);
	if (rc == STORE_OK && j->cursor_us <= decided &&
	    trigger_kind(t) != TRIGGER_DATE)
		job_set_cursor(j, t, trigger_next(t, decided));
	return rc;
}

/*
 * The job that has the name takes the new definition but keeps its number, so
 * that the guard on (job, slot) also holds across a replacement.
 */
static enum store_rc
add_replace(struct sched *s, struct store *st, struct job *j,
    const struct trigger *t)
{
	int64_t until = j->changed_us;
	struct job old;
	enum store_rc rc;

	job_init(&old);
	rc = store_job_get(st, j->queue, j->job_id, &old);
	if (rc != STORE_OK)
		goto out;
	j->id = old.id;
	j->created_us = old.created_us;
	/* A date set anew to the same instant is still to run. */
	if (j->cursor_us <= until)
		until = j->cursor_us - 1;
	rc = change_account(s, st, &old, until, "replaced");
	if (rc == STORE_OK)
		rc = replace_cursor(st, j, t);
	if (rc == STORE_OK)
		rc = store_job_update(st, j);
out:
	job_fini(&old);
	return rc;
}

/*
 * With the new job in it, does the queue hold more than it may?  Jobs of both
 * stores count; st is the one that is written to.
 */
static enum store_rc
add_check_room(struct sched *s, struct store *st, const char *queue)
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
add_prepare(struct job *j, const struct trigger *t, int64_t now_us)
{
	if ((j->job_id == NULL || j->job_id[0] == '\0') &&
	    job_make_id(j, now_us) != 0)
		return STORE_FULL;
	j->created_us = now_us;
	j->changed_us = now_us;
	job_set_cursor(j, t, trigger_first(t, now_us));
	return STORE_OK;
}

/* Which zone data a cron job was computed by: should it change, so must the
 * job's next run. */
static enum store_rc
add_note_zone(struct store *st, const struct trigger *t)
{
	const struct tz *tz = trigger_zone(t);

	if (trigger_kind(t) != TRIGGER_CRON || tz_stamp(tz) == 0)
		return STORE_OK;
	return store_zone_note(st, tz_name(tz), tz_stamp(tz));
}

/* What the transaction of an add writes; t is the trigger of j. */
static enum store_rc
add_write(struct sched *s, struct store *st, struct job *j,
    const struct trigger *t, bool is_replace)
{
	enum store_rc rc = store_job_insert(st, j);

	if (rc == STORE_OK)
		rc = add_check_room(s, st, j->queue);
	else if (rc == STORE_CONFLICT && is_replace)
		rc = add_replace(s, st, j, t);
	if (rc == STORE_OK)
		rc = add_note_zone(st, t);
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

	if ((rc = sched_store_make(s, j->kind, &st)) != STORE_OK)
		return rc;
	if ((t = job_trigger(s, j)) == NULL)
		return STORE_ERROR;
	if ((rc = add_prepare(j, t, now_us)) == STORE_OK &&
	    (rc = store_begin(st)) == STORE_OK)
		rc = sched_end(st, add_write(s, st, j, t, is_replace));
	trigger_free(t);
	return rc;
}

/* Find a job in the store of kind, or in each; *st gets its store. */
static enum store_rc
job_find(struct sched *s, enum job_kind kind, const char *const name[2],
    struct store **st, struct job *out)
{
	enum store_rc rc = STORE_NOTFOUND;

	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_NOTFOUND; k++) {
		if (kind != SCHED_ANY && kind != (enum job_kind)k)
			continue;
		if ((*st = sched_store(s, (enum job_kind)k)) == NULL)
			continue;
		rc = store_job_get(*st, name[0], name[1], out);
		out->kind = (enum job_kind)k;
	}
	return rc;
}

enum store_rc
sched_get(struct sched *s, enum job_kind kind, const char *queue,
    const char *job_id, struct job *out)
{
	const char *const name[2] = { queue, job_id };
	struct store *st;

	return job_find(s, kind, name, &st, out);
}

/* One change to one job: what runs inside the transaction. */
typedef enum store_rc job_change(struct sched *s, struct store *st,
    struct job *j, int64_t now_us);

static enum store_rc
change_pause(struct sched *s, struct store *st, struct job *j, int64_t now_us)
{
	struct buf why = BUF_INIT;
	enum store_rc rc;

	if (j->state != JOB_ACTIVE)
		return STORE_OK;
	buf_printf(&why, "by %s", s->actor);
	j->state = JOB_PAUSED;
	j->next_run_us = JOB_NEVER;
	j->changed_us = now_us;
	free(j->reason);
	j->reason = buf_take(&why);
	rc = store_job_move(st, j);
	return rc;
}

static enum store_rc
change_resume(struct sched *s, struct store *st, struct job *j, int64_t now_us)
{
	struct trigger *t;
	enum store_rc rc;
	int64_t first;

	if (j->state == JOB_ACTIVE)
		return STORE_OK;
	if ((t = job_trigger(s, j)) == NULL)
		return STORE_CONFLICT;
	/* A date job keeps its instant, though past (APScheduler); others do
	 * not go back behind what was decided, even if the clock did. */
	first = trigger_first(t,
	    j->cursor_us != JOB_NEVER && j->cursor_us > now_us ? j->cursor_us :
								 now_us);
	if (first == TRIGGER_NONE) {
		trigger_free(t);
		return STORE_CONFLICT;
	}
	rc = STORE_OK;
	if (first > j->cursor_us)
		rc = sched_account(st, j, t,
		    first > now_us ? now_us : first - 1, NULL);
	j->state = JOB_ACTIVE;
	j->changed_us = now_us;
	free(j->reason);
	j->reason = NULL;
	job_set_cursor(j, t, first);
	trigger_free(t);
	return rc == STORE_OK ? store_job_move(st, j) : rc;
}

static enum store_rc
change_delete(struct sched *s, struct store *st, struct job *j, int64_t now_us)
{
	enum store_rc rc = change_account(s, st, j, now_us, "deleted");

	return rc == STORE_OK ? store_job_delete(st, j->id) : rc;
}

/* The changes with their words in the audit. */
static const struct change {
	const char *action;
	job_change *apply;
} change_table[] = {
	{ "job.pause", change_pause },
	{ "job.resume", change_resume },
	{ "job.delete", change_delete },
};

enum change_id { CHANGE_PAUSE, CHANGE_RESUME, CHANGE_DELETE };

/*
 * Change the named job in one transaction, with its audit row.  Which store
 * it is in is looked up first, outside; what it is like is read again inside.
 */
static enum store_rc
job_apply(struct sched *s, enum job_kind kind, const char *const name[2],
    enum change_id id, struct job *out)
{
	struct store *st = NULL;
	enum store_rc rc;
	struct job j;

	job_init(&j);
	if ((rc = job_find(s, kind, name, &st, &j)) != STORE_OK)
		goto out;
	kind = j.kind;
	job_fini(&j);
	if ((rc = store_begin(st)) != STORE_OK)
		goto out;
	rc = store_job_get(st, name[0], name[1], &j);
	j.kind = kind;
	if (rc == STORE_OK)
		rc = change_table[id].apply(s, st, &j, clock_now_us());
	if (rc == STORE_OK)
		rc = sched_audit(s, st, change_table[id].action, name[0],
		    name[1]);
	rc = sched_end(st, rc);
	if (rc == STORE_OK && out != NULL) {
		*out = j;
		job_init(&j);
	}
out:
	job_fini(&j);
	return rc;
}

enum store_rc
sched_pause(struct sched *s, enum job_kind kind, const char *queue,
    const char *job_id, struct job *out)
{
	const char *const name[2] = { queue, job_id };

	return job_apply(s, kind, name, CHANGE_PAUSE, out);
}

enum store_rc
sched_resume(struct sched *s, enum job_kind kind, const char *queue,
    const char *job_id, struct job *out)
{
	const char *const name[2] = { queue, job_id };

	return job_apply(s, kind, name, CHANGE_RESUME, out);
}

enum store_rc
sched_delete(struct sched *s, enum job_kind kind, const char *queue,
    const char *job_id)
{
	const char *const name[2] = { queue, job_id };

	return job_apply(s, kind, name, CHANGE_DELETE, NULL);
}
