#ifndef NET_BROKERS_H
#define NET_BROKERS_H

#include <stdint.h>

#include "net/sink.h"

struct buf;
struct job_registration;
struct signature;

/*
 * What brokers say of queues, for who has somebody waiting for the answer: the
 * API and the command.  Connections are kept, and made anew when one was lost;
 * no answer is waited for longer than two seconds.
 */
struct brokers;
struct err;

/*
 * By the servers of c, borrowed as is zone.  Nothing is connected yet.  NULL
 * without memory.
 */
struct brokers *brokers_new(const struct conf *c, const struct tz *zone);

/* Disconnect and free; NULL is fine. */
void brokers_free(struct brokers *b);

/* Does the queue live at a broker? */
bool brokers_has(const struct brokers *b, const char *queue);

/*
 * Messages that wait there; SINK_NO_COUNT where nobody can know.  0, or -1 with
 * one line in why that names the server.
 */
int brokers_count(struct brokers *b, const char *queue, int64_t *out,
    struct err *why);

/* Delete them; likewise. */
int brokers_clear(struct brokers *b, const char *queue, struct err *why);

/* What the queue's worker has registered (sink_signature); likewise. */
int brokers_signature(struct brokers *b, const char *queue,
    struct signature *out, struct err *why);

/*
 * Append to what->out what the worker of the queue left as the result of
 * task_id (sink_result), in the Redis that the queue is at or, for a queue at
 * RabbitMQ, in the first one.  0, 1 when there is none, -1 with one line in
 * why.
 */
struct brokers_result {
	const char *queue;
	const char *task_id;
	struct buf *out;
};
int brokers_result(struct brokers *b, const struct brokers_result *what,
    struct err *why);

/* Can there be results of the queue's messages? */
bool brokers_has_results(const struct brokers *b, const char *queue);

/*
 * The same as what a job's text is read against, into the zeroed *k; k itself,
 * or NULL where there is nothing to ask.  End *k with brokers_forget either
 * way.
 */
const struct job_registration *brokers_registration(struct brokers *b,
    const char *queue, struct job_registration *k);
void brokers_forget(struct job_registration *k);

/*
 * Names of the queues that workers have registered with the servers that
 * queues of broker funboost are at; likewise, after asking all of them.
 */
int brokers_names(struct brokers *b, sink_on_name *on_name, void *arg,
    struct err *why);

/* Can section number at of a kind be reached, and logged in to?  Likewise. */
int brokers_check(struct brokers *b, enum conf_server kind, int at,
    struct err *why);

/* Hand one message over, now, with its end in m (sink_push); likewise. */
int brokers_push(struct brokers *b, struct sink_message *m, struct err *why);

#endif
