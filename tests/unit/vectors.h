#ifndef TESTS_UNIT_VECTORS_H
#define TESTS_UNIT_VECTORS_H

#include <stdio.h>
#include <string.h>

#include <json-c/json.h>

#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"

/*
 * From a line of tests/vectors to a trigger.  For t_vectors.c alone, so that
 * what is compared stands there and how it is read stands here.
 */

#define FIELDS_MAX 32

struct run {
	struct tz_cache *zones;
	struct trigger_field f[FIELDS_MAX];
	char text[FIELDS_MAX][128];
	size_t n;
	bool has_other_type;
	int64_t now_us;
	struct faults fs;
};

static struct json_object *
get(struct json_object *o, const char *key)
{
	struct json_object *v = NULL;

	(void)json_object_object_get_ex(o, key, &v);
	return v;
}

static const char *
get_str(struct json_object *o, const char *key)
{
	struct json_object *v = get(o, key);

	return v != NULL ? json_object_get_string(v) : NULL;
}

static int64_t
instant(struct run *r, const char *text)
{
	const char *wrong;
	int64_t us = 0;

	wrong = datetime_parse(text, tz_get(r->zones, "UTC", NULL), &us, NULL);
	if (wrong != NULL)
		printf("# bad instant %s: %s\n", text, wrong);
	return us;
}

static void
add_field(struct run *r, const char *name, const char *value, size_t len)
{
	char *text = r->text[r->n];

	(void)snprintf(text, sizeof(r->text[0]), "%.*s", (int)len, value);
	r->f[r->n++] = (struct trigger_field){ name, text };
}

/*
 * APScheduler reads ".5" as 5 microseconds, we as half a second: write what
 * it understood with all six digits.
 */
static void
add_date(struct run *r, const char *name, const char *value)
{
	const char *dot = strchr(value, '.');
	int digits = dot != NULL ? (int)strspn(dot + 1, "0123456789") : 0;
	char text[128];

	if (digits < 1 || digits > 5) {
		add_field(r, name, value, strlen(value));
		return;
	}
	(void)snprintf(text, sizeof(text), "%.*s.%.*s%s", (int)(dot - value),
	    value, 6 - digits, "00000", dot + 1);
	add_field(r, name, text, strlen(text));
}

/*
 * from_crontab ANDs the days and counts them from Monday, so its five columns
 * are five of our cron fields; they are not our crontab.  False unless five.
 */
static bool
add_crontab(struct run *r, const char *line)
{
	static const char *const names[] = { "minute", "hour", "day", "month",
		"day_of_week" };
	size_t len, n, from = r->n;

	for (n = 0; *(line += strspn(line, " \t")) != '\0'; n++) {
		len = strcspn(line, " \t");
		if (n < 5)
			add_field(r, names[n], line, len);
		line += len;
	}
	if (n != 5)
		r->n = from;
	return n == 5;
}

static void
add_json(struct run *r, const char *key, struct json_object *v)
{
	enum json_type type = json_object_get_type(v);
	const char *text = json_object_get_string(v);

	if (type != json_type_string && type != json_type_int &&
	    type != json_type_double) {
		r->has_other_type = true;
		return;
	}
	if (strcmp(key, "run_date") == 0 && type != json_type_string) {
		r->has_other_type = true;
		return;
	}
	if (strcmp(key, "crontab") == 0 && add_crontab(r, text))
		return;
	if (strstr(key, "_date") != NULL)
		add_date(r, key, text);
	else
		add_field(r, key, text, strlen(text));
}

static const char *const not_fields[] = { "trigger", "now", "count", "id",
	"tags", "kind", "expected", "expected_str", "expected_repr",
	"expected_etype", "expected_error", "previous", "since", "note" };

/* Make the trigger that o describes; NULL with r->fs set when refused. */
static struct trigger *
make(struct run *r, struct json_object *o)
{
	struct trigger_env env = { r->zones, "UTC", 0, false };
	size_t i;

	r->n = 0;
	r->has_other_type = false;
	memset(&r->fs, 0, sizeof(r->fs));
	json_object_object_foreach(o, key, v)
	{
		for (i = 0; i < sizeof(not_fields) / sizeof(*not_fields); i++)
			if (strcmp(key, not_fields[i]) == 0)
				break;
		if (i == sizeof(not_fields) / sizeof(*not_fields))
			add_json(r, key, v);
	}
	if (get_str(o, "dst") == NULL)
		add_field(r, "dst", "wall", 4);
	r->now_us =
	    get_str(o, "now") != NULL ? instant(r, get_str(o, "now")) : 0;
	env.now_us = r->now_us;
	return trigger_new(get_str(o, "trigger"), r->f, r->n, &env, &r->fs);
}

#endif
