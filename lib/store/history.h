#ifndef LIB_STORE_HISTORY_H
#define LIB_STORE_HISTORY_H

#include "lib/db/store.h"

/*
 * Previous triggers of jobs, so that every past slot can be computed again
 * (open transaction).  The row of a job has its present trigger and first slot;
 * a version is stored when it ends, unless it had no slot yet.  A paused or
 * quarantined job keeps its version: the slots are the same, and their rows
 * have their state.
 */

/*
 * The job is deleted, and its trigger ends: slots before its cursor, or before
 * until_us if that is later, are in the ledger.
 */
enum store_rc store_history_end(struct store *st, int64_t job,
    int64_t until_us);

/*
 * The job gets the trigger next, whose first slot is since_us, the only one
 * before until_us that is undecided; called while the row still has the
 * previous one.  If both are the same, the version continues, with its first
 * slot or an earlier one.
 */
enum store_rc store_history_change(struct store *st, int64_t job,
    const char *next, int64_t until_us, int64_t since_us);

/* The same trigger has other slots by new data of that zone. */
enum store_rc store_history_rezone(struct store *st, int64_t job,
    const char *zone, int64_t until_us, int64_t since_us);

#endif
