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
 * The way to one server: a sink, and a thread that hands over to it.  So a
 * server that is slow, or cannot be found, keeps nobody waiting but those that
 * go there.  All that touches the store stays with the caller's thread.
 */
struct sender;

/* Messages that go together; m[i] is made of rows.v[i], or of alerts.v[i]. */
struct sender_batch {
	enum job_kind kind;	 /* whose store they are of */
	int64_t opened;		 /* and, of memory, which of them (sched.h) */
	size_t bytes;		 /* of their parameters */
	struct outbox_list rows; /* nobody changes them while they are away */
	int64_t *runs;		 /* of them, in order */
	struct alert_list alerts;
	struct sink_message *m;
	size_t n;     /* of m */
	bool is_lost; /* no connection: why */
	struct err why;
	struct sender_batch *next; /* the endpoint's own */
};

/* Free a batch with its rows and what was said of them; NULL is fine. */
void sender_batch_free(struct sender_batch *b);

/*
 * A endpoint by o (lib/sink.h); it writes a byte to wake_fd, which does not
 * block, whenever a batch was handed over.  The thread begins with the first
 * batch.  NULL without memory.
 */
struct sender *sender_new(const struct sink_opts *o, int wake_fd);

/*
 * Hand b over behind those that were given before; it is the endpoint's until
 * sender_take.  0, or -1: no thread can be had, and b is still the caller's.
 */
int sender_give(struct sender *l, struct sender_batch *b);

/* A batch that was handed over, or given up; NULL: none is. */
struct sender_batch *sender_take(struct sender *l);

/* How many are with the endpoint, those to be taken included. */
size_t sender_count(const struct sender *l);

/* Let what is under way end soon; what was not begun is given back as it was.
 */
void sender_stop(struct sender *l);

/*
 * Wait for the thread, for wait_us at most, and free l with all that is with
 * it.  A thread that hangs in a library is left alone, with the memory it
 * uses: the program ends anyway.  NULL is fine.
 */
void sender_free(struct sender *l, int64_t wait_us);

#endif
