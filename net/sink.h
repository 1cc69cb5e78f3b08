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
 * A server that messages are handed over to: Redis, RabbitMQ, a webhook, a
 * local program.  A
 * sink is one connection to it, made when it is first needed and again after
 * it was lost.  Its calls wait for the network, for the server's timeout at
 * most, or until sink_stop; who has other things to do calls them in a thread.
 * A sink is used by one thread at a time, but for sink_stop.
 */
struct sink;

/* What became of a message. */
enum sink_end {
	SINK_WAITS,   /* not tried, or not sent: as it was */
	SINK_DONE,    /* the server has it */
	SINK_LATER,   /* it does not want it now: again later */
	SINK_DOUBT,   /* it left, nobody knows: again, with the same id */
	SINK_REFUSED, /* it will never want it */
	SINK_GONE     /* nor any other message of its job (HTTP 410) */
};

/* A message to hand over; strings are borrowed but for why. */
struct sink_message {
	const char *id; /* the run's: task_id, message id, idempotency key */
	const char *queue;
	const char *job_id; /* NULL: published by hand */
	const char *args;   /* JSON array or NULL */
	const char *kwargs; /* JSON object or NULL */
	int64_t priority;
	int64_t attempt;      /* this one, the first being 1 */
	int64_t scheduled_us; /* the slot */
	int64_t lasts_s;      /* it may be sent again for so long */
	/* What is known of the queue's worker: for net/ to set. */
	const struct signature *sig;
	/* NULL, or what is sent as it is, whatever the format: an alert. */
	const char *text;
	char **body; /* gets a copy of what is sent, owned; NULL: not wanted */
	/* The answer: */
	enum sink_end end;
	bool is_server_error;  /* the server takes nothing, whoever asks */
	bool is_via_rabbitmq;  /* another server was to take it, and answered */
	bool is_not_attempted; /* SINK_LATER without having been tried */
	int64_t retry_us; /* Retry-After: wait so long at least; 0: not said */
	char *why;	  /* what there is to say of it, or NULL; owned */
};

/* Alerts that are sent together at most; all of them go out at once. */
#define SINK_ALERTS_MAX 8

struct sink_opts {
	const struct conf *conf;
	enum conf_server kind;
	int at; /* which of its sections, or instead … */
	const struct conf_alert *alert; /* … whose url or command, or NULL */
	const struct tz *zone;		/* of publish_time_format */
	int64_t
	    most_us; /* no longer wait than this; 0: the section's timeout */
};

/*
 * A sink for a section; everything in o is borrowed until sink_free.  Nothing
 * is connected yet, no library loaded.  NULL without memory.
 */
struct sink *sink_new(const struct sink_opts *o);

/*
 * Hand over v[0] to v[n - 1] in their order; each one's queue decides how.
 * Sets end and why of each; with n 0 it only connects.  0, or -1 with one line
 * in why when there is no connection (any more): those that were not answered
 * are SINK_WAITS, or SINK_DOUBT if they may have arrived.
 */
int sink_push(struct sink *s, struct sink_message *v, size_t n,
    struct err *why);

/*
 * How many messages wait in a queue; SINK_NO_COUNT where nobody can know.  0,
 * or -1 with one line in why.
 */
#define SINK_NO_COUNT INT64_C(-1)
int sink_count(struct sink *s, const char *queue, int64_t *out,
    struct err *why);

/* Delete the messages that wait in a queue; 0, or -1 with one line in why. */
int sink_clear(struct sink *s, const char *queue, struct err *why);

/*
 * What the worker of a queue has registered in Redis (funboost), into the
 * zeroed *out; is_known stays false when there is none.  0, or -1 with one
 * line in why.  End *out with signature_fini either way.
 */
int sink_signature(struct sink *s, const char *queue, struct signature *out,
    struct err *why);

/*
 * Append what the worker left as the result of task_id, the JSON text
 * of funboost.  0; 1 when there is nothing (yet, or any more); -1 with
 * one line in why.
 */
int sink_result(struct sink *s, const char *task_id, struct buf *out,
    struct err *why);

/* Call see with the name of each queue that workers have registered. */
typedef void sink_on_name(void *arg, const char *name);
int sink_names(struct sink *s, sink_on_name *on_name, void *arg,
    struct err *why);

/*
 * Let the call under way, and all later ones, fail soon; from any thread.
 * Looking up a name cannot be hastened.
 */
void sink_stop(struct sink *s);

/* Disconnect and free; NULL is fine. */
void sink_free(struct sink *s);

#endif
