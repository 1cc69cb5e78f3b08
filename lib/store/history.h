#ifndef LIB_STORE_HISTORY_H
#define LIB_STORE_HISTORY_H

#include "lib/db/store.h"

/*
 * The triggers that jobs had before, so that each slot of the past can be
 * computed again (open transaction).  The row of a job has the trigger of now
 * and the first slot of it; a version is kept when it ends, and not at all if
 * it had no slot yet.  A job that is paused or quarantined keeps its version:
 * the slots are the same, and their rows say what became of them.
 */

/* The job's trigger goes with the job: the slots before its cursor, or before
 * until_us if that is later, are in the ledger. */
enum store_rc store_history_end(struct store *st, int64_t job,
    int64_t until_us);

/*
 * The job gets the trigger next, whose first slot is since_us, the only one
 * before until_us that is not over; to be called while its row has the one of
 * before.  When that is the same it goes on, with its first slot or an earlier
 * one.
 */
enum store_rc store_history_change(struct store *st, int64_t job,
    const char *next, int64_t until_us, int64_t since_us);

/* The same trigger has other slots by new data of that zone. */
enum store_rc store_history_rezone(struct store *st, int64_t job,
    const char *zone, int64_t until_us, int64_t since_us);

#endif
