#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/sched_int.h"
#include "lib/store_job.h"
#include "lib/trigger.h"
#include "lib/ban.h"

/* The schedule of j begins anew by its trigger t; old is j as it was. */
static enum store_rc
patch_trigger(struct sched *s, struct store *st, const struct job *old,
    struct job *j, const struct trigger *t)
{
	/* A date set anew to the same instant is still to run. */
	const struct sched_over over = { j->changed_us,
		trigger_first(t, j->changed_us) };
	enum store_rc rc;

	rc = sched_account_change(s, st, old, &over, "changed");
	sched_set_cursor(j, t, over.keep_us);
	return rc == STORE_OK ? sched_begin_anew(st, j, t) : rc;
}

/* From the state j had, and has still, to the one asked for.  One that was in
 * quarantine runs again when it can, and says what is wrong when not. */
static enum store_rc
patch_state(struct sched *s, struct store *st, struct job *j,
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

static enum store_rc
patch_job(struct sched *s, struct store *st, const struct job *old,
    struct job *j)
{
	enum job_state asked = j->state;
	enum store_rc rc = STORE_OK;
	struct trigger *t;

	j->state = old->state;
	if (strcmp(j->trigger, old->trigger) != 0) {
		if ((t = sched_job_trigger(s, j)) == NULL)
			return STORE_ERROR;
		rc = patch_trigger(s, st, old, j, t);
		trigger_free(t);
	}
	if (rc == STORE_OK)
		rc = patch_state(s, st, j, asked);
	return rc == STORE_OK ? store_job_update(st, j) : rc;
}

/* What sched_change_job calls. */
static enum store_rc
change_patch(struct sched *s, struct store *st, struct job *j, int64_t now_us,
    void *cookie)
{
	const struct sched_patch *p = cookie;
	enum store_rc rc;
	struct job old;

	job_init(&old);
	rc = store_job_get(st, j->queue, j->job_id, &old);
	if (rc == STORE_OK && p->edit(p->cookie, j) != 0)
		rc = STORE_LIMIT;
	j->changed_us = now_us;
	if (rc == STORE_OK)
		rc = patch_job(s, st, &old, j);
	job_fini(&old);
	return rc;
}

enum store_rc
sched_patch(struct sched *s, const char *queue, const char *job_id,
    const struct sched_patch *p, struct job *out)
{
	const struct sched_change c = { "job.change", change_patch,
		(void *)(uintptr_t)p };
	const char *const name[2] = { queue, job_id };

	return sched_change_job(s, SCHED_ANY, name, &c, out);
}
