#ifndef FCGI_API_ROUTE_H
#define FCGI_API_ROUTE_H

#include "lib/secret/token.h"

#include "fcgi/api/http.h"

/* What a route reads. */
enum route_input {
	ROUTE_INPUT_PARAMS, /* parameters: query, form or JSON body */
	ROUTE_INPUT_JSON    /* a JSON body; the query may add parameters */
};

/*
 * Names that a route takes from its parameters, or from the members of its body:
 * any text may be one there, also with a slash, that a path cannot hold.
 */
enum route_name {
	ROUTE_QUEUE = 1,     /* queue_name */
	ROUTE_JOB = 2,	     /* job_id */
	ROUTE_RUN = 4,	     /* run_id */
	ROUTE_MESSAGE = 8,   /* id */
	ROUTE_KIND = 16,     /* job_store_kind, which may be left out */
	ROUTE_ANY_QUEUE = 32 /* queue_name, likewise */
};

/* One thing the API can do. */
struct route {
	enum http_method method;
	const char *
	    pattern; /* with {queue}, {service}, {job}, {run}, {message}: a segment */
	unsigned scope; /* enum token_scope; 0: no token needed */
	enum route_input input;
	unsigned names;	    /* bits of enum route_name */
	const char *member; /* of a JSON body, what is read of it; NULL: all */
	enum http_shape shape;
	bool is_storeless; /* works without a store */
	http_handler *handler;
	http_handler *not_ready; /* what it answers then, or NULL: as all do */
	const char *help;
};

/*
 * Find what the request's path and method name: req->route, with the names of
 * its placeholders in req->path.  Returns the methods the path knows, 0 for an
 * unknown path.  route is NULL unless the method is one of them.  *shape says
 * how the path's errors look, req->is_funboost whose clients ask.
 */
unsigned route_find(struct request *req, enum http_shape *shape);

/*
 * Is the path UTF-8?  0, or -1 with a fault for the name, or else the path, that
 * is not.  Names go into answers as they are.
 */
int route_check_text(const struct request *req, struct faults *fs);

/* The routes there are (fcgi/routes.c), in the order of --help. */
extern const struct route route_table[];
extern const size_t route_count;

/* Entry i of it, or NULL behind the last. */
const struct route *route_at(size_t i);

/* "GET", "POST", "DELETE" or "PATCH". */
const char *route_method_name(enum http_method m);

/* Append the names of methods ("GET, HEAD, OPTIONS"). */
void route_methods(unsigned methods, struct buf *out);

/* Append the table as text, one line each, for --help. */
void route_print(struct buf *out);

#endif
