/*
 * minutehand job add: the options become a body of add_timing_job, which
 * ctl/job_add.c adds.  Tested in tests/ctl/job.bats.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/input.h"
#include "ctl/job_add.h"
#include "ctl/json_out.h"
#include "ctl/trigger_opts.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/json/json.h"

#include "lib/base/ban.h"

enum {
	OPT_ID = TRIGGER_OPT__MAX,
	OPT_ARGS,
	OPT_KWARGS,
	OPT_PRIORITY,
	OPT_DESCRIPTION,
	OPT_GRACE,
	OPT_COALESCE,
	OPT_NO_COALESCE,
	OPT_CATCHUP,
	OPT_RUNTIME,
	OPT_EXPECT,
	OPT_ALERTS,
	OPT_BADGE,
	OPT_PAUSED,
	OPT_REPLACE,
	OPT_MEMORY,
	OPT_RENDER,
	OPT_COMMAND,
	OPT_PLAN,
	OPT_MARKER,
	OPT_AMBIGUOUS,
	OPT_JSON
};

static const struct ctl_option options[] = {
	TRIGGER_OPT_ROWS,
	[OPT_ID] = { "id", "ID", "name of the job (default: generated)" },
	[OPT_ARGS] = { "args", "JSON", "positional parameters: [1, \"x\"]" },
	[OPT_KWARGS] = { "kwargs", "JSON", "named parameters: {\"x\": 1}" },
	[OPT_PRIORITY] = { "priority", "N",
	    "messages of higher priority are delivered first" },
	[OPT_DESCRIPTION] = { "description", "TEXT", "text for people" },
	[OPT_GRACE] = { "misfire-grace", "DURATION",
	    "how late a run may start" },
	[OPT_COALESCE] = { "coalesce", NULL,
	    "several late slots become one run" },
	[OPT_NO_COALESCE] = { "no-coalesce", NULL, "every late slot is a run" },
	[OPT_CATCHUP] = { "max-catchup", "N", "maximum number of late runs" },
	[OPT_RUNTIME] = { "max-runtime", "DURATION",
	    "stop or cancel a run that takes longer" },
	[OPT_EXPECT] = { "expect-within", "DURATION",
	    "alert if a slot's run has not succeeded by then" },
	[OPT_ALERTS] = { "alerts", "WORD",
	    "send alerts of it: yes, no (default: as its queue)" },
	[OPT_BADGE] = { "badge", NULL,
	    "show anybody how its last run ended, at /v1/badge" },
	[OPT_PAUSED] = { "paused", NULL, "add it as paused" },
	[OPT_REPLACE] = { "replace", NULL, "overwrite a job of that id" },
	[OPT_MEMORY] = { "memory", NULL, "keep it in RAM only" },
	[OPT_RENDER] = { "render", "SERVICE",
	    "run a one-off job at Render: srv-…, crn-…" },
	[OPT_COMMAND] = { "command", "TEXT", "command to run there" },
	[OPT_PLAN] = { "plan", "ID", "plan-srv-008; default: the service's" },
	[OPT_MARKER] = { "marker", "WORD",
	    "add the run's id to it: none, comment, env" },
	[OPT_AMBIGUOUS] = { "on-ambiguous", "WORD",
	    "if a response was lost: retry, skip" },
	[OPT_JSON] = { "json", "FILE",
	    "bodies of add_timing_job; - = standard input" },
	{ .name = NULL },
};

/* Append an option whose value is JSON to body. */
static int
add_json(const struct ctl_args *a, int i, struct buf *body)
{
	struct err why = { "" };

	if (a->opt[i] == NULL)
		return CTL_OK;
	if (json_check(a->opt[i], strlen(a->opt[i]), &why) == -1)
		return ctl_fail(CTL_DATA, "--%s: %s", options[i].name,
		    why.text);
	json_out_raw(body, options[i].name, a->opt[i]);
	return CTL_OK;
}

/* Append a switch that has a word. */
static int
add_switch(const struct ctl_args *a, int i, struct buf *body)
{
	bool is_on;

	if (a->opt[i] == NULL)
		return CTL_OK;
	is_on = strcmp(a->opt[i], "yes") == 0;
	if (!is_on && strcmp(a->opt[i], "no") != 0)
		return ctl_fail(CTL_USAGE, "--%s: must be yes or no",
		    options[i].name);
	json_out_bool(body, options[i].name, is_on);
	return CTL_OK;
}

/* Append the policies: values, and switches. */
static int
add_policies(const struct ctl_args *a, struct buf *body)
{
	if (a->opt[OPT_COALESCE] != NULL && a->opt[OPT_NO_COALESCE] != NULL)
		return ctl_fail(CTL_USAGE,
		    "--coalesce and --no-coalesce "
		    "exclude each other");
	if (a->opt[OPT_ID] != NULL && a->opt[OPT_ID][0] == '\0')
		return ctl_fail(CTL_USAGE, "--id: must not be empty");
	if (a->opt[OPT_ID] != NULL)
		json_out_str(body, "job_id", a->opt[OPT_ID]);
	if (a->opt[OPT_PRIORITY] != NULL)
		json_out_str(body, "priority", a->opt[OPT_PRIORITY]);
	if (a->opt[OPT_DESCRIPTION] != NULL)
		json_out_str(body, "description", a->opt[OPT_DESCRIPTION]);
	if (a->opt[OPT_CATCHUP] != NULL)
		json_out_str(body, "max_catchup", a->opt[OPT_CATCHUP]);
	if (a->opt[OPT_COALESCE] != NULL)
		json_out_bool(body, "coalesce", true);
	if (a->opt[OPT_NO_COALESCE] != NULL)
		json_out_bool(body, "coalesce", false);
	if (a->opt[OPT_BADGE] != NULL)
		json_out_bool(body, "badge", true);
	if (a->opt[OPT_PAUSED] != NULL)
		json_out_bool(body, "paused", true);
	if (a->opt[OPT_REPLACE] != NULL)
		json_out_bool(body, "replace_existing", true);
	if (a->opt[OPT_MEMORY] != NULL)
		json_out_str(body, "job_store_kind", "memory");
	if (add_switch(a, OPT_ALERTS, body) != CTL_OK ||
	    trigger_opts_seconds(a, OPT_RUNTIME, "max-runtime", body,
		"max_runtime") != CTL_OK ||
	    trigger_opts_seconds(a, OPT_EXPECT, "expect-within", body,
		"expect_within") != CTL_OK)
		return CTL_USAGE;
	return trigger_opts_seconds(a, OPT_GRACE, "misfire-grace", body,
	    "misfire_grace_time");
}

/* Append the Render target, if given. */
static int
add_render(const struct ctl_args *a, struct buf *body)
{
	static const char *const keys[] = {
		[OPT_RENDER] = "serviceId",
		[OPT_COMMAND] = "startCommand",
		[OPT_PLAN] = "planId",
		[OPT_MARKER] = "marker",
		[OPT_AMBIGUOUS] = "on_ambiguous",
	};

	if (a->opt[OPT_RENDER] != NULL)
		json_out_open(body, "render", '{');
	for (int i = OPT_RENDER; i <= OPT_AMBIGUOUS; i++) {
		if (a->opt[i] == NULL)
			continue;
		if (a->opt[OPT_RENDER] == NULL)
			return ctl_fail(CTL_USAGE, "--%s needs --render",
			    options[i].name);
		json_out_str(body, keys[i], a->opt[i]);
	}
	if (a->opt[OPT_RENDER] != NULL)
		json_out_close(body, '}');
	return CTL_OK;
}

/* Make the body from the options and the queue's name. */
static int
body_from_options(const struct ctl_args *a, struct json_object **out)
{
	struct buf b = BUF_INIT;
	struct err why = { "out of memory" };
	int status;

	if (a->noperands != 1)
		return ctl_fail(CTL_USAGE, "QUEUE or --json FILE is required");
	if ((status = ctl_check_name("QUEUE", a->operand[0])) != CTL_OK ||
	    (status = ctl_check_texts(a, options)) != CTL_OK)
		return status;
	json_out_open(&b, NULL, '{');
	json_out_str(&b, "queue_name", a->operand[0]);
	if ((status = trigger_opts_json(a, &b)) == CTL_OK &&
	    (status = add_policies(a, &b)) == CTL_OK &&
	    (status = add_json(a, OPT_ARGS, &b)) == CTL_OK &&
	    (status = add_json(a, OPT_KWARGS, &b)) == CTL_OK)
		status = add_render(a, &b);
	json_out_close(&b, '}');
	if (status == CTL_OK &&
	    (b.is_failed || (*out = json_parse(b.data, b.len, &why)) == NULL))
		status = ctl_fail(CTL_DATA, "%s", why.text);
	buf_fini(&b);
	return status;
}

/*
 * Read the body of --json, which has the queue and excludes all other options.
 */
static int
body_from_file(const struct ctl_args *a, struct json_object **out)
{
	if (a->noperands != 0)
		return ctl_fail(CTL_USAGE,
		    "with --json the queue must be given in "
		    "the file, as queue_name");
	for (int i = 0; i < OPT_JSON; i++) {
		if (a->opt[i] != NULL)
			return ctl_fail(CTL_USAGE,
			    "--json and --%s exclude "
			    "each other",
			    options[i].name);
	}
	*out = input_json(a->opt[OPT_JSON]);
	return *out == NULL ? CTL_DATA : CTL_OK;
}

static int
run_add(struct ctl *c, const struct ctl_args *a)
{
	struct json_object *body = NULL;
	int status;

	if (a->opt[OPT_JSON] != NULL)
		status = body_from_file(a, &body);
	else
		status = body_from_options(a, &body);
	if (status == CTL_OK)
		status = ctl_open(c);
	if (status == CTL_OK)
		status = job_add_bodies(c, body, a->opt[OPT_JSON] == NULL);
	json_free(body);
	return status;
}

const struct ctl_command cmd_job_add = {
	.name = "job add",
	.args = "QUEUE TRIGGER [OPTIONS]  (or --json FILE)",
	.help = "schedule a job at a date, at an interval or as crontab does",
	.options = options,
	.min = 0,
	.max = 1,
	.run = run_add,
};
