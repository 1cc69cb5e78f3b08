/*
 * Rules and schedules of Amazon EventBridge, as "aws events list-rules" and
 * "aws scheduler get-schedule" print them.  lib/trigger/ reads cron() and
 * rate().  Tested in tests/ctl/import.bats.
 */
#include "config.h"

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

/* The text between "NAME(" and ")", to be freed; NULL: another form. */
static char *
inside(const char *text, const char *name)
{
	const size_t n = strlen(name), len = strlen(text);

	if (strncmp(text, name, n) != 0 || len < n + 2 || text[n] != '(' ||
	    text[len - 1] != ')')
		return NULL;
	return strndup(text + n + 1, len - n - 2);
}

/*
 * When it fires by the fields of cron(), computed here; -1, with the reason in
 * why, for one that AWS refuses.
 */
static int
find_fires(struct importing *im, struct json_object *o,
    struct wanted_item *from, struct err *why)
{
	const char *zone = source_str(o, "ScheduleExpressionTimezone");
	struct foreign f = { .is_either = false };
	char *fields = inside(source_str(o, "ScheduleExpression"), "cron");
	int rc = 0;

	if (fields != NULL && (rc = foreign_aws_read(&f, fields, why)) == 0)
		source_fires(im, &f, zone == NULL ? "UTC" : zone, from);
	free(fields);
	return rc;
}

static void
add_trigger(struct json_object *o, struct buf *body)
{
	const char *expression = source_str(o, "ScheduleExpression");
	const char *zone = source_str(o, "ScheduleExpressionTimezone");
	char *at = inside(expression, "at");

	if (at != NULL) {
		json_out_str(body, "trigger", "date");
		json_out_str(body, "run_date", at);
	} else {
		json_out_str(body, "trigger", "cron");
		json_out_str(body, "crontab", expression);
	}
	json_out_str(body, "timezone", zone == NULL ? "UTC" : zone);
	free(at);
}

/* What the target gets: an Input that is an object, or a text. */
static void
add_input(struct json_object *o, struct buf *body)
{
	struct json_object *target = json_member(o, "Target");
	const char *input = source_str(target, "Input");
	struct err unused = { "" };

	json_out_open(body, "kwargs", '{');
	if (source_str(target, "Arn") != NULL)
		json_out_str(body, "target", source_str(target, "Arn"));
	if (input != NULL && json_check(input, strlen(input), &unused) == 0)
		json_out_raw(body, "input", input);
	else if (input != NULL)
		json_out_str(body, "input", input);
	json_out_close(body, '}');
}

static void
add_options(struct json_object *o, struct buf *body)
{
	struct json_object *flexible = json_member(o, "FlexibleTimeWindow");
	const char *state = source_str(o, "State");
	const char *description = source_str(o, "Description");
	struct faults unused = { .n = 0 };
	int64_t minutes = 0;

	if (description != NULL && *description != '\0')
		json_out_str(body, "description", description);
	if (source_str(o, "StartDate") != NULL)
		json_out_str(body, "start_date", source_str(o, "StartDate"));
	if (source_str(o, "EndDate") != NULL)
		json_out_str(body, "end_date", source_str(o, "EndDate"));
	if (json_is_object(flexible))
		(void)json_get_int(flexible, "MaximumWindowInMinutes",
		    &(struct json_range){ 1, 1440 }, &minutes, &unused);
	if (minutes > 0)
		json_out_int(body, "jitter", minutes * 60);
	json_out_bool(body, "paused",
	    state != NULL && strcmp(state, "DISABLED") == 0);
}

/* Why it is no schedule; NULL: it is one. */
static const char *
find_obstacle(struct json_object *o)
{
	const char *expression = source_str(o, "ScheduleExpression");

	if (source_str(o, "Name") == NULL)
		return "it has no Name";
	if (expression != NULL && *expression != '\0')
		return NULL;
	if (source_str(o, "EventPattern") != NULL)
		return "it is started by events, not by a time";
	return "it has no ScheduleExpression: list-schedules leaves it out, "
	       "get-schedule prints it";
}

static int
add_rule(struct importing *im, struct json_object *o)
{
	const char *name = source_str(o, "Name");
	struct wanted_item from = { .nfires = -1 };
	struct buf body = BUF_INIT;
	struct err why = { "" };
	const char *obstacle = find_obstacle(o);

	(void)snprintf(from.where, sizeof(from.where), "rule %.100s",
	    name == NULL ? "without a name" : name);
	from.text = (char *)(uintptr_t)source_str(o, "ScheduleExpression");
	if (obstacle != NULL)
		return wanted_refuse(im->w, &from, "%s", obstacle);
	if (find_fires(im, o, &from, &why) != 0)
		return wanted_refuse(im->w, &from, "%s", why.text);
	json_out_open(&body, NULL, '{');
	source_names(im, NULL, name, &body);
	add_trigger(o, &body);
	add_options(o, &body);
	add_input(o, &body);
	json_out_close(&body, '}');
	return source_add(im, &body, &from);
}

static int
read_eventbridge(struct importing *im)
{
	struct json_object *root = source_json(im), *list = root;
	int status = CTL_OK;

	if (root == NULL)
		return CTL_DATA;
	if (json_is_object(root) && json_is_list(json_member(root, "Rules")))
		list = json_member(root, "Rules");
	else if (json_is_object(root) &&
	    json_is_list(json_member(root, "Schedules")))
		list = json_member(root, "Schedules");
	if (json_is_object(list) && source_str(list, "Name") != NULL)
		status = add_rule(im, list);
	else if (!json_is_list(list))
		status = ctl_fail(CTL_DATA,
		    "%s: must be an object with Rules or Schedules, one of "
		    "these, or a list of them",
		    im->w->file);
	else
		for (size_t i = 0; i < json_count(list) && status == CTL_OK;
		     i++)
			status = add_rule(im, json_item(list, i));
	json_free(root);
	return status;
}

const struct source source_eventbridge = { "eventbridge", "eventbridge",
	read_eventbridge };
