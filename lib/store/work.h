#ifndef LIB_STORE_WORK_H
#define LIB_STORE_WORK_H

#include "lib/record/run.h"
#include "lib/db/store.h"

/*
 * The work of runs.  Every function but the readers needs an open transaction,
 * that of the message or delivery whose change it follows; a run without work
 * (of an older store, or without a row in the ledger: run 0) is none of their
 * business, and no error.
 */

/* The run waits for a worker.  slot_us is its slot. */
enum store_rc store_work_insert(struct store *st, int64_t run, int64_t slot_us);

/* A worker (its name, or NULL) begins the next attempt at now_us. */
enum store_rc store_work_start(struct store *st, int64_t run,
    const char *worker, int64_t now_us);

/*
 * The attempt under way ended.  One that has ended keeps what was written then,
 * unless the run has to wait again or is given up: then its outcome changes.
 */
enum store_rc store_work_end(struct store *st, int64_t run,
    const struct work_end *e);

/* How far the attempt under way is, and the end of what it has printed. */
enum store_rc store_work_progress(struct store *st, int64_t run, int64_t now_us,
    const struct work_progress *p);

/* The outcome alone changes: a replayed dead letter. */
enum store_rc store_work_reopen(struct store *st, int64_t run,
    enum outcome outcome);

/* A run at a target that executes it stands as r says; its work is made if
 * there is none. */
enum store_rc store_work_follow(struct store *st, const struct run *r);

/* A run that was given up before it reached its target begins anew. */
enum store_rc store_work_replay(struct store *st, int64_t run);

/* The ready and held messages of a queue are about to be deleted. */
enum store_rc store_work_clear(struct store *st, const char *queue,
    int64_t now_us, const char *reason);

/* Read what a list of runs omits into the zeroed *out (run_detail_fini). */
enum store_rc store_work_detail(struct store *st, int64_t run,
    struct run_detail *out);

#endif
