#ifndef LIB_STORE_CLOCK_H
#define LIB_STORE_CLOCK_H

#include "lib/record/run.h"
#include "lib/db/store.h"

struct job;

/*
 * Undoes the effects of a clock that was ahead (open transaction);
 * lib/sched/clock.c has the reasons.
 */

/*
 * Read the rows of job with slots after now_us, the oldest first: number, first
 * slot and state.
 */
enum store_rc store_clock_rows(struct store *st, int64_t job, int64_t now_us,
    struct run_list *out);

/* Cut a row to end at last_us with count slots; delete it if count is 0. */
enum store_rc store_clock_cut(struct store *st, int64_t row, int64_t last_us,
    int64_t count);

/* Make a row that of a run by hand, which decides no slot. */
enum store_rc store_clock_keep(struct store *st, int64_t row);

/*
 * Store trigger, cursor and next run of j as of now_us; its previous trigger
 * ends now.
 */
enum store_rc store_clock_job(struct store *st, const struct job *j,
    int64_t now_us);

/* Count the jobs that ended after now_us. */
enum store_rc store_clock_gone(struct store *st, int64_t now_us, int64_t *n);

/*
 * List the queues with messages that are held for too long, as runs: queue and
 * count.
 */
enum store_rc store_clock_queues(struct store *st, int64_t now_us,
    int64_t mark_us, struct run_list *out);

/*
 * Reset leases, delays, attempts, limits and records after now_us, and ticks
 * after it.
 */
enum store_rc store_clock_delays(struct store *st, int64_t now_us,
    int64_t mark_us);

#endif
