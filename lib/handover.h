#ifndef LIB_HANDOVER_H
#define LIB_HANDOVER_H

#include "lib/run.h"
#include "lib/store.h"

struct buf;

/* What a run hands over besides the slot: the job's side of the message. */
struct handover {
	int64_t priority;
	const char *args;    /* JSON array or NULL */
	const char *kwargs;  /* JSON object or NULL */
	struct buf *scratch; /* for the body; its contents are lost */
};

/*
 * Put one message for r into the embedded queue and its row into the ledger,
 * both in the caller's open transaction: exactly once.  r->id is made when
 * empty.  STORE_CONFLICT, with nothing written: the slot, or the id, has a
 * row already.
 */
enum store_rc handover_queue(struct store *st, struct run *r,
    const struct handover *h);

#endif
