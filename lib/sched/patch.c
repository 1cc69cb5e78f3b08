/*
 * Patching a job: the caller's edit, then the redefinition, in one
 * transaction.  Reading the patch is lib/job/patch.c.  Tested in t_clock and
 * tests/http/patch.bats.
 */
#include "config.h"

#include "lib/sched/sched_int.h"
#include "lib/store/job.h"
#include "lib/trigger/trigger.h"
#include "lib/base/ban.h"

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
