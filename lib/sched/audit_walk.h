#ifndef LIB_SCHED_AUDIT_WALK_H
#define LIB_SCHED_AUDIT_WALK_H

#include "lib/record/audit.h"
#include "lib/db/store.h"

struct sched;
struct tz_cache;

/*
 * A finding and its names; texts are borrowed during the call, NULL if there
 * is none.
 */
struct audit_report {
	const struct audit_finding *f;
	const char *queue;
	const char *job_id;
	const char *run_id;
};

struct audit_opts {
	struct tz_cache *zones;
	int64_t since_us; /* slots from then on; INT64_MIN: all */
	void (*report)(void *cookie, const struct audit_report *n);
	void *cookie;
};

/*
 * Compare every slot of every job, existing or deleted, with the ledger of the
 * store in one snapshot, and report what is wrong in the order of job numbers.
 * Adds to *sum.  Memory grows with the versions of one job, not with jobs or
 * rows.
 *
 * Not compared, because it cannot be: slots whose rows were pruned, those of
 * before a store of version 1 was migrated, those computed by zone data that
 * were replaced, and triggers that cannot be read.
 */
enum store_rc audit_walk(struct store *st, const struct audit_opts *o,
    struct audit_sum *sum);

/* The same for all stores of s. */
enum store_rc audit_walk_all(struct sched *s, const struct audit_opts *o,
    struct audit_sum *sum);

#endif
