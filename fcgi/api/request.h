#ifndef FCGI_API_REQUEST_H
#define FCGI_API_REQUEST_H

#include "fcgi/api/http.h"

/*
 * Fill *req from the variables in envp ("NAME=value", NULL at the end), which
 * must outlive it: method, trace id (serial makes a generated one unique within
 * the process).  Path, language and input are not looked at yet.
 */
void request_init(struct request *req, char *const *envp, uint64_t serial);

/*
 * Can the method be the one that the header X-HTTP-Method-Override names, if
 * there is one?  A POST may stand for DELETE or PATCH.  0, or -1 with a fault.
 */
int request_check_override(const struct request *req, struct faults *fs);

/* Free what the request owns. */
void request_fini(struct request *req);

/* What became of reading or understanding the input. */
enum request_rc {
	REQUEST_OK,
	REQUEST_BAD,	   /* faults say why: 400 */
	REQUEST_TOO_LARGE, /* 413 */
	REQUEST_BAD_TYPE,  /* 415 */
	REQUEST_SLOW,	   /* it did not come in time: 408 */
	REQUEST_STOP	   /* we are to end: 503 */
};

/*
 * Did the server give what every request has (RFC 3875 section 4.1: method,
 * query and address, be they empty)?  Without one, part of the request was
 * lost on its way.  0, or -1 with a fault for each that is missing.
 */
int request_check_vars(const struct request *req, struct faults *fs);

/*
 * Understand query and body as the route takes them: parameters into
 * req->params, a JSON body into req->json.  query is memory for the decoded
 * query string; both buffers must outlive the request, and are changed.
 */
enum request_rc request_read_input(struct request *req, struct buf *query,
    struct buf *body, struct faults *fs);

/*
 * The parameter called name; *out is NULL when absent.  One that cannot be
 * read, or that was given twice, is a fault and -1.
 */
int request_param(const struct request *req, const char *name, const char **out,
    struct faults *fs);

/* Value of a variable, "" when not given. */
const char *request_var(const struct request *req, enum http_var var);

#endif
