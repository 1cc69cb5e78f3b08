/*
 * minutehand job list, pause, resume, delete and run; the other commands of
 * jobs have files of their own.  Tested in tests/ctl/job.bats.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/job_add.h"
#include "ctl/json_out.h"
#include "ctl/print/table.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/job/job_json.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

#define PAGE 1000

enum { OPT_JSON, OPT_LIMIT };

static const struct ctl_option list_options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	[OPT_LIMIT] = { "limit", "N", "maximum number (default: all)" },
	{ .name = NULL },
};

static struct trigger_env
env_of(const struct ctl *c)
{
	return (struct trigger_env){
		.zones = c->sched.zones,
		.default_zone = c->sched.default_zone,
		.now_us = clock_now_us(),
	};
}

/* The cells of a table about a job's schedule. */
struct when {
	struct buf trigger, next, zone;
};

/* Append the zone of a stored trigger, even if the trigger is invalid. */
static void
print_zone(const struct job *j, struct buf *out)
{
	static const char mark[] = ";timezone=";
	const char *at = strstr(j->trigger, mark);

	buf_reset(out);
	if (at == NULL)
		buf_char(out, '?');
	else
		buf_add(out, at + sizeof(mark) - 1,
		    strcspn(at + sizeof(mark) - 1, ";"));
}

/* Print the trigger and the next run of j. */
static void
print_when(const struct ctl *c, const struct job *j, struct when *w)
{
	struct faults fs = { .n = 0 };
	struct trigger *t;

	buf_reset(&w->trigger);
	buf_reset(&w->next);
	t = trigger_from_spec(j->trigger, c->sched.zones, &fs);
	if (t == NULL)
		buf_char(&w->trigger, '?');
	else
		trigger_print(t, &w->trigger);
	if (t != NULL && j->next_run_us != JOB_NEVER)
		tz_format(trigger_zone(t), j->next_run_us, &w->next);
	else
		ctl_time(c, j->next_run_us, &w->next);
	print_zone(j, &w->zone);
	trigger_free(t);
}

/* Add up to limit jobs, page by page; *next is not "" if there are more. */
static enum store_rc
read_list(struct ctl *c, const char *queue, int64_t limit, struct job_list *out)
{
	char cursor[SCHED_CURSOR_MAX] = "", next[SCHED_CURSOR_MAX] = "";
	struct sched_list_opts o = { SCHED_ANY, queue, 0, cursor };
	enum store_rc rc;

	do {
		o.limit = limit - (int64_t)out->n;
		if (o.limit > PAGE)
			o.limit = PAGE;
		rc = sched_list(&c->sched, &o, out, next);
		memcpy(cursor, next, sizeof(cursor));
	} while (rc == STORE_OK && next[0] != '\0' && (int64_t)out->n < limit);
	return rc;
}

/*
 * Add the state and, unless it is active, the reason; also that the next tick
 * will quarantine a job that it cannot parse.
 */
static void
add_state(struct ctl *c, const struct job *j, struct table *t)
{
	struct buf why = BUF_INIT;

	if (j->state == JOB_ACTIVE && sched_job_fault(&c->sched, j, &why) &&
	    !sched_job_waits(&c->sched, j))
		table_add(t, job_state_name(JOB_QUARANTINED));
	else
		table_add(t, job_state_name(j->state));
	if (j->reason != NULL)
		table_add(t, j->reason);
	else
		table_add(t, buf_cstr(&why));
	buf_fini(&why);
}

/* How the run r ended, or why its slot did not run; NULL: there is none. */
static const char *
last_outcome(const struct run *r)
{
	if (r->row == 0)
		return NULL;
	return run_outcome(r) == OUTCOME_NONE ? run_state_name(r->state) :
						outcome_names[run_outcome(r)];
}

static void
add_last(struct ctl *c, const struct job *j, struct table *t)
{
	struct run r = { .row = 0 };

	(void)sched_run_newest(&c->sched, j, &r);
	table_add(t, last_outcome(&r));
	run_fini(&r);
}

/* Add to the JSON object of j how its newest run ended, and its slot. */
static void
add_last_json(struct ctl *c, const struct job *j, struct buf *out)
{
	struct run r = { .row = 0 };

	if (out->is_failed)
		return;
	(void)sched_run_newest(&c->sched, j, &r);
	buf_cut(out, out->len - 1);
	json_out_str(out, "last_outcome", last_outcome(&r));
	json_out_time(out, "last_run_at", r.slot_us);
	json_out_close(out, '}');
	run_fini(&r);
}

static int
print_table(struct ctl *c, const struct job_list *l)
{
	static const char *const headings[] = {
		"QUEUE",
		"JOB",
		"TRIGGER",
		"NEXT RUN",
		"LAST",
		"ZONE",
		"STATE",
		"REASON",
	};
	struct when w = { BUF_INIT, BUF_INIT, BUF_INIT };
	struct table t;
	int rc;

	table_init(&t, headings, sizeof(headings) / sizeof(headings[0]));
	for (size_t i = 0; i < l->n; i++) {
		print_when(c, &l->v[i], &w);
		table_add(&t, l->v[i].queue);
		table_add(&t, l->v[i].job_id);
		table_add(&t, buf_cstr(&w.trigger));
		table_add(&t, buf_cstr(&w.next));
		add_last(c, &l->v[i], &t);
		table_add(&t, buf_cstr(&w.zone));
		add_state(c, &l->v[i], &t);
	}
	rc = table_print(&t, stdout);
	table_fini(&t);
	buf_fini(&w.trigger);
	buf_fini(&w.next);
	buf_fini(&w.zone);
	return rc == 0 ? CTL_OK : ctl_fail(CTL_BUG, "out of memory");
}

static int
print_json(struct ctl *c, const struct job_list *l)
{
	const struct trigger_env env = env_of(c);
	struct buf b = BUF_INIT;

	text_part(stdout, "{\"jobs\":[");
	for (size_t i = 0; i < l->n; i++) {
		buf_reset(&b);
		job_to_json(&l->v[i], &env, &b);
		add_last_json(c, &l->v[i], &b);
		if (i > 0)
			text_part(stdout, ",");
		text_json(stdout, buf_cstr(&b), b.len);
	}
	text_line("],\"count\":%zu}", l->n);
	buf_fini(&b);
	return CTL_OK;
}

static int
run_list(struct ctl *c, const struct ctl_args *a)
{
	static const struct ctl_range range = { 1, INT64_MAX };
	const char *queue = a->noperands > 0 ? a->operand[0] : NULL;
	struct job_list l = { NULL, 0, 0 };
	int64_t limit = INT64_MAX;
	enum store_rc rc;
	int status;

	status = ctl_opt_int(a, OPT_LIMIT, "limit", &range, &limit);
	if (status == CTL_OK && queue != NULL)
		status = ctl_check_name("QUEUE", queue);
	if (status != CTL_OK || (status = ctl_open(c)) != CTL_OK)
		return status;
	rc = read_list(c, queue, limit, &l);
	if (rc != STORE_OK)
		status = ctl_fail_rc(rc, "jobs");
	else if (a->opt[OPT_JSON] != NULL)
		status = print_json(c, &l);
	else
		status = print_table(c, &l);
	job_list_fini(&l);
	return status;
}

static int
run_pause(struct ctl *c, const struct ctl_args *a)
{
	int status;

	if ((status = ctl_open_job(c, a)) != CTL_OK)
		return status;
	return ctl_fail_job(sched_pause(&c->sched, SCHED_ANY, a->operand[0],
				a->operand[1], NULL),
	    a);
}

static int
run_resume(struct ctl *c, const struct ctl_args *a)
{
	enum store_rc rc;
	struct job j;
	int status;

	if ((status = ctl_open_job(c, a)) != CTL_OK)
		return status;
	job_init(&j);
	rc = sched_resume(&c->sched, SCHED_ANY, a->operand[0], a->operand[1],
	    &j);
	if (rc == STORE_OK && j.ran != NULL)
		ctl_print_ran(&j);
	else if (rc == STORE_OK && j.render != NULL)
		job_print_target_warnings(c, &j);
	job_fini(&j);
	if (rc == STORE_CONFLICT)
		return ctl_fail_resume(c, a->operand[0], a->operand[1]);
	return ctl_fail_start(c, rc, a);
}

static int
run_delete(struct ctl *c, const struct ctl_args *a)
{
	int status;

	if ((status = ctl_open_job(c, a)) != CTL_OK)
		return status;
	return ctl_fail_job(sched_delete(&c->sched, SCHED_ANY, a->operand[0],
				a->operand[1]),
	    a);
}

static int
run_run(struct ctl *c, const struct ctl_args *a)
{
	char run_id[RUN_ID_LEN + 1] = "";
	enum store_rc rc;
	int status;

	if ((status = ctl_open_job(c, a)) != CTL_OK)
		return status;
	rc = sched_run_now(&c->sched, SCHED_ANY, a->operand[0], a->operand[1],
	    run_id);
	if (rc == STORE_OK) {
		text_line("%s", run_id);
		job_print_run_warnings(c, run_id);
	}
	return ctl_fail_start(c, rc, a);
}

const struct ctl_command cmd_job_list = {
	.name = "job list",
	.args = "[QUEUE] [--limit N] [--json]",
	.help = "list jobs by their next run",
	.options = list_options,
	.max = 1,
	.is_list = true,
	.run = run_list,
};

const struct ctl_command cmd_job_pause = {
	.name = "job pause",
	.args = "QUEUE ID",
	.help = "pause a job until it is resumed",
	.min = 2,
	.max = 2,
	.run = run_pause,
};

const struct ctl_command cmd_job_resume = {
	.name = "job resume",
	.args = "QUEUE ID",
	.help = "resume a paused job from now on",
	.min = 2,
	.max = 2,
	.run = run_resume,
};

const struct ctl_command cmd_job_delete = {
	.name = "job delete",
	.args = "QUEUE ID",
	.help = "delete a job; its runs stay in the ledger",
	.min = 2,
	.max = 2,
	.run = run_delete,
};

const struct ctl_command cmd_job_run = {
	.name = "job run",
	.args = "QUEUE ID",
	.help = "run a job once, now, in addition to its schedule",
	.min = 2,
	.max = 2,
	.run = run_run,
};
