#ifndef FCGI_API_ROUTE_H
#define FCGI_API_ROUTE_H

#include "lib/secret/token.h"

#include "fcgi/api/http.h"

/* The input of a route. */
enum route_input {
	ROUTE_INPUT_PARAMS, /* parameters: query, form or JSON body */
	ROUTE_INPUT_JSON    /* a JSON body; the query may add parameters */
};

/*
 * Names that a route reads from its parameters, or from the members of its
 * body, where they may contain a slash.
 */
enum route_name {
	ROUTE_QUEUE = 1,     /* queue_name */
	ROUTE_JOB = 2,	     /* job_id */
	ROUTE_RUN = 4,	     /* run_id */
	ROUTE_MESSAGE = 8,   /* id */
	ROUTE_KIND = 16,     /* job_store_kind, optional */
	ROUTE_ANY_QUEUE = 32 /* queue_name, optional */
};

/* One operation of the API. */
struct route {
	enum http_method method;
	/* With placeholders for a segment: {queue}, {service}, {job} … */
	const char *pattern;
	unsigned scope; /* enum token_scope; 0: no token needed */
	enum route_input input;
	unsigned names; /* bits of enum route_name */
	/* Parameters, up to NULL, besides those of names; NULL: none. */
	const char *const *params;
	bool is_strict;	    /* no other ones, not even as a warning */
	const char *member; /* of a JSON body that is read; NULL: all of it */
	enum http_shape shape;
	bool is_storeless; /* works without a store */
	http_handler *handler;
	http_handler *not_ready; /* without a store; NULL: a 503 */
	const char *help;
};

/*
 * Find the route of the request's path and method: set req->route, and the
 * names of its placeholders in req->path.  Return the methods of the path, 0
 * for an unknown path; req->route is NULL unless the method is one of them.
 * *shape is the form of the path's errors; req->is_funboost is set for paths
 * below /funboost.
 */
unsigned route_find(struct request *req, enum http_shape *shape);

/*
 * Check that the path is UTF-8, as responses contain its names.  0, or -1 with
 * a fault for the name, or the path, that is not.
 */
int route_check_text(const struct request *req, struct faults *fs);

/* All routes (fcgi/routes.c), in the order of --help. */
extern const struct route route_table[];
extern const size_t route_count;

/* Entry i of the table, or NULL after the last. */
const struct route *route_at(size_t i);

/* "GET", "POST", "DELETE" or "PATCH". */
const char *route_method_name(enum http_method m);

/* Append the names of methods ("GET, HEAD, OPTIONS"). */
void route_methods(unsigned methods, struct buf *out);

/* Append the table as text, one line each, for --help. */
void route_print(struct buf *out);

#endif
