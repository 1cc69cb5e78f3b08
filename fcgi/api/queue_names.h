#ifndef FCGI_API_QUEUE_NAMES_H
#define FCGI_API_QUEUE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#include "lib/db/store.h"

struct ctx;

/* Names of queues, each once. */
struct queue_name {
	char *name;
	size_t at; /* its place */
};
struct queue_names {
	struct queue_name *v;
	size_t n, cap;
	bool is_failed; /* for want of memory */
};

/*
 * The queues that are known and that the client may see: those of the store,
 * those configured by name, those that consumers have asked, those that workers
 * have registered, in this order.  A broker that
 * is down is logged, and the others are known all the same.  Free with
 * queue_names_fini whatever came of it.
 */
enum store_rc queue_names_collect(struct ctx *ctx, struct queue_names *out);

/* Put them in the order of their names. */
void queue_names_sort(struct queue_names *l);

/* Free them; the list is empty afterwards. */
void queue_names_fini(struct queue_names *l);

/*
 * Is there anybody who would take the messages of a queue: a section of the
 * configuration, a broker for all queues, a worker that has registered, a
 * consumer that has leased?  A broker that cannot be asked counts as yes.
 */
enum store_rc queue_is_known(struct ctx *ctx, const char *queue, bool *out);

/* Warn in the answer when a queue is not known. */
struct response;
void queue_warn_unknown(struct ctx *ctx, const char *queue,
    struct response *res);

#endif
