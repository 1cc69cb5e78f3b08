#ifndef FCGI_API_HTTP_H
#define FCGI_API_HTTP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/json/json.h"
#include "lib/trigger/warn.h"

#include "fcgi/api/messages.h"

struct client;
struct ctx;
struct json_object;
struct route;

/* A request and its response, independent of the server's protocol. */

#define HTTP_BODY_MAX 1048576 /* bytes of a body, the last one included */
#define HTTP_PARAMS_MAX 64
#define HTTP_TRACE_MAX 64

/* HEAD is GET without the body of the response. */
enum http_method {
	HTTP_GET = 1,
	HTTP_POST = 2,
	HTTP_DELETE = 4,
	HTTP_OPTIONS = 8,
	HTTP_PATCH = 16,
	HTTP_OTHER = 32
};

/* The CGI variables (RFC 3875) that are read. */
enum http_var {
	HTTP_VAR_REQUEST_METHOD,
	HTTP_VAR_PATH_INFO,
	HTTP_VAR_SCRIPT_NAME,
	HTTP_VAR_QUERY_STRING,
	HTTP_VAR_CONTENT_TYPE,
	HTTP_VAR_CONTENT_LENGTH,
	HTTP_VAR_AUTHORIZATION,
	HTTP_VAR_REDIRECT_AUTHORIZATION,
	HTTP_VAR_AUTH_TYPE,
	HTTP_VAR_TOKEN,
	HTTP_VAR_ACCEPT_LANGUAGE,
	HTTP_VAR_REQUEST_ID,
	HTTP_VAR_TRANSFER_ENCODING,
	HTTP_VAR_SERVER_PROTOCOL,
	HTTP_VAR_REMOTE_ADDR,
	HTTP_VAR_REMOTE_PORT,
	HTTP_VAR_SERVER_ADDR,
	HTTP_VAR_HOST,
	HTTP_VAR_ORIGIN,
	HTTP_VAR_FORWARDED_FOR,
	HTTP_VAR_FORWARDED,
	HTTP_VAR_REAL_IP,
	HTTP_VAR_VIA,
	HTTP_VAR_FETCH_SITE,
	HTTP_VAR_METHOD_OVERRIDE,
	HTTP_VAR_IF_NONE_MATCH,
	HTTP_VAR__MAX
};

/* The form of responses without data, mostly errors. */
enum http_shape {
	HTTP_SHAPE_ENVELOPE, /* {"succ","msg","data",…}, around data, too */
	HTTP_SHAPE_NATIVE,   /* {"message","error_data"} */
	HTTP_SHAPE_RENDER    /* {"message"} */
};

/*
 * The names in a path, by the placeholders of its route's pattern; "" for a
 * placeholder that is not in the pattern.
 */
struct http_path {
	char queue[JOB_NAME_MAX + 1];
	char service[JOB_NAME_MAX + 1];
	char job[JOB_NAME_MAX + 1];
	char run[JOB_NAME_MAX + 1];
	char message[JOB_NAME_MAX + 1];
	char kind[JOB_NAME_MAX + 1]; /* job_store_kind of a body, or "" */
};

/* One input of a query, a form or the top of a JSON body. */
struct http_param {
	const char *name;
	const char *value;	      /* NULL: null, or why is set */
	const char *why;	      /* what is wrong with it, or NULL */
	char digits[JSON_DIGITS_MAX]; /* where value is a JSON number */
};

struct request {
	const char *var[HTTP_VAR__MAX]; /* NULL: not given */
	enum http_method method;
	bool is_head;
	enum lang lang;
	char trace_id[HTTP_TRACE_MAX + 1];
	struct client *client; /* waits for the answer */
	const struct route *route;
	bool is_funboost; /* the path is one below /funboost */
	struct http_path path;
	struct http_param params[HTTP_PARAMS_MAX];
	size_t nparams;
	size_t nquery; /* so many of them are of the query, not of the body */
	struct json_object *json; /* the body, where one is wanted */
};

/*
 * The response of a handler, initially a 200.  The handler appends its JSON to
 * data and, if the route uses the envelope, sets msg.
 */
struct response {
	int status;
	enum msg msg;
	const char *args[2]; /* of msg; live as long as the request */
	char number[24];     /* room for one of them */
	struct faults faults;
	struct buf *data;
	enum http_shape shape;
	const char *type;	/* Content-Type, constant; NULL: JSON */
	unsigned allow;		/* methods for Allow, 0: none */
	const char *auth_error; /* of RFC 6750, or NULL */
	char auth_scope[40];	/* the scopes that are needed, or "" */
	int retry_after_s;	/* 0: no such header */
	int max_age_s;		/* anybody may keep it so long; 0: nobody */
	char etag[24];		/* with its quotes, or "" */
	struct warns warns;	/* shown in data, as "warnings" */
	bool has_warnings;	/* … also when there are none */
};

/* Handles a request of one route; the arguments are borrowed. */
typedef void http_handler(struct ctx *ctx, const struct request *req,
    struct response *res);

#endif
