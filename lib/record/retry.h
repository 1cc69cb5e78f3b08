#ifndef LIB_RECORD_RETRY_H
#define LIB_RECORD_RETRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;

/* What a job's `retry` leaves out (minutehand(1)). */
#define RETRY_MAX_ATTEMPTS INT64_C(0)	      /* no limit */
#define RETRY_MAX_AGE_US INT64_C(86400000000) /* a day */
#define RETRY_BASE_US INT64_C(1000000)
#define RETRY_CAP_US INT64_C(300000000)

#define RETRY_UNSET INT64_C(-1) /* a member that is left out */
#define RETRY_EMPTY \
	{ \
		RETRY_UNSET, RETRY_UNSET, RETRY_UNSET, RETRY_UNSET \
	}

/* For how long, how often and in what intervals a handover is attempted. */
struct retry {
	int64_t max_attempts; /* 0: no limit */
	int64_t max_age_us;   /* since it is due; 0: no limit */
	int64_t base_us;      /* of the backoff (lib/base/backoff.h) */
	int64_t cap_us;
};

/* A member as its owner writes it. */
struct retry_member {
	size_t at;	  /* in struct retry */
	int64_t min, max; /* as written */
	int64_t unit;	  /* stored for 1 written */
	int64_t fallback; /* stored, if it is left out */
};

/* The retries of a job: of handing over, and of work that failed. */
struct retry_kind {
	const char *name; /* "retry", "retry_failed" */
	const char *const *names;
	const struct retry_member *members;
	size_t n;
};
#define RETRY_MEMBERS_MAX 4
extern const struct retry_kind retry_handover, retry_failed;

/* Member i of r. */
int64_t *retry_at(const struct retry_kind *kind, struct retry *r, size_t i);

/* r with the defaults for what it leaves out; NULL leaves out all. */
struct retry retry_effective(const struct retry_kind *kind,
    const struct retry *r);

/* Has r any member?  Work that failed is not tried again without. */
bool retry_is_given(const struct retry_kind *kind, const struct retry *r);

/*
 * Append the JSON object of the members that r has; without any nothing, and 0
 * is returned.
 */
size_t retry_print(const struct retry_kind *kind, const struct retry *r,
    struct buf *out);

#endif
