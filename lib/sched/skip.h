#ifndef LIB_SCHED_SKIP_H
#define LIB_SCHED_SKIP_H

#include "lib/sched/sched.h"

/*
 * Let every active job begin with its first slot from from_us on.  What is
 * due before is recorded as missed, for that reason.  For simulations.
 */
enum store_rc sched_skip(struct sched *s, int64_t from_us, const char *reason);

#endif
