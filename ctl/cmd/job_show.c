/*
 * minutehand job show: all properties of a job, a line each or as JSON.  Tested
 * in tests/ctl/output.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/job/job_json.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

enum { OPT_JSON };

static const struct ctl_option options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	{ .name = NULL },
};

static void
show_text(const char *name, const char *v)
{
	text_field(name, 14, v);
}

static void
show_number(const char *name, int64_t v)
{
	text_line("%-14s %" PRId64, name, v);
}

/* Print a duration in seconds, with a fraction only if there is one. */
static void
show_seconds(const char *name, int64_t us)
{
	if (us % CLOCK_US_PER_S == 0)
		text_line("%-14s %" PRId64 " s", name, us / CLOCK_US_PER_S);
	else
		text_line("%-14s %.6f s", name, (double)us / 1e6);
}

/*
 * Print a time in the zone of t, or in the default one; nothing if it is not
 * set.
 */
static void
show_instant(const struct ctl *c, const char *name, const struct trigger *t,
    int64_t us)
{
	struct buf b = BUF_INIT;

	if (us == TRIGGER_NONE)
		return;
	if (t != NULL)
		tz_format(trigger_zone(t), us, &b);
	else
		ctl_time(c, us, &b);
	show_text(name, buf_cstr(&b));
	buf_fini(&b);
}

static void
show_trigger(const struct ctl *c, const struct trigger *t)
{
	struct buf b = BUF_INIT;

	if (t == NULL) {
		show_text("trigger", "?");
		return;
	}
	trigger_print(t, &b);
	show_text("trigger", buf_cstr(&b));
	show_text("timezone", tz_name(trigger_zone(t)));
	show_instant(c, "start", t, trigger_start_us(t));
	show_instant(c, "end", t, trigger_end_us(t));
	if (trigger_jitter_us(t) != 0)
		show_seconds("jitter", trigger_jitter_us(t));
	show_text("dst", trigger_dst(t));
	buf_fini(&b);
}

/*
 * Print the state and reason; a job that the next tick will quarantine counts
 * as quarantined.
 */
static void
show_state(struct ctl *c, const struct job *j)
{
	bool is_bad = false;
	struct buf why = BUF_INIT;

	if (j->state == JOB_ACTIVE)
		is_bad = sched_job_fault(&c->sched, j, &why);
	show_text("state", job_state_name(is_bad ? JOB_QUARANTINED : j->state));
	show_text("reason", is_bad ? buf_cstr(&why) : j->reason);
	buf_fini(&why);
}

static void
show_retry(const char *name, const struct retry_kind *kind,
    const struct retry *r)
{
	struct buf b = BUF_INIT;

	if (retry_print(kind, r, &b) > 0)
		show_text(name, buf_cstr(&b));
	buf_fini(&b);
}

static void
show_job(struct ctl *c, const struct job *j)
{
	struct faults fs = { .n = 0 };
	struct trigger *t;

	t = trigger_from_spec(j->trigger, c->sched.zones, &fs);
	show_text("queue", j->queue);
	show_text("job", j->job_id);
	show_text("description", j->description);
	show_trigger(c, t);
	if (j->next_run_us == JOB_NEVER)
		show_text("next run", "-");
	else
		show_instant(c, "next run", t, j->next_run_us);
	show_state(c, j);
	show_text("store", j->kind == JOB_MEMORY ? "memory" : "durable");
	show_text("args", j->args);
	show_text("kwargs", j->kwargs);
	show_text("render", j->render);
	show_number("priority", j->priority);
	show_text("coalesce", j->coalesce ? "yes" : "no");
	show_number("max catchup", j->max_catchup);
	show_number("max instances", j->max_instances);
	if (j->max_runtime_us != 0)
		show_seconds("max runtime", j->max_runtime_us);
	if (j->alerts != JOB_ALERTS_QUEUE)
		show_text("alerts", j->alerts != 0 ? "yes" : "no");
	if (j->has_badge)
		show_text("badge", "yes");
	if (j->expect_within_us != 0)
		show_seconds("expect within", j->expect_within_us);
	if (j->misfire_grace_us != JOB_NO_GRACE)
		show_seconds("misfire grace", j->misfire_grace_us);
	show_retry("retry", &retry_handover, &j->retry);
	show_retry("retry failed", &retry_failed, &j->retry_failed);
	show_instant(c, "created", NULL,
	    j->created_us - j->created_us % CLOCK_US_PER_S);
	show_instant(c, "changed", NULL,
	    j->changed_us - j->changed_us % CLOCK_US_PER_S);
	trigger_free(t);
}

static int
run_show(struct ctl *c, const struct ctl_args *a)
{
	struct buf b = BUF_INIT;
	enum store_rc rc;
	struct job j;
	int status;

	if ((status = ctl_open_job(c, a)) != CTL_OK)
		return status;
	job_init(&j);
	rc = sched_get(&c->sched, SCHED_ANY, a->operand[0], a->operand[1], &j);
	status = ctl_fail_job(rc, a);
	if (rc == STORE_OK && a->opt[OPT_JSON] != NULL) {
		job_to_json(&j,
		    &(struct trigger_env){ .zones = c->sched.zones }, &b);
		status = json_out_print(&b);
	} else if (rc == STORE_OK)
		show_job(c, &j);
	job_fini(&j);
	buf_fini(&b);
	return status;
}

const struct ctl_command cmd_job_show = {
	.name = "job show",
	.args = "QUEUE ID [--json]",
	.help = "show all properties of a job",
	.options = options,
	.min = 2,
	.max = 2,
	.run = run_show,
};
