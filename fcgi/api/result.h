#ifndef FCGI_API_RESULT_H
#define FCGI_API_RESULT_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct ctx;
struct request;
struct response;

/* Longest wait for a result, in seconds; it occupies a process. */
#define RESULT_WAIT_MAX_S 20

/* The message, and the wait for its result. */
struct result_of {
	const char *queue;
	const char *task_id;
	int64_t wait_us;	   /* 0: no wait */
	const struct request *req; /* whose client waits */
};

/*
 * Append the result that a worker stored for a message, as JSON, and return
 * true; or append null and return false: its broker stores no results, there is
 * none in time, or it cannot be read, which is logged.
 *
 * The wait is limited by waiting.h, and ends when the client disconnects or its
 * token expires: then null is appended, and res, unless NULL, becomes a 429 or
 * 401.
 */
bool result_read(struct ctx *ctx, const struct result_of *r, struct buf *out,
    struct response *res);

#endif
