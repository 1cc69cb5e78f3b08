/*
 * Requests to Render's API: keys, rates, requests under way, answers. Which run
 * is sent when is not known here. Tested in tests/render/http.bats.
 */
#include "config.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/conf/keys.h"
#include "lib/secret/secret.h"
#include "lib/base/utf8.h"
#include "net/http/http.h"
#include "ticker/render/rate.h"
#include "ticker/render/api.h"
#include "ticker/render/ask.h"
#include "ticker/render/parse.h"

#include "lib/base/ban.h"

/* Maximum bytes of an answer: a page of jobs with long commands. */
#define BODY_MAX ((size_t)16 * 1024 * 1024)

/* A request under way. */
struct pending {
	enum render_op op;
	int key;
	struct secret *secret; /* the key it was sent with; held */
	void *cookie;
	char cursor[RENDER_CURSOR_MAX]; /* the page requested */
	struct pending *next;
};

struct render {
	const struct conf *conf;
	struct keys *keys;
	struct http *http; /* NULL before the first request */
	int watched;	   /* descriptor that ends render_wait, or -1 */
	struct pending *pending;
	struct rate rates[];
};

/* Rate limit and method of the operations. */
static const struct op {
	enum rate_kind kind;
	enum http_method method;
} ops[RENDER_OP__MAX] = {
	[RENDER_CREATE] = { RATE_CREATE, HTTP_POST },
	[RENDER_LIST] = { RATE_READ, HTTP_GET },
	[RENDER_EVENTS] = { RATE_READ, HTTP_GET },
	[RENDER_GET] = { RATE_READ, HTTP_GET },
	[RENDER_CANCEL] = { RATE_WRITE, HTTP_POST },
};

/* Add a request with the key; NULL with the reason. */
static struct pending *
pending_new(struct render *r, int key, const struct render_ask *ask,
    struct err *why)
{
	struct secret *secret = keys_get(r->keys, key, why);
	struct pending *p;

	if (secret == NULL)
		return NULL;
	if ((p = calloc(1, sizeof(*p))) == NULL) {
		err_set(why, "out of memory");
		return NULL;
	}
	p->op = ask->op;
	p->key = key;
	p->secret = secret_hold(secret);
	p->cookie = ask->cookie;
	if (ask->cursor != NULL)
		(void)snprintf(p->cursor, sizeof(p->cursor), "%s", ask->cursor);
	p->next = r->pending;
	r->pending = p;
	return p;
}

static void
pending_free(struct render *r, struct pending *p)
{
	struct pending **at = &r->pending;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	secret_free(p->secret);
	free(p);
}

static int
open_http(struct render *r, struct err *why)
{
	const struct http_opts o = {
		.ca_file = r->conf->ca_file,
		.total_us = r->conf->http_timeout_us,
		.max_parallel = (size_t)r->conf->max_parallel,
		.max_body = BODY_MAX,
	};

	if (conf_check_ca(r->conf, why) == -1)
		return -1;
	if (r->http == NULL)
		r->http = http_new(&o, why);
	return r->http == NULL ? -1 : 0;
}

/* Start the request of p. */
static int
start(struct render *r, struct pending *p, const struct render_ask *ask,
    struct err *why)
{
	static const char *const headers[] = {
		"Accept: application/json",
		"Content-Type: application/json",
		NULL,
	};
	struct http_request req = {
		.method = ops[ask->op].method,
		.headers = headers,
		.bearer = p->secret,
		.cookie = p,
	};
	struct buf body = BUF_INIT;
	char *url = NULL;
	int rc = -1;

	render_ask_body(ask, &body);
	url = render_ask_url(r->conf->render_keys[p->key].base_url, ask);
	req.url = url;
	req.body = buf_cstr(&body);
	req.len = body.len;
	if (url == NULL || body.is_failed)
		err_set(why, "out of memory");
	else
		rc = http_start(r->http, &req, why);
	free(url);
	buf_fini(&body);
	return rc;
}

static enum render_class
class_of_status(int status)
{
	if (status == 429 || status == 503)
		return RENDER_LATER;
	if (status == 401 || status == 403)
		return RENDER_DENIED;
	if (status >= 400 && status < 500)
		return RENDER_REFUSED;
	return RENDER_UNKNOWN;
}

/* Set the message of an error: "HTTP 400: free tier plans are not …". */
static void
read_error(struct render_answer *a, const struct http_result *res)
{
	char text[RENDER_MESSAGE_MAX + 32];

	render_parse_error(a, res->body, res->len);
	(void)snprintf(text, sizeof(text), "HTTP %d: %s", res->status,
	    a->message[0] != '\0' ? a->message : "without a word");
	utf8_clean(text, strlen(text), a->message, sizeof(a->message));
}

/* Read a complete answer. */
static void
read_answer(struct render_answer *a, const struct http_result *res)
{
	if (res->status >= 200 && res->status < 300) {
		a->class = render_parse(a, res->body, res->len) == 0 ?
		    RENDER_OK :
		    RENDER_UNKNOWN;
		return;
	}
	a->class = class_of_status(res->status);
	if (res->status < 400)
		(void)snprintf(a->message, sizeof(a->message),
		    "status %d, a redirect, which is not followed: is "
		    "base_url right?",
		    res->status);
	else
		read_error(a, res);
}

static void
fill_answer(struct render_answer *a, const struct pending *p,
    struct http_result *res, const struct rate_report *rep)
{
	a->cookie = p->cookie;
	a->op = p->op;
	a->status = res->status;
	a->is_sent = res->end != HTTP_NOT_SENT;
	if (res->end == HTTP_ANSWERED) {
		/* An error message must not disclose the key. */
		secret_mask(p->secret, 0, res->body, res->len);
		read_answer(a, res);
	} else {
		a->class = a->is_sent ? RENDER_UNKNOWN : RENDER_LATER;
		utf8_clean(res->error, strlen(res->error), a->message,
		    sizeof(a->message));
	}
	if (a->class == RENDER_LATER && rep->retry_us != RATE_NONE)
		a->retry_us = rep->retry_us;
	/* A repeated cursor would request the same page for ever. */
	if (strcmp(a->cursor, p->cursor) == 0)
		a->is_last = true;
}

/*
 * Wipe and remove the variables that hold keys, so that neither child processes
 * nor readers of /proc/PID/environ get them.
 */
static void
forget_env(const struct conf *c, render_env *env)
{
	for (size_t i = 0; i < c->nrender_keys; i++) {
		const char *name = c->render_keys[i].env;
		char *value = *name == '\0' ? NULL : env(name);

		if (value == NULL)
			continue;
		secret_wipe(value, strlen(value));
		(void)unsetenv(name);
	}
}

struct render *
render_new(const struct conf *c, render_env *env, struct err *why)
{
	struct render *r;

	r = calloc(1, sizeof(*r) + c->nrender_keys * sizeof(r->rates[0]));
	if (r == NULL || (r->keys = keys_new(c, env)) == NULL) {
		err_set(why, "out of memory");
		free(r);
		return NULL;
	}
	r->watched = -1;
	r->conf = c;
	forget_env(c, env);
	if (c->nrender_keys > 0)
		secret_guard_process();
	return r;
}

void
render_refresh(struct render *r)
{
	keys_refresh(r->keys);
}

int
render_key(const struct render *r, const char *service, struct err *why)
{
	int key = conf_render_key_for(r->conf, service);

	if (key == -1)
		err_set(why, "no render_key is for service %s", service);
	else if (keys_get(r->keys, key, why) == NULL)
		return -1;
	return key;
}

unsigned
render_key_version(const struct render *r, int key)
{
	return keys_version(r->keys, key);
}

int64_t
render_ready(const struct render *r, int key, enum render_op op, int64_t now_us)
{
	if (render_count(r) >= (size_t)r->conf->max_parallel)
		return RENDER_WAIT;
	return rate_ready(&r->rates[key], ops[op].kind, now_us);
}

int64_t
render_left(const struct render *r, int key, enum render_op op, int64_t now_us)
{
	return rate_left(&r->rates[key], ops[op].kind, now_us);
}

int
render_start(struct render *r, int key, const struct render_ask *ask,
    struct err *why)
{
	struct pending *p;

	assert(ask->op != RENDER_CREATE || ask->command != NULL);
	assert((ask->op != RENDER_GET && ask->op != RENDER_CANCEL) ||
	    ask->job != NULL);
	if (open_http(r, why) == -1)
		return -1;
	if ((p = pending_new(r, key, ask, why)) == NULL)
		return -1;
	if (start(r, p, ask, why) == -1) {
		pending_free(r, p);
		return -1;
	}
	rate_start(&r->rates[key], ops[ask->op].kind);
	return 0;
}

size_t
render_count(const struct render *r)
{
	return r->http == NULL ? 0 : http_count(r->http);
}

void
render_wait(struct render *r, int64_t until_us)
{
	if (r->http == NULL)
		return;
	http_watch(r->http, r->watched);
	http_wait(r->http, until_us);
}

void
render_watch(struct render *r, int fd)
{
	r->watched = fd;
}

struct render_answer *
render_next(struct render *r, int64_t now_us)
{
	struct http_result *res;
	struct render_answer *a;
	struct rate_report rep;
	struct pending *p;

	if (r->http == NULL || (res = http_result(r->http)) == NULL)
		return NULL;
	p = res->cookie;
	rate_read(res->headers, res->status, now_us, &rep);
	rate_end(&r->rates[p->key], ops[p->op].kind,
	    res->status != 0 ? &rep : NULL, now_us);
	/*
	 * Without memory the answer is dropped, as if the request had been
	 * lost.
	 */
	if ((a = calloc(1, sizeof(*a))) != NULL)
		fill_answer(a, p, res, &rep);
	pending_free(r, p);
	http_result_free(res);
	return a;
}

void
render_answer_free(struct render_answer *a)
{
	if (a == NULL)
		return;
	for (size_t i = 0; a->jobs != NULL && i < a->njobs; i++)
		free(a->jobs[i].command);
	free(a->jobs);
	free(a->events);
	free(a);
}

void
render_free(struct render *r)
{
	if (r == NULL)
		return;
	while (r->pending != NULL)
		pending_free(r, r->pending);
	http_free(r->http);
	keys_free(r->keys);
	free(r);
}
