#include <string.h>

#include "lib/job_fields.h"
#include "lib/ban.h"

const struct job_field job_trigger_fields[JOB_TRIGGER_FIELDS] = {
	{ .name = "run_date", .kinds = JOB_IN_DATE },
	{ .name = "weeks", .kinds = JOB_IN_INTERVAL },
	{ .name = "days", .kinds = JOB_IN_INTERVAL },
	{ .name = "hours", .kinds = JOB_IN_INTERVAL },
	{ .name = "minutes", .kinds = JOB_IN_INTERVAL },
	{ .name = "seconds", .kinds = JOB_IN_INTERVAL },
	{ .name = "year", .kinds = JOB_IN_CRON },
	{ .name = "month", .kinds = JOB_IN_CRON },
	{ .name = "day", .kinds = JOB_IN_CRON },
	{ .name = "week", .kinds = JOB_IN_CRON },
	{ .name = "day_of_week", .kinds = JOB_IN_CRON },
	{ .name = "hour", .kinds = JOB_IN_CRON },
	{ .name = "minute", .kinds = JOB_IN_CRON },
	{ .name = "second", .kinds = JOB_IN_CRON },
	{ .name = "crontab", .kinds = JOB_IN_CRON },
	{ .name = "timezone", .kinds = JOB_IN_ALL },
	{ .name = "start_date", .kinds = JOB_IN_ALL },
	{ .name = "end_date", .kinds = JOB_IN_ALL },
	{ .name = "jitter", .kinds = JOB_IN_ALL },
	{ .name = "dst", .kinds = JOB_IN_ALL },
};

unsigned
job_field_kinds(const char *name)
{
	for (size_t i = 0; i < JOB_TRIGGER_FIELDS; i++)
		if (strcmp(name, job_trigger_fields[i].name) == 0)
			return job_trigger_fields[i].kinds;
	return 0;
}
