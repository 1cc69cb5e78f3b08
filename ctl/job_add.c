/*
 * Adds jobs from bodies of add_timing_job, for the commands job add and render
 * import, and prints warnings of jobs.  Tested in tests/ctl/job.bats.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "ctl/job_add.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "lib/job/preview.h"
#include "lib/sched/render.h"
#include "lib/trigger/trigger.h"
#include "net/brokers.h"

#include "lib/base/ban.h"

/* An addition of jobs from bodies. */
struct adding {
	struct ctl *c;
	unsigned takes; /* enum trigger_takes */
};

int
job_read(struct ctl *c, struct job_reading *o)
{
	const struct trigger_env env = {
		.zones = c->sched.zones,
		.default_zone = c->sched.default_zone,
		.now_us = clock_now_us(),
		.takes = o->takes,
	};
	const struct job_env job_env = { c->conf, &env, &job_registration_later,
		&o->warns, false };
	struct job_registration known = { .is_answered = false };
	int rc;

	if (!json_is_object(o->body))
		return fault_add(&o->fs, "job", "is an object, not %s",
		    json_kind(o->body));
	/*
	 * A trigger that never fires is accepted if the job of that name has
	 * it.
	 */
	rc = job_from_json(o->body, &job_env, &o->j, &o->is_replace, &o->fs);
	/* Last, because the answer of a broker may take seconds. */
	if (rc == 0 && o->j.render == NULL && (!o->j.is_never || o->is_replace))
		rc = job_check_registration(c->conf,
		    brokers_registration(ctl_brokers(c), o->j.queue, &known),
		    &o->j, &o->fs);
	brokers_forget(&known);
	return rc;
}

void
job_reading_fini(struct job_reading *o)
{
	warns_fini(&o->warns);
	job_fini(&o->j);
}

/* Parse its body as a job; messages begin with prefix. */
static int
read_job(const struct adding *a, struct job_reading *o, const char *prefix)
{
	int rc;

	if (!json_is_object(o->body))
		return ctl_fail(CTL_DATA, "%sa job is an object, not %s",
		    prefix, json_kind(o->body));
	o->takes = a->takes;
	rc = job_read(a->c, o);
	if (o->j.is_never && !o->is_replace)
		rc = -1;
	return rc == -1 ? ctl_fail_faults(&o->fs, prefix) : CTL_OK;
}

/* A warning about a service, not the job, is printed once. */
static bool
is_printed(struct ctl *c, const struct warn *w)
{
	const char *text = buf_cstr(&w->text[DESCRIBE_EN]);

	if (w->code != WARN_NO_KEY && w->code != WARN_PLAN)
		return false;
	if (strstr(buf_cstr(&c->warned), text) != NULL)
		return true;
	buf_printf(&c->warned, "%s\n", text);
	return false;
}

/* Print each warning after what it is about. */
static void
print_warnings(struct ctl *c, const char *what, const struct warns *ws)
{
	for (size_t i = 0; i < ws->n; i++)
		if (!is_printed(c, &ws->v[i]))
			(void)ctl_fail(CTL_OK, "%s: warning: %s", what,
			    buf_cstr(&ws->v[i].text[DESCRIBE_EN]));
}

void
job_print_target_warnings(struct ctl *c, const struct job *j)
{
	struct warns ws = { .n = 0 };
	char what[JOB_NAME_MAX * 2 + 2];

	(void)snprintf(what, sizeof(what), "%s %s", j->queue, j->job_id);
	preview_warn_target(c->conf, j->render, &ws);
	print_warnings(c, what, &ws);
	warns_fini(&ws);
}

void
job_print_run_warnings(struct ctl *c, const char *run_id)
{
	struct warns ws = { .n = 0 };

	sched_render_warns(&c->sched, run_id, &ws);
	print_warnings(c, run_id, &ws);
	warns_fini(&ws);
}

void
job_print_queue_warnings(struct ctl *c, const char *queue)
{
	struct warns ws = { .n = 0 };

	sched_render_queue_warns(&c->sched, queue, &ws);
	print_warnings(c, queue, &ws);
	warns_fini(&ws);
}

void
job_warn(struct ctl *c, const struct job *j, struct warns *ws)
{
	const struct trigger_env env = { .zones = c->sched.zones,
		.now_us = clock_now_us() };
	const struct job_env job_env = { .conf = c->conf, .trigger = &env };

	char what[JOB_NAME_MAX * 2 + 2];

	preview_warn_job(j, &job_env, sched_cadence(&c->sched, env.now_us), ws);
	(void)snprintf(what, sizeof(what), "%s %s", j->queue, j->job_id);
	print_warnings(c, what, ws);
}

/* Print the job added, as job list does. */
static void
report_added(const struct adding *a, struct job_reading *o)
{
	const struct job *j = &o->j;
	struct buf b = BUF_INIT;

	if (j->ran != NULL) {
		ctl_print_ran(j);
		return;
	}
	ctl_time(a->c, j->next_run_us, &b);
	text_line("%s %s: next run %s%s%s", j->queue, j->job_id, buf_cstr(&b),
	    j->state == JOB_PAUSED ? ", paused " : "",
	    j->state == JOB_PAUSED ? j->reason : "");
	buf_fini(&b);
	job_warn(a->c, j, &o->warns);
}

static int
add_job(const struct adding *a, struct json_object *body)
{
	struct job_reading o = { .body = body };
	enum store_rc rc;
	char what[JOB_NAME_MAX * 2 + 2];
	const char *why;
	int status;

	job_init(&o.j);
	status = read_job(a, &o, "");
	if (status == CTL_OK) {
		rc =
		    sched_add(&a->c->sched, &o.j, o.is_replace, clock_now_us());
		(void)snprintf(what, sizeof(what), "%s %s", o.j.queue,
		    o.j.job_id == NULL ? "" : o.j.job_id);
		if (rc == STORE_OK)
			report_added(a, &o);
		else if (rc == STORE_LIMIT && o.j.is_never)
			status = ctl_fail_faults(&o.fs, "");
		else if (rc == STORE_FULL && o.j.kind == JOB_MEMORY &&
		    (why = sched_memory_why(&a->c->sched)) != NULL)
			status = ctl_fail(CTL_DOWN, "%s: %s: %s", what,
			    a->c->conf->memory_store, why);
		else
			status = ctl_fail_rc(rc, what);
	}
	job_reading_fini(&o);
	return status;
}

/*
 * Check that every body of the list is a job; nothing is added unless all are.
 */
static int
check_all(const struct adding *a, struct json_object *list)
{
	int status = CTL_OK, one;
	char prefix[32];

	for (size_t i = 0; i < json_count(list); i++) {
		struct job_reading o = { .body = json_item(list, i) };

		job_init(&o.j);
		(void)snprintf(prefix, sizeof(prefix), "[%zu].", i);
		one = read_job(a, &o, prefix);
		if (one != CTL_OK)
			status = one;
		job_reading_fini(&o);
	}
	return status;
}

int
job_add_bodies(struct ctl *c, struct json_object *list, bool takes_words)
{
	const struct adding a = { c,
		TRIGGER_TAKES_NEVER |
		    (takes_words ? (unsigned)TRIGGER_TAKES_WORDS : 0) };
	int status, one;

	if (!json_is_list(list))
		return add_job(&a, list);
	status = check_all(&a, list);
	if (status != CTL_OK)
		return status;
	for (size_t i = 0; i < json_count(list); i++) {
		one = add_job(&a, json_item(list, i));
		if (one != CTL_OK)
			status = one;
	}
	return status;
}
