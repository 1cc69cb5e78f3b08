#ifndef LIB_JOB_BODY_H
#define LIB_JOB_BODY_H

#include <stdint.h>

struct buf;
struct conf;
struct faults;
struct job;
struct tz_cache;

/* What a stored job is printed by. */
struct job_body_env {
	const struct conf *conf; /* whose misfire grace is left out */
	struct tz_cache *zones;
};

/*
 * Append the body of add_timing_job that defines the stored job j, an object
 * with a member owner if j has one.  Members are in a fixed order, those with
 * the value of an add without them are left out, and times are in the zone of
 * the trigger.  A start that was not given is left out: added again, the job
 * keeps its grid (trigger_is_same).  0, or -1 with a fault and nothing
 * appended, if j cannot be read.
 */
int job_to_body(const struct job *j, const struct job_body_env *env,
    struct buf *out, struct faults *fs);

#endif
