/*
 * The retry policy of a job as a record: its members with their limits and
 * defaults.  Read from JSON in lib/job/parse.c.
 */
#include "config.h"

#include <inttypes.h>

#include "lib/base/buf.h"
#include "lib/record/job.h"
#include "lib/record/retry.h"
#include "lib/base/ban.h"

#define SECOND INT64_C(1000000)

static const char *const handover_names[] = {
	"max_attempts",
	"max_age",
	"base",
	"cap",
};

static const char *const failed_names[] = {
	"max_attempts",
	"base",
	"cap",
};

/* clang-format off */
static const struct retry_member handover_members[] = {
	{ offsetof(struct retry, max_attempts), 1, 1000, 1,
	    RETRY_MAX_ATTEMPTS },
	{ offsetof(struct retry, max_age_us), 0, JOB_SECONDS_MAX,
	    SECOND, RETRY_MAX_AGE_US },
	{ offsetof(struct retry, base_us), 0, JOB_SECONDS_MAX,
	    SECOND, RETRY_BASE_US },
	{ offsetof(struct retry, cap_us), 0, JOB_SECONDS_MAX,
	    SECOND, RETRY_CAP_US },
};

static const struct retry_member failed_members[] = {
	{ offsetof(struct retry, max_attempts), 1, 1000, 1, 5 },
	{ offsetof(struct retry, base_us), 0, JOB_SECONDS_MAX,
	    SECOND, 60 * SECOND },
	{ offsetof(struct retry, cap_us), 0, JOB_SECONDS_MAX,
	    SECOND, 3600 * SECOND },
};
/* clang-format on */

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

const struct retry_kind retry_handover = { "retry", handover_names,
	handover_members, COUNT(handover_members) };
const struct retry_kind retry_failed = { "retry_failed", failed_names,
	failed_members, COUNT(failed_members) };

int64_t *
retry_at(const struct retry_kind *kind, struct retry *r, size_t i)
{
	return (int64_t *)(void *)((char *)r + kind->members[i].at);
}

struct retry
retry_effective(const struct retry_kind *kind, const struct retry *r)
{
	struct retry all = RETRY_EMPTY;

	if (r != NULL)
		all = *r;
	for (size_t i = 0; i < kind->n; i++)
		if (*retry_at(kind, &all, i) == RETRY_UNSET)
			*retry_at(kind, &all, i) = kind->members[i].fallback;
	return all;
}

bool
retry_is_given(const struct retry_kind *kind, const struct retry *r)
{
	struct retry all = *r;

	for (size_t i = 0; i < kind->n; i++)
		if (*retry_at(kind, &all, i) != RETRY_UNSET)
			return true;
	return false;
}

size_t
retry_print(const struct retry_kind *kind, const struct retry *r,
    struct buf *out)
{
	struct retry all = *r;
	size_t n = 0;

	for (size_t i = 0; i < kind->n; i++) {
		if (*retry_at(kind, &all, i) == RETRY_UNSET)
			continue;
		buf_printf(out, "%s\"%s\":%" PRId64, n++ == 0 ? "{" : ",",
		    kind->names[i],
		    *retry_at(kind, &all, i) / kind->members[i].unit);
	}
	if (n > 0)
		buf_char(out, '}');
	return n;
}
