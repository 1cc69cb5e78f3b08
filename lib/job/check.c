/*
 * Checks of a stored job: a damaged row must be found before its job runs.
 * The limits are those of parse.c.  Tested in t_job_fields.
 */
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/job/check.h"
#include "lib/json/json.h"
#include "lib/base/ban.h"

/* Members that are JSON, and the character each begins with. */
static const struct {
	const char *name;
	size_t offset;
	char first;
} texts[] = {
	{ "args", offsetof(struct job, args), '[' },
	{ "kwargs", offsetof(struct job, kwargs), '{' },
	{ "render", offsetof(struct job, render), '{' },
};

/* Limits as in lib/job/parse.c. */
static const struct {
	const char *name;
	size_t offset;
	int64_t min, max;
} numbers[] = {
	{ "priority", offsetof(struct job, priority), 0, 255 },
	{ "misfire_grace_time", offsetof(struct job, misfire_grace_us),
	    JOB_NO_GRACE, JOB_SECONDS_MAX *CLOCK_US_PER_S },
	{ "max_catchup", offsetof(struct job, max_catchup), 1, 10000 },
	{ "max_instances", offsetof(struct job, max_instances), 1, 1000 },
	{ "max_runtime", offsetof(struct job, max_runtime_us), 0,
	    JOB_SECONDS_MAX *CLOCK_US_PER_S },
	{ "alerts", offsetof(struct job, alerts), JOB_ALERTS_QUEUE, 1 },
	{ "expect_within", offsetof(struct job, expect_within_us), 0,
	    JOB_SECONDS_MAX *CLOCK_US_PER_S },
};

static int
check_text(const char *name, const char *text, char first, struct faults *fs)
{
	struct err why = { "" };

	if (text == NULL)
		return 0;
	if (json_check(text, strlen(text), &why) != 0)
		return fault_add(fs, name, "cannot be read: %s", why.text);
	if (text[0] != first)
		return fault_add(fs, name, "cannot be read: it is not %s",
		    first == '[' ? "a list" : "an object");
	return 0;
}

/* What is left out is sound. */
static int
check_retry(const struct retry_kind *kind, struct retry r, struct faults *fs)
{
	const struct retry_member *m = kind->members;
	char name[32];
	int64_t v;

	for (size_t i = 0; i < kind->n; i++, m++) {
		v = *retry_at(kind, &r, i);
		if (v == RETRY_UNSET ||
		    (v >= m->min * m->unit && v <= m->max * m->unit))
			continue;
		(void)snprintf(name, sizeof(name), "%s.%s", kind->name,
		    kind->names[i]);
		return fault_add(fs, name, "cannot be %" PRId64, v);
	}
	return 0;
}

int
job_check(const struct job *j, struct faults *fs)
{
	const char *at = (const char *)j;
	const char *text;
	int64_t v;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		memcpy(&text, at + texts[i].offset, sizeof(text));
		if (check_text(texts[i].name, text, texts[i].first, fs) != 0)
			return -1;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		memcpy(&v, at + numbers[i].offset, sizeof(v));
		if (v < numbers[i].min || v > numbers[i].max)
			return fault_add(fs, numbers[i].name,
			    "cannot be %" PRId64, v);
	}
	if (check_retry(&retry_handover, j->retry, fs) != 0)
		return -1;
	return check_retry(&retry_failed, j->retry_failed, fs);
}
