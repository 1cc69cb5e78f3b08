/*
 * minutehand upcoming: what will fire, in order, and in which minutes most of
 * it falls together.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/print/table.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/report/fires_print.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

#define LIMIT_DEFAULT 50
#define DAY_US (86400 * CLOCK_US_PER_S)
#define MINUTE_US (60 * CLOCK_US_PER_S)
#define WINDOW_MAX_US (366 * DAY_US)
#define MINUTES 1440
#define FULLEST 10 /* fullest minutes printed */

enum {
	OPT_JSON,
	OPT_IN,
	OPT_FROM,
	OPT_FORMAT,
	OPT_LIMIT,
	OPT_CURSOR,
	OPT_LOAD
};

static const struct ctl_option options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	[OPT_IN] = { "in", "DURATION", "length of the window (default: 24h)" },
	[OPT_FROM] = { "from", "TIME", "start of the window (default: now)" },
	[OPT_FORMAT] = { "format", "WORD", FIRES_FORMAT_NAMES },
	[OPT_LIMIT] = { "limit", "N", "maximum number of fires (default: 50)" },
	[OPT_CURSOR] = { "cursor", "TEXT", "continue a list" },
	[OPT_LOAD] = { "load", NULL,
	    "count the fires of every minute of the next 24 hours" },
	{ .name = NULL },
};

static void
add_line(struct table *t, const struct fires_job *j, int64_t at_us)
{
	struct buf b = BUF_INIT;

	tz_format(trigger_zone(j->trigger), at_us, &b);
	table_add(t, buf_cstr(&b));
	table_add(t, j->job.queue);
	table_add(t, j->job.job_id);
	buf_reset(&b);
	if (j->dense > 0) {
		buf_printf(&b, "%" PRId64 " fires, the last ", j->dense);
		tz_format(trigger_zone(j->trigger), j->last_us, &b);
	} else if (j->is_paused)
		buf_str(&b, "paused");
	table_add(t, buf_cstr(&b));
	buf_fini(&b);
}

/*
 * Add the dense jobs from index k on whose first fire is before at_us; return
 * the next index.  Jobs are sorted by their next run.
 */
static size_t
add_dense(struct table *t, const struct fires *f, size_t k, int64_t at_us)
{
	for (; k < f->njobs; k++) {
		if (f->job[k].dense == 0)
			continue;
		if (f->job[k].first_us >= at_us)
			break;
		add_line(t, &f->job[k], f->job[k].first_us);
	}
	return k;
}

/*
 * Add the lines in order: fires, dense jobs by their first fire, paused jobs.
 */
static void
add_lines(struct table *t, const struct fires *f)
{
	size_t i, k = 0;

	for (i = 0; i < f->n; i++)
		if (!f->job[f->v[i].job].is_paused) {
			k = add_dense(t, f, k, f->v[i].at_us);
			add_line(t, &f->job[f->v[i].job], f->v[i].at_us);
		}
	(void)add_dense(t, f, k, INT64_MAX);
	/* One fire of a paused job is enough. */
	for (i = 0; i < f->n; i++)
		if (f->job[f->v[i].job].is_paused &&
		    (i == 0 || f->v[i - 1].job != f->v[i].job))
			add_line(t, &f->job[f->v[i].job], f->v[i].at_us);
}

static int
print_table(const struct fires *f)
{
	static const char *const headings[] = { "AT", "QUEUE", "JOB", "NOTE" };
	struct table t;
	int status = CTL_OK;

	table_init(&t, headings, 4);
	add_lines(&t, f);
	if (table_print(&t, stdout) == -1)
		status = ctl_fail(CTL_BUG, "out of memory");
	table_fini(&t);
	if (f->overdue > 0)
		text_to(stderr,
		    "minutehand: %" PRId64 " job(s) are overdue: the next "
		    "tick decides them",
		    f->overdue);
	if (f->next[0] != '\0')
		(void)ctl_fail(CTL_OK, "more with --cursor %s", f->next);
	return status;
}

static int
print_page(struct ctl *c, const struct fires_opts *o, const struct ctl_args *a,
    enum fires_format format)
{
	struct fires f = { .n = 0 };
	struct buf out = BUF_INIT;
	enum store_rc rc = sched_fires(&c->sched, o, &f);
	int status;

	if (rc == STORE_NOTFOUND)
		status =
		    ctl_fail(CTL_DATA, "--cursor: not a cursor of this list");
	else if (rc != STORE_OK)
		status = ctl_fail_rc(rc, "upcoming");
	else if (a->opt[OPT_JSON] == NULL && a->opt[OPT_FORMAT] == NULL)
		status = print_table(&f);
	else {
		fires_print(o, &f, format, &out);
		if (format == FIRES_JSON)
			buf_char(&out, '\n');
		status =
		    out.is_failed ? ctl_fail(CTL_BUG, "out of memory") : CTL_OK;
		if (format == FIRES_JSON)
			text_json(stdout, buf_cstr(&out), out.len);
		else
			text_block(stdout, buf_cstr(&out));
	}
	buf_fini(&out);
	fires_fini(&f);
	return status;
}

/* Print progress on a terminal. */
static void
report(int64_t jobs)
{
	if (isatty(STDERR_FILENO) == 1)
		text_progress(stderr, "%" PRId64 " jobs", jobs);
}

/*
 * The index of the fullest minute, the earliest of several; minutes already
 * printed are 0.
 */
static size_t
fullest(const int64_t *minute)
{
	size_t best = 0;

	for (size_t i = 1; i < MINUTES; i++)
		best = minute[i] > minute[best] ? i : best;
	return best;
}

static int
print_load_json(int64_t from_us, const int64_t *minute)
{
	struct buf o = BUF_INIT;

	json_out_open(&o, NULL, '{');
	json_out_time(&o, "from", from_us);
	json_out_int(&o, "seconds", 60);
	json_out_open(&o, "n", '[');
	for (size_t i = 0; i < MINUTES; i++)
		json_out_int(&o, NULL, minute[i]);
	json_out_close(&o, ']');
	json_out_close(&o, '}');
	return json_out_print(&o);
}

/* Print an hour: its fires, and its fullest minute. */
static void
print_hour(const struct ctl *c, int64_t at_us, const int64_t *minute)
{
	struct buf b = BUF_INIT;
	int64_t sum = 0, most = 0;

	for (size_t i = 0; i < 60; i++) {
		sum += minute[i];
		most = minute[i] > most ? minute[i] : most;
	}
	ctl_time(c, at_us, &b);
	text_line("%s  %10" PRId64 "  %10" PRId64, buf_cstr(&b), sum, most);
	buf_fini(&b);
}

static int
print_load(const struct ctl *c, int64_t from_us, int64_t *minute)
{
	struct buf b = BUF_INIT;
	size_t at;

	text_line("%-25s  %10s  %10s", "HOUR FROM", "FIRES", "IN A MINUTE");
	for (size_t i = 0; i < MINUTES; i += 60)
		print_hour(c, from_us + (int64_t)i * MINUTE_US, minute + i);
	at = fullest(minute);
	if (minute[at] < 2)
		return CTL_OK;
	text_block(stdout, "\nBusiest minutes (jitter spreads fires):\n");
	for (int i = 0; i < FULLEST && minute[at = fullest(minute)] > 1; i++) {
		buf_reset(&b);
		ctl_time(c, from_us + (int64_t)at * MINUTE_US, &b);
		text_line("%s  %10" PRId64, buf_cstr(&b), minute[at]);
		minute[at] = 0;
	}
	buf_fini(&b);
	return CTL_OK;
}

static int
run_load(struct ctl *c, const struct ctl_args *a, int64_t from_us)
{
	int64_t *minute = calloc(MINUTES, sizeof(*minute));
	enum store_rc rc;
	int status;

	if (minute == NULL)
		return ctl_fail(CTL_BUG, "out of memory");
	from_us -= from_us % MINUTE_US;
	rc = sched_fires_load(&c->sched, from_us, minute, MINUTES, report);
	if (isatty(STDERR_FILENO) == 1)
		text_progress(stderr, "%s", "");
	status = rc != STORE_OK	     ? ctl_fail_rc(rc, "upcoming") :
	    a->opt[OPT_JSON] != NULL ? print_load_json(from_us, minute) :
				       print_load(c, from_us, minute);
	free(minute);
	return status;
}

/* Refuse options without effect on --load. */
static int
check_load(const struct ctl_args *a)
{
	static const int others[] = { OPT_IN, OPT_FORMAT, OPT_LIMIT,
		OPT_CURSOR };
	bool has_other = a->noperands > 0;

	if (a->opt[OPT_LOAD] == NULL)
		return CTL_OK;
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++)
		has_other = has_other || a->opt[others[i]] != NULL;
	return has_other ?
	    ctl_fail(CTL_USAGE,
		"--load counts a whole day of all queues: it goes with --from "
		"and --json alone") :
	    CTL_OK;
}

/* Read the options, without the store. */
static int
read_opts(const struct ctl_args *a, struct fires_opts *o, int64_t *window_us,
    enum fires_format *format)
{
	static const struct ctl_range page = { 1, FIRES_LIMIT_MAX };
	int status = check_load(a);

	if (status == CTL_OK)
		status = ctl_opt_int(a, OPT_LIMIT, "limit", &page, &o->limit);
	if (status == CTL_OK)
		status = ctl_opt_duration(a, OPT_IN, "in", window_us);
	if (status == CTL_OK && (*window_us <= 0 || *window_us > WINDOW_MAX_US))
		status = ctl_fail(CTL_USAGE,
		    "--in: a duration of up to 366d is needed");
	if (status == CTL_OK && a->opt[OPT_FORMAT] != NULL &&
	    fires_format_parse(a->opt[OPT_FORMAT], format) != 0)
		status = ctl_fail(CTL_USAGE,
		    "--format: " FIRES_FORMAT_NAMES " is needed, not \"%s\"",
		    a->opt[OPT_FORMAT]);
	if (status == CTL_OK && o->queue != NULL)
		status = ctl_check_name("QUEUE", o->queue);
	if (status == CTL_OK && o->job_id != NULL)
		status = ctl_check_name("JOB", o->job_id);
	return status;
}

/* Check that the job exists. */
static int
check_job(struct ctl *c, const struct ctl_args *a)
{
	struct job j;
	enum store_rc rc;

	job_init(&j);
	rc = sched_get(&c->sched, SCHED_ANY, a->operand[0], a->operand[1], &j);
	job_fini(&j);
	return rc == STORE_OK ? CTL_OK : ctl_fail_job(rc, a);
}

static int
run_upcoming(struct ctl *c, const struct ctl_args *a)
{
	struct fires_opts o = {
		.kind = SCHED_ANY,
		.queue = a->noperands > 0 ? a->operand[0] : NULL,
		.job_id = a->noperands > 1 ? a->operand[1] : NULL,
		.now_us = clock_now_us(),
		.limit = LIMIT_DEFAULT,
		.dense = FIRES_DENSE_DEFAULT,
		.cursor = a->opt[OPT_CURSOR],
	};
	enum fires_format format = FIRES_JSON;
	int64_t window_us = DAY_US;
	int status = read_opts(a, &o, &window_us, &format);

	if (status == CTL_OK)
		status = ctl_open(c);
	o.from_us = o.now_us;
	if (status == CTL_OK)
		status = ctl_opt_time(c, "from", a->opt[OPT_FROM], &o.from_us);
	if (status == CTL_OK && o.job_id != NULL)
		status = check_job(c, a);
	if (status != CTL_OK)
		return status;
	if (o.from_us < o.now_us)
		o.from_us = o.now_us;
	o.to_us = o.from_us + window_us;
	return a->opt[OPT_LOAD] != NULL ? run_load(c, a, o.from_us) :
					  print_page(c, &o, a, format);
}

const struct ctl_command cmd_upcoming = {
	.name = "upcoming",
	.args = "[QUEUE [JOB]] [options]",
	.help = "list the fires of all jobs, in order",
	.options = options,
	.max = 2,
	.is_list = true,
	.run = run_upcoming,
};
