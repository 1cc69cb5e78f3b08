#ifndef LIB_SCHED_AUDIT_WALK_H
#define LIB_SCHED_AUDIT_WALK_H

#include "lib/record/audit.h"
#include "lib/db/store.h"

struct sched;
struct tz_cache;

/* What is wrong, and with what; the texts are borrowed for the call, NULL
 * where there are none. */
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
 * Compare every slot of every job, living or gone, with the ledger of the
 * store as it is at this instant, and tell what is wrong in the order of the
 * jobs' numbers.  Adds to *sum.  Memory does not grow with jobs or rows, but
 * with the versions of one job.
 *
 * Not compared is what cannot be: slots whose rows retention took, or of
 * before a store of version 1 was migrated, or computed by zone data that was
 * replaced, and triggers that cannot be read.
 */
enum store_rc audit_walk(struct store *st, const struct audit_opts *o,
    struct audit_sum *sum);

/* The same for all stores of s. */
enum store_rc audit_walk_all(struct sched *s, const struct audit_opts *o,
    struct audit_sum *sum);

#endif
