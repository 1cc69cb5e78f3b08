#ifndef LIB_TRIGGER_GRACE_H
#define LIB_TRIGGER_GRACE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * How late a run may be.  A job's misfire_grace_time is its owner's limit, but
 * if ticks leave minutes between them, a short one would let no slot run at
 * all, which no owner wants.  So a slot is never missed because of the usual
 * gap between ticks: the grace is at least that gap plus some slack, as cron
 * is not punctual.  An outage is not usual: for longer delays the job's own
 * grace decides.
 */

#define GRACE_GAP_MIN_US INT64_C(1000000) /* shorter gaps do not count */
#define GRACE_SLACK_US INT64_C(30000000)

/*
 * The effective grace for a job's own (-1: unlimited) if ticks leave gap_us
 * between them (-1: unknown).  Microseconds.  Pure.
 */
int64_t grace_effective(int64_t grace_us, int64_t gap_us);

/* Does a job's own grace allow a delay of late_us? */
bool grace_allows(int64_t grace_us, int64_t late_us);

#endif
