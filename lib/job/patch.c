/*
 * A patch of a stored job.  The stored job is turned back into the body of an
 * add, the patch is laid over it, and the whole is read as an add; of the
 * resulting job only the members given are taken.  So there is one reader of
 * bodies, and stored members that are not patched stay as they are, even if
 * damaged.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/job/fields.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/base/num.h"
#include "lib/trigger/trigger.h"
#include "lib/base/ban.h"

struct patch {
	struct json_object *members;
	const struct job *j;
	enum trigger_kind kind; /* of the resulting trigger */
	bool is_kind_kept;
	bool is_trigger; /* a field of the trigger is given */
	bool is_length;	 /* a unit of an interval is given */
	bool is_implied; /* an interval's start stands for its grid */
	struct buf body;
	struct faults *fs;
};

/* Members that only an add can have. */
static const char *const fixed[] = { "queue_name", "job_id", "job_store_kind",
	"replace_existing" };

/* Members that are copied from the job that was read. */
static const struct {
	const char *name;
	size_t offset;
	size_t size; /* 0: a string that the job owns */
} taken[] = {
	{ "args", offsetof(struct job, args), 0 },
	{ "kwargs", offsetof(struct job, kwargs), 0 },
	{ "render", offsetof(struct job, render), 0 },
	{ "retry", offsetof(struct job, retry), sizeof(struct retry) },
	{ "retry_failed", offsetof(struct job, retry_failed),
	    sizeof(struct retry) },
	{ "description", offsetof(struct job, description), 0 },
	{ "priority", offsetof(struct job, priority), sizeof(int64_t) },
	{ "misfire_grace_time", offsetof(struct job, misfire_grace_us),
	    sizeof(int64_t) },
	{ "coalesce", offsetof(struct job, coalesce), sizeof(bool) },
	{ "max_catchup", offsetof(struct job, max_catchup), sizeof(int64_t) },
	{ "max_instances", offsetof(struct job, max_instances),
	    sizeof(int64_t) },
	{ "max_runtime", offsetof(struct job, max_runtime_us),
	    sizeof(int64_t) },
	{ "alerts", offsetof(struct job, alerts), sizeof(int64_t) },
	{ "badge", offsetof(struct job, has_badge), sizeof(bool) },
	{ "expect_within", offsetof(struct job, expect_within_us),
	    sizeof(int64_t) },
	{ "paused", offsetof(struct job, state), sizeof(enum job_state) },
};
#define NTAKEN (sizeof(taken) / sizeof(taken[0]))

static bool
is_fixed(const char *name)
{
	for (size_t i = 0; i < sizeof(fixed) / sizeof(fixed[0]); i++)
		if (strcmp(name, fixed[i]) == 0)
			return true;
	return false;
}

/* Note which members are given, and refuse those that cannot change. */
static int
note_member(void *cookie, const char *name, struct json_object *value)
{
	static const char *const articles[TRIGGER__MAX] = {
		[TRIGGER_DATE] = "a date",
		[TRIGGER_INTERVAL] = "an interval",
		[TRIGGER_CRON] = "a cron",
		[TRIGGER_CALENDAR] = "a calendarinterval",
	};
	struct patch *p = cookie;
	unsigned kinds = job_field_kinds(name);

	if (is_fixed(name))
		fault_add(p->fs, name, "cannot be changed");
	if (kinds == 0)
		return 0;
	if (value != NULL && p->kind != TRIGGER__MAX &&
	    (kinds & 1U << p->kind) == 0)
		fault_add(p->fs, name, "is not a field of %s trigger",
		    articles[p->kind]);
	p->is_trigger = true;
	p->is_length = p->is_length || job_field_is_length(name);
	return 0;
}

/* The present kind, and the requested one; a bad one is reported later. */
static void
find_kind(struct patch *p)
{
	enum trigger_kind was = TRIGGER__MAX;
	const char *asked = NULL;
	struct faults unused = { .n = 0 };
	size_t n = strcspn(p->j->trigger, ";");

	(void)json_get_str(p->members, "trigger", &asked, &unused);
	p->kind = TRIGGER__MAX;
	for (int k = 0; k < TRIGGER__MAX; k++) {
		const char *name = trigger_kind_name((enum trigger_kind)k);

		if (strlen(name) == n && memcmp(name, p->j->trigger, n) == 0)
			was = (enum trigger_kind)k;
		if (asked != NULL && strcmp(name, asked) == 0)
			p->kind = (enum trigger_kind)k;
	}
	/* An interval made by "@every 1h" can be replaced by another line. */
	if (asked == NULL)
		p->kind = was == TRIGGER_INTERVAL &&
			json_member(p->members, "crontab") != NULL ?
		    TRIGGER_CRON :
		    was;
	p->is_kind_kept = p->kind == was;
	p->is_trigger = json_has(p->members, "trigger");
}

static void
add_member(struct patch *p, const char *name)
{
	if (p->body.len > 1)
		buf_char(&p->body, ',');
	buf_json(&p->body, name);
	buf_char(&p->body, ':');
}

static void
add_text(struct patch *p, const char *name, const char *value)
{
	add_member(p, name);
	buf_json(&p->body, value);
}

static int
add_given(void *cookie, const char *name, struct json_object *value)
{
	struct patch *p = cookie;

	if (is_fixed(name))
		return 0;
	add_member(p, name);
	buf_str(&p->body, value == NULL ? "null" : json_text(value));
	return 0;
}

/* A stored field under the name clients use, unless they give it. */
static void
add_stored(struct patch *p, const char *name, const char *value)
{
	unsigned kinds = job_field_kinds(name);

	if (json_has(p->members, name) || (kinds & 1U << p->kind) == 0)
		return;
	if (kinds != JOB_IN_ALL &&
	    (!p->is_kind_kept || (job_field_is_length(name) && p->is_length) ||
		(p->kind == TRIGGER_CRON &&
		    json_member(p->members, "crontab") != NULL)))
		return;
	add_text(p, name, value);
}

/* The time of a stored trigger. */
static void
add_instant(struct patch *p, const char *name, const char *digits)
{
	struct buf text = BUF_INIT;
	int64_t us;

	if (num_parse(digits, INT64_MIN, INT64_MAX, &us) != 0)
		return;
	datetime_rfc3339(us, &text);
	add_stored(p, name, buf_cstr(&text));
	buf_fini(&text);
}

/*
 * The first date of a calendarinterval without a start: it keeps counting from
 * there, whatever else changes.
 */
static void
add_anchor(struct patch *p, const char *value)
{
	if (!p->is_kind_kept || strstr(p->j->trigger, ";start_us=") != NULL)
		return;
	add_stored(p, "start_date", value);
	p->is_implied = !json_has(p->members, "start_date");
}

/* One "name=value" of a stored trigger (trigger_spec). */
static void
add_spec(void *cookie, const char *name, const char *value)
{
	struct patch *p = cookie;
	char seconds[JSON_DIGITS_MAX];
	int64_t us;

	if (strcmp(name, "start_us") == 0)
		add_instant(p, "start_date", value);
	else if (strcmp(name, "end_us") == 0)
		add_instant(p, "end_date", value);
	else if (strcmp(name, "run_us") == 0 && p->kind == TRIGGER_DATE)
		add_instant(p, "run_date", value);
	else if (strcmp(name, "run_us") == 0) {
		if (p->is_length || !p->is_kind_kept)
			return;
		/* The grid of an interval without a start. */
		add_instant(p, "start_date", value);
		p->is_implied = !json_has(p->members, "start_date");
	} else if (strcmp(name, "anchor") == 0) {
		add_anchor(p, value);
	} else if (strcmp(name, "length_us") != 0)
		add_stored(p, name, value);
	else if (num_parse(value, 1, INT64_MAX, &us) == 0) {
		(void)snprintf(seconds, sizeof(seconds), "%" PRId64,
		    us / CLOCK_US_PER_S);
		add_stored(p, "seconds", seconds);
	}
}

/* The fields of the stored trigger; none of a damaged one. */
static void
add_trigger(struct patch *p)
{
	if (p->kind == TRIGGER__MAX)
		return;
	if (!json_has(p->members, "trigger"))
		add_text(p, "trigger", trigger_kind_name(p->kind));
	if (job_spec_each(p->j->trigger, add_spec, p) != 0)
		p->body.is_failed = true;
}

/* Parameters are checked together, so those not given are added. */
static void
add_params(struct patch *p, const char *name, const char *text)
{
	if (text == NULL || json_has(p->members, name) ||
	    json_check(text, strlen(text), NULL) != 0)
		return;
	add_member(p, name);
	buf_str(&p->body, text);
}

static struct json_object *
make_body(struct patch *p)
{
	struct json_object *body;
	struct err why = { "out of memory" };

	buf_char(&p->body, '{');
	(void)json_each(p->members, add_given, p);
	add_text(p, "queue_name", p->j->queue);
	/* H and ~ of a crontab line depend on both names. */
	if (p->j->job_id != NULL)
		add_text(p, "job_id", p->j->job_id);
	if (p->is_trigger)
		add_trigger(p);
	else
		add_text(p, "trigger", "date");
	add_params(p, "args", p->j->args);
	add_params(p, "kwargs", p->j->kwargs);
	buf_char(&p->body, '}');
	body = p->body.is_failed ? NULL :
				   json_parse(p->body.data, p->body.len, &why);
	if (body == NULL)
		fault_add(p->fs, "body", "%s", why.text);
	return body;
}

static void
swap_text(char **a, char **b)
{
	char *t = *a;

	*a = *b;
	*b = t;
}

/* The start that stood for the grid is not one the owner gave. */
static void
imply_start(char *spec)
{
	static const char start[] = ";start_us=", run[] = ";run_us=";
	char *at = strstr(spec, start), *rest;

	if (at == NULL)
		return;
	if (strncmp(spec, "calendarinterval;", 17) == 0) {
		/* The anchor has the first date, too. */
		rest = strchr(at + 1, ';');
		memmove(at, rest == NULL ? "" : rest,
		    rest == NULL ? 1 : strlen(rest) + 1);
		return;
	}
	rest = at + sizeof(start) - 1;
	memcpy(at, run, sizeof(run) - 1);
	memmove(at + sizeof(run) - 1, rest, strlen(rest) + 1);
}

/* Move what is given from the job that was read to the stored one. */
static void
take(const struct patch *p, struct job *from, struct job *to)
{
	char *src = (char *)from, *dst = (char *)to;

	for (size_t i = 0; i < NTAKEN; i++) {
		if (!json_has(p->members, taken[i].name))
			continue;
		if (taken[i].size == 0)
			swap_text((char **)(void *)(dst + taken[i].offset),
			    (char **)(void *)(src + taken[i].offset));
		else
			memcpy(dst + taken[i].offset, src + taken[i].offset,
			    taken[i].size);
	}
	if (!p->is_trigger)
		return;
	if (p->is_implied)
		imply_start(from->trigger);
	swap_text(&to->trigger, &from->trigger);
	to->notes = from->notes;
	to->is_never = from->is_never;
}

int
job_patch(struct json_object *members, const struct job_env *env, struct job *j,
    struct faults *fs)
{
	struct patch p = { .members = members, .j = j, .fs = fs };
	struct json_object *body;
	bool is_replace;
	struct job read;
	int rc = -1;

	if (!json_is_object(members))
		return fault_add(fs, "body", "must be a JSON object");
	find_kind(&p);
	(void)json_each(members, note_member, &p);
	job_init(&read);
	body = make_body(&p);
	if (body != NULL &&
	    job_from_json(body, env, &read, &is_replace, fs) == 0 &&
	    (fs->n == 0 || read.is_never)) {
		take(&p, &read, j);
		rc = 0;
	}
	job_fini(&read);
	json_free(body);
	buf_fini(&p.body);
	return rc;
}
