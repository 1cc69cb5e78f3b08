#ifndef FCGI_API_BODY_H
#define FCGI_API_BODY_H

#include <stdint.h>

#include "fcgi/api/http.h"
#include "fcgi/api/request.h"

struct client;

/* How long a client may take. */
struct body_limits {
	int64_t idle_us;  /* without a byte */
	int64_t total_us; /* until all is there */
};

/* Those of fcgi(8): 10 s without a byte, 60 s in all. */
extern const struct body_limits body_usual;

/*
 * Read the body into body (emptied first): as much as CONTENT_LENGTH says, or,
 * where it says nothing and there may be one, all that comes.  REQUEST_OK only
 * when all of it arrived.  A body that is too large is read and thrown away,
 * within reason, so that the client gets the answer.  REQUEST_SLOW: it took
 * longer than the limits.
 */
enum request_rc body_read_within(const struct body_limits *limits,
    const struct request *req, struct client *client, struct buf *body,
    struct faults *fs);

/* The same within body_usual. */
enum request_rc body_read(const struct request *req, struct client *client,
    struct buf *body, struct faults *fs);

#endif
