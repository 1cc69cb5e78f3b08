/*
 * minutehand runs --stats: sums over the runs of a job.  Tested in
 * tests/ctl/outcome.bats and t_stats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "ctl/cmd/runs.h"
#include "ctl/ctl.h"
#include "ctl/json_out.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/record/stats.h"

#include "lib/base/ban.h"

#define NEWEST 10000 /* runs at most */
#define WIDTH 16     /* of the names of fields */

static int
print_json(const struct sched_runs_opts *o, const struct stats *s, bool is_cut)
{
	struct buf b = BUF_INIT, sums = BUF_INIT;

	stats_json(s, &sums);
	json_out_open(&b, NULL, '{');
	json_out_str(&b, "queue_name", o->queue);
	json_out_str(&b, "job_id", o->job_id);
	json_out_bool(&b, "is_limited", is_cut);
	buf_char(&b, ',');
	buf_str(&b, buf_cstr(&sums));
	json_out_close(&b, '}');
	b.is_failed |= sums.is_failed;
	buf_fini(&sums);
	return json_out_print(&b);
}

static void
print_counts(const struct stats *s)
{
	for (int i = OUTCOME_NONE + 1; i < OUTCOME__MAX; i++)
		if (s->outcomes[i] > 0)
			text_line("%-*s %" PRId64, WIDTH, outcome_names[i],
			    s->outcomes[i]);
	if (s->outcomes[OUTCOME_NONE] > 0)
		text_line("%-*s %" PRId64, WIDTH, "not handed over",
		    s->outcomes[OUTCOME_NONE]);
}

static int
print_text(const struct ctl *c, const struct stats *s, bool is_cut)
{
	struct buf b = BUF_INIT;

	print_counts(s);
	if (s->ended > 0)
		text_line("%-*s %.1f %%", WIDTH, "success rate", stats_rate(s));
	if (s->max_us >= 0)
		text_line("%-*s p50 %.1f s, p95 %.1f s, max %.1f s", WIDTH,
		    "duration", (double)s->p50_us / 1e6,
		    (double)s->p95_us / 1e6, (double)s->max_us / 1e6);
	if (s->success_us > 0) {
		ctl_time(c, s->success_us, &b);
		text_field("last success", WIDTH, buf_cstr(&b));
	}
	if (s->streak > 0)
		text_line("%-*s %" PRId64 " %s", WIDTH, "streak", s->streak,
		    s->is_streak_bad ? "without success" : "succeeded");
	if (is_cut)
		(void)ctl_fail(CTL_OK, "only the newest %d runs", NEWEST);
	buf_fini(&b);
	return CTL_OK;
}

/* Is there neither a run nor a job of that name? */
static int
check_known(struct ctl *c, const struct sched_runs_opts *o, size_t n)
{
	enum store_rc rc = STORE_OK;
	struct job j;

	if (n > 0)
		return CTL_OK;
	job_init(&j);
	rc = sched_get(&c->sched, SCHED_ANY, o->queue, o->job_id, &j);
	job_fini(&j);
	if (rc == STORE_NOTFOUND)
		return ctl_fail(CTL_NO, "no such job: %s/%s, and no runs of it",
		    o->queue, o->job_id);
	if (rc != STORE_OK)
		return ctl_fail_rc(rc, "runs");
	return CTL_OK;
}

int
runs_print_stats(struct ctl *c, const struct sched_runs_opts *o, bool is_json)
{
	struct sched_runs_opts all = *o;
	struct run_list l = { NULL, 0, 0 };
	char next[SCHED_CURSOR_MAX];
	enum store_rc rc;
	struct stats s;
	int status;

	all.limit = NEWEST;
	all.cursor = NULL;
	rc = sched_runs(&c->sched, &all, &l, next);
	if (rc != STORE_OK)
		status = ctl_fail_rc(rc, "runs");
	else if ((status = check_known(c, o, l.n)) != CTL_OK)
		;
	else if (stats_read(&l, &s) != 0)
		status = ctl_fail(CTL_BUG, "out of memory");
	else if (is_json)
		status = print_json(o, &s, next[0] != '\0');
	else
		status = print_text(c, &s, next[0] != '\0');
	run_list_fini(&l);
	return status;
}
