#ifndef FCGI_API_BODY_H
#define FCGI_API_BODY_H

#include <stdint.h>

#include "fcgi/api/http.h"
#include "fcgi/api/request.h"

struct client;

/* Time limits of reading a body, in microseconds. */
struct body_limits {
	int64_t idle_us;  /* longest wait for the next byte */
	int64_t total_us; /* for the whole body */
};

/* Those of minutehand.fcgi(8): 10 s without a byte, 60 s in all. */
extern const struct body_limits body_usual;

/*
 * Read the body into body (emptied first): CONTENT_LENGTH bytes, or, without
 * that variable, all bytes up to the end.  REQUEST_OK only if it is complete; a
 * fault in fs otherwise.  A body that is too large is read and discarded, up to
 * a limit, so that the client reads the response.  REQUEST_SLOW: a limit of
 * time expired.
 */
enum request_rc body_read_within(const struct body_limits *limits,
    const struct request *req, struct client *client, struct buf *body,
    struct faults *fs);

/* The same within body_usual. */
enum request_rc body_read(const struct request *req, struct client *client,
    struct buf *body, struct faults *fs);

#endif
