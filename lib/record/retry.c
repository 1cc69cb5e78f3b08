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

const char *const retry_names[RETRY_MEMBERS] = {
	"max_attempts",
	"max_age",
	"base",
	"cap",
};

/* clang-format off */
const struct retry_member retry_members[RETRY_MEMBERS] = {
	{ offsetof(struct retry, max_attempts), 1, 1000, 1,
	    RETRY_MAX_ATTEMPTS },
	{ offsetof(struct retry, max_age_us), 0, JOB_SECONDS_MAX,
	    SECOND, RETRY_MAX_AGE_US },
	{ offsetof(struct retry, base_us), 0, JOB_SECONDS_MAX,
	    SECOND, RETRY_BASE_US },
	{ offsetof(struct retry, cap_us), 0, JOB_SECONDS_MAX,
	    SECOND, RETRY_CAP_US },
};
/* clang-format on */

int64_t *
retry_at(struct retry *r, size_t i)
{
	return (int64_t *)(void *)((char *)r + retry_members[i].at);
}

struct retry
retry_effective(const struct retry *r)
{
	struct retry all = RETRY_EMPTY;

	if (r != NULL)
		all = *r;
	for (size_t i = 0; i < RETRY_MEMBERS; i++)
		if (*retry_at(&all, i) == RETRY_UNSET)
			*retry_at(&all, i) = retry_members[i].fallback;
	return all;
}

size_t
retry_print(const struct retry *r, struct buf *out)
{
	struct retry all = *r;
	size_t n = 0;

	for (size_t i = 0; i < RETRY_MEMBERS; i++) {
		if (*retry_at(&all, i) == RETRY_UNSET)
			continue;
		buf_printf(out, "%s\"%s\":%" PRId64, n++ == 0 ? "{" : ",",
		    retry_names[i], *retry_at(&all, i) / retry_members[i].unit);
	}
	if (n > 0)
		buf_char(out, '}');
	return n;
}
