#include "config.h"

#include <stdio.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/due.h"
#include "lib/fault.h"
#include "lib/store_job.h"
#include "lib/trigger.h"
#include "lib/tz.h"
#include "ticker/tick.h"
#include "lib/ban.h"

#define SHOW_MAX 100000

static void
show_job(struct sched *s, const struct job *j, int64_t now_us)
{
	const struct due_policy p = {
		.misfire_grace_us = j->misfire_grace_us,
		.coalesce = j->coalesce,
		.max_catchup = j->max_catchup,
		.jitter_seed = job_seed(j),
	};
	struct faults fs = { .n = 0 };
	struct buf at = BUF_INIT;
	struct trigger *t;
	struct due_plan plan;

	if ((t = trigger_from_spec(j->trigger, s->zones, &fs)) == NULL) {
		(void)printf("quarantine\t%s\t%s\t%s\n", j->queue, j->job_id,
		    fs.v[0].text);
		return;
	}
	if (due_plan(t, &p, j->cursor_us, now_us, &plan) == 0) {
		for (size_t i = 0; i < plan.nfires; i++) {
			buf_reset(&at);
			tz_format(trigger_zone(t), plan.fires[i], &at);
			(void)printf("send\t%s\t%s\t%s\n", j->queue,
			    j->job_id, buf_cstr(&at));
		}
		if (plan.missed.count + plan.dropped.count +
		    plan.coalesced.count > 0)
			(void)printf("skip\t%s\t%s\t%lld slots\n", j->queue,
			    j->job_id, (long long)(plan.missed.count +
			    plan.dropped.count + plan.coalesced.count));
	}
	due_plan_fini(&plan);
	buf_fini(&at);
	trigger_free(t);
}

enum store_rc
tick_show(struct sched *s)
{
	struct job_list jobs = { NULL, 0, 0 };
	int64_t now = clock_now_us();
	enum store_rc rc = STORE_OK;

	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_OK; k++) {
		if (s->stores[k] == NULL)
			continue;
		rc = store_job_due(s->stores[k], now, SHOW_MAX, &jobs);
		for (size_t i = 0; i < jobs.n && rc == STORE_OK; i++)
			show_job(s, &jobs.v[i], now);
		job_list_fini(&jobs);
	}
	return rc;
}
