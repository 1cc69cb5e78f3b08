/*
 * minutehand runs and replay: rows of the ledger, and a repetition of a run.
 * Tested in tests/ctl/runs.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/cmd/runs.h"
#include "ctl/commands.h"
#include "ctl/job_add.h"
#include "ctl/json_out.h"
#include "ctl/list_out.h"
#include "ctl/print/table.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"

#include "lib/base/ban.h"

#define LIMIT_DEFAULT 50
#define LIMIT_MAX 1000000
#define FOLLOW_DEFAULT 10 /* runs that --follow begins with */

enum {
	OPT_JSON,
	OPT_LIMIT,
	OPT_STATE,
	OPT_OUTCOME,
	OPT_FAILED,
	OPT_SINCE,
	OPT_FROM,
	OPT_TO,
	OPT_CURSOR,
	OPT_STATS,
	OPT_SUMS,
	OPT_BUCKET,
	OPT_FOLLOW
};

static const struct ctl_option options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	[OPT_LIMIT] = { "limit", "N", "maximum number (default: 50)" },
	[OPT_STATE] = { "state", "WORD[,WORD]", RUN_STATE_NAMES },
	[OPT_OUTCOME] = { "outcome", "WORD[,WORD]", OUTCOME_NAMES },
	[OPT_FAILED] = { "failed", NULL, "as --outcome failed,dead,expired" },
	[OPT_SINCE] = { "since", "DURATION",
	    "only slots of the last DURATION" },
	[OPT_FROM] = { "from", "TIME", "only slots from TIME on" },
	[OPT_TO] = { "to", "TIME", "only slots before TIME" },
	[OPT_CURSOR] = { "cursor", "TEXT", "continue a list" },
	[OPT_STATS] = { "stats", NULL,
	    "sums over the newest 10000 runs of a job, instead of a list" },
	[OPT_SUMS] = { "sums", NULL,
	    "count runs over time (default: the last 24 hours), instead" },
	[OPT_BUCKET] = { "bucket", "DURATION",
	    "with --sums: of how long each count is (default: 1h)" },
	[OPT_FOLLOW] = { "follow", NULL,
	    "go on with runs as they come and change, until a signal" },
	{ .name = NULL },
};

static void
add_json(const void *row, struct buf *o)
{
	const struct run *r = row;
	struct buf b = BUF_INIT;

	run_json(r, &b);
	json_out_raw(o, NULL, buf_cstr(&b));
	o->is_failed |= b.is_failed;
	buf_fini(&b);
}

/* How long the last attempt took. */
static void
add_took(const struct attempt *a, struct table *t)
{
	if (a->started_us == 0 || a->finished_us < a->started_us)
		table_add(t, NULL);
	else
		table_addf(t, "%.1f s",
		    (double)(a->finished_us - a->started_us) / 1e6);
}

static void
add_row(const struct ctl *c, const void *row, struct table *t)
{
	const struct run *r = row;
	enum outcome outcome = run_outcome(r);
	struct buf b = BUF_INIT;

	ctl_time(c, r->slot_us, &b);
	table_add(t, buf_cstr(&b));
	table_add(t, r->queue);
	table_add(t, r->job_id);
	table_add(t, run_state_name(r->state));
	table_add(t, outcome == OUTCOME_NONE ? NULL : outcome_names[outcome]);
	add_took(&r->work.last, t);
	table_addf(t, "%" PRId64, r->count);
	table_add(t,
	    r->work.last.error != NULL ? r->work.last.error : r->reason);
	table_add(t, r->id);
	buf_fini(&b);
}

/*
 * Print how to get the rest, if any, on standard error: scripts read standard
 * output.
 */
static void
report_next(const char *next)
{
	if (next[0] != '\0')
		(void)ctl_fail(CTL_OK, "more with --cursor %s", next);
}

static int
print_runs(const struct ctl *c, const struct run_list *l, bool is_json)
{
	static const char *const headings[] = {
		"SLOT",
		"QUEUE",
		"JOB",
		"STATE",
		"OUTCOME",
		"TOOK",
		"COUNT",
		"REASON",
		"RUN",
		NULL,
	};
	static const struct list_out how = { headings, sizeof(l->v[0]),
		add_json, add_row };

	return list_out_print(c, &how, l->v, l->n, is_json);
}

/* Read the filter, without the store. */
static int
read_filter(const struct ctl_args *a, struct sched_runs_opts *o)
{
	static const struct ctl_range range = { 1, LIMIT_MAX };
	const char *word = a->opt[OPT_STATE];
	int status = ctl_opt_int(a, OPT_LIMIT, "limit", &range, &o->limit);

	if (status == CTL_OK && o->queue != NULL)
		status = ctl_check_name("QUEUE", o->queue);
	if (status == CTL_OK && o->job_id != NULL)
		status = ctl_check_name("JOB", o->job_id);
	if (status == CTL_OK && word != NULL &&
	    run_states_parse(word, &o->states) != 0)
		status = ctl_fail(CTL_USAGE,
		    "--state: " RUN_STATE_NAMES " is needed, not \"%s\"", word);
	word = a->opt[OPT_OUTCOME];
	if (a->opt[OPT_FAILED] != NULL)
		o->outcomes = OUTCOMES_BAD;
	if (status == CTL_OK && word != NULL &&
	    outcomes_parse(word, &o->outcomes) != 0)
		status = ctl_fail(CTL_USAGE,
		    "--outcome: " OUTCOME_NAMES " is needed, not \"%s\"", word);
	if (status == CTL_OK && word != NULL && a->opt[OPT_FAILED] != NULL)
		status = ctl_fail(CTL_USAGE,
		    "--failed stands for an --outcome of its own");
	return status;
}

/* --stats and --sums are over all runs of a job, or of a stretch of time. */
static int
check_sums(const struct ctl_args *a, int opt)
{
	static const int others[] = { OPT_LIMIT, OPT_STATE, OPT_OUTCOME,
		OPT_FAILED, OPT_CURSOR };

	if (a->opt[opt] == NULL)
		return CTL_OK;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (a->opt[others[i]] != NULL)
			return ctl_fail(CTL_USAGE,
			    "--%s and --%s exclude each other",
			    options[opt].name, options[others[i]].name);
	return CTL_OK;
}

/* Read what those two need of the command line, without the store. */
static int
read_sums(const struct ctl_args *a, int64_t *bucket_us)
{
	int status = CTL_OK;

	if (a->opt[OPT_STATS] != NULL && a->noperands < 2)
		return ctl_fail(CTL_USAGE, "--stats needs QUEUE and JOB");
	if (a->opt[OPT_STATS] != NULL && a->opt[OPT_SUMS] != NULL)
		return ctl_fail(CTL_USAGE,
		    "--stats and --sums exclude each other");
	if (a->opt[OPT_BUCKET] != NULL && a->opt[OPT_SUMS] == NULL)
		return ctl_fail(CTL_USAGE, "--bucket needs --sums");
	if ((status = check_sums(a, OPT_STATS)) == CTL_OK &&
	    (status = check_sums(a, OPT_SUMS)) == CTL_OK)
		status = ctl_opt_duration(a, OPT_BUCKET, "bucket", bucket_us);
	if (status == CTL_OK && *bucket_us < CLOCK_US_PER_S)
		status = ctl_fail(CTL_USAGE, "--bucket: at least 1s is needed");
	return status;
}

/* --follow begins with the newest runs, and ends by a signal. */
static int
check_follow(const struct ctl_args *a)
{
	static const int others[] = { OPT_STATS, OPT_SUMS, OPT_TO, OPT_CURSOR };

	if (a->opt[OPT_FOLLOW] == NULL)
		return CTL_OK;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		if (a->opt[others[i]] != NULL)
			return ctl_fail(CTL_USAGE,
			    "--follow and --%s exclude each other",
			    options[others[i]].name);
	return CTL_OK;
}

/* From when on: a time, or how long ago; sums are then up to now. */
static int
read_from(const struct ctl *c, const struct ctl_args *a,
    struct sched_runs_opts *o)
{
	int64_t us = 0, now_us = clock_now_us();
	int status;

	if (a->opt[OPT_SINCE] == NULL)
		return ctl_opt_time(c, "from", a->opt[OPT_FROM], &o->from_us);
	if (a->opt[OPT_FROM] != NULL)
		return ctl_fail(CTL_USAGE,
		    "one of --since and --from is enough");
	status = ctl_opt_duration(a, OPT_SINCE, "since", &us);
	o->from_us = now_us - us;
	if (a->opt[OPT_SUMS] != NULL)
		o->to_us = now_us;
	return status;
}

static int
run_runs(struct ctl *c, const struct ctl_args *a)
{
	struct sched_runs_opts o = {
		.kind = SCHED_ANY,
		.queue = a->noperands > 0 ? a->operand[0] : NULL,
		.job_id = a->noperands > 1 ? a->operand[1] : NULL,
		.state = RUN_STATE__MAX,
		.from_us = INT64_MIN,
		.to_us = INT64_MAX,
		.limit = LIMIT_DEFAULT,
		.cursor = a->opt[OPT_CURSOR],
	};
	struct run_list l = { NULL, 0, 0 };
	int64_t bucket_us = 3600 * CLOCK_US_PER_S;
	char next[SCHED_CURSOR_MAX];
	enum store_rc rc;
	int status = read_filter(a, &o);

	if (status != CTL_OK || (status = read_sums(a, &bucket_us)) != CTL_OK ||
	    (status = check_follow(a)) != CTL_OK ||
	    (status = ctl_open(c)) != CTL_OK)
		return status;
	status = read_from(c, a, &o);
	if (status == CTL_OK)
		status = ctl_opt_time(c, "to", a->opt[OPT_TO], &o.to_us);
	if (status != CTL_OK)
		return status;
	if (a->opt[OPT_STATS] != NULL)
		return runs_print_stats(c, &o, a->opt[OPT_JSON] != NULL);
	if (a->opt[OPT_SUMS] != NULL)
		return runs_print_sums(c, &o, bucket_us,
		    a->opt[OPT_JSON] != NULL);
	if (a->opt[OPT_FOLLOW] != NULL) {
		if (a->opt[OPT_LIMIT] == NULL)
			o.limit = FOLLOW_DEFAULT;
		return runs_follow(c, &o, a->opt[OPT_JSON] != NULL);
	}
	rc = sched_runs(&c->sched, &o, &l, next);
	if (rc == STORE_NOTFOUND)
		status =
		    ctl_fail(CTL_DATA, "--cursor: not a cursor of this list");
	else if (rc != STORE_OK)
		status = ctl_fail_rc(rc, "runs");
	else
		status = print_runs(c, &l, a->opt[OPT_JSON] != NULL);
	if (status == CTL_OK)
		report_next(next);
	run_list_fini(&l);
	return status;
}

static int
run_replay(struct ctl *c, const struct ctl_args *a)
{
	char run_id[RUN_ID_LEN + 1];
	enum store_rc rc;
	int status;

	if ((status = ctl_open(c)) != CTL_OK)
		return status;
	rc = sched_replay(&c->sched, a->opt[0], a->operand[0], run_id);
	if (rc == STORE_CONFLICT)
		return ctl_fail(CTL_NO,
		    "run %s: its job is gone and its message was consumed, "
		    "so its parameters are unknown",
		    a->operand[0]);
	if (rc != STORE_OK)
		return ctl_fail_run(rc, a->operand[0]);
	text_line("%s", run_id);
	job_print_run_warnings(c, run_id);
	return CTL_OK;
}

const struct ctl_command cmd_runs = {
	.name = "runs",
	.args = "[QUEUE [JOB]] [options]",
	.help = "list the outcome of all slots, newest first",
	.options = options,
	.max = 2,
	.is_list = true,
	.run = run_runs,
};

static const struct ctl_option replay_options[] = {
	{ "queue", "QUEUE", "queue of the run, if several have this id" },
	{ .name = NULL },
};

const struct ctl_command cmd_replay = {
	.name = "replay",
	.args = "[--queue QUEUE] RUN",
	.help = "repeat a run now",
	.options = replay_options,
	.min = 1,
	.max = 1,
	.run = run_replay,
};
