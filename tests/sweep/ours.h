#ifndef TESTS_SWEEP_OURS_H
#define TESTS_SWEEP_OURS_H

#include "tests/sweep/world.h"

/* What `minutehand audit` finds: gaps, doubles, unexplained rows. */
struct ours {
	unsigned findings[3];
	char why[128]; /* the first of them */
};

/* Audit all stores of s by lib/sched/audit_walk.h. */
void ours_audit(struct sched *s, struct tz_cache *zones, struct ours *out);

#endif
