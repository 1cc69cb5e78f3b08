#ifndef LIB_SCHED_SKIP_H
#define LIB_SCHED_SKIP_H

#include "lib/sched/sched.h"

/*
 * Make every active job begin with its first slot from from_us on.  Slots due
 * before are recorded as missed, with that reason.  For simulations.
 */
enum store_rc sched_skip(struct sched *s, int64_t from_us, const char *reason);

#endif
