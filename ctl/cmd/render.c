/*
 * minutehand render create, show and cancel: one-off jobs at Render.  Only the
 * ticker sends requests.  Tested in tests/render/ctl.bats.
 */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "ctl/commands.h"
#include "ctl/job_add.h"
#include "ctl/json_out.h"
#include "ctl/render.h"
#include "ctl/shell.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/job/check.h"
#include "lib/job/job_json.h"
#include "lib/job/render_job.h"
#include "lib/job/render_target.h"
#include "lib/sched/render.h"

#include "lib/base/ban.h"

enum {
	OPT_PLAN,
	OPT_MARKER,
	OPT_AMBIGUOUS,
	OPT_RUNTIME,
	OPT_WAIT,
	OPT_TIMEOUT,
	OPT_CREATE_JSON
};

static const struct ctl_option create_options[] = {
	[OPT_PLAN] = { "plan", "ID", "plan-srv-008; default: the service's" },
	[OPT_MARKER] = { "marker", "WORD",
	    "add the run's id to it: none, comment, env" },
	[OPT_AMBIGUOUS] = { "on-ambiguous", "WORD",
	    "if a response was lost: retry, skip" },
	[OPT_RUNTIME] = { "max-runtime", "DURATION",
	    "cancel it if it takes longer" },
	[OPT_WAIT] = { "wait", NULL,
	    "wait until it has ended; exit 0 if it succeeded" },
	[OPT_TIMEOUT] = { "timeout", "DURATION",
	    "longest wait, then exit 3 (default: no limit)" },
	[OPT_CREATE_JSON] = { "json", NULL, "answer in JSON" },
	{ .name = NULL },
};

enum { OPT_JSON };

static const struct ctl_option options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	{ .name = NULL },
};

int
render_fail(enum store_rc rc, const char *id)
{
	return rc == STORE_NOTFOUND ?
	    ctl_fail(CTL_NO, "no such one-off job: %s", id) :
	    ctl_fail_rc(rc, id);
}

static void
print_json(const struct delivery *d)
{
	struct buf b = BUF_INIT;

	render_job_json(d, &b);
	(void)json_out_print(&b);
}

/* Read whole seconds, up to a hundred years, as the HTTP API does. */
static int
read_runtime(const struct ctl_args *a, struct render_target *t)
{
	int status =
	    ctl_opt_duration(a, OPT_RUNTIME, "max-runtime", &t->max_runtime_us);

	if (status == CTL_OK && a->opt[OPT_RUNTIME] != NULL &&
	    (t->max_runtime_us < CLOCK_US_PER_S ||
		t->max_runtime_us % CLOCK_US_PER_S != 0 ||
		t->max_runtime_us / CLOCK_US_PER_S > JOB_SECONDS_MAX))
		return ctl_fail(CTL_USAGE,
		    "--max-runtime: whole seconds are needed, from 1 to %lld",
		    (long long)JOB_SECONDS_MAX);
	return status;
}

/* Read options with fixed choices; the rest is checked with the target. */
static int
read_words(const struct ctl_args *a, struct render_target *t)
{
	if (a->opt[OPT_MARKER] != NULL &&
	    render_marker_parse(a->opt[OPT_MARKER], &t->marker) != 0)
		return ctl_fail(CTL_USAGE,
		    "--marker: none, comment or env is needed, not \"%s\"",
		    a->opt[OPT_MARKER]);
	if (a->opt[OPT_AMBIGUOUS] != NULL &&
	    delivery_ambiguous_parse(a->opt[OPT_AMBIGUOUS], &t->on_ambiguous) !=
		0)
		return ctl_fail(CTL_USAGE,
		    "--on-ambiguous: retry or skip is needed, not \"%s\"",
		    a->opt[OPT_AMBIGUOUS]);
	if (a->opt[OPT_TIMEOUT] != NULL && a->opt[OPT_WAIT] == NULL)
		return ctl_fail(CTL_USAGE, "--timeout needs --wait");
	return read_runtime(a, t);
}

/* With --wait and --json only the final object is printed. */
static void
report_created(const struct ctl_args *a, const struct delivery *d)
{
	if (a->opt[OPT_CREATE_JSON] == NULL)
		text_line("%s", d->id);
	else if (a->opt[OPT_WAIT] == NULL)
		print_json(d);
	(void)fflush(stdout);
}

/* Wait for the end; print progress only on a terminal. */
static int
wait_for(struct ctl *c, const struct ctl_args *a, const char *id)
{
	struct render_watch how = { INT64_MAX,
		isatty(STDERR_FILENO) ? stderr : NULL };
	struct delivery d = { .run = 0 };
	int status;

	status = ctl_opt_duration(a, OPT_TIMEOUT, "timeout", &how.timeout_us);
	if (status == CTL_OK)
		status = render_watch(c, id, &how);
	if (a->opt[OPT_CREATE_JSON] != NULL &&
	    sched_render_get(&c->sched, NULL, id, &d) == STORE_OK)
		print_json(&d);
	delivery_fini(&d);
	return status;
}

static int
create(struct ctl *c, const struct ctl_args *a, const struct render_target *t)
{
	struct delivery d = { .run = 0 };
	enum store_rc rc;
	int status;

	if ((status = ctl_open(c)) != CTL_OK)
		return status;
	rc = sched_render_create(&c->sched, t, &d);
	if (rc != STORE_OK)
		status = ctl_fail_rc(rc, t->service);
	else {
		report_created(a, &d);
		job_print_run_warnings(c, d.id);
		if (a->opt[OPT_WAIT] != NULL)
			status = wait_for(c, a, d.id);
	}
	delivery_fini(&d);
	return status;
}

static int
run_create(struct ctl *c, const struct ctl_args *a)
{
	struct render_target t = {
		.service = a->operand[0],
		.plan = a->opt[OPT_PLAN],
	};
	struct faults fs = { .n = 0 };
	struct buf command = BUF_INIT;
	int status;

	if ((status = ctl_load(c)) != CTL_OK)
		return status;
	render_target_defaults(c->conf, t.service, &t);
	status = read_words(a, &t);
	shell_join(a->command, &command);
	t.command = buf_cstr(&command);
	if (status == CTL_OK && render_target_check(&t, &fs) != 0)
		status = ctl_fail_faults(&fs, "");
	if (status == CTL_OK)
		status = create(c, a, &t);
	buf_fini(&command);
	return status;
}

static void
show_text(const char *name, const char *v)
{
	text_field(name, 14, v);
}

static void
show_time(const struct ctl *c, const char *name, int64_t t_us)
{
	struct buf b = BUF_INIT;

	if (t_us != 0) {
		ctl_time(c, t_us, &b);
		show_text(name, buf_cstr(&b));
	}
	buf_fini(&b);
}

static void
show(const struct ctl *c, const struct delivery *d)
{
	show_text("id", d->id);
	show_text("service", d->service);
	show_text("command", d->command);
	show_text("plan", d->plan);
	show_text("status", delivery_status(d));
	show_text("ledger", run_state_name(d->state));
	show_text("reason", d->reason);
	show_text("id at Render", d->remote_id);
	if (d->max_runtime_us != 0)
		text_line("%-14s %lld s", "max runtime",
		    (long long)(d->max_runtime_us / CLOCK_US_PER_S));
	show_time(c, "created", d->decided_us);
	show_time(c, "started", d->started_us);
	show_time(c, "finished", d->finished_us);
	text_line("%-14s %lld", "attempts", (long long)d->attempt);
}

static int
run_show(struct ctl *c, const struct ctl_args *a)
{
	struct delivery d = { .run = 0 };
	enum store_rc rc;
	int status;

	if ((status = ctl_open(c)) != CTL_OK)
		return status;
	rc = sched_render_get(&c->sched, NULL, a->operand[0], &d);
	if (rc != STORE_OK)
		status = render_fail(rc, a->operand[0]);
	else if (a->opt[OPT_JSON] != NULL)
		print_json(&d);
	else
		show(c, &d);
	delivery_fini(&d);
	return status;
}

static int
run_cancel(struct ctl *c, const struct ctl_args *a)
{
	struct delivery d = { .run = 0 };
	enum store_rc rc;
	int status;

	if ((status = ctl_open(c)) != CTL_OK)
		return status;
	rc = sched_render_cancel(&c->sched, NULL, a->operand[0], &d);
	if (rc != STORE_OK)
		status = render_fail(rc, a->operand[0]);
	else if (a->opt[OPT_JSON] != NULL)
		print_json(&d);
	else if (delivery_is_open(&d))
		text_line("it will be canceled at the next tick");
	else
		text_line("%s", delivery_status(&d));
	delivery_fini(&d);
	return status;
}

const struct ctl_command cmd_render_create = {
	.name = "render create",
	.args = "SERVICE [OPTIONS] -- COMMAND …",
	.help = "run a one-off job at Render, and print its id",
	.options = create_options,
	.min = 1,
	.max = 1,
	.has_command = true,
	.run = run_create,
};

const struct ctl_command cmd_render_show = {
	.name = "render show",
	.args = "JOB [--json]",
	.help = "show all properties of a one-off job",
	.options = options,
	.min = 1,
	.max = 1,
	.run = run_show,
};

const struct ctl_command cmd_render_cancel = {
	.name = "render cancel",
	.args = "JOB [--json]",
	.help = "cancel a one-off job in any state",
	.options = options,
	.min = 1,
	.max = 1,
	.run = run_cancel,
};
