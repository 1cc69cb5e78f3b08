#ifndef FCGI_API_QUEUE_NAMES_H
#define FCGI_API_QUEUE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/db/store.h"

struct ctx;

/* A list of queue names. */
struct queue_name {
	char *name;
	size_t at; /* position in the order of collection */
};
struct queue_names {
	struct queue_name *v;
	size_t n, cap;
	bool is_failed; /* out of memory: names are missing */
};

/*
 * Collect the queues that the client's token may see, each once, in this order:
 * those of the store, those configured by name, those that consumers have
 * leased from, those that workers have registered with a broker.  A broker that
 * does not answer is logged and skipped.  *out, which must be zero, is for
 * queue_names_fini after any result.  STORE_FULL: out of memory.
 */
enum store_rc queue_names_collect(struct ctx *ctx, struct queue_names *out);

/* Sort by name. */
void queue_names_sort(struct queue_names *l);

/* Free the names; the list is empty afterwards. */
void queue_names_fini(struct queue_names *l);

/*
 * Set *out to whether a receiver of the queue's messages is known: a section of
 * the configuration, a broker for all queues, a worker that has registered, or
 * a consumer that has leased from it.  *out is true if the broker does not
 * answer.
 */
enum store_rc queue_is_known(struct ctx *ctx, const char *queue, bool *out);

struct response;

/* Add the warning unknown_queue to the answer unless queue_is_known. */
void queue_warn_unknown(struct ctx *ctx, const char *queue,
    struct response *res);

#endif
