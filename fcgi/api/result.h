#ifndef FCGI_API_RESULT_H
#define FCGI_API_RESULT_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct ctx;
struct request;
struct response;

/* The longest wait for a result: it occupies a worker of ours. */
#define RESULT_WAIT_MAX_S 20

/* Whose result, and how long to wait for it. */
struct result_of {
	const char *queue;
	const char *task_id;
	int64_t wait_us;	   /* 0: only look */
	const struct request *req; /* whose client waits */
};

/*
 * Append what the worker of a queue left as the result of a message, as JSON,
 * or null: where its broker keeps none, where there is none in time, or where
 * it cannot be had, which is logged.  True when there is one.
 *
 * No more clients wait than may (waiting.h), none that has gone, and none whose
 * token has ended meanwhile: the answer is then null, and res (NULL: that is
 * all) a 429 or 401.
 */
bool result_read(struct ctx *ctx, const struct result_of *r, struct buf *out,
    struct response *res);

#endif
