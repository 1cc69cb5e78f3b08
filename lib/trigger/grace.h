#ifndef LIB_TRIGGER_GRACE_H
#define LIB_TRIGGER_GRACE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How late a run may be.  A job's misfire_grace_time says what its owner can
 * bear, but where nobody looks for minutes between two ticks, a short one
 * would let no slot run at all, and the owner's wish would be to have none.
 * So a slot is never missed for what the host's cron takes in any case: the
 * grace is at least the gap that ticks leave as a rule, and a bit more, as
 * cron is not punctual.  An outage is no rule: what is later than that was
 * missed because of it, and the job's own grace decides.
 */

#define GRACE_GAP_MIN_US INT64_C(1000000) /* less is no gap */
#define GRACE_SLACK_US INT64_C(30000000)

/* The grace in force for a job's own (-1: unlimited) where ticks leave gap_us
 * (-1: not known).  Pure. */
int64_t grace_effective(int64_t grace_us, int64_t gap_us);

/* Does a job's own grace allow so much? */
bool grace_allows(int64_t grace_us, int64_t late_us);

#endif
