#ifndef NET_AMQP_PENDING_H
#define NET_AMQP_PENDING_H

#include "lib/base/list.h"
#include "net/amqp/queue.h"
#include "net/sink.h"

struct err;

/* Private to net/: messages that were published and are to be confirmed. */

/* Number i of a pending has the delivery tag base + i + 1. */
struct amqp_sent {
	struct sink_message *m;
	size_t bytes;
	bool is_settled;
};

/* A queue that was refused, and why. */
struct amqp_refusal {
	const char *queue; /* borrowed from the message */
	char why[256];
};

LIST_DECL(amqp_refusals, struct amqp_refusal, LIST_ZERO);

struct amqp_pending {
	struct amqp *amqp;
	struct amqp_sent *sent; /* room for the whole batch */
	size_t nsent;	/* since the channel was opened, or the batch began */
	size_t settled; /* those before are, */
	size_t open;	/* and so many of the others are not */
	size_t bytes;	/* of these */
	uint64_t base;
	bool is_closed; /* the channel was, by the server */
	bool is_proven; /* it has confirmed a message: others follow at once */
	struct amqp_refusals refused;
};

/*
 * Wait until at most so many bytes are unconfirmed; each message that the
 * server says something of gets its end.  0, or -1 with one line in why: the
 * connection is lost.
 */
int amqp_pending_done(struct amqp_pending *f, size_t bytes, struct err *why);

/* m was published, with the next tag. */
void amqp_pending_add(struct amqp_pending *f, struct sink_message *m,
    size_t bytes);

/* The queue of m was refused; so are its other messages. */
void amqp_pending_refuse(struct amqp_pending *f, const struct sink_message *m,
    const char *why);

/* Was the queue of m refused?  Then m has its end. */
bool amqp_pending_is_refused(const struct amqp_pending *f,
    struct sink_message *m);

/* Free what is owned. */
void amqp_pending_fini(struct amqp_pending *f);

#endif
