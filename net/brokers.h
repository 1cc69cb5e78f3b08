#ifndef NET_BROKERS_H
#define NET_BROKERS_H

#include <stdint.h>

#include "net/sink.h"

struct buf;
struct job_registration;
struct signature;

/*
 * Requests to brokers about queues, for the API and the command, whose clients
 * wait.  Connections are kept, and made again after a loss; a call takes at
 * most two seconds.
 */
struct brokers;
struct err;

/*
 * Use the servers of c; c and zone are borrowed until brokers_free.  Nothing is
 * connected yet.  NULL: out of memory.
 */
struct brokers *brokers_new(const struct conf *c, const struct tz *zone);

/* Disconnect and free.  NULL does nothing. */
void brokers_free(struct brokers *b);

/* Return whether the queue is at a broker, not embedded. */
bool brokers_has(const struct brokers *b, const char *queue);

/*
 * Set *out to the number of waiting messages, or SINK_NO_COUNT if the broker
 * does not have it.  0, or -1 with one line in why that names the server.
 */
int brokers_count(struct brokers *b, const char *queue, int64_t *out,
    struct err *why);

/* Delete the waiting messages; result as above. */
int brokers_clear(struct brokers *b, const char *queue, struct err *why);

/*
 * Read the registration of the queue's worker (sink_signature); result as
 * above.
 */
int brokers_signature(struct brokers *b, const char *queue,
    struct signature *out, struct err *why);

/*
 * Append to what->out the result of task_id that the queue's worker has stored
 * (sink_result), from the Redis of the queue or, for a queue at RabbitMQ, from
 * the first Redis section.  0; 1: no result; -1 with one line in why.
 */
struct brokers_result {
	const char *queue;
	const char *task_id;
	struct buf *out;
};
int brokers_result(struct brokers *b, const struct brokers_result *what,
    struct err *why);

/* Return whether a Redis section may have results of the queue's messages. */
bool brokers_has_results(const struct brokers *b, const char *queue);

/*
 * Read the registration against which a job's parameters are checked into *k,
 * which must be zero.  Return k, or NULL if the queue has no registrations.  *k
 * is for brokers_forget after either.
 */
const struct job_registration *brokers_registration(struct brokers *b,
    const char *queue, struct job_registration *k);
void brokers_forget(struct job_registration *k);

/*
 * Call on_name with each queue that a worker has registered, at all servers
 * that queues of broker funboost use; result as above.
 */
int brokers_names(struct brokers *b, sink_on_name *on_name, void *arg,
    struct err *why);

/*
 * Check that section number at of a kind can be reached and logged in to;
 * result as above.
 */
int brokers_check(struct brokers *b, enum conf_server kind, int at,
    struct err *why);

/* Send one message now, with its end in m (sink_push); result as above. */
int brokers_push(struct brokers *b, struct sink_message *m, struct err *why);

#endif
