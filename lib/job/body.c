/*
 * A stored job as the body of the add that would define it, for export: what
 * parse.c reads.  Tested in tests/ctl/apply.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/base/num.h"
#include "lib/conf/conf.h"
#include "lib/job/body.h"
#include "lib/job/check.h"
#include "lib/job/fields.h"
#include "lib/record/job.h"
#include "lib/time/datetime.h"
#include "lib/time/tz.h"
#include "lib/trigger/describe.h"
#include "lib/trigger/trigger.h"

#include "lib/base/ban.h"

/* The body while its trigger is printed. */
struct body {
	struct buf *out;
	const struct trigger *t;
	const char *spec;
};

static void
add_member(struct buf *out, const char *name)
{
	buf_char(out, ',');
	buf_json(out, name);
	buf_char(out, ':');
}

/* NULL: none. */
static void
add_text(struct buf *out, const char *name, const char *text)
{
	if (text == NULL)
		return;
	add_member(out, name);
	buf_json(out, text);
}

static void
add_raw(struct buf *out, const char *name, const char *json)
{
	if (json == NULL)
		return;
	add_member(out, name);
	buf_str(out, json);
}

static void
add_int(struct buf *out, const char *name, int64_t v)
{
	add_member(out, name);
	buf_printf(out, "%" PRId64, v);
}

/* The offset that a date was given with; false: none. */
static bool
read_offset(const char *spec, int64_t *out)
{
	static const char name[] = ";offset_s=";
	const char *at = strstr(spec, name);

	if (at == NULL)
		return false;
	*out = strtoll(at + sizeof(name) - 1, NULL, 10);
	return true;
}

/*
 * A time of the trigger as a local time, which means the same when it is read
 * again; with an offset if it was given with one, or is the second of two.
 */
static void
add_instant(const struct body *b, const char *name, int64_t us)
{
	const struct tz *tz = trigger_zone(b->t);
	int64_t part = us % CLOCK_US_PER_S, s, offset;
	struct buf text = BUF_INIT;
	bool is_given =
	    strcmp(name, "run_date") == 0 && read_offset(b->spec, &offset);
	struct tz_period p;

	part += part < 0 ? CLOCK_US_PER_S : 0;
	s = (us - part) / CLOCK_US_PER_S;
	tz_at(tz, s, &p);
	if (!is_given)
		offset = p.offset_s;
	if (!is_given && tz_instant(tz, s + offset) != s)
		is_given = true;
	if (offset % 60 != 0 && is_given)
		datetime_rfc3339(us, &text);
	else {
		describe_wall(s + offset, &text);
		if (part != 0)
			buf_printf(&text, ".%06" PRId64, part);
		if (is_given)
			buf_printf(&text, "%c%02d:%02d", offset < 0 ? '-' : '+',
			    (int)(llabs(offset) / 3600),
			    (int)(llabs(offset) / 60 % 60));
	}
	b->out->is_failed |= text.is_failed;
	add_text(b->out, name, buf_cstr(&text));
	buf_fini(&text);
}

/* A length, in the largest unit that has no rest. */
static void
add_length(const struct body *b, int64_t us)
{
	static const struct {
		const char *name;
		int64_t s;
	} units[] = { { "weeks", 604800 }, { "days", 86400 }, { "hours", 3600 },
		{ "minutes", 60 }, { "seconds", 1 } };
	int64_t s = us / CLOCK_US_PER_S;
	size_t i = 0;

	while (s % units[i].s != 0)
		i++;
	add_int(b->out, units[i].name, s / units[i].s);
}

/* One "name=value" of the stored trigger. */
static void
add_field(void *cookie, const char *name, const char *value)
{
	const struct body *b = cookie;
	const bool is_number =
	    job_field_is_length(name) || strcmp(name, "jitter") == 0;
	int64_t n = 0;

	if (num_parse(value, INT64_MIN, INT64_MAX, &n) == 0) {
		if (strcmp(name, "start_us") == 0)
			add_instant(b, "start_date", n);
		else if (strcmp(name, "end_us") == 0)
			add_instant(b, "end_date", n);
		else if (strcmp(name, "run_us") == 0 &&
		    trigger_kind(b->t) == TRIGGER_DATE)
			add_instant(b, "run_date", n);
		else if (strcmp(name, "length_us") == 0)
			add_length(b, n);
		else if (is_number)
			add_int(b->out, name, n);
	}
	if (!is_number && job_field_kinds(name) != 0)
		add_text(b->out, name, value);
}

static void
add_retry(struct buf *out, const struct retry_kind *kind, const struct retry *r)
{
	struct buf text = BUF_INIT;

	if (retry_print(kind, r, &text) != 0)
		add_raw(out, kind->name, buf_cstr(&text));
	out->is_failed |= text.is_failed;
	buf_fini(&text);
}

static void
add_policies(const struct job *j, const struct conf *conf, struct buf *out)
{
	struct job plain;

	job_init(&plain);
	if (j->misfire_grace_us == JOB_NO_GRACE) {
		if (conf->misfire_grace_us >= 0)
			add_raw(out, "misfire_grace_time", "null");
	} else if (j->misfire_grace_us != conf->misfire_grace_us)
		add_int(out, "misfire_grace_time",
		    j->misfire_grace_us / CLOCK_US_PER_S);
	if (j->coalesce != plain.coalesce)
		add_raw(out, "coalesce", j->coalesce ? "true" : "false");
	if (j->max_catchup != plain.max_catchup)
		add_int(out, "max_catchup", j->max_catchup);
	if (j->max_instances != plain.max_instances)
		add_int(out, "max_instances", j->max_instances);
	if (j->max_runtime_us != 0)
		add_int(out, "max_runtime", j->max_runtime_us / CLOCK_US_PER_S);
	if (j->expect_within_us != 0)
		add_int(out, "expect_within",
		    j->expect_within_us / CLOCK_US_PER_S);
	if (j->alerts != plain.alerts)
		add_raw(out, "alerts", j->alerts != 0 ? "true" : "false");
	if (j->has_badge)
		add_raw(out, "badge", "true");
	add_retry(out, &retry_handover, &j->retry);
	add_retry(out, &retry_failed, &j->retry_failed);
	if (j->priority != 0)
		add_int(out, "priority", j->priority);
	if (j->state == JOB_PAUSED)
		add_raw(out, "paused", "true");
}

int
job_to_body(const struct job *j, const struct job_body_env *env,
    struct buf *out, struct faults *fs)
{
	struct body b = { .out = out, .spec = j->trigger };
	struct trigger *t;

	if (job_check(j, fs) != 0 ||
	    (t = trigger_from_spec(j->trigger, env->zones, fs)) == NULL)
		return -1;
	b.t = t;
	buf_str(out, "{\"queue_name\":");
	buf_json(out, j->queue);
	add_text(out, "job_id", j->job_id);
	add_text(out, "description", j->description);
	if (j->kind == JOB_MEMORY)
		add_text(out, "job_store_kind", "memory");
	add_text(out, "trigger", trigger_kind_name(trigger_kind(t)));
	if (job_spec_each(j->trigger, add_field, &b) != 0)
		out->is_failed = true;
	add_raw(out, "args", j->args);
	add_raw(out, "kwargs", j->kwargs);
	add_raw(out, "render", j->render);
	add_policies(j, env->conf, out);
	add_text(out, "owner", j->owner);
	buf_char(out, '}');
	trigger_free(t);
	return 0;
}
