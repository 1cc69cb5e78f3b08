#ifndef LIB_SCHED_FIRES_TALLY_H
#define LIB_SCHED_FIRES_TALLY_H

#include "lib/sched/fires.h"

/* Private to lib/sched/fires.c. */

/*
 * The length of a bucket in seconds: whole minutes or hours, such that at most
 * FIRES_BUCKETS_MAX cover the window.
 */
int64_t fires_bucket_s(int64_t window_us);

/*
 * Add the fires of the dense jobs of f from from_us to f->complete_us to its
 * buckets and total.
 */
void fires_tally(struct fires *f, int64_t from_us);

#endif
