#ifndef FCGI_API_REQUEST_H
#define FCGI_API_REQUEST_H

#include "fcgi/api/http.h"

/*
 * Set *req from the CGI variables in envp ("NAME=value", NULL at the end),
 * which must outlive it: variables, method and trace id (serial makes a
 * generated one unique within the process).  Path, language and input are read
 * later.
 */
void request_init(struct request *req, char *const *envp, uint64_t serial);

/*
 * Check the header X-HTTP-Method-Override, if present: a POST may name DELETE
 * or PATCH.  0, or -1 with a fault.
 */
int request_check_override(const struct request *req, struct faults *fs);

/* Free what the request owns. */
void request_fini(struct request *req);

/* Result of reading the input, with the HTTP status of the answer. */
enum request_rc {
	REQUEST_OK,
	REQUEST_BAD,	   /* 400; the reasons are in the faults */
	REQUEST_TOO_LARGE, /* 413 */
	REQUEST_BAD_TYPE,  /* 415 */
	REQUEST_SLOW,	   /* 408; it did not arrive in time */
	REQUEST_STOP	   /* 503; the process is ending */
};

/*
 * Check that the web server set the variables that every request has (RFC 3875
 * section 4.1: REQUEST_METHOD, QUERY_STRING, REMOTE_ADDR; they may be empty).
 * If one is missing, part of the request was lost.  0, or -1 with a fault for
 * each that is missing.
 */
int request_check_vars(const struct request *req, struct faults *fs);

/*
 * Parse the query string and body as req->route takes them: parameters into
 * req->params, a JSON body into req->json.  The query string is decoded into
 * query, a form in place in body: both buffers are changed and must outlive the
 * request.
 */
enum request_rc request_read_input(struct request *req, struct buf *query,
    struct buf *body, struct faults *fs);

/*
 * Set *out to the value of the parameter name, borrowed from the request; NULL
 * if it is absent or null.  0, or -1 with a fault: it cannot be decoded, or was
 * given twice.
 */
int request_param(const struct request *req, const char *name, const char **out,
    struct faults *fs);

/* Return the value of a variable, borrowed from envp; "" if not set. */
const char *request_var(const struct request *req, enum http_var var);

#endif
