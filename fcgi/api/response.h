#ifndef FCGI_API_RESPONSE_H
#define FCGI_API_RESPONSE_H

#include "lib/db/store.h"

#include "fcgi/api/http.h"

/* Begin a 200 whose JSON goes into data (borrowed, emptied). */
void response_init(struct response *res, struct buf *data);

/* Free what it owns. */
void response_fini(struct response *res);

/* Make it an error: status and sentence, arg for the sentence's "%1" (or
 * NULL); what data held is dropped. */
void response_error(struct response *res, int status, enum msg msg,
    const char *arg);

/* A 400 out of the complaints in res->faults. */
void response_bad_input(struct response *res);

/*
 * The answer to what the store said: true for STORE_OK; else the response
 * has become a 503 or 500 and the caller returns.  NOTFOUND and CONFLICT,
 * which mean something else to each handler, must have been dealt with.
 */
bool response_store(struct response *res, enum store_rc rc);

/* A number as text for res->args, kept in the response. */
const char *response_number(struct response *res, int64_t n);

/*
 * Append the whole answer as a CGI program gives it (RFC 3875 section 6):
 * Status, headers, body; text is memory for the body.
 */
void response_write(const struct response *res, const struct request *req,
    struct buf *text, struct buf *out);

#endif
