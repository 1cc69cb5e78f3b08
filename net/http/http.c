/* All HTTP that a program sends, by libcurl. Tested in t_http. */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/url.h"
#include "net/http/http.h"
#include "net/http/call.h"

#include "lib/base/ban.h"

#define S INT64_C(1000000)
#define CONNECT_US (10 * S)
#define TOTAL_US (30 * S)
#define PARALLEL 32
#define BODY_MAX (1024 * 1024)

/* Remove a call's transfer from curl; the connection stays. */
static void
call_stop(struct http_call *c)
{
	struct http_call **at = &c->http->running;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	(void)c->http->lib.multi_remove_handle(c->http->multi, c->easy);
	c->http->lib.easy_cleanup(c->easy);
	c->easy = NULL;
}

/* Return whether the request may have reached the server. */
static bool
is_sent(struct http_call *c)
{
	long bytes = 0;

	/* Without its body the request was incomplete. */
	if (c->len > 0)
		return c->given > 0;
	(void)c->http->lib.easy_getinfo(c->easy, CURLINFO_REQUEST_SIZE, &bytes);
	return bytes > 0;
}

static enum http_trouble
trouble_of(CURLcode code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST:
	case CURLE_COULDNT_RESOLVE_PROXY:
		return HTTP_TROUBLE_NAME;
	case CURLE_COULDNT_CONNECT:
		return HTTP_TROUBLE_CONNECTION;
	case CURLE_OPERATION_TIMEDOUT:
		return HTTP_TROUBLE_TIME;
	case CURLE_SSL_CONNECT_ERROR:
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CERTPROBLEM:
	case CURLE_SSL_CIPHER:
	case CURLE_SSL_ISSUER_ERROR:
	case CURLE_USE_SSL_FAILED:
		return HTTP_TROUBLE_TLS;
	default:
		return HTTP_TROUBLE_OTHER;
	}
}

/* Set the result of a transfer that ended with code. */
static void
call_end(struct http_call *c, CURLcode code)
{
	struct http_result *r = &c->result;
	long status = 0;

	(void)c->http->lib.easy_getinfo(c->easy, CURLINFO_RESPONSE_CODE,
	    &status);
	r->status = status >= 200 ? (int)status : 0;
	/* libcurl reports a truncated head as an answer without a body. */
	if (code == CURLE_OK && r->status != 0 && c->is_head_whole)
		r->end = HTTP_ANSWERED;
	else
		r->end = is_sent(c) ? HTTP_MAYBE_SENT : HTTP_NOT_SENT;
	if (r->end != HTTP_ANSWERED)
		r->trouble = trouble_of(code);
	if (r->end != HTTP_ANSWERED)
		(void)snprintf(r->error, sizeof(r->error), "%s",
		    code == CURLE_OK	    ? "the answer broke off" :
			c->error[0] != '\0' ? c->error :
					      c->http->lib.easy_strerror(code));
	r->headers = buf_cstr(&c->headers);
	r->body = c->answer.data;
	r->len = c->answer.len;
	r->took_us = clock_mono_us() - c->start_us;
	call_stop(c);
	c->next = c->http->done;
	c->http->done = c;
}

struct http *
http_new(const struct http_opts *o, struct err *why)
{
	struct http *h;

	if ((h = calloc(1, sizeof(*h))) == NULL)
		goto err0;
	h->o = *o;
	h->watched = -1;
	if (o->ca_file != NULL && *o->ca_file != '\0' &&
	    (h->ca_file = strdup(o->ca_file)) == NULL)
		goto err1;
	h->o.ca_file = h->ca_file;
	if (h->o.connect_us == 0)
		h->o.connect_us = CONNECT_US;
	if (h->o.total_us == 0)
		h->o.total_us = TOTAL_US;
	if (h->o.max_parallel == 0)
		h->o.max_parallel = PARALLEL;
	if (h->o.max_body == 0)
		h->o.max_body = BODY_MAX;
	if (http_lib_open(&h->lib, why) == -1)
		goto err2;
	if ((h->multi = h->lib.multi_init()) == NULL ||
	    h->lib.multi_setopt(h->multi, CURLMOPT_MAXCONNECTS,
		(long)h->o.max_parallel) != CURLM_OK) {
		http_free(h);
		goto err0;
	}
	return h;
err2:
	free(h->ca_file);
	free(h);
	return NULL;
err1:
	free(h);
err0:
	err_set(why, "out of memory");
	return NULL;
}

/* Return whether each header is one line. */
static bool
are_lines(const char *const *h)
{
	for (; h != NULL && *h != NULL; h++) {
		if ((*h)[strcspn(*h, "\r\n")] != '\0')
			return false;
	}
	return true;
}

int
http_start(struct http *h, const struct http_request *r, struct err *why)
{
	const char *reason = h->o.allows_plain ? url_check_plain(r->url) :
						 url_check_request(r->url);
	struct http_call *c = NULL;

	if (reason == NULL && !are_lines(r->headers))
		reason = "a header holds an end of line";
	if (reason == NULL && h->n >= h->o.max_parallel)
		reason = "too many requests are under way";
	if (reason == NULL && (c = http_call_new(h, r)) == NULL)
		reason = "out of memory";
	if (c != NULL &&
	    h->lib.multi_add_handle(h->multi, c->easy) != CURLM_OK) {
		h->lib.easy_cleanup(c->easy);
		http_call_free(c);
		reason = "libcurl does not take it";
	}
	if (reason != NULL)
		return err_set(why, "%s", reason);
	c->next = h->running;
	h->running = c;
	h->n++;
	return 0;
}

size_t
http_count(const struct http *h)
{
	return h->n;
}

/* Let curl work, and take the transfers that have ended. */
static void
work(struct http *h)
{
	struct http_call *c;
	CURLMsg *m;
	int n;

	(void)h->lib.multi_perform(h->multi, &n);
	while ((m = h->lib.multi_info_read(h->multi, &n)) != NULL) {
		CURLcode code = m->data.result;

		c = NULL;
		if (m->msg != CURLMSG_DONE)
			continue;
		(void)h->lib.easy_getinfo(m->easy_handle, CURLINFO_PRIVATE, &c);
		call_end(c, code);
	}
}

void
http_wait(struct http *h, int64_t until_us)
{
	struct curl_waitfd w = { .fd = h->watched, .events = CURL_WAIT_POLLIN };
	int64_t left;

	work(h);
	if (h->done != NULL || h->running == NULL ||
	    (left = until_us - clock_mono_us()) <= 0)
		return;
	/* Rounded up, to avoid a busy loop in the last millisecond. */
	if (left > 3600 * S)
		left = 3600 * S;
	(void)h->lib.multi_poll(h->multi, &w, h->watched == -1 ? 0 : 1,
	    (int)((left + 999) / 1000), NULL);
	work(h);
}

void
http_watch(struct http *h, int fd)
{
	h->watched = fd;
}

struct http_result *
http_result(struct http *h)
{
	struct http_call *c = h->done;

	if (c == NULL)
		return NULL;
	h->done = c->next;
	h->n--;
	return &c->result;
}

void
http_result_free(struct http_result *r)
{
	if (r != NULL)
		http_call_free((struct http_call *)(void *)r);
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	while (h->running != NULL) {
		struct http_call *c = h->running;

		call_stop(c);
		http_call_free(c);
	}
	while (h->done != NULL)
		http_result_free(http_result(h));
	if (h->multi != NULL)
		(void)h->lib.multi_cleanup(h->multi);
	http_lib_close(&h->lib);
	free(h->ca_file);
	free(h);
}
