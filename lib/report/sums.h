#ifndef LIB_REPORT_SUMS_H
#define LIB_REPORT_SUMS_H

#include <stddef.h>
#include <stdint.h>

#include "lib/record/run.h"
#include "lib/sched/sched.h"

struct buf;

/*
 * How many runs there were, and how they ended, for each of some stretches of
 * time.  A run is counted once: by its outcome if it was handed over and then
 * failed, expired, was canceled or given up, else by its state; RUN_SENT has
 * what is left.  A range of slots counts as one, at its first slot.
 */

#define SUMS_BUCKETS_MAX 200

/* Counters: by enum run_state, and one more. */
enum { SUMS_EXPIRED = RUN_STATE__MAX, SUMS__MAX };

struct sums_bucket {
	int64_t n[SUMS__MAX];
};

struct sums_opts {
	enum job_kind kind; /* SCHED_ANY: both ledgers */
	const char *queue;  /* NULL: all that the actor may see */
	const char *job_id; /* NULL: all; needs a queue */
	int64_t from_us;
	int64_t to_us;	   /* exclusive, after from_us */
	int64_t bucket_us; /* length of a bucket, 1 or more */
};

struct sums {
	int64_t from_us;
	int64_t bucket_us;
	size_t nbuckets; /* the last one may be shorter */
	struct sums_bucket bucket[SUMS_BUCKETS_MAX];
	struct sums_bucket all;
};

/* The number of buckets; more than SUMS_BUCKETS_MAX is for the caller to
 * refuse. */
int64_t sums_buckets(const struct sums_opts *o);

/* The name of a counter: "sent", …, "expired". */
const char *sums_name(int i);

/* Count into *out. */
enum store_rc sums_read(struct sched *s, const struct sums_opts *o,
    struct sums *out);

/* Append the counters that are not 0 as members of an object. */
void sums_counters(const struct sums_bucket *b, struct buf *out);

/*
 * Append, to_us being that of the options, {"bucket","from","to","buckets":
 * [{"at","sent","missed",…}],"sums":{…}}; counters that are 0 are left out.
 */
void sums_json(const struct sums *m, int64_t to_us, struct buf *out);

#endif
