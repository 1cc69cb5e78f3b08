#ifndef LIB_SCHED_HANDOVER_H
#define LIB_SCHED_HANDOVER_H

#include "lib/record/run.h"
#include "lib/db/store.h"

struct buf;
struct conf;
struct delivery;
struct job;

/* What a run hands over besides its slot; the retry of target is not used. */
struct handover {
	const struct conf *conf; /* has the queue's broker */
	int64_t priority;
	const char *args;	       /* JSON array or NULL */
	const char *kwargs;	       /* JSON object or NULL */
	const struct retry *retry;     /* the job's, or NULL: defaults */
	struct buf *scratch;	       /* for the body; overwritten */
	const struct delivery *target; /* an outside target; NULL: a queue */
	int64_t max_instances;	       /* of the job, for an outside target */
	const struct retry *retry_failed; /* of its work, or NULL: none */
	/* Limits of its work; 0: none. */
	int64_t max_runtime_us, expect_within_us;
};

/*
 * Fill in what a run of j hands over, except conf and scratch.  *h borrows
 * from j and from *target, zeroed before and finished with delivery_fini in
 * every case.  STORE_CONFLICT if the job's render cannot be read.
 */
enum store_rc handover_of_job(struct store *st, const struct job *j,
    struct delivery *target, struct handover *h);

/*
 * Write r into the ledger, and in the caller's open transaction (so exactly
 * once) what it hands over: a message in the embedded queue or, for a broker
 * or an outside target, a due run for the ticker.  Sets r's row, state and, if
 * empty, id.  A run whose job has max_instances unfinished becomes RUN_OVERLAP
 * and is not handed over.  STORE_CONFLICT, with nothing written: the slot or
 * the id already has a row.
 */
enum store_rc handover_run(struct store *st, struct run *r,
    const struct handover *h);

#endif
