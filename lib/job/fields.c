/*
 * Which fields belong to which kind of trigger, as a table.  Tested in
 * t_job_fields.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/job/fields.h"
#include "lib/base/ban.h"

const struct job_field job_trigger_fields[JOB_TRIGGER_FIELDS] = {
	{ .name = "run_date", .kinds = JOB_IN_DATE },
	{ "years", JOB_IN_CALENDAR, true },
	{ "months", JOB_IN_CALENDAR, true },
	{ "weeks", JOB_IN_INTERVAL | JOB_IN_CALENDAR, true },
	{ "days", JOB_IN_INTERVAL | JOB_IN_CALENDAR, true },
	{ "hours", JOB_IN_INTERVAL, true },
	{ "minutes", JOB_IN_INTERVAL, true },
	{ "seconds", JOB_IN_INTERVAL, true },
	{ .name = "year", .kinds = JOB_IN_CRON },
	{ .name = "month", .kinds = JOB_IN_CRON },
	{ .name = "day", .kinds = JOB_IN_CRON },
	{ .name = "week", .kinds = JOB_IN_CRON },
	{ .name = "day_of_week", .kinds = JOB_IN_CRON },
	{ .name = "hour", .kinds = JOB_IN_CRON | JOB_IN_CALENDAR },
	{ .name = "minute", .kinds = JOB_IN_CRON | JOB_IN_CALENDAR },
	{ .name = "second", .kinds = JOB_IN_CRON | JOB_IN_CALENDAR },
	{ .name = "crontab", .kinds = JOB_IN_CRON },
	{ .name = "on_missing_day", .kinds = JOB_IN_CALENDAR },
	{ .name = "timezone", .kinds = JOB_IN_ALL },
	{ .name = "start_date", .kinds = JOB_IN_ALL },
	{ .name = "end_date", .kinds = JOB_IN_ALL },
	{ .name = "jitter", .kinds = JOB_IN_ALL },
	{ .name = "dst", .kinds = JOB_IN_ALL },
};

bool
job_field_is_length(const char *name)
{
	for (size_t i = 0; i < JOB_TRIGGER_FIELDS; i++)
		if (strcmp(name, job_trigger_fields[i].name) == 0)
			return job_trigger_fields[i].is_length;
	return false;
}

unsigned
job_field_kinds(const char *name)
{
	for (size_t i = 0; i < JOB_TRIGGER_FIELDS; i++)
		if (strcmp(name, job_trigger_fields[i].name) == 0)
			return job_trigger_fields[i].kinds;
	return 0;
}

int
job_spec_each(const char *spec,
    void (*visit)(void *cookie, const char *name, const char *value),
    void *cookie)
{
	char *copy = strdup(spec), *name, *value, *next;

	if (copy == NULL)
		return -1;
	for (name = strchr(copy, ';'); name != NULL; name = next) {
		if ((next = strchr(++name, ';')) != NULL)
			*next = '\0';
		if ((value = strchr(name, '=')) == NULL)
			break;
		*value++ = '\0';
		visit(cookie, name, value);
	}
	free(copy);
	return 0;
}
