/*
 * An answer of funboost's get_timing_jobs: triggers are texts as APScheduler
 * prints them, "cron[hour='3']", "interval[1 day, 0:00:10]", "date[…]".
 * Tested in tests/ctl/import.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/jobs/source.h"
#include "ctl/json_out.h"
#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "lib/time/datetime.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

/* "hour='*" "/2', minute='30'": 0, or -1. */
static int
add_cron(const char *text, struct buf *body)
{
	json_out_str(body, "trigger", "cron");
	while (*text != '\0' && *text != ']') {
		const char *eq = strstr(text, "='"), *end;
		char name[32];
		char *value;

		end = eq == NULL ? NULL : strchr(eq + 2, '\'');
		if (end == NULL || (size_t)(eq - text) >= sizeof(name))
			return -1;
		(void)snprintf(name, sizeof(name), "%.*s", (int)(eq - text),
		    text);
		value = strndup(eq + 2, (size_t)(end - eq - 2));
		json_out_str(body, name, value);
		body->is_failed |= value == NULL;
		free(value);
		text = end + 1;
		text += strspn(text, ", ");
	}
	return 0;
}

/* "1 day, 0:00:10": 0, or -1. */
static int
add_interval(const char *text, const char *next, struct buf *body)
{
	int64_t s[3] = { 0 }, days = 0;
	const char *at = text, *day = strstr(text, "day");
	char *end;

	if (day != NULL) {
		days = strtoll(at, NULL, 10);
		at = strchr(day, ',');
		at = at == NULL ? "" : at + 1;
	}
	for (int i = 0; i < 3; i++, at = end + 1) {
		s[i] = strtoll(at, &end, 10);
		if (end == at || (i < 2 && *end != ':'))
			return -1;
	}
	/* A fraction of a second has no field. */
	if (end[0] != ']')
		return -1;
	json_out_str(body, "trigger", "interval");
	json_out_int(body, "seconds",
	    days * 86400 + s[0] * 3600 + s[1] * 60 + s[2]);
	/* The grid goes on where it is. */
	if (next != NULL)
		json_out_str(body, "start_date", next);
	return 0;
}

/* The trigger of a job; 0, or -1 if its text is not known. */
static int
add_trigger(const char *text, const char *next, struct buf *body)
{
	if (strncmp(text, "cron[", 5) == 0)
		return add_cron(text + 5, body);
	if (strncmp(text, "interval[", 9) == 0)
		return add_interval(text + 9, next, body);
	if (strncmp(text, "date[", 5) != 0 || next == NULL)
		return -1;
	json_out_str(body, "trigger", "date");
	json_out_str(body, "run_date", next);
	return 0;
}

static void
read_next(struct importing *im, const char *next, struct wanted_item *from)
{
	struct err why = { "" };
	const struct tz *tz = tz_get(im->c->sched.zones, im->zone, &why);

	if (tz != NULL && next != NULL &&
	    datetime_parse(next, tz, &from->fires[0], NULL) == NULL)
		from->nfires = 1;
}

static int
add_job(struct importing *im, const char *queue, struct json_object *o)
{
	const char *id = source_str(o, "job_id"), *next, *status, *text;
	struct wanted_item from = { .nfires = -1 };
	struct buf body = BUF_INIT;

	text = source_str(o, "trigger");
	next = source_str(o, "next_run_time");
	status = source_str(o, "status");
	(void)snprintf(from.where, sizeof(from.where), "job %.100s",
	    id == NULL ? "without an id" : id);
	from.text = (char *)(uintptr_t)text;
	if (id == NULL || text == NULL)
		return wanted_refuse(im->w, &from, "it has no id or trigger");
	if (source_str(o, "queue_name") != NULL)
		queue = source_str(o, "queue_name");
	json_out_open(&body, NULL, '{');
	source_names(im, queue, id, &body);
	if (add_trigger(text, next, &body) != 0) {
		buf_fini(&body);
		return wanted_refuse(im->w, &from,
		    "its trigger cannot be read, or it has no next run");
	}
	json_out_str(&body, "timezone", im->zone);
	json_out_bool(&body, "paused",
	    next == NULL || (status != NULL && strcmp(status, "paused") == 0));
	if (json_is_object(json_member(o, "kwargs")))
		json_out_raw(&body, "kwargs",
		    json_text(json_member(o, "kwargs")));
	if (json_is_list(json_member(o, "args")))
		json_out_raw(&body, "args", json_text(json_member(o, "args")));
	json_out_close(&body, '}');
	read_next(im, next, &from);
	return source_add(im, &body, &from);
}

static int
add_list(struct importing *im, const char *queue, struct json_object *list)
{
	int status = CTL_OK;

	for (size_t i = 0; i < json_count(list) && status == CTL_OK; i++)
		status = add_job(im, queue, json_item(list, i));
	return status;
}

/* json_each: the jobs of a queue. */
static int
read_queue(void *cookie, const char *queue, struct json_object *list)
{
	return json_is_list(list) ? add_list(cookie, queue, list) : CTL_OK;
}

static int
read_funboost(struct importing *im)
{
	struct json_object *root = source_json(im), *data, *queues;
	int status;

	if (root == NULL)
		return CTL_DATA;
	data = json_is_object(root) && json_has(root, "data") ?
	    json_member(root, "data") :
	    root;
	queues =
	    json_is_object(data) ? json_member(data, "jobs_by_queue") : NULL;
	if (json_is_object(queues))
		status = json_each(queues, read_queue, im);
	else if (json_is_list(data))
		status = add_list(im, NULL, data);
	else if (json_is_object(data) &&
	    json_is_list(json_member(data, "jobs")))
		status = add_list(im, NULL, json_member(data, "jobs"));
	else
		status = ctl_fail(CTL_DATA,
		    "%s: must be an answer of get_timing_jobs, with "
		    "data.jobs_by_queue or data.jobs",
		    im->w->file);
	json_free(root);
	return status;
}

const struct source source_funboost = { "funboost", "funboost", read_funboost };
