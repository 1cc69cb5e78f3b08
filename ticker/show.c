#include "config.h"

#include <stdio.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/due.h"
#include "lib/fault.h"
#include "lib/store_job.h"
#include "lib/store_queue.h"
#include "lib/trigger.h"
#include "lib/tz.h"
#include "ticker/tick.h"
#include "lib/ban.h"

#define SHOW_MAX 100000

/* What becomes of the slots that are due, a line each. */
static void
show_plan(const struct job *j, const struct trigger *t,
    const struct due_plan *plan, bool is_paused)
{
	int64_t skipped =
	    plan->missed.count + plan->dropped.count + plan->coalesced.count;
	struct buf at = BUF_INIT;

	if (is_paused)
		(void)printf("hold\t%s\t%s\t%lld slots\n", j->queue, j->job_id,
		    (long long)skipped + (long long)plan->nfires);
	for (size_t i = 0; i < plan->nfires && !is_paused; i++) {
		buf_reset(&at);
		tz_format(trigger_zone(t), plan->fires[i], &at);
		(void)printf("send\t%s\t%s\t%s\n", j->queue, j->job_id,
		    buf_cstr(&at));
	}
	if (skipped > 0 && !is_paused)
		(void)printf("skip\t%s\t%s\t%lld slots\n", j->queue, j->job_id,
		    (long long)skipped);
	buf_fini(&at);
}

static enum store_rc
show_job(struct sched *s, struct store *st, const struct job *j, int64_t now_us)
{
	const struct due_policy p = {
		.misfire_grace_us = j->misfire_grace_us,
		.coalesce = j->coalesce,
		.max_catchup = j->max_catchup,
		.jitter_seed = job_seed(j),
	};
	struct faults fs = { .n = 0 };
	struct trigger *t;
	struct due_plan plan;
	enum store_rc rc;
	bool is_paused;

	if ((rc = store_queue_is_paused(st, j->queue, &is_paused)) != STORE_OK)
		return rc;
	if ((t = trigger_from_spec(j->trigger, s->zones, &fs)) == NULL) {
		(void)printf("quarantine\t%s\t%s\t%s\n", j->queue, j->job_id,
		    fs.v[0].text);
		return STORE_OK;
	}
	if (due_plan(t, &p, j->cursor_us, now_us, &plan) == 0)
		show_plan(j, t, &plan, is_paused);
	else
		rc = STORE_FULL;
	due_plan_fini(&plan);
	trigger_free(t);
	return rc;
}

enum store_rc
tick_show(struct sched *s)
{
	struct job_list jobs = { NULL, 0, 0 };
	int64_t now = clock_get_us(s->clock);
	enum store_rc rc = STORE_OK;

	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_OK; k++) {
		if (s->stores[k] == NULL)
			continue;
		rc = store_job_due(s->stores[k], now, SHOW_MAX, &jobs);
		for (size_t i = 0; i < jobs.n && rc == STORE_OK; i++)
			rc = show_job(s, s->stores[k], &jobs.v[i], now);
		job_list_fini(&jobs);
	}
	return rc;
}
