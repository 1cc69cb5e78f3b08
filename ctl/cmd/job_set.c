/*
 * minutehand job set: changes members of one job, or of every job of a queue.
 * The patch itself is in lib/job/patch.c.  Tested in tests/http/patch.bats.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/job_add.h"
#include "ctl/json_out.h"
#include "ctl/queue_known.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/trigger/trigger.h"
#include "lib/trigger/warn.h"
#include "lib/time/tz.h"
#include "net/brokers.h"

#include "lib/base/ban.h"

#define SETTINGS_MAX 64
#define PAGE 1000 /* jobs per page */

enum { OPT_ALL_OF, OPT_TIMEZONE };

static const struct ctl_option options[] = {
	[OPT_ALL_OF] = { "all-of", "QUEUE", "every job of that queue" },
	[OPT_TIMEZONE] = { "timezone", "ZONE", "same as timezone=ZONE" },
	{ .name = NULL },
};

/* Return whether value is JSON: a literal, a number, a list or an object. */
static bool
is_json(const char *value)
{
	static const char *const words[] = { "true", "false", "null" };

	if (*value == '{' || *value == '[')
		return true;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strcmp(value, words[i]) == 0)
			return true;
	return false;
}

/* Append "name=value" as a member; a value that is not JSON is a string. */
static int
add_setting(const char *text, struct buf *body)
{
	const char *value = strchr(text, '=');
	struct buf name = BUF_INIT;
	struct err why = { "" };
	int status = CTL_OK;

	if (value == NULL || value == text)
		return ctl_fail(CTL_USAGE, "\"%s\": NAME=VALUE is required",
		    text);
	buf_add(&name, text, (size_t)(value - text));
	value++;
	if (!is_json(value))
		json_out_str(body, buf_cstr(&name), value);
	else if (json_check(value, strlen(value), &why) == 0)
		json_out_raw(body, buf_cstr(&name), value);
	else
		status =
		    ctl_fail(CTL_DATA, "%s: %s", buf_cstr(&name), why.text);
	buf_fini(&name);
	return status;
}

/* Read the settings: the operands from index first on. */
static int
read_settings(const struct ctl_args *a, int first, struct json_object **out)
{
	struct buf b = BUF_INIT;
	int status = CTL_OK;
	struct err why = { "" };

	json_out_open(&b, NULL, '{');
	if (a->opt[OPT_TIMEZONE] != NULL)
		json_out_str(&b, "timezone", a->opt[OPT_TIMEZONE]);
	for (int i = first; i < a->noperands && status == CTL_OK; i++)
		status = add_setting(a->operand[i], &b);
	json_out_close(&b, '}');
	if (status == CTL_OK) {
		*out = json_parse(buf_cstr(&b), b.len, &why);
		if (*out == NULL)
			status = ctl_fail(CTL_DATA, "%s", why.text);
	}
	buf_fini(&b);
	return status;
}

/* A change, passed to the transaction. */
struct edit {
	const struct job_env *env;
	struct json_object *members;
	struct faults fs;
};

static int
edit_job(void *cookie, struct job *j)
{
	struct edit *e = cookie;

	return job_patch(e->members, e->env, j, &e->fs);
}

/*
 * Look up the registration of the queue's worker, if the settings give
 * parameters and are valid otherwise: no transaction waits for the network.
 */
static int
ask_known(struct ctl *c, const struct ctl_args *a, struct edit *e,
    struct job_env *env, struct job_registration *known)
{
	const struct job_registration *answer;
	int status = CTL_OK;
	enum store_rc rc;
	struct job j;

	if (!json_has(e->members, "args") && !json_has(e->members, "kwargs"))
		return CTL_OK;
	job_init(&j);
	rc = sched_get(&c->sched, SCHED_ANY, a->operand[0], a->operand[1], &j);
	if (rc != STORE_OK)
		status = ctl_fail_start(c, rc, a);
	else if (job_patch(e->members, env, &j, &e->fs) != 0)
		status = ctl_fail_faults(&e->fs, "");
	else if ((answer = brokers_registration(ctl_brokers(c), j.queue,
		      known)) != NULL)
		env->known = answer;
	job_fini(&j);
	return status;
}

static int
set(struct ctl *c, const struct ctl_args *a, struct json_object *members)
{
	const struct trigger_env zones = {
		.zones = c->sched.zones,
		.default_zone = c->sched.default_zone,
		.now_us = clock_now_us(),
		.takes = TRIGGER_TAKES_WORDS | TRIGGER_TAKES_NEVER,
	};
	struct job_registration known = { .is_answered = false };
	struct job_env env = { c->conf, &zones, &job_registration_later, NULL,
		false };
	struct edit e = { .env = &env, .members = members };
	const struct sched_patch p = { SCHED_ANY, edit_job, &e };
	struct warns warns = { .n = 0 };
	struct job j;
	enum store_rc rc;
	int status = ask_known(c, a, &e, &env, &known);

	if (status != CTL_OK)
		return status;
	job_init(&j);
	env.warns = &warns;
	rc = sched_patch(&c->sched, a->operand[0], a->operand[1], &p, &j);
	brokers_forget(&known);
	if (rc == STORE_LIMIT)
		status = ctl_fail_faults(&e.fs, "");
	else if (rc == STORE_CONFLICT)
		status = ctl_fail_resume(c, a->operand[0], a->operand[1]);
	else if (rc == STORE_OK && j.ran != NULL)
		ctl_print_ran(&j);
	else if (rc == STORE_OK)
		job_warn(c, &j, &warns);
	else
		status = ctl_fail_start(c, rc, a);
	warns_fini(&warns);
	job_fini(&j);
	return status;
}

/*
 * Change every job of the queue, with an audit row each; report one that cannot
 * be changed, and go on.
 */
static int
set_listed(struct ctl *c, const struct job_list *l, struct json_object *members,
    int64_t *n)
{
	int status = CTL_OK, one;

	for (size_t i = 0; i < l->n; i++) {
		char *name[2] = { l->v[i].queue, l->v[i].job_id };
		const struct ctl_args job = { .operand = name, .noperands = 2 };

		if ((one = set(c, &job, members)) != CTL_OK) {
			(void)ctl_fail(one, "%s %s: not changed", name[0],
			    name[1]);
			status = one;
		} else
			++*n;
	}
	return status;
}

static int
set_all(struct ctl *c, const char *queue, struct json_object *members)
{
	char cursor[SCHED_CURSOR_MAX] = "", next[SCHED_CURSOR_MAX] = "";
	const struct sched_list_opts o = { SCHED_ANY, queue, PAGE, cursor };
	struct job_list l = { NULL, 0, 0 };
	enum store_rc rc;
	int64_t n = 0;
	int status;

	/* List all first: a change moves a job in the list. */
	do {
		rc = sched_list(&c->sched, &o, &l, next);
		memcpy(cursor, next, sizeof(cursor));
	} while (rc == STORE_OK && next[0] != '\0');
	status = rc == STORE_OK ? set_listed(c, &l, members, &n) :
				  ctl_fail_rc(rc, queue);
	/* A mistyped name is no queue without jobs. */
	if (status == CTL_OK && l.n == 0)
		status = queue_known(c, queue);
	if (status != CTL_OK && l.n == 0)
		return status;
	text_line("%s: %lld of %zu jobs changed", queue, (long long)n, l.n);
	job_list_fini(&l);
	return status;
}

/* Check for one job or --all-of a queue, and settings. */
static int
check_form(const struct ctl_args *a)
{
	const char *queue = a->opt[OPT_ALL_OF];
	int names = queue == NULL ? 2 : 0;

	if (a->noperands < names ||
	    (a->noperands == names && a->opt[OPT_TIMEZONE] == NULL))
		return ctl_fail(CTL_USAGE,
		    "QUEUE ID, or --all-of QUEUE, and NAME=VALUE are required");
	if (queue != NULL)
		return ctl_check_name("--all-of", queue);
	return CTL_OK;
}

static int
run_set(struct ctl *c, const struct ctl_args *a)
{
	const char *queue = a->opt[OPT_ALL_OF];
	struct json_object *members = NULL;
	struct err why;
	int status;

	if ((status = check_form(a)) != CTL_OK ||
	    (status = read_settings(a, queue == NULL ? 2 : 0, &members)) !=
		CTL_OK)
		return status;
	status = queue == NULL ? ctl_open_job(c, a) : ctl_open(c);
	if (status == CTL_OK && a->opt[OPT_TIMEZONE] != NULL &&
	    tz_get(c->sched.zones, a->opt[OPT_TIMEZONE], &why) == NULL)
		status = ctl_fail(CTL_DATA, "--timezone: %s", why.text);
	if (status == CTL_OK)
		status = queue == NULL ? set(c, a, members) :
					 set_all(c, queue, members);
	json_free(members);
	return status;
}

const struct ctl_command cmd_job_set = {
	.name = "job set",
	.args = "QUEUE ID NAME=VALUE ...  (or --all-of QUEUE)",
	.help = "change members of a job, named as in the HTTP API",
	.options = options,
	.min = 0,
	.max = 2 + SETTINGS_MAX,
	.run = run_set,
};
