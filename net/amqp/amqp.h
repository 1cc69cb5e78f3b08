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
 * A connection to a server of AMQP 0-9-1.  No call waits for longer than
 * timeout_us without progress, or 0.2 s after *is_stopped is set: rabbitmq-c's
 * blocking calls are used in slices, and no more is written than the socket's
 * buffer has room for.
 */
struct amqp {
	const struct conf_rabbitmq *conf;
	const struct conf *settings; /* all, for ca_file */
	int64_t timeout_us;
	const atomic_bool *is_stopped;
	struct amqp_lib lib; /* loaded once */
	bool is_loaded;
	amqp_connection_state_t c; /* NULL: not connected, and then: */
	struct amqp_names queues;  /* known to exist */
	size_t room;		   /* bytes that may be under way */
	bool can_ask;		   /* channel AMQP_ASKS is open */
	bool can_publish;	   /* AMQP_PUBLISHES is, and confirms */
	uint64_t tags;		   /* delivery tags used on it */
	bool is_blocked;	   /* the server accepts no messages now */
	char reason[128];	   /* the reason */
	int code;		   /* of the last refusal */
	int64_t until_us;	   /* when waiting ends, by clock_mono_us */
};

#define AMQP_SLICE_US 200000 /* maximum delay before a stop is noticed */

/* Channels; a refusal closes one, and messages under way on it are lost. */
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
 * Connect and log in, unless connected already and the server has not closed
 * since; a new connection has no open channel.  0, or -1 with one line in why:
 * not connected.
 */
int amqp_open(struct amqp *a, struct err *why);

/* Set the end of waiting to the timeout from now. */
void amqp_begin(struct amqp *a);

/*
 * Wait for the next frame of a channel, which is borrowed until the next call.
 * 0, or -1 with one line in why: the connection is lost and closed.
 */
int amqp_wait(struct amqp *a, amqp_frame_t *f, struct err *why);

/*
 * The same for any channel, waiting at most us microseconds: 1; 0: no frame;
 * -1.  Methods on channel 0 are handled here.
 */
int amqp_next(struct amqp *a, amqp_frame_t *f, int64_t us, struct err *why);

/*
 * Send q's method and wait for the answer, whose fields are borrowed in *out
 * until the next call, unless out is NULL.  Nothing may be under way on any
 * channel.  Unless AMQP_OK, why has one line.
 */
enum amqp_answer amqp_ask(struct amqp *a, const struct amqp_question *q,
    void **out, struct err *why);

/* The same on channel AMQP_ASKS, which is opened if necessary. */
enum amqp_answer amqp_ask_apart(struct amqp *a, struct amqp_question *q,
    void **out, struct err *why);

/*
 * The server closes the channel of f: confirm, and set why and a->code to its
 * reason.
 */
void amqp_agree(struct amqp *a, const amqp_frame_t *f, struct err *why);

/* Close the connection, which is lost, and set why.  Return -1. */
int amqp_lose(struct amqp *a, const char *reason, struct err *why);

/* Close the connection by the protocol. */
void amqp_close(struct amqp *a);

/* The bytes of a string, borrowed. */
amqp_bytes_t amqp_text(const char *s);

#endif
