/*
 * A job as a record: its states and kinds, lists of jobs, checks of names.
 * Reading a job from JSON is lib/job/, storing it lib/store/job.c.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/fault.h"
#include "lib/base/hash.h"
#include "lib/record/job.h"
#include "lib/base/list.h"
#include "lib/record/run.h"
#include "lib/base/utf8.h"
#include "lib/base/names.h"
#include "lib/base/ban.h"

const char *const job_state_names[JOB_STATE__MAX] = {
	[JOB_ACTIVE] = "active",
	[JOB_PAUSED] = "paused",
	[JOB_QUARANTINED] = "quarantined",
};

void
job_init(struct job *j)
{
	*j = (struct job){
		.kind = JOB_DURABLE,
		.misfire_grace_us = JOB_NO_GRACE,
		.coalesce = true,
		.max_catchup = 100,
		.max_instances = 1,
		.retry = RETRY_EMPTY,
		.retry_failed = RETRY_EMPTY,
		.alerts = JOB_ALERTS_QUEUE,
		.state = JOB_ACTIVE,
		.next_run_us = JOB_NEVER,
		.cursor_us = JOB_NEVER,
	};
}

void
job_fini(struct job *j)
{
	free(j->queue);
	free(j->job_id);
	free(j->trigger);
	free(j->args);
	free(j->kwargs);
	free(j->render);
	free(j->description);
	free(j->owner);
	free(j->reason);
	if (j->ran != NULL)
		run_fini(j->ran);
	free(j->ran);
	job_init(j);
}

const char *
job_state_name(enum job_state s)
{
	return job_state_names[s];
}

int
job_state_parse(const char *name, enum job_state *out)
{
	int i = names_find(job_state_names, JOB_STATE__MAX, name);

	if (i < 0)
		return -1;
	*out = (enum job_state)i;
	return 0;
}

int
job_kind_parse(const char *name, enum job_kind *out)
{
	if (strcmp(name, "redis") == 0 || strcmp(name, "sqlite") == 0)
		*out = JOB_DURABLE;
	else if (strcmp(name, "memory") == 0)
		*out = JOB_MEMORY;
	else
		return -1;
	return 0;
}

int64_t
job_seed(const struct job *j)
{
	return (
	    int64_t)(hash_text(hash_text(HASH_INIT, j->queue), j->job_id) >> 1);
}

int
job_check_name(const char *field, const char *name, struct faults *fs)
{
	size_t len = strlen(name);

	if (len == 0)
		return fault_add(fs, field, "must not be empty");
	if (len > JOB_NAME_MAX)
		return fault_add(fs, field,
		    "is %zu bytes long; at most %d are allowed", len,
		    JOB_NAME_MAX);
	if (!utf8_is_text(name, len))
		return fault_add(fs, field,
		    "must be UTF-8 without control characters");
	return 0;
}
