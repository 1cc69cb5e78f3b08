#ifndef NET_SINK_H
#define NET_SINK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/conf/conf.h"

struct buf;
struct err;
struct signature;
struct tz;

/*
 * A server that messages are sent to: Redis, RabbitMQ, a webhook, a local
 * program.  A sink is one connection to it, made when it is first needed and
 * again after a loss.  Its calls wait for the network, at most for the server's
 * timeout or until sink_stop: use a thread if other work must go on.  A sink is
 * used by one thread at a time, except for sink_stop.
 */
struct sink;

/* The result of sending a message. */
enum sink_end {
	SINK_WAITS,   /* not tried, or not sent */
	SINK_DONE,    /* the server has it */
	SINK_LATER,   /* not accepted now: send it again later */
	SINK_UNKNOWN, /* sent, answer lost: send it again, with the same id */
	SINK_REFUSED, /* it will never be accepted */
	SINK_GONE     /* nor will another message of its job (HTTP 410) */
};

/* A message to send; strings are borrowed, except for why. */
struct sink_message {
	const char *id; /* of the run: task_id, message id, idempotency key */
	const char *queue;
	const char *job_id; /* NULL: published by hand */
	const char *args;   /* JSON array or NULL */
	const char *kwargs; /* JSON object or NULL */
	int64_t priority;
	int64_t attempt;	/* this one, the first being 1 */
	int64_t scheduled_us;	/* the slot */
	int64_t lasts_s;	/* seconds in which it may be sent again */
	int64_t max_runtime_us; /* of a program that works on it; 0: no limit */
	int64_t failures;	/* of its work: it is sent again for each */
	/* The registration of the queue's worker; set by net/. */
	const struct signature *sig;
	/* NULL, or a text to send unchanged: an alert. */
	const char *text;
	/* An alert's time in its job's zone, and the zone; NULL: unknown. */
	const char *when, *when_zone;
	char **body; /* set to a copy of the body sent, owned; or NULL */
	/* Set by sink_push: */
	enum sink_end end;
	bool is_server_error;  /* the server accepts no message at all */
	bool is_via_rabbitmq;  /* another server has answered */
	bool is_not_attempted; /* SINK_LATER, but no attempt was made */
	int64_t retry_us;      /* Retry-After: minimum delay; 0: absent */
	char *why;	       /* the reason, or NULL; owned */
	/* Set by a server that executes the message: when the attempt began, 0
	 * if none did, when it ended, its exit or HTTP status, and the end of
	 * what it printed, owned, or NULL. */
	int64_t started_us, finished_us, status;
	char *output;
};

/* Maximum alerts per batch, which are sent at the same time. */
#define SINK_ALERTS_MAX 8

struct sink_opts {
	const struct conf *conf;
	enum conf_server kind;
	int at; /* index of its section, or instead … */
	const struct conf_alert *alert; /* … an alert's, or NULL */
	const struct tz *zone;		/* of publish_time_format */
	int64_t most_us; /* maximum wait; 0: the section's timeout */
};

/*
 * Create a sink for a section; everything in o is borrowed until sink_free.
 * Nothing is connected or loaded yet.  NULL: out of memory.
 */
struct sink *sink_new(const struct sink_opts *o);

/*
 * Send v[0] to v[n - 1] in order, each as its queue is configured, and set end
 * and why of each; with n 0 only connect.  0, or -1 with one line in why if
 * there is no connection: messages without an answer are then SINK_WAITS, or
 * SINK_UNKNOWN if they may have arrived.
 */
int sink_push(struct sink *s, struct sink_message *v, size_t n,
    struct err *why);

/*
 * Set *out to the number of messages that wait in a queue, or SINK_NO_COUNT if
 * the server does not have it.  0, or -1 with one line in why.
 */
#define SINK_NO_COUNT INT64_C(-1)
int sink_count(struct sink *s, const char *queue, int64_t *out,
    struct err *why);

/* Delete the waiting messages of a queue; 0, or -1 with one line in why. */
int sink_clear(struct sink *s, const char *queue, struct err *why);

/*
 * Read the registration of a queue's worker in Redis (funboost) into *out,
 * which must be zero; is_known stays false if there is none.  0, or -1 with one
 * line in why.  *out is for signature_fini after either.
 */
int sink_signature(struct sink *s, const char *queue, struct signature *out,
    struct err *why);

/*
 * Append the result of task_id that the worker has stored, funboost's JSON
 * text.  0; 1: no result; -1 with one line in why.
 */
int sink_result(struct sink *s, const char *task_id, struct buf *out,
    struct err *why);

/* Call on_name with the name of each queue that workers have registered. */
typedef void sink_on_name(void *arg, const char *name);
int sink_names(struct sink *s, sink_on_name *on_name, void *arg,
    struct err *why);

/*
 * Make the current call and all later ones fail soon; may be called by any
 * thread.  Name resolution cannot be interrupted.
 */
void sink_stop(struct sink *s);

/* Disconnect and free.  NULL does nothing. */
void sink_free(struct sink *s);

#endif
