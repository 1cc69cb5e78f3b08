#ifndef LIB_SCHED_HANDOVER_H
#define LIB_SCHED_HANDOVER_H

#include "lib/record/run.h"
#include "lib/db/store.h"

struct buf;
struct conf;
struct delivery;
struct job;

/* What a run hands over besides the slot: the job's side of the message. */
struct handover {
	const struct conf *conf; /* says where the queue is */
	int64_t priority;
	const char *args;	       /* JSON array or NULL */
	const char *kwargs;	       /* JSON object or NULL */
	const char *retry;	       /* the job's, or NULL: defaults */
	struct buf *scratch;	       /* for the body; its contents are lost */
	const struct delivery *target; /* an outside target; NULL: the queue */
	int64_t max_instances;	       /* of the job, for such a target */
};

/*
 * What a run of j hands over, into *h but for conf and scratch; both borrow from j and
 * from the zeroed *target, which is finished with delivery_fini either way.
 * STORE_CONFLICT when the job's render cannot be understood.
 */
enum store_rc handover_of_job(struct store *st, const struct job *j,
    struct delivery *target, struct handover *h);

/*
 * Write r into the ledger, and with it, in the caller's open transaction and
 * so exactly once, what becomes of it: one message in the embedded queue or,
 * for a broker or an outside target, a run that is due for hand-over by the
 * ticker.  r
 * gets its row, its state and, when empty, its id.  A run whose job has
 * max_instances open is RUN_OVERLAP and goes nowhere.  STORE_CONFLICT, with
 * nothing written: the slot, or the id, has a row already.
 */
enum store_rc handover_run(struct store *st, struct run *r,
    const struct handover *h);

#endif
