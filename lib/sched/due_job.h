#ifndef LIB_SCHED_DUE_JOB_H
#define LIB_SCHED_DUE_JOB_H

#include <stdint.h>

#include "lib/db/store.h"

struct due_plan;
struct fault;
struct job;
struct sched;
struct trigger;
struct tz_cache;

/*
 * What a tick does with a due job besides launching it, and what a queue that
 * is resumed does with those of its pause (open transaction).
 */
struct due_job {
	struct store *st;
	const struct job *job;
	int64_t now_us;
};

/*
 * The trigger of the job, owned by the caller.  NULL: nothing can be decided;
 * *rc is the result of having put the job into quarantine or, if its zone
 * cannot be read for now, of letting it wait, ever longer.
 */
struct trigger *due_job_trigger(const struct due_job *d, struct tz_cache *zones,
    enum store_rc *rc);

/* Put the job into quarantine, with its bytes as they are. */
enum store_rc due_job_quarantine(const struct due_job *d,
    const struct fault *f);

/*
 * Record all that is due by the plan as paused, for the reason in hold; *rows
 * (may be NULL) is increased by the number of new rows.
 */
enum store_rc due_job_hold(const struct due_job *d, const struct trigger *t,
    const struct due_plan *plan, const char *hold, int64_t *rows);

/* Move the job to its next run; a job that has none ends. */
enum store_rc due_job_advance(const struct due_job *d,
    const struct due_plan *plan);

/*
 * Make every active job begin with its first slot from from_us on.  Slots due
 * before are recorded as missed, with that reason.  For simulations, in
 * transactions of its own.
 */
enum store_rc sched_skip(struct sched *s, int64_t from_us, const char *reason);

#endif
