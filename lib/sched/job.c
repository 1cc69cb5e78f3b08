/*
 * A stored job: found, its trigger and cursor, what is wrong with it, the rows
 * of its slots that will not run, its removal.  once.c, define.c and change.c
 * stand on this.  Tested in t_sched_account.
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/time/datetime.h"
#include "lib/trigger/due.h"
#include "lib/base/fault.h"
#include "lib/job/check.h"
#include "lib/sched/ledger.h"
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

bool
sched_job_fault(struct sched *s, const struct job *j, struct buf *why)
{
	struct faults fs = { .n = 0 };
	struct trigger *t;

	if (job_check(j, &fs) == 0)
		t = trigger_from_spec(j->trigger, s->zones, &fs);
	else
		t = NULL;
	if (t == NULL)
		buf_printf(why, "%s %s", fs.v[0].field, fs.v[0].text);
	trigger_free(t);
	return fs.n > 0;
}

bool
sched_job_waits(struct sched *s, const struct job *j)
{
	struct faults fs = { .n = 0 };

	trigger_free(trigger_from_spec(j->trigger, s->zones, &fs));
	return fs.is_transient;
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

enum store_rc
sched_account(struct store *st, const struct ledger_entry *what,
    int64_t until_us)
{
	const struct job *j = what->job;
	struct ledger_entry e = *what;
	struct buf why = BUF_INIT;
	struct due_range slots;
	enum store_rc rc;

	due_count(e.trigger, j->cursor_us, until_us, &slots);
	if (slots.count == 0)
		return STORE_OK;
	e.state = what->is_held ? RUN_PAUSED : RUN_MISSED;
	if (j->state == JOB_PAUSED) {
		e.state = RUN_PAUSED;
		e.reason = j->reason;
	} else if (j->state == JOB_QUARANTINED) {
		buf_printf(&why, "quarantined: %s",
		    j->reason != NULL ? j->reason : "unreadable");
		e.reason = buf_cstr(&why);
	}
	rc = why.is_failed ? STORE_FULL : ledger_record(st, &e, &slots, NULL);
	buf_fini(&why);
	return rc;
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
sched_remove(struct sched *s, struct store *st, const struct job *j,
    const char *what)
{
	int64_t now_us = clock_get_us(s->clock);
	enum store_rc rc = STORE_OK;
	struct buf why = BUF_INIT;

	if (j->cursor_us <= now_us)
		rc = sched_account_change(s, st, j,
		    &(struct sched_cutoff){ now_us, TRIGGER_NONE }, what);
	buf_printf(&why, "%s by %s", what, s->actor);
	if (rc == STORE_OK)
		rc = store_job_delete(st, j->id, now_us, buf_cstr(&why));
	buf_fini(&why);
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

enum store_rc
sched_free_us(struct store *st, int64_t job, const struct trigger *t,
    int64_t now_us, int64_t *out)
{
	int64_t begin = now_us, end;
	enum store_rc rc;

	for (;;) {
		rc = store_run_free(st, job, begin, &begin, &end);
		if (rc != STORE_OK)
			return rc;
		if (end < begin) /* two rows are adjacent */
			begin = end + 1;
		else if (t != NULL && trigger_next(t, begin - 1) == begin)
			begin++;
		else
			break;
	}
	*out = begin;
	return STORE_OK;
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
