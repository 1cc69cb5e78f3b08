/*
 * Jobs of a file: what each would change, in one transaction, which is undone
 * for a plan; so a plan is what would happen.  Also the jobs for such a file,
 * by name.  Tested in tests/ctl/apply.bats.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/record/grant.h"
#include "lib/sched/apply.h"
#include "lib/sched/sched_int.h"
#include "lib/store/job.h"
#include "lib/trigger/same.h"
#include "lib/trigger/trigger.h"

#include "lib/base/ban.h"

#define EXPORT_PAGE 1000 /* jobs read at once */

const char *const apply_names[APPLY__MAX] = {
	[APPLY_SAME] = "same",
	[APPLY_NEW] = "new",
	[APPLY_CHANGED] = "changed",
	[APPLY_RAN] = "ran",
	[APPLY_DELETED] = "deleted",
	[APPLY_REFUSED] = "refused",
};

void
apply_step_init(struct apply_step *a)
{
	*a = (struct apply_step){ .what = APPLY_SAME, .rc = STORE_OK };
	job_init(&a->was);
	job_init(&a->is);
}

void
apply_step_fini(struct apply_step *a)
{
	job_fini(&a->was);
	job_fini(&a->is);
}

static bool
is_same_text(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

/* Does the trigger of j leave that of the stored job as it is? */
static bool
is_same_trigger(struct sched *s, const struct job *j, const struct job *old,
    int64_t now_us)
{
	const struct trigger_progress at = { old->cursor_us, now_us };
	struct trigger *t, *was;
	struct buf spec = BUF_INIT;
	bool is_same;

	if (strcmp(j->trigger, old->trigger) == 0)
		return true;
	t = sched_job_trigger(s, j);
	was = sched_job_trigger(s, old);

	is_same = t != NULL && was != NULL &&
	    trigger_is_same(t, was, &at, &spec) &&
	    strcmp(buf_cstr(&spec), old->trigger) == 0;
	buf_fini(&spec);
	trigger_free(was);
	trigger_free(t);
	return is_same;
}

/* Is there nothing in j that would change the stored job? */
static bool
is_same_job(struct sched *s, const struct job *j, const struct job *old,
    int64_t now_us)
{
	return old->state != JOB_QUARANTINED &&
	    (!j->is_state_asked || j->state == old->state) &&
	    (j->owner == NULL || is_same_text(j->owner, old->owner)) &&
	    is_same_text(j->args, old->args) &&
	    is_same_text(j->kwargs, old->kwargs) &&
	    is_same_text(j->render, old->render) &&
	    is_same_text(j->description, old->description) &&
	    j->priority == old->priority &&
	    j->misfire_grace_us == old->misfire_grace_us &&
	    j->coalesce == old->coalesce &&
	    j->max_catchup == old->max_catchup &&
	    j->max_instances == old->max_instances &&
	    j->max_runtime_us == old->max_runtime_us &&
	    j->has_badge == old->has_badge &&
	    j->expect_within_us == old->expect_within_us &&
	    j->alerts == old->alerts &&
	    memcmp(&j->retry, &old->retry, sizeof(j->retry)) == 0 &&
	    memcmp(&j->retry_failed, &old->retry_failed,
		sizeof(j->retry_failed)) == 0 &&
	    is_same_trigger(s, j, old, now_us);
}

/* Does the stored job belong to another file? */
static bool
is_foreign(const struct job *j, const struct job *old)
{
	return old->owner != NULL &&
	    (j->owner == NULL || strcmp(old->owner, j->owner) != 0);
}

/* Add or replace j, and read what is stored then. */
static enum store_rc
write_job(struct sched *s, struct store *st, struct job *j,
    struct apply_step *out)
{
	struct trigger *t = sched_job_trigger(s, j);
	enum store_rc rc;

	if (t == NULL)
		return STORE_ERROR;
	if (j->ran != NULL) /* of an attempt before */
		run_fini(j->ran);
	free(j->ran);
	j->ran = NULL;
	rc = sched_add_prepare(s, j, t, clock_get_us(s->clock));
	if (rc == STORE_OK)
		rc = sched_add_write(s, st, j, t, true);
	trigger_free(t);
	if (rc != STORE_OK)
		return rc;
	rc = store_job_get(st, j->queue, j->job_id, &out->is);
	if (rc == STORE_NOTFOUND && j->ran != NULL) {
		out->what = out->was.queue == NULL ? APPLY_RAN : APPLY_DELETED;
		return STORE_OK;
	}
	out->what = out->was.queue == NULL ? APPLY_NEW : APPLY_CHANGED;
	return rc;
}

/* May the outcome be told of one job, and the others be looked at? */
static bool
is_refusal(enum store_rc rc)
{
	return rc == STORE_NOTFOUND || rc == STORE_CONFLICT ||
	    rc == STORE_LIMIT || rc == STORE_DENIED;
}

/* Decide and write one job. */
static enum store_rc
apply_job(struct sched *s, struct store *st, const struct sched_apply *a,
    struct job *j, struct apply_step *out)
{
	enum store_rc rc = sched_may_queue(s, j->queue);

	if (rc == STORE_OK)
		rc = store_job_get(st, j->queue, j->job_id, &out->was);
	else
		goto refused;
	if (rc != STORE_OK && rc != STORE_NOTFOUND)
		return rc;
	if (rc == STORE_OK && !a->is_adopt && is_foreign(j, &out->was)) {
		out->is_foreign = true;
		rc = STORE_CONFLICT;
		goto refused;
	}
	if (rc == STORE_OK &&
	    is_same_job(s, j, &out->was, clock_get_us(s->clock)))
		return store_job_get(st, j->queue, j->job_id, &out->is);
	rc = write_job(s, st, j, out);
	if (rc == STORE_OK || !is_refusal(rc))
		return rc;
refused:
	out->what = APPLY_REFUSED;
	out->rc = rc;
	return STORE_OK;
}

static int
compare_names(const void *a, const void *b)
{
	const struct job *x = *(const struct job *const *)a;
	const struct job *y = *(const struct job *const *)b;
	int order = strcmp(x->queue, y->queue);

	return order != 0 ? order : strcmp(x->job_id, y->job_id);
}

/* The jobs of the file by name, n of them; NULL without memory. */
static const struct job **
sort_names(const struct job_list *jobs)
{
	const struct job **v = calloc(jobs->n + 1, sizeof(const struct job *));

	for (size_t i = 0; v != NULL && i < jobs->n; i++)
		v[i] = &jobs->v[i];
	if (v != NULL)
		qsort(v, jobs->n, sizeof(const struct job *), compare_names);
	return v;
}

/* Delete a job that is no longer in the file. */
static enum store_rc
prune_job(struct sched *s, struct store *st, struct job *j,
    struct apply_steps *out)
{
	struct apply_step *step = apply_steps_add(out);
	enum store_rc rc = sched_may_queue(s, j->queue);

	if (step == NULL)
		return STORE_FULL;
	step->what = APPLY_DELETED;
	if (rc != STORE_OK) {
		step->what = APPLY_REFUSED;
		step->rc = rc;
		rc = STORE_OK;
	} else if ((rc = sched_remove(s, st, j, "pruned")) == STORE_OK)
		rc = sched_audit(s, st, "job.delete", j->queue, j->job_id);
	step->was = *j;
	job_init(j);
	return rc;
}

/* Delete the other jobs of the owner. */
static enum store_rc
prune(struct sched *s, struct store *st, const struct sched_apply *a,
    struct apply_steps *out)
{
	struct job_list owned = { NULL, 0, 0 };
	const struct job **names = sort_names(a->jobs);
	enum store_rc rc = names == NULL ? STORE_FULL : STORE_OK;

	if (rc == STORE_OK)
		rc = store_job_list_owned(st, a->prune, &owned);
	for (size_t i = 0; i < owned.n && rc == STORE_OK; i++) {
		const struct job *j = &owned.v[i];

		if (bsearch(&j, names, a->jobs->n, sizeof(const struct job *),
			compare_names) == NULL)
			rc = prune_job(s, st, &owned.v[i], out);
	}
	job_list_fini(&owned);
	free(names);
	return rc;
}

/* Everything between begin and end; STORE_CONFLICT: one is refused. */
static enum store_rc
apply_all(struct sched *s, struct store *st, const struct sched_apply *a,
    struct apply_steps *out)
{
	enum store_rc rc = STORE_OK;

	for (size_t i = 0; i < a->jobs->n && rc == STORE_OK; i++) {
		struct apply_step *step = apply_steps_add(out);

		if (step == NULL)
			return STORE_FULL;
		rc = apply_job(s, st, a, &a->jobs->v[i], step);
	}
	if (rc == STORE_OK && a->prune != NULL)
		rc = prune(s, st, a, out);
	for (size_t i = 0; i < out->n && rc == STORE_OK; i++)
		if (out->v[i].what == APPLY_REFUSED)
			rc = STORE_CONFLICT;
	return rc;
}

enum store_rc
sched_apply(struct sched *s, const struct sched_apply *a,
    struct apply_steps *out)
{
	struct store *st = s->stores[JOB_DURABLE];
	enum store_rc rc;

	/* Its runs count, too: in the transaction it is not looked for. */
	(void)sched_store(s, JOB_MEMORY);
	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	rc = apply_all(s, st, a, out);
	if (rc == STORE_OK && !a->is_dry)
		return sched_end(st, rc);
	store_rollback(st);
	return rc;
}

enum store_rc
sched_export(struct sched *s, const struct sched_export *e)
{
	struct store *st = s->stores[JOB_DURABLE];
	struct job_list page = { NULL, 0, 0 };
	const char *after[2] = { e->queue == NULL ? "" : e->queue, "" };
	struct job last;
	enum store_rc rc;
	bool is_done, is_last;

	job_init(&last);
	do {
		rc = store_job_named(st, after, EXPORT_PAGE, &page);
		is_last = page.n < EXPORT_PAGE;
		is_done = rc != STORE_OK;
		for (size_t i = 0; i < page.n && !is_done; i++) {
			const struct job *j = &page.v[i];

			if (e->queue != NULL && strcmp(j->queue, e->queue) != 0)
				is_done = true;
			else if (grant_queue(s->grant, j->queue) &&
			    (e->owner == NULL ||
				is_same_text(e->owner, j->owner)))
				is_done |= !e->visit(e->cookie, j);
		}
		job_fini(&last);
		if (page.n > 0) {
			last = page.v[page.n - 1];
			job_init(&page.v[page.n - 1]);
			after[0] = last.queue;
			after[1] = last.job_id;
		}
		job_list_fini(&page);
	} while (!is_done && !is_last);
	job_fini(&last);
	return rc;
}
