/*
 * minutehand export, plan and apply: jobs as one file that is kept with the
 * owner's code.  Tested in tests/ctl/apply.bats.
 */
#include "config.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/jobs/plan.h"
#include "ctl/jobs/wanted.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/base/text.h"
#include "lib/job/body.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "lib/sched/apply.h"

#include "lib/base/ban.h"

/* An export under way. */
struct exporting {
	struct ctl *c;
	const char *queues; /* glob, or NULL */
	const char *owner;  /* or NULL */
	struct buf out;
	size_t n, left_out;
};

enum { OPT_QUEUE, OPT_OWNER };

static const struct ctl_option export_options[] = {
	[OPT_QUEUE] = { "queue", "GLOB", "of matching queues only" },
	[OPT_OWNER] = { "owner", "NAME", "of this owner only" },
	{ .name = NULL },
};

static int
print_member(void *cookie, const char *name, struct json_object *value)
{
	struct buf *b = cookie;

	buf_str(b, b->data[b->len - 1] == '{' ? "\n" : ",\n");
	buf_str(b, "      ");
	buf_json(b, name);
	buf_str(b, ": ");
	buf_str(b, value == NULL ? "null" : json_text(value));
	return 0;
}

/* Append a job, a member per line; false without memory. */
static bool
add_job(struct exporting *e, const struct buf *body)
{
	struct err why = { "" };
	struct json_object *o = json_parse(buf_cstr(body), body->len, &why);

	if (o == NULL)
		return false;
	if (e->owner != NULL)
		json_remove(o, "owner");
	buf_str(&e->out, e->n++ == 0 ? "\n    {" : ",\n    {");
	(void)json_each(o, print_member, &e->out);
	buf_str(&e->out, "\n    }");
	json_free(o);
	return true;
}

/* sched_export */
static bool
export_job(void *cookie, const struct job *j)
{
	struct exporting *e = cookie;
	const struct job_body_env env = { e->c->conf, e->c->sched.zones };
	struct faults fs = { .n = 0 };
	struct buf body = BUF_INIT;

	if (e->queues != NULL && fnmatch(e->queues, j->queue, 0) != 0)
		return true;
	if (job_to_body(j, &env, &body, &fs) != 0) {
		(void)ctl_fail(0, "%s %s: left out: %s %s", j->queue, j->job_id,
		    fs.v[0].field, fs.v[0].text);
		e->left_out++;
	} else if (body.is_failed || !add_job(e, &body))
		e->out.is_failed = true;
	buf_fini(&body);
	return !e->out.is_failed;
}

static int
run_export(struct ctl *c, const struct ctl_args *a)
{
	struct exporting e = { .c = c,
		.queues = a->opt[OPT_QUEUE],
		.owner = a->opt[OPT_OWNER] };
	const struct sched_export all = { NULL, e.owner, export_job, &e };
	enum store_rc rc;
	int status = CTL_OK;

	if ((e.queues != NULL && e.queues[0] == '\0') ||
	    (e.owner != NULL && e.owner[0] == '\0'))
		return ctl_fail(CTL_USAGE, "--%s: must not be empty",
		    e.queues != NULL && e.queues[0] == '\0' ? "queue" :
							      "owner");
	if ((status = ctl_open(c)) != CTL_OK)
		return status;
	buf_str(&e.out, "{\n  \"version\": 1,\n");
	if (e.owner != NULL) {
		buf_str(&e.out, "  \"owner\": ");
		buf_json(&e.out, e.owner);
		buf_str(&e.out, ",\n");
	}
	buf_str(&e.out, "  \"jobs\": [");
	rc = sched_export(&c->sched, &all);
	buf_str(&e.out, e.n == 0 ? "]\n}\n" : "\n  ]\n}\n");
	if (rc != STORE_OK)
		status = ctl_fail_rc(rc, "export");
	else if (e.out.is_failed)
		status = ctl_fail(CTL_BUG, "out of memory");
	else
		text_json(stdout, buf_cstr(&e.out), e.out.len);
	buf_fini(&e.out);
	return status == CTL_OK && e.left_out > 0 ? CTL_NO : status;
}

enum { OPT_PRUNE, OPT_ADOPT, OPT_JSON, OPT_CHECK };

#define APPLY_OPTIONS \
	[OPT_PRUNE] = { "prune", NULL, \
		"delete the owner's jobs that are not in FILE" }, \
	[OPT_ADOPT] = { "adopt", NULL, "take jobs of other owners" }, \
	[OPT_JSON] = { "json", NULL, "JSON on one line" }

static const struct ctl_option plan_options[] = {
	APPLY_OPTIONS,
	[OPT_CHECK] = { "check", NULL, "exit 1 if something would change" },
	{ .name = NULL },
};

static const struct ctl_option apply_options[] = {
	APPLY_OPTIONS,
	{ .name = NULL },
};

static int
run(struct ctl *c, const struct ctl_args *a, bool is_apply)
{
	struct wanted w = { .file = NULL };
	struct plan p = { .wanted = &w,
		.is_adopt = a->opt[OPT_ADOPT] != NULL,
		.is_apply = is_apply,
		.is_json = a->opt[OPT_JSON] != NULL };
	size_t n = 0;
	int status;

	if ((status = ctl_open(c)) == CTL_OK)
		status = wanted_read(c, a->operand[0], &w);
	if (status == CTL_OK && a->opt[OPT_PRUNE] != NULL &&
	    (p.prune = w.owner) == NULL)
		status = ctl_fail(CTL_DATA,
		    "%s: owner: is required with --prune, which deletes the "
		    "other jobs of that owner",
		    w.file);
	if (status == CTL_OK)
		status = plan_run(c, &p, &n);
	wanted_fini(&w);
	if (status == CTL_OK && !is_apply && a->opt[OPT_CHECK] != NULL && n > 0)
		return CTL_NO;
	return status;
}

static int
run_plan(struct ctl *c, const struct ctl_args *a)
{
	return run(c, a, false);
}

static int
run_apply(struct ctl *c, const struct ctl_args *a)
{
	return run(c, a, true);
}

const struct ctl_command cmd_export = {
	.name = "export",
	.args = "[--queue GLOB] [--owner NAME]",
	.help = "print jobs as a file for plan and apply",
	.options = export_options,
	.min = 0,
	.max = 0,
	.run = run_export,
};

const struct ctl_command cmd_plan = {
	.name = "plan",
	.args = "FILE [--prune] [--adopt] [--check] [--json]",
	.help = "show what apply would change, and the next fires",
	.options = plan_options,
	.min = 1,
	.max = 1,
	.run = run_plan,
};

const struct ctl_command cmd_apply = {
	.name = "apply",
	.args = "FILE [--prune] [--adopt] [--json]",
	.help = "bring the jobs of a file into the store, all or none",
	.options = apply_options,
	.min = 1,
	.max = 1,
	.run = run_apply,
};
