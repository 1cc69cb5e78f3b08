/*
 * django-celery-beat's dumpdata, and beat_schedule as JSON.  A task becomes a
 * message {"task", "args", "kwargs"}.  In Celery day and weekday must both
 * match, as in a cron trigger.  Tested in tests/ctl/import.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/jobs/foreign.h"
#include "ctl/jobs/source.h"
#include "ctl/json_out.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/json/list.h"

#include "lib/base/ban.h"

#define MODEL "django_celery_beat."

/* One task on its way to a job. */
struct task {
	struct importing *im;
	struct json_object *dump; /* the list of all models, or NULL */
	struct json_object *o;	  /* the task's members */
	struct wanted_item from;
	struct buf body;
	struct err why; /* why it cannot be a job */
};

static int
refuse(struct task *t)
{
	buf_fini(&t->body);
	return wanted_refuse(t->im->w, &t->from, "%s", t->why.text);
}

/* The fields of a model's row, which the member name of the task refers to. */
static struct json_object *
find_row(const struct task *t, const char *name, const char *model)
{
	struct json_object *key = json_member(t->o, name);
	struct buf want = BUF_INIT, full = BUF_INIT;
	struct json_object *found = NULL;

	if (key == NULL)
		return NULL;
	/* The texts of two values are borrowed one at a time. */
	buf_str(&want, json_text(key));
	buf_printf(&full, "%s%s", MODEL, model);
	for (size_t i = 0; i < json_count(t->dump) && found == NULL; i++) {
		struct json_object *row = json_item(t->dump, i);
		const char *is = source_str(row, "model");

		if (is != NULL && strcmp(is, buf_cstr(&full)) == 0 &&
		    json_member(row, "pk") != NULL &&
		    strcmp(json_text(json_member(row, "pk")),
			buf_cstr(&want)) == 0)
			found = json_member(row, "fields");
	}
	buf_fini(&want);
	buf_fini(&full);
	return found;
}

/* The fields of a crontab schedule; "*" is what is not given. */
static int
add_crontab(struct task *t, struct json_object *row)
{
	static const struct {
		const char *name, *ours;
	} names[FOREIGN__MAX] = {
		[FOREIGN_MINUTE] = { "minute", "minute" },
		[FOREIGN_HOUR] = { "hour", "hour" },
		[FOREIGN_DAY] = { "day_of_month", "day" },
		[FOREIGN_MONTH] = { "month_of_year", "month" },
		[FOREIGN_WEEKDAY] = { "day_of_week", "day_of_week" },
	};
	struct foreign f = { .is_either = false };
	const char *zone = source_str(row, "timezone");
	struct faults unused = { .n = 0 };
	char room[JSON_DIGITS_MAX];

	json_out_str(&t->body, "trigger", "cron");
	for (int i = 0; i < FOREIGN__MAX; i++) {
		struct buf text = BUF_INIT;
		const char *value = NULL;

		(void)json_get_text(row, names[i].name, room, &value, &unused);
		if (foreign_field_read(&f, (enum foreign_field)i,
			value == NULL ? "*" : value, &t->why) != 0)
			return -1;
		foreign_field_print(&f, (enum foreign_field)i, &text);
		json_out_str(&t->body, names[i].ours, buf_cstr(&text));
		buf_fini(&text);
	}
	zone = zone == NULL ? t->im->zone : zone;
	json_out_str(&t->body, "timezone", zone);
	source_fires(t->im, &f, zone, &t->from);
	return 0;
}

/* {"every": 10, "period": "seconds"} */
static int
add_interval(struct task *t, struct json_object *row)
{
	static const char *const units[] = { "seconds", "minutes", "hours",
		"days" };
	const char *period = source_str(row, "period");
	struct faults fs = { .n = 0 };
	int64_t every = 0;

	(void)json_get_int(row, "every",
	    &(struct json_range){ 1, INT64_C(1000000000) }, &every, &fs);
	for (size_t i = 0; every > 0 && period != NULL && i < 4; i++) {
		if (strcmp(period, units[i]) != 0)
			continue;
		json_out_str(&t->body, "trigger", "interval");
		json_out_int(&t->body, units[i], every);
		json_out_str(&t->body, "timezone", t->im->zone);
		return 0;
	}
	err_set(&t->why,
	    "an interval of %s is not one of whole seconds, minutes, hours or "
	    "days",
	    period == NULL ? "no known period" : period);
	return -1;
}

/* A number of seconds. */
static int
add_seconds(struct task *t, struct json_object *schedule)
{
	const char *text = json_text(schedule);
	char *end;
	double s = strtod(text, &end);

	if (*end != '\0' || s < 1 || s > 1e9 || s != (double)(int64_t)s) {
		err_set(&t->why, "%s seconds are not a whole number", text);
		return -1;
	}
	json_out_str(&t->body, "trigger", "interval");
	json_out_int(&t->body, "seconds", (int64_t)s);
	json_out_str(&t->body, "timezone", t->im->zone);
	return 0;
}

/* The schedule of a row of dumpdata. */
static int
add_row_schedule(struct task *t)
{
	struct json_object *row;
	const char *at;
	bool is_once = false;
	struct faults unused = { .n = 0 };

	(void)json_get_bool(t->o, "one_off", &is_once, &unused);
	if (json_member(t->o, "solar") != NULL) {
		err_set(&t->why, "it follows the sun");
		return -1;
	}
	if ((row = find_row(t, "clocked", "clockedschedule")) != NULL &&
	    (at = source_str(row, "clocked_time")) != NULL) {
		json_out_str(&t->body, "trigger", "date");
		json_out_str(&t->body, "run_date", at);
		json_out_str(&t->body, "timezone", t->im->zone);
		return 0;
	}
	if (is_once) {
		err_set(&t->why,
		    "it runs once (one_off) at the next time of a schedule "
		    "that repeats");
		return -1;
	}
	if ((row = find_row(t, "crontab", "crontabschedule")) != NULL)
		return add_crontab(t, row);
	if ((row = find_row(t, "interval", "intervalschedule")) != NULL)
		return add_interval(t, row);
	err_set(&t->why, "its schedule is not in the file");
	return -1;
}

/* The schedule of a member of beat_schedule. */
static int
add_beat_schedule(struct task *t)
{
	struct json_object *s = json_member(t->o, "schedule");
	struct json_object *inner = json_member(s, "crontab");

	if (json_is_number(s))
		return add_seconds(t, s);
	if (json_is_object(inner))
		return add_crontab(t, inner);
	if (json_is_object(s) && json_has(s, "every"))
		return add_interval(t, s);
	if (json_is_object(s) &&
	    (json_has(s, "minute") || json_has(s, "hour") ||
		json_has(s, "day_of_week") || json_has(s, "day_of_month") ||
		json_has(s, "month_of_year")))
		return add_crontab(t, s);
	err_set(&t->why,
	    "schedule: must be a number of seconds, or an object with the "
	    "fields of crontab or with every and period, not %s",
	    s == NULL ? "missing" : json_text(s));
	return -1;
}

/* A member that is JSON, or JSON in a string. */
static int
add_params(struct task *t, const char *name, const char *none)
{
	struct json_object *value = json_member(t->o, name);
	const char *text = source_str(t->o, name);
	struct err why = { "" };

	if (value == NULL)
		text = none;
	else if (text == NULL)
		text = json_text(value);
	else if (*text == '\0')
		text = none;
	if (json_check(text, strlen(text), &why) != 0) {
		err_set(&t->why, "%s: %s", name, why.text);
		return -1;
	}
	json_out_raw(&t->body, name, text);
	return 0;
}

/* Add the rest that rows of dumpdata may have. */
static void
add_extras(struct task *t)
{
	static const struct {
		const char *name, *ours;
	} texts[] = { { "description", "description" },
		{ "start_time", "start_date" }, { "expires", "end_date" } };
	struct faults unused = { .n = 0 };
	int64_t n = 0;
	bool is_enabled = true;

	for (size_t i = 0; i < 3; i++) {
		const char *s = source_str(t->o, texts[i].name);

		if (s != NULL && *s != '\0')
			json_out_str(&t->body, texts[i].ours, s);
	}
	(void)json_get_int(t->o, "expire_seconds",
	    &(struct json_range){ 1, INT32_MAX }, &n, &unused);
	if (n > 0)
		json_out_int(&t->body, "misfire_grace_time", n);
	(void)json_get_bool(t->o, "enabled", &is_enabled, &unused);
	json_out_bool(&t->body, "paused", !is_enabled);
}

/* Add the job of a task, called name. */
static int
add_task(struct task *t, const char *name)
{
	struct json_object *options = json_member(t->o, "options");
	const char *task = source_str(t->o, "task");
	const char *queue =
	    source_str(t->dump != NULL ? t->o : options, "queue");

	(void)snprintf(t->from.where, sizeof(t->from.where), "task %.100s",
	    name == NULL ? "without a name" : name);
	if (name == NULL || task == NULL) {
		err_set(&t->why, "it has no name, or no task");
		return refuse(t);
	}
	t->from.text = (char *)(uintptr_t)task;
	json_out_open(&t->body, NULL, '{');
	source_names(t->im, queue, name, &t->body);
	if ((t->dump != NULL ? add_row_schedule(t) : add_beat_schedule(t)) != 0)
		return refuse(t);
	add_extras(t);
	json_out_open(&t->body, "kwargs", '{');
	json_out_str(&t->body, "task", task);
	if (add_params(t, "args", "[]") != 0 ||
	    add_params(t, "kwargs", "{}") != 0)
		return refuse(t);
	json_out_close(&t->body, '}');
	json_out_close(&t->body, '}');
	return source_add(t->im, &t->body, &t->from);
}

/* json_each: a member of beat_schedule. */
static int
read_member(void *cookie, const char *name, struct json_object *value)
{
	struct task t = { .im = cookie, .o = value, .from.nfires = -1 };

	/* The built-in clean-up of results is no task of the owner. */
	return strcmp(name, "celery.backend_cleanup") == 0 ? 0 :
							     add_task(&t, name);
}

static int
read_dump(struct importing *im, struct json_object *dump)
{
	int status = CTL_OK;

	for (size_t i = 0; i < json_count(dump) && status == CTL_OK; i++) {
		struct json_object *row = json_item(dump, i);
		const char *model = source_str(row, "model");
		struct task t = { .im = im,
			.dump = dump,
			.o = json_member(row, "fields"),
			.from.nfires = -1 };

		if (model != NULL && strcmp(model, MODEL "periodictask") == 0)
			status = add_task(&t, source_str(t.o, "name"));
	}
	return status;
}

static int
read_celery(struct importing *im)
{
	struct json_object *root = source_json(im), *beat;
	int status;

	if (root == NULL)
		return CTL_DATA;
	beat = json_member(root, "beat_schedule");
	if (json_is_list(root))
		status = read_dump(im, root);
	else if (json_is_object(root))
		status = json_each(json_is_object(beat) ? beat : root,
		    read_member, im);
	else
		status = ctl_fail(CTL_DATA,
		    "%s: must be a list (dumpdata) or an object "
		    "(beat_schedule)",
		    im->w->file);
	json_free(root);
	return status;
}

const struct source source_celery = { "celery-beat", "celery", read_celery };
