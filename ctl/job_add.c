#include "config.h"

#include <stdio.h>

#include "ctl/job_add.h"
#include "ctl/text.h"
#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/job_json.h"
#include "lib/json.h"
#include "lib/json_list.h"
#include "lib/preview.h"
#include "lib/trigger.h"
#include "net/brokers.h"

#include "lib/ban.h"

static struct trigger_env
env_of(const struct ctl *c)
{
	return (struct trigger_env){
		.zones = c->sched.zones,
		.default_zone = c->sched.default_zone,
		.now_us = clock_now_us(),
	};
}

/* Read one body as a job; the complaints stand behind prefix. */
static int
read_job(struct ctl *c, struct json_object *body, const char *prefix,
    struct job *j, bool *is_replace)
{
	const struct trigger_env env = env_of(c);
	const struct job_env job_env = { c->conf, &env, &job_known_later };
	struct job_known known = { .is_answered = false };
	struct faults fs = { .n = 0 };
	int rc;

	if (!json_is_object(body))
		return ctl_fail(CTL_DATA, "%sa job is an object, not %s",
		    prefix, json_kind(body));
	rc = job_from_json(body, &job_env, j, is_replace, &fs);
	/* Asked last: a broker may take seconds to answer, or not to. */
	if (rc == 0 && j->render == NULL)
		rc = job_check_known(c->conf,
		    brokers_know(ctl_brokers(c), j->queue, &known), j, &fs);
	brokers_forget(&known);
	return rc == -1 ? ctl_fail_faults(&fs, prefix) : CTL_OK;
}

/* What may surprise about it, as the HTTP API answers; on standard error. */
static void
tell_warnings(struct ctl *c, const struct job *j)
{
	const struct trigger_env env = env_of(c);
	const struct job_env job_env = { c->conf, &env, NULL };
	struct warns ws;

	preview_warn_job(j, &job_env, sched_cadence(&c->sched, env.now_us),
	    &ws);
	for (size_t i = 0; i < ws.n; i++)
		(void)ctl_fail(CTL_OK, "%s %s: warning: %s", j->queue,
		    j->job_id, buf_cstr(&ws.v[i].text[WORDS_EN]));
	warns_fini(&ws);
}

/* Say what was added, in the words job list has. */
static void
tell_added(struct ctl *c, const struct job *j)
{
	struct buf b = BUF_INIT;

	if (j->ran != NULL) {
		ctl_print_ran(j);
		return;
	}
	ctl_time(c, j->next_run_us, &b);
	text_line("%s %s: next run %s%s%s", j->queue, j->job_id, buf_cstr(&b),
	    j->state == JOB_PAUSED ? ", paused " : "",
	    j->state == JOB_PAUSED ? j->reason : "");
	buf_fini(&b);
	tell_warnings(c, j);
}

static int
add_job(struct ctl *c, struct json_object *body, const char *prefix)
{
	struct job j;
	enum store_rc rc;
	bool is_replace = false;
	char what[JOB_NAME_MAX * 2 + 2];
	const char *why;
	int status;

	job_init(&j);
	status = read_job(c, body, prefix, &j, &is_replace);
	if (status == CTL_OK) {
		rc = sched_add(&c->sched, &j, is_replace, clock_now_us());
		(void)snprintf(what, sizeof(what), "%s %s", j.queue,
		    j.job_id == NULL ? "" : j.job_id);
		if (rc == STORE_OK)
			tell_added(c, &j);
		else if (rc == STORE_FULL && j.kind == JOB_MEMORY &&
		    (why = sched_memory_why(&c->sched)) != NULL)
			status = ctl_fail(CTL_DOWN, "%s: %s: %s", what,
			    c->conf->memory_store, why);
		else
			status = ctl_fail_rc(rc, what);
	}
	job_fini(&j);
	return status;
}

/* Is every body of the list a job?  Nothing is added unless all are. */
static int
check_all(struct ctl *c, struct json_object *list)
{
	int status = CTL_OK, one;
	bool is_replace;
	char prefix[32];
	struct job j;

	for (size_t i = 0; i < json_count(list); i++) {
		job_init(&j);
		(void)snprintf(prefix, sizeof(prefix), "[%zu].", i);
		one = read_job(c, json_item(list, i), prefix, &j, &is_replace);
		if (one != CTL_OK)
			status = one;
		job_fini(&j);
	}
	return status;
}

int
job_add_bodies(struct ctl *c, struct json_object *list)
{
	int status, one;

	if (!json_is_list(list))
		return add_job(c, list, "");
	status = check_all(c, list);
	if (status != CTL_OK)
		return status;
	for (size_t i = 0; i < json_count(list); i++) {
		one = add_job(c, json_item(list, i), "");
		if (one != CTL_OK)
			status = one;
	}
	return status;
}
