#ifndef NET_AMQP_AMQP_H
#define NET_AMQP_AMQP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/amqp/lib.h"
#include "net/amqp/names.h"

struct conf;
struct conf_rabbitmq;
struct err;

/*
 * A connection to a server that speaks AMQP 0-9-1.  Nothing waits for longer
 * than timeout_us without progress, or for a fifth of a second after
 * *is_stopped was set: rabbitmq-c's calls that wait are not used but in slices,
 * and what is written is so little that the socket has room for it.
 */
struct amqp {
	const struct conf_rabbitmq *conf;
	const struct conf *settings; /* all, for ca_file */
	int64_t timeout_us;
	const atomic_bool *is_stopped;
	struct amqp_lib lib; /* loaded once */
	bool is_loaded;
	amqp_connection_state_t c; /* NULL: not connected, and then: */
	struct amqp_names queues;  /* that are there */
	size_t room;		   /* bytes that may be under way */
	bool can_ask;		   /* the channel AMQP_ASKS is open */
	bool can_publish;	   /* AMQP_PUBLISHES is, and confirms */
	uint64_t tags;		   /* given on it */
	bool is_blocked;	   /* the server takes no messages now */
	char reason[128];	   /* why it does not */
	int code;		   /* of the last refusal */
	int64_t until_us;	   /* when waiting ends, by clock_mono_us */
};

#define AMQP_SLICE_US 200000 /* how long a stop may go unseen */

/* Channels; a refusal closes one, and what is under way on it is lost. */
enum { AMQP_PUBLISHES = 1, AMQP_ASKS = 2 };

/* A method to send, and the method that answers it. */
struct amqp_question {
	amqp_channel_t channel;
	amqp_method_number_t id; /* 0: only wait */
	void *decoded;
	amqp_method_number_t reply;
};

enum amqp_answer {
	AMQP_LOST = -1, /* the connection */
	AMQP_OK,
	AMQP_REFUSED /* a->code; the channel is closed */
};

/*
 * Connect and log in, unless that is done already and the server has not said
 * good-bye since; no channel is open on a new connection.  0, or -1 with one
 * line in why: not connected.
 */
int amqp_open(struct amqp *a, struct err *why);

/* Let waiting end after the timeout from now. */
void amqp_begin(struct amqp *a);

/*
 * Wait for the next frame of a channel, which is borrowed until the next call.
 * 0, or -1 with one line in why: the connection is lost and closed.
 */
int amqp_wait(struct amqp *a, amqp_frame_t *f, struct err *why);

/*
 * Likewise of any channel, for us at most: 1, 0 when none came, or -1.  What
 * the server says to the connection itself is heeded.
 */
int amqp_next(struct amqp *a, amqp_frame_t *f, int64_t us, struct err *why);

/*
 * Send q's method and wait for the answer, whose fields are borrowed in *out
 * until the next call, unless out is NULL.  Nothing else may be under way on
 * any channel.  One line in why unless it is AMQP_OK.
 */
enum amqp_answer amqp_ask(struct amqp *a, const struct amqp_question *q,
    void **out, struct err *why);

/* Likewise on the channel AMQP_ASKS, which is opened when it is not open. */
enum amqp_answer amqp_ask_apart(struct amqp *a, struct amqp_question *q,
    void **out, struct err *why);

/*
 * The server closes the channel of f: agree, and put its words into why and
 * its code into a->code.
 */
void amqp_agree(struct amqp *a, const amqp_frame_t *f, struct err *why);

/* The connection is lost: close it, with the reason in why.  -1. */
int amqp_lose(struct amqp *a, const char *reason, struct err *why);

/* Say good-bye and disconnect. */
void amqp_close(struct amqp *a);

/* The bytes of a string, borrowed. */
amqp_bytes_t amqp_text(const char *s);

#endif
