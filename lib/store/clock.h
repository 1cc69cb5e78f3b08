#ifndef LIB_STORE_CLOCK_H
#define LIB_STORE_CLOCK_H

#include "lib/record/run.h"
#include "lib/db/store.h"

struct job;

/*
 * What a clock that was ahead left behind, taken back (open transaction): see
 * lib/sched/clock.c for which and why.
 */

/* Rows of job that stand for slots after now_us, the oldest first: number,
 * first slot and state of each. */
enum store_rc store_clock_rows(struct store *st, int64_t job, int64_t now_us,
    struct run_list *out);

/* Let a row end with last_us and stand for count slots; 0: it goes. */
enum store_rc store_clock_cut(struct store *st, int64_t row, int64_t last_us,
    int64_t count);

/* Let a row be that of a run by hand: no slot is decided by it. */
enum store_rc store_clock_keep(struct store *st, int64_t row);

/* Trigger, cursor and next run of j, for now_us; what it was before ends
 * now. */
enum store_rc store_clock_job(struct store *st, const struct job *j,
    int64_t now_us);

/* How many jobs ended after now_us. */
enum store_rc store_clock_gone(struct store *st, int64_t now_us, int64_t *n);

/* Queues with messages that are held for too long, as runs of a list: queue
 * and count. */
enum store_rc store_clock_queues(struct store *st, int64_t now_us,
    int64_t mark_us, struct run_list *out);

/* Leases, delays, tries, limits and notes that lie ahead; ticks that were. */
enum store_rc store_clock_delays(struct store *st, int64_t now_us,
    int64_t mark_us);

#endif
