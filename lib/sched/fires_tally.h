#ifndef LIB_SCHED_FIRES_TALLY_H
#define LIB_SCHED_FIRES_TALLY_H

#include "lib/sched/fires.h"

/* Private to lib/sched/fires.c, which finds the fires. */

/* The length of a bucket: whole minutes or hours, so that there are at most
 * FIRES_BUCKETS_MAX in the window. */
int64_t fires_bucket_s(int64_t window_us);

/* Add what the dense jobs of f fire from from_us to f->complete_us to its
 * buckets and its sum. */
void fires_tally(struct fires *f, int64_t from_us);

#endif
