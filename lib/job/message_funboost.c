/*
 * Messages in the format of funboost: parameters by name, and "extra".  The
 * envelope is lib/record/message.c.
 */
#include "config.h"

#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "lib/job/message_funboost.h"
#include "lib/time/tz.h"
#include "lib/base/ban.h"

#define SECONDS_LEN 19 /* "2026-11-22 00:11:17", without the offset */
#define PARAMS "other_extra_params"
#define PRIORITY "priroty"

/* The state of a visit of members. */
struct adding {
	const struct message_funboost *m;
	struct buf *out;
	size_t nargs;	   /* number of args, whose names are taken */
	bool has_priority; /* the client gave one */
};

/*
 * Append a comma between two members; a failed buffer has no contents to
 * check.
 */
static void
add_comma(struct buf *out)
{
	if (out->len > 0 && out->data[out->len - 1] != '{')
		buf_char(out, ',');
}

static void
add_member(struct buf *out, const char *name, struct json_object *value)
{
	add_comma(out);
	buf_json(out, name);
	buf_char(out, ':');
	buf_str(out, value == NULL ? "null" : json_text(value));
}

static int
add_kwarg(void *cookie, const char *name, struct json_object *value)
{
	const struct adding *a = cookie;

	if (strcmp(name, "extra") == 0)
		return 0;
	for (size_t i = 0; i < a->nargs; i++)
		if (strcmp(name, a->m->names->v[i]) == 0)
			return 0;
	add_member(a->out, name, value);
	return 0;
}

/* task_id and times are ours; add_priority handles other_extra_params. */
static int
add_extra(void *cookie, const char *name, struct json_object *value)
{
	const struct adding *a = cookie;

	if (strcmp(name, "task_id") == 0 || strcmp(name, "publish_time") == 0 ||
	    strcmp(name, "publish_time_format") == 0 ||
	    (strcmp(name, PARAMS) == 0 &&
		(json_is_object(value) ||
		    (value == NULL && a->m->priority > 0))))
		return 0;
	add_member(a->out, name, value);
	return 0;
}

static int
add_other(void *cookie, const char *name, struct json_object *value)
{
	const struct adding *a = cookie;

	add_member(a->out, name, value);
	return 0;
}

/* Append the job's priority, unless the client gave one in extra. */
static void
add_priority(struct adding *a, struct json_object *extra)
{
	struct json_object *params = json_member(extra, PARAMS);
	struct buf *out = a->out;

	if (params != NULL && !json_is_object(params))
		return;
	a->has_priority = json_has(params, PRIORITY);
	if (params == NULL && a->m->priority <= 0)
		return;
	add_comma(out);
	buf_str(out, "\"" PARAMS "\":{");
	(void)json_each(params, add_other, a);
	if (!a->has_priority && a->m->priority > 0) {
		add_comma(out);
		buf_printf(out, "\"" PRIORITY "\":%" PRId64, a->m->priority);
	}
	buf_char(out, '}');
}

static void
add_publish(const struct message_funboost *m, struct buf *out)
{
	struct buf local = BUF_INIT;

	add_comma(out);
	buf_str(out, "\"task_id\":");
	buf_json(out, m->task_id);
	buf_printf(out, ",\"publish_time\":%" PRId64 ".%04d",
	    m->publish_us / CLOCK_US_PER_S,
	    (int)(m->publish_us % CLOCK_US_PER_S / 100));
	tz_format(m->zone, m->publish_us, &local);
	buf_printf(out, ",\"publish_time_format\":\"%.*s\"", SECONDS_LEN,
	    buf_cstr(&local));
	out->is_failed = out->is_failed || local.is_failed;
	buf_fini(&local);
}

/* Fast path: no args to map and no extra to merge. */
static bool
add_plain(const struct message_funboost *m, struct buf *out)
{
	size_t n = m->kwargs == NULL ? 0 : strlen(m->kwargs);

	if ((m->args != NULL && strcmp(m->args, "[]") != 0) || m->priority > 0)
		return false;
	if (n > 0 &&
	    (m->kwargs[0] != '{' || strstr(m->kwargs, "\"extra\"") != NULL))
		return false;
	buf_char(out, '{');
	if (n > 2) {
		buf_add(out, m->kwargs + 1, n - 2);
		buf_char(out, ',');
	}
	buf_str(out, "\"extra\":{");
	add_publish(m, out);
	buf_str(out, "}}");
	return true;
}

/* Parse text; *out stays NULL for NULL. */
static int
parse(const char *text, struct json_object **out)
{
	if (text == NULL)
		return 0;
	*out = json_parse(text, strlen(text), NULL);
	return *out == NULL ? -1 : 0;
}

int
message_funboost(const struct message_funboost *m, struct buf *out)
{
	struct json_object *args = NULL, *kwargs = NULL, *extra;
	struct adding a = { .m = m, .out = out };
	int rc = -1;

	if (add_plain(m, out))
		return 0;
	if (parse(m->args, &args) == -1 || parse(m->kwargs, &kwargs) == -1)
		goto out;
	a.nargs = json_count(args);
	if (a.nargs > 0 && (m->names == NULL || a.nargs > m->names->n))
		goto out;
	buf_char(out, '{');
	for (size_t i = 0; i < a.nargs; i++)
		add_member(out, m->names->v[i], json_item(args, i));
	(void)json_each(kwargs, add_kwarg, &a);
	extra = json_member(kwargs, "extra");
	add_comma(out);
	buf_str(out, "\"extra\":{");
	(void)json_each(extra, add_extra, &a);
	add_priority(&a, extra);
	add_publish(m, out);
	buf_str(out, "}}");
	rc = 0;
out:
	json_free(args);
	json_free(kwargs);
	return rc;
}

int64_t
message_funboost_priority(const char *kwargs, int64_t priority)
{
	static const struct json_range range = { 0, INT32_MAX };
	struct faults fs = { .n = 0 };
	struct json_object *root = NULL;

	if (kwargs == NULL || strstr(kwargs, "\"" PRIORITY "\"") == NULL ||
	    parse(kwargs, &root) == -1)
		return priority;
	(void)json_get_int(json_member(json_member(root, "extra"), PARAMS),
	    PRIORITY, &range, &priority, &fs);
	json_free(root);
	return priority;
}
