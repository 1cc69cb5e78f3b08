#ifndef TICKER_BROKER_SENDER_H
#define TICKER_BROKER_SENDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/err.h"
#include "lib/record/alert.h"
#include "lib/record/job.h"
#include "lib/record/outbox.h"
#include "net/sink.h"

/*
 * Sends to one server: a sink, and a thread that calls it, so that a server
 * that is slow, or cannot be reached, does not delay messages for others. Only
 * the caller's thread uses the store.
 */
struct sender;

/*
 * Messages that are sent together; m[i] is made from rows.v[i], or alerts.v[i].
 */
struct sender_batch {
	enum job_kind kind;	 /* of the store */
	int64_t opened;		 /* of the memory store: its number (sched.h) */
	size_t bytes;		 /* of their parameters */
	struct outbox_list rows; /* not changed while being sent */
	int64_t *runs;		 /* of them, in order */
	struct alert_list alerts;
	struct sink_message *m;
	size_t n;     /* of m */
	bool is_lost; /* no connection; the reason is in why */
	struct err why;
	struct sender_batch *next; /* in the sender's queue */
};

/* Free a batch with its rows and results.  NULL does nothing. */
void sender_batch_free(struct sender_batch *b);

/*
 * Create a sender by o (net/sink.h).  It writes a byte to wake_fd, which must
 * not block, whenever a batch was sent.  The thread starts with the first
 * batch. NULL: out of memory.
 */
struct sender *sender_new(const struct sink_opts *o, int wake_fd);

/*
 * Queue b; the sender owns it until sender_take returns it.  0, or -1: no
 * thread could be created, and b is still the caller's.
 */
int sender_give(struct sender *l, struct sender_batch *b);

/* Return a batch that was sent or given up; NULL: none. */
struct sender_batch *sender_take(struct sender *l);

/* Return the number of batches of the sender, including those to be taken. */
size_t sender_count(const struct sender *l);

/* Abort the batch under way soon; those not started are returned unchanged. */
void sender_stop(struct sender *l);

/*
 * Wait for the thread, at most wait_us, and free l with all its batches.  A
 * thread that blocks in a library is abandoned with its memory: the process
 * ends soon.  NULL does nothing.
 */
void sender_free(struct sender *l, int64_t wait_us);

#endif
