#ifndef LIB_RECORD_STATS_H
#define LIB_RECORD_STATS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/record/run.h"

struct buf;

/* Sums over the runs of a job.  Durations are microseconds, -1: not known. */
struct stats {
	int64_t outcomes[OUTCOME__MAX]; /* runs; of OUTCOME_NONE, slots */
	int64_t ended;	    /* runs that succeeded, or are in OUTCOMES_BAD */
	int64_t success_us; /* when the last one succeeded, or 0 */
	int64_t streak;	    /* how many ended like the newest that has ended */
	bool is_streak_bad; /* and they did not succeed */
	int64_t p50_us;	    /* of the last attempts of runs that ended */
	int64_t p95_us;
	int64_t max_us;
};

/*
 * Make *out the sums over l, which is ordered by slot, newest first.  0, or -1
 * without memory.
 */
int stats_read(const struct run_list *l, struct stats *out);

/* Succeeded runs in a hundred that ended; -1: none has ended. */
double stats_rate(const struct stats *s);

/*
 * Append as JSON members: "outcomes":{…},"not_handed_over",
 * "success_rate" (0 to 1), "last_success_at","streak":{"succeeded","runs"},
 * "duration_ms":{"p50","p95","max"}; null for what is not known.
 */
void stats_json(const struct stats *s, struct buf *out);

#endif
