#ifndef FCGI_API_BODY_H
#define FCGI_API_BODY_H

#include "fcgi/api/http.h"
#include "fcgi/api/request.h"

struct client;

/*
 * Read the body into body (emptied first): as much as CONTENT_LENGTH says, or,
 * where it says nothing and there may be one, all that comes.  REQUEST_OK only
 * when all of it arrived.  A body that is too large is read and thrown away,
 * within reason, so that the client gets the answer.
 */
enum request_rc body_read(const struct request *req, struct client *client,
    struct buf *body, struct faults *fs);

#endif
