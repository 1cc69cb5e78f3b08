/*
 * Pausing, resuming, changing and deleting jobs, one or all: each a transaction
 * with an audit row, and a ledger row for slots that will never run.
 * Definitions are define.c's.  Tested in t_register, t_once, t_sched_account
 * and t_sched_list.
 */
#include "config.h"

#include "lib/base/clock.h"
#include "lib/sched/sched_int.h"
#include "lib/store/job.h"
#include "lib/base/ban.h"

/* Jobs deleted in one transaction, between which others can write. */
#define BATCH_JOBS_MAX 1000

static enum store_rc
change_pause(struct sched *s, struct store *st, struct job *j, int64_t now_us,
    void *cookie)
{
	enum store_rc rc;

	(void)cookie;
	if (j->state != JOB_ACTIVE)
		return STORE_OK;
	j->changed_us = now_us;
	rc = sched_set_paused(s, j, now_us);
	return rc == STORE_OK ? store_job_move(st, j) : rc;
}

static enum store_rc
change_resume(struct sched *s, struct store *st, struct job *j, int64_t now_us,
    void *cookie)
{
	enum store_rc rc;

	(void)cookie;
	if (j->state == JOB_ACTIVE)
		return STORE_OK;
	j->changed_us = now_us;
	rc = sched_set_active(s, st, j, now_us);
	if (rc == STORE_OK && j->ran != NULL)
		return store_job_delete(st, j->id, now_us, JOB_EXPIRED);
	return rc == STORE_OK ? store_job_move(st, j) : rc;
}

static enum store_rc
change_delete(struct sched *s, struct store *st, struct job *j, int64_t now_us,
    void *cookie)
{
	(void)now_us;
	(void)cookie;
	return sched_remove(s, st, j, "deleted");
}

/* The actor must have access to the job before and after the change. */
static enum store_rc
apply_change(struct sched *s, struct store *st, const struct sched_change *c,
    struct job *j)
{
	enum store_rc rc = sched_may_queue(s, j->queue);

	if (rc == STORE_OK && c->is_start)
		rc = sched_may_render(s, st, j->render);
	if (rc == STORE_OK)
		rc = c->apply(s, st, j, clock_get_us(s->clock), c->cookie);
	if (rc == STORE_OK && c->is_start)
		rc = sched_may_render(s, st, j->render);
	return rc;
}

enum store_rc
sched_change_job(struct sched *s, enum job_kind kind, const char *const name[2],
    const struct sched_change *c, struct job *out)
{
	struct store *st = NULL;
	enum store_rc rc;
	struct job j;

	job_init(&j);
	/*
	 * Find its store first, outside the transaction; then read it inside.
	 */
	if ((rc = sched_find(s, kind, name, &st, &j)) != STORE_OK)
		goto out;
	kind = j.kind;
	job_fini(&j);
	if (c->is_start && (rc = sched_may_run(s, kind)) != STORE_OK)
		goto out;
	if ((rc = store_begin(st)) != STORE_OK)
		goto out;
	rc = store_job_get(st, name[0], name[1], &j);
	j.kind = kind;
	if (rc == STORE_OK)
		rc = apply_change(s, st, c, &j);
	if (rc == STORE_OK)
		rc = sched_audit(s, st, c->action, name[0], name[1]);
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
	static const struct sched_change c = { "job.pause", false, change_pause,
		NULL };
	const char *const name[2] = { queue, job_id };

	return sched_change_job(s, kind, name, &c, out);
}

enum store_rc
sched_resume(struct sched *s, enum job_kind kind, const char *queue,
    const char *job_id, struct job *out)
{
	static const struct sched_change c = { "job.resume", true,
		change_resume, NULL };
	const char *const name[2] = { queue, job_id };

	return sched_change_job(s, kind, name, &c, out);
}

enum store_rc
sched_delete(struct sched *s, enum job_kind kind, const char *queue,
    const char *job_id)
{
	static const struct sched_change c = { "job.delete", false,
		change_delete, NULL };
	const char *const name[2] = { queue, job_id };

	return sched_change_job(s, kind, name, &c, NULL);
}

/* The state of a delete-all. */
struct wipe {
	struct store *st;
	const char *queue; /* NULL: all */
	int64_t newest;	   /* jobs added later stay */
	int64_t deleted;
	bool is_begun; /* its audit row is written */
	bool is_done;
};

static enum store_rc
wipe_jobs(struct sched *s, struct wipe *w)
{
	struct job_list jobs = { NULL, 0, 0 };
	enum store_rc rc;

	rc = store_job_batch(w->st, w->queue, w->newest, BATCH_JOBS_MAX, &jobs);
	for (size_t i = 0; i < jobs.n && rc == STORE_OK; i++)
		rc = sched_remove(s, w->st, &jobs.v[i], "deleted");
	w->deleted += (int64_t)jobs.n;
	w->is_done = jobs.n < BATCH_JOBS_MAX;
	job_list_fini(&jobs);
	return rc;
}

/*
 * If killed midway, part of the jobs are deleted, and the audit names the
 * actor.
 */
static enum store_rc
wipe_step(struct sched *s, struct wipe *w)
{
	enum store_rc rc;

	if ((rc = store_begin(w->st)) != STORE_OK)
		return rc;
	/* Without a queue: the jobs of all queues. */
	rc = sched_may_queue(s, w->queue);
	if (rc == STORE_OK && !w->is_begun)
		rc = store_job_newest(w->st, &w->newest);
	if (rc == STORE_OK && !w->is_begun)
		rc = sched_audit(s, w->st, "job.delete-all", w->queue, NULL);
	w->is_begun = true;
	if (rc == STORE_OK)
		rc = wipe_jobs(s, w);
	return sched_end(w->st, rc);
}

enum store_rc
sched_delete_all(struct sched *s, enum job_kind kind, const char *queue,
    int64_t *out)
{
	enum store_rc rc = STORE_OK;

	*out = 0;
	SCHED_EACH(at, s, kind, rc == STORE_OK) {
		struct wipe w = { .st = at.st, .queue = queue };

		while (rc == STORE_OK && !w.is_done)
			rc = wipe_step(s, &w);
		*out += w.deleted;
	}
	return rc;
}

/* Called by sched_change_job. */
static enum store_rc
change_patch(struct sched *s, struct store *st, struct job *j, int64_t now_us,
    void *cookie)
{
	const struct sched_patch *p = cookie;
	struct job old;
	const struct redefinition d = { &old, j, "changed" };
	enum store_rc rc;

	job_init(&old);
	rc = store_job_get(st, j->queue, j->job_id, &old);
	if (rc == STORE_OK && p->edit(p->cookie, j) != 0)
		rc = STORE_LIMIT;
	j->changed_us = now_us;
	if (rc == STORE_OK)
		rc = sched_redefine(s, st, &d);
	job_fini(&old);
	return rc;
}

enum store_rc
sched_patch(struct sched *s, const char *queue, const char *job_id,
    const struct sched_patch *p, struct job *out)
{
	const struct sched_change c = { "job.change", true, change_patch,
		(void *)(uintptr_t)p };
	const char *const name[2] = { queue, job_id };

	return sched_change_job(s, p->kind, name, &c, out);
}
