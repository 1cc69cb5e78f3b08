/*
 * The guard of jobs that fire once: queue, job id and slot identify one run,
 * however often the job is added again after it ended, in whichever store.
 * The guard on (job, slot) does not cover that, as a job that ended gives up
 * its number.  Tested in t_once.
 */
#include "config.h"

#include <stdlib.h>

#include "lib/trigger/grace.h"
#include "lib/sched/sched_int.h"
#include "lib/store/run.h"
#include "lib/trigger/trigger.h"
#include "lib/base/ban.h"

/* A missed slot may run if the job now allows it to run that late. */
static bool
may_run_still(const struct run *r, const struct job *j, int64_t now_us)
{
	return r->state == RUN_MISSED &&
	    grace_allows(j->misfire_grace_us, now_us - r->slot_us);
}

enum store_rc
sched_once_find(struct sched *s, struct job *j, int64_t slot_us, int64_t now_us)
{
	const struct store_run_at at = { j->queue, j->job_id, slot_us,
		slot_us };
	enum store_rc rc = STORE_NOTFOUND;
	struct run *r = calloc(1, sizeof(*r));
	struct store *st;

	if (r == NULL)
		return STORE_FULL;
	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_NOTFOUND; k++) {
		/* If it is open, it may be the one that is written to. */
		st = s->stores[k];
		if (st == NULL &&
		    (st = sched_store(s, (enum job_kind)k)) == NULL)
			continue;
		rc = store_run_once(st, &at, r);
		if (rc == STORE_OK && may_run_still(r, j, now_us)) {
			run_fini(r);
			rc = STORE_NOTFOUND;
		}
	}
	/*
	 * Known only by its hash, and further so: not recording it again is
	 * harmless.
	 */
	if (rc == STORE_OK && r->id[0] == '\0')
		(void)store_run_once_exists(st, &at, now_us);
	if (rc == STORE_OK)
		j->ran = r;
	else
		free(r);
	return rc;
}

enum store_rc
sched_once_ran(struct sched *s, struct job *j, const struct trigger *t,
    int64_t now_us)
{
	if (trigger_kind(t) != TRIGGER_DATE || j->job_id == NULL ||
	    j->job_id[0] == '\0')
		return STORE_NOTFOUND;
	return sched_once_find(s, j, trigger_first(t, now_us), now_us);
}

enum store_rc
sched_once_end(struct sched *s, struct store *st, struct job *j,
    const struct trigger *t)
{
	const int64_t now_us = j->changed_us, slot_us = j->cursor_us;
	const struct ledger_entry e = { .job = j,
		.trigger = t,
		.now_us = now_us,
		.is_separate = true };
	enum store_rc rc = sched_account(st, &e, now_us);

	if (rc == STORE_OK)
		rc = sched_once_find(s, j, slot_us, now_us);
	/*
	 * A range of earlier slots may cover it: then it has no row of its
	 * own.
	 */
	if (rc == STORE_NOTFOUND)
		rc = (j->ran = calloc(1, sizeof(*j->ran))) == NULL ?
		    STORE_FULL :
		    STORE_OK;
	j->next_run_us = j->cursor_us = JOB_NEVER;
	return rc;
}
