#ifndef NET_HTTP_CALL_H
#define NET_HTTP_CALL_H

#include <stdbool.h>

#include "lib/base/buf.h"
#include "net/http/http.h"
#include "net/http/lib.h"

/* Private to net/http*. */

#define HTTP_LINES_MAX 12 /* header lines of a request */

/* One transfer; what curl holds of it ends before the result is given. */
struct http_call {
	struct http_result result; /* first: the caller's view of it */
	struct http *http;
	CURL *easy;
	struct curl_slist lines[HTTP_LINES_MAX]; /* headers, our own memory */
	size_t nlines;
	char *verb; /* of the request, or NULL */
	char *body;
	size_t len, given;
	bool is_post;
	bool is_head_whole; /* of the answer: its empty line came */
	struct buf answer, headers;
	char error[CURL_ERROR_SIZE];
	int64_t start_us;
	struct http_call *next;
};

struct http {
	struct http_lib lib;
	CURLM *multi;
	struct http_opts o;
	char *ca_file;
	struct http_call *running; /* in no order */
	struct http_call *done;
	size_t n;    /* of both */
	int watched; /* by http_wait, or -1 */
};

/* A call of h for r, ready for the multi handle; NULL without memory. */
struct http_call *http_call_new(struct http *h, const struct http_request *r);

/* Free a call, whose easy handle is gone. */
void http_call_free(struct http_call *c);

#endif
