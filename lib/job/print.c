/*
 * Jobs as JSON for clients.  Reading them is parse.c's.  Tested in t_job_json.
 */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/job/check.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/record/run.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "lib/base/utf8.h"
#include "lib/base/ban.h"

/* Append a JSON string, or null. */
static void
add_string(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	if (value != NULL)
		buf_json(out, value);
	else
		buf_str(out, "null");
}

/* Append stored JSON text, or its default. */
static void
add_text(struct buf *out, const char *name, const char *text, const char *none)
{
	buf_printf(out, ",\"%s\":", name);
	buf_str(out, text != NULL ? text : none);
}

static bool
is_utf8(const char *s)
{
	uint32_t c;
	size_t n;

	for (; *s != '\0'; s += n)
		if ((n = utf8_decode(s, strlen(s), &c)) == 0)
			return false;
	return true;
}

/* Append stored JSON text; damaged text as a string, if it is UTF-8. */
static void
add_json(struct buf *out, const char *name, const char *text, const char *none)
{
	if (text == NULL || json_check(text, strlen(text), NULL) == 0)
		add_text(out, name, text, none);
	else
		add_string(out, name, is_utf8(text) ? text : NULL);
}

static void
add_number(struct buf *out, const char *name, int64_t value)
{
	buf_printf(out, ",\"%s\":%" PRId64, name, value);
}

/* Append microseconds as seconds, with a fraction only if needed. */
static void
add_seconds(struct buf *out, const char *name, int64_t us)
{
	int64_t part = us % CLOCK_US_PER_S;

	/* A damaged row can be negative, even -0.5. */
	buf_printf(out, ",\"%s\":%s%" PRId64, name,
	    us < 0 && us > -CLOCK_US_PER_S ? "-" : "", us / CLOCK_US_PER_S);
	if (part != 0)
		buf_printf(out, ".%06" PRId64, part < 0 ? -part : part);
}

static const char *
status_name(const struct job *j, bool is_sound)
{
	if (j->ran != NULL)
		return "finished";
	if (!is_sound || j->state == JOB_QUARANTINED)
		return "quarantined";
	return j->state == JOB_PAUSED ? "paused" : "running";
}

/* Append a time in the trigger's zone; null if either is missing. */
static void
add_instant(struct buf *out, const char *name, const struct trigger *t,
    int64_t us)
{
	buf_printf(out, ",\"%s\":", name);
	if (t == NULL || us == TRIGGER_NONE) {
		buf_str(out, "null");
		return;
	}
	buf_char(out, '"');
	tz_format(trigger_zone(t), us, out);
	buf_char(out, '"');
}

static void
add_trigger(struct buf *out, const struct trigger *t)
{
	struct buf text = BUF_INIT;

	if (t == NULL) {
		/*
		 * A string nevertheless: clients match it with a regular
		 * expression.
		 */
		buf_str(out,
		    ",\"trigger\":\"\",\"trigger_kind\":null"
		    ",\"timezone\":null,\"jitter\":0"
		    ",\"crontab\":null,\"start_date\":null"
		    ",\"end_date\":null,\"dst\":null");
		return;
	}
	trigger_print(t, &text);
	add_string(out, "trigger", buf_cstr(&text));
	out->is_failed |= text.is_failed;
	add_string(out, "trigger_kind", trigger_kind_name(trigger_kind(t)));
	add_string(out, "timezone", tz_name(trigger_zone(t)));
	add_seconds(out, "jitter", trigger_jitter_us(t));
	add_string(out, "crontab", trigger_crontab(t));
	add_instant(out, "start_date", t, trigger_start_us(t));
	add_instant(out, "end_date", t, trigger_end_us(t));
	add_string(out, "dst", trigger_dst(t));
	buf_fini(&text);
}

/* Seconds, null for no limit. */
static void
add_limit(struct buf *out, const char *name, int64_t us)
{
	if (us == 0)
		add_text(out, name, NULL, "null");
	else
		add_seconds(out, name, us);
}

static void
add_retry(struct buf *out, const struct retry_kind *kind, const struct retry *r)
{
	buf_printf(out, ",\"%s\":", kind->name);
	if (retry_print(kind, r, out) == 0)
		buf_str(out, "null");
}

static void
add_policies(struct buf *out, const struct job *j)
{
	if (j->misfire_grace_us == JOB_NO_GRACE)
		add_text(out, "misfire_grace_time", NULL, "null");
	else
		add_seconds(out, "misfire_grace_time", j->misfire_grace_us);
	add_text(out, "coalesce", j->coalesce ? "true" : "false", NULL);
	add_number(out, "max_catchup", j->max_catchup);
	add_number(out, "max_instances", j->max_instances);
	add_limit(out, "max_runtime", j->max_runtime_us);
	add_limit(out, "expect_within", j->expect_within_us);
	add_text(out, "alerts",
	    j->alerts == JOB_ALERTS_QUEUE ? NULL :
		j->alerts != 0		  ? "true" :
					    "false",
	    "null");
	add_text(out, "badge", j->has_badge ? "true" : "false", NULL);
	add_retry(out, &retry_handover, &j->retry);
	add_retry(out, &retry_failed, &j->retry_failed);
	add_number(out, "priority", j->priority);
}

/* Append the run that had already decided the job's only slot, if any. */
static void
add_ran(struct buf *out, const struct run *r)
{
	if (r == NULL)
		return;
	buf_str(out, ",\"already_ran\":{\"run_id\":");
	if (r->id[0] == '\0')
		buf_str(out, "null,\"state\":null}");
	else {
		buf_json(out, r->id);
		buf_printf(out, ",\"state\":\"%s\"}", run_state_name(r->state));
	}
}

/* Append the object without its end. */
static void
add_job(const struct job *j, const struct trigger_env *env, struct buf *out)
{
	struct faults fs = { .n = 0 };
	struct buf why = BUF_INIT;
	struct trigger *t;

	/* Without memory the trigger is unknown, not unreadable. */
	errno = 0;
	t = trigger_from_spec(j->trigger, env->zones, &fs);
	out->is_failed |= t == NULL && errno == ENOMEM;
	/* What the next tick will report. */
	(void)job_check(j, &fs);
	if (fs.n > 0)
		buf_printf(&why, "%s %s", fs.v[0].field, fs.v[0].text);
	buf_str(out, "{\"job_id\":");
	buf_json(out, j->job_id);
	add_string(out, "queue_name", j->queue);
	add_trigger(out, t);
	add_instant(out, "next_run_time", t,
	    j->next_run_us == JOB_NEVER ? TRIGGER_NONE : j->next_run_us);
	/* A job that waits for its zone is valid. */
	add_string(out, "status", status_name(j, fs.n == 0 || fs.is_transient));
	add_json(out, "args", j->args, "[]");
	add_json(out, "kwargs", j->kwargs, "{}");
	add_json(out, "render", j->render, "null");
	add_string(out, "job_store_kind",
	    j->kind == JOB_MEMORY ? "memory" : "redis");
	add_policies(out, j);
	add_string(out, "description", j->description);
	if (j->owner != NULL)
		add_string(out, "owner", j->owner);
	add_string(out, "reason",
	    j->reason != NULL || fs.n == 0 ? j->reason : buf_cstr(&why));
	add_ran(out, j->ran);
	buf_fini(&why);
	trigger_free(t);
}

void
job_to_json(const struct job *j, const struct trigger_env *env, struct buf *out)
{
	add_job(j, env, out);
	buf_char(out, '}');
}

void
job_to_json_brief(const struct job *j, const struct trigger_env *env,
    struct buf *out)
{
	struct faults unused = { .n = 0 };
	struct trigger *t;

	errno = 0;
	t = trigger_from_spec(j->trigger, env->zones, &unused);
	out->is_failed |= t == NULL && errno == ENOMEM;
	buf_str(out, "{\"job_id\":");
	buf_json(out, j->job_id);
	add_string(out, "queue_name", j->queue);
	add_instant(out, "next_run_time", t,
	    j->next_run_us == JOB_NEVER ? TRIGGER_NONE : j->next_run_us);
	add_ran(out, j->ran);
	buf_char(out, '}');
	trigger_free(t);
}
