/*
 * One HTTP transfer: what curl calls back, within its limits of size. Tested in
 * t_http.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "lib/base/clock.h"
#include "lib/secret/secret.h"
#include "net/http/call.h"

#include "lib/base/ban.h"

#define HEADERS_MAX ((size_t)32 * 1024)

void
http_call_free(struct http_call *c)
{
	for (size_t i = 0; i < c->nlines; i++) {
		/* One of them has the key. */
		secret_wipe(c->lines[i].data, strlen(c->lines[i].data));
		free(c->lines[i].data);
	}
	free(c->body);
	free(c->verb);
	buf_fini(&c->answer);
	buf_fini(&c->headers);
	free(c);
}

/* Called by curl: give up to n bytes of the body. */
static size_t
on_read(char *to, size_t size, size_t n, void *cookie)
{
	struct http_call *c = cookie;

	n *= size;
	/*
	 * curl sends a request again if a kept connection ends without an
	 * answer, but the first may have been executed: so the body is given
	 * once, and cannot be rewound.
	 */
	if (c->given == c->len)
		return CURL_READFUNC_ABORT;
	if (n > c->len - c->given)
		n = c->len - c->given;
	memcpy(to, c->body + c->given, n);
	c->given += n;
	return n;
}

/* Append to a bounded buffer; a return value below n makes curl abort. */
static size_t
add_bounded(struct buf *b, const char *p, size_t n, size_t max)
{
	if (n > max - b->len)
		return 0;
	buf_add(b, p, n);
	return b->is_failed ? 0 : n;
}

static size_t
on_body(char *p, size_t size, size_t n, void *cookie)
{
	struct http_call *c = cookie;

	size_t left = c->http->o.max_body - c->answer.len;

	n *= size;
	if (!c->http->o.drops_rest || n <= left)
		return add_bounded(&c->answer, p, n, c->http->o.max_body);
	return add_bounded(&c->answer, p, left, left + c->answer.len) == left ?
	    n :
	    0;
}

static size_t
on_header(char *p, size_t size, size_t n, void *cookie)
{
	struct http_call *c = cookie;

	n *= size;
	/* The status line: of several answers (100, 201) the last counts. */
	if (n >= 5 && memcmp(p, "HTTP/", 5) == 0) {
		buf_reset(&c->headers);
		c->is_head_whole = false;
		return n;
	}
	c->is_head_whole = c->is_head_whole || *p == '\r' || *p == '\n';
	return add_bounded(&c->headers, p, n, HEADERS_MAX);
}

/* Add a header line to the request: text, then secret if not NULL. */
static int
add_line(struct http_call *c, const char *text, const struct secret *secret)
{
	struct curl_slist *l = &c->lines[c->nlines];
	const char *more = "";
	size_t n = 0, len = strlen(text);

	if (secret != NULL)
		more = secret_bytes(secret, &n);
	if (c->nlines == HTTP_LINES_MAX ||
	    (l->data = malloc(len + n + 1)) == NULL)
		return -1;
	memcpy(l->data, text, len);
	memcpy(l->data + len, more, n);
	l->data[len + n] = '\0';
	if (c->nlines++ > 0)
		l[-1].next = l;
	return 0;
}

static int
add_lines(struct http_call *c, const struct http_request *r)
{
	const char *const *h = r->headers;

	/*
	 * Without this curl waits a second for "100 Continue" before a long
	 * body.
	 */
	if (add_line(c, "Expect:", NULL) == -1)
		return -1;
	if (r->bearer != NULL &&
	    add_line(c, "Authorization: Bearer ", r->bearer) == -1)
		return -1;
	for (; h != NULL && *h != NULL; h++) {
		if (add_line(c, *h, NULL) == -1)
			return -1;
	}
	return 0;
}

static int
take_body(struct http_call *c, const struct http_request *r)
{
	c->is_post = r->method == HTTP_POST;
	if (r->verb != NULL && (c->verb = strdup(r->verb)) == NULL)
		return -1;
	if (r->len == 0)
		return 0;
	if ((c->body = malloc(r->len)) == NULL)
		return -1;
	memcpy(c->body, r->body, r->len);
	c->len = r->len;
	return 0;
}

#define SET(option, value) \
	do { \
		if (set(c->easy, option, value) != CURLE_OK) \
			return -1; \
	} while (0)

/* Set the options common to all requests. */
static int
set_manners(struct http_call *c, bool is_plain)
{
	__typeof__(curl_easy_setopt) *set = c->http->lib.easy_setopt;
	const struct http_opts *o = &c->http->o;

	SET(CURLOPT_NOSIGNAL, 1L);
	SET(CURLOPT_CONNECTTIMEOUT_MS, (long)(o->connect_us / 1000));
	SET(CURLOPT_TIMEOUT_MS, (long)(o->total_us / 1000));
	SET(CURLOPT_PROTOCOLS_STR, is_plain ? "http" : "https");
	SET(CURLOPT_FOLLOWLOCATION, 0L);
	SET(CURLOPT_SSL_VERIFYPEER, 1L);
	SET(CURLOPT_SSL_VERIFYHOST, 2L);
	if (o->ca_file != NULL)
		SET(CURLOPT_CAINFO, o->ca_file);
	SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
	/* Wait for a connection being made, to use a stream of it (HTTP/2). */
	SET(CURLOPT_PIPEWAIT, is_plain ? 0L : 1L);
	SET(CURLOPT_TCP_KEEPALIVE, 1L);
	/* Plain HTTP is for loopback only, and not sent to a proxy. */
	if (is_plain)
		SET(CURLOPT_PROXY, "");
	SET(CURLOPT_USERAGENT, "minutehand/" PACKAGE_VERSION);
	return 0;
}

/* Set the request, and the buffers of the answer. */
static int
set_request(struct http_call *c, const char *url)
{
	__typeof__(curl_easy_setopt) *set = c->http->lib.easy_setopt;

	SET(CURLOPT_URL, url);
	SET(CURLOPT_PRIVATE, c);
	SET(CURLOPT_ERRORBUFFER, c->error);
	SET(CURLOPT_HTTPHEADER, c->lines);
	if (c->verb != NULL)
		SET(CURLOPT_CUSTOMREQUEST, c->verb);
	if (c->is_post) {
		SET(CURLOPT_POST, 1L);
		SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)c->len);
		if (c->len == 0)
			SET(CURLOPT_POSTFIELDS, "");
		SET(CURLOPT_READFUNCTION, on_read);
		SET(CURLOPT_READDATA, c);
	}
	SET(CURLOPT_WRITEFUNCTION, on_body);
	SET(CURLOPT_WRITEDATA, c);
	SET(CURLOPT_HEADERFUNCTION, on_header);
	SET(CURLOPT_HEADERDATA, c);
	return 0;
}

struct http_call *
http_call_new(struct http *h, const struct http_request *r)
{
	bool is_plain = strncasecmp(r->url, "http:", 5) == 0;
	struct http_call *c;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	c->http = h;
	c->start_us = clock_mono_us();
	c->result.cookie = r->cookie;
	(void)buf_reserve(&c->answer, 1);
	if (c->answer.is_failed || take_body(c, r) == -1 ||
	    add_lines(c, r) == -1)
		goto err0;
	if ((c->easy = h->lib.easy_init()) == NULL)
		goto err0;
	if (set_manners(c, is_plain) == -1 || set_request(c, r->url) == -1)
		goto err1;
	return c;
err1:
	h->lib.easy_cleanup(c->easy);
err0:
	http_call_free(c);
	return NULL;
}
