/* ticker --dry-run: what a tick would do, a line for each slot or job. */

#include "config.h"

#include <stdio.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/trigger/due.h"
#include "lib/base/fault.h"
#include "lib/trigger/grace.h"
#include "lib/job/check.h"
#include "lib/store/job.h"
#include "lib/store/queue.h"
#include "lib/base/text.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "ticker/tick/tick.h"
#include "lib/base/ban.h"

#define SHOW_MAX 100000

/* Print a line about n slots of a job. */
static void
show_slots(const char *what, const struct job *j, int64_t n)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld slots", (long long)n);
	text_cells(stdout, what, j->queue, j->job_id, text, NULL);
}

/* Print a job that cannot be parsed, and the reason. */
static void
show_fault(const struct job *j, const struct fault *f)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%s %s", f->field, f->text);
	text_cells(stdout, "quarantine", j->queue, j->job_id, buf_cstr(&b),
	    NULL);
	buf_fini(&b);
}

/* Print what happens to the due slots, a line each. */
static void
show_plan(const struct job *j, const struct trigger *t,
    const struct due_plan *plan, bool is_paused)
{
	int64_t skipped =
	    plan->missed.count + plan->dropped.count + plan->coalesced.count;
	struct buf at = BUF_INIT;

	if (is_paused)
		show_slots("hold", j, skipped + (int64_t)plan->nfires);
	for (size_t i = 0; i < plan->nfires && !is_paused; i++) {
		buf_reset(&at);
		tz_format(trigger_zone(t), plan->fires[i], &at);
		text_cells(stdout, "send", j->queue, j->job_id, buf_cstr(&at),
		    NULL);
	}
	if (skipped > 0 && !is_paused)
		show_slots("skip", j, skipped);
	buf_fini(&at);
}

/* The view of a tick at now_us. */
struct show {
	int64_t now_us;
	int64_t gap_us;
};

static enum store_rc
show_job(struct sched *s, struct store *st, const struct job *j,
    const struct show *show)
{
	const struct due_policy p = {
		.misfire_grace_us =
		    grace_effective(j->misfire_grace_us, show->gap_us),
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
	if (job_check(j, &fs) != 0 ||
	    (t = trigger_from_spec(j->trigger, s->zones, &fs)) == NULL) {
		show_fault(j, &fs.v[0]);
		return STORE_OK;
	}
	if (due_plan(t, &p, j->cursor_us, show->now_us, &plan) == 0)
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
	struct show show = { .now_us = clock_get_us(s->clock) };
	struct sched_health h;
	enum store_rc rc;

	if ((rc = sched_health(s, show.now_us, &h)) != STORE_OK)
		return rc;
	show.gap_us = h.gap_us;
	for (int k = 0; k < JOB_KIND__MAX && rc == STORE_OK; k++) {
		if (s->stores[k] == NULL)
			continue;
		rc = store_job_due(s->stores[k], show.now_us, SHOW_MAX, &jobs);
		for (size_t i = 0; i < jobs.n && rc == STORE_OK; i++)
			rc = show_job(s, s->stores[k], &jobs.v[i], &show);
		job_list_fini(&jobs);
	}
	return rc;
}
