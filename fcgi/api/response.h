#ifndef FCGI_API_RESPONSE_H
#define FCGI_API_RESPONSE_H

#include "lib/db/store.h"

#include "fcgi/api/http.h"

/* Begin a 200 whose JSON goes into data (borrowed, emptied). */
void response_init(struct response *res, struct buf *data);

/* Free what it owns. */
void response_fini(struct response *res);

/* Make it an error with this status and sentence; arg (or NULL) replaces "%1"
 * of the sentence.  data is emptied. */
void response_error(struct response *res, int status, enum msg msg,
    const char *arg);

/* Make it a 400 with the faults in res->faults. */
void response_bad_input(struct response *res);

/*
 * True for STORE_OK; otherwise the response becomes a 503 or 500, and the
 * caller returns.  STORE_NOTFOUND and STORE_CONFLICT must have been handled by
 * the caller, as their meaning depends on the handler.
 */
bool response_store(struct response *res, enum store_rc rc);

/* A number as text for res->args, kept in the response. */
const char *response_number(struct response *res, int64_t n);

/*
 * Append the whole response as a CGI program writes it (RFC 3875 section 6):
 * Status, headers, body; text is a buffer for the body.
 */
void response_write(const struct response *res, const struct request *req,
    struct buf *text, struct buf *out);

#endif
