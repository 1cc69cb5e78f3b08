/*
 * HTTP against a server within this process: limits, cut answers, silence
 * (net/http/http.h).
 */
#include "config.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/secret/secret.h"
#include "net/http/http.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define MS INT64_C(1000)

/* A server within this process: it gives one canned answer at a time. */
struct server {
	int listener, fd;
	char url[64];
	struct buf got; /* the request */
};

static void
server_open(struct server *s)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);

	memset(s, 0, sizeof(*s));
	s->fd = -1;
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	s->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (s->listener == -1 ||
	    bind(s->listener, (struct sockaddr *)&a, n) == -1 ||
	    listen(s->listener, 16) == -1 ||
	    getsockname(s->listener, (struct sockaddr *)&a, &n) == -1 ||
	    fcntl(s->listener, F_SETFL, O_NONBLOCK) == -1)
		abort();
	(void)snprintf(s->url, sizeof(s->url), "http://127.0.0.1:%d/p?q=1",
	    ntohs(a.sin_port));
}

static void
server_close(struct server *s)
{
	if (s->fd != -1)
		(void)close(s->fd);
	if (s->listener != -1)
		(void)close(s->listener);
	buf_fini(&s->got);
}

/* Is there a whole request with a body of len bytes? */
static bool
is_whole(struct server *s, size_t len)
{
	const char *end = strstr(buf_cstr(&s->got), "\r\n\r\n");

	return end != NULL && strlen(end + 4) >= len;
}

/* Take what comes; answer with n bytes of text and hang up. */
static void
serve(struct server *s, const char *text, size_t n, size_t len)
{
	char block[4096];
	ssize_t got;

	if (s->fd == -1 && (s->fd = accept(s->listener, NULL, NULL)) == -1)
		return;
	while ((got = recv(s->fd, block, sizeof(block), MSG_DONTWAIT)) > 0)
		buf_add(&s->got, block, (size_t)got);
	if (!is_whole(s, len))
		return;
	if (send(s->fd, text, n, MSG_NOSIGNAL) != (ssize_t)n)
		abort();
	(void)close(s->fd);
	s->fd = -1;
}

/* One POST that is answered with text. */
static struct http_result *
exchange(struct http *h, struct server *s, const char *text, size_t n)
{
	static const char *const headers[] = { "Accept: a/b", NULL };
	struct secret *key = secret_new("k3y", 3);
	struct http_request r = { HTTP_POST, NULL, s->url, headers, key, "body",
		4, s };
	struct http_result *res = NULL;
	int64_t end = clock_mono_us() + 10000 * MS;
	struct err why = { "" };

	buf_reset(&s->got);
	ok(http_start(h, &r, &why) == 0, "start: %s", why.text);
	secret_free(key);
	while (res == NULL && clock_mono_us() < end) {
		http_wait(h, clock_mono_us() + 5 * MS);
		serve(s, text, n, 4);
		res = http_result(h);
	}
	return res;
}

static struct http *
new_http(size_t max_parallel, int64_t total_us)
{
	struct http_opts o = { .max_parallel = max_parallel,
		.total_us = total_us,
		.max_body = 1000 };
	struct err why = { "" };
	struct http *h = http_new(&o, &why);

	if (h == NULL) {
		printf("Bail out! %s\n", why.text);
		exit(1);
	}
	return h;
}

static void
test_request(void)
{
	static const char answer[] =
	    "HTTP/1.1 100 Continue\r\nX-First: 1\r\n\r\n"
	    "HTTP/1.1 201 Made\r\nX-Second: 2\r\nContent-Length: 3\r\n\r\na\0b";
	struct http *h = new_http(4, 0);
	struct http_result *r;
	struct server s;
	const char *got;

	server_open(&s);
	r = exchange(h, &s, answer, sizeof(answer) - 1);
	ok(r != NULL && r->end == HTTP_ANSWERED && r->status == 201,
	    "answered");
	ok(r != NULL && r->len == 3 && memcmp(r->body, "a\0b", 4) == 0,
	    "the body, with its NUL");
	ok(r != NULL &&
		strcmp(r->headers,
		    "X-Second: 2\r\n"
		    "Content-Length: 3\r\n\r\n") == 0,
	    "the headers of the last answer alone");
	ok(r != NULL && r->cookie == &s && r->error[0] == '\0', "the cookie");
	http_result_free(r);
	got = buf_cstr(&s.got);
	ok(strncmp(got, "POST /p?q=1 HTTP/1.1\r\n", 22) == 0, "what was sent");
	ok(strstr(got, "\r\nAuthorization: Bearer k3y\r\n") != NULL, "the key");
	ok(strstr(got, "\r\nAccept: a/b\r\n") != NULL, "a header");
	ok(strstr(got, "\r\nContent-Length: 4\r\n") != NULL &&
		strstr(got, "\r\n\r\nbody") != NULL,
	    "the body");
	ok(strstr(got, "Expect") == NULL, "nothing is expected");
	is_int((long long)http_count(h), 0, "none is under way");
	server_close(&s);
	http_free(h);
}

/* Answers that are none, with the status that was seen. */
static const struct {
	const char *text;
	int status;
} broken[] = {
	{ "", 0 },
	{ "garbage\r\n\r\n", 0 },
	{ "HTTP/1.1 20", 0 },
	{ "HTTP/1.1 100 Continue\r\n\r\n", 0 },
	{ "HTTP/1.1 201 Made\r\nContent-Le", 201 },
	{ "HTTP/1.1 201 Made\r\nContent-Length: 10\r\n\r\nshort", 201 },
	{ "HTTP/1.1 201 Made\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nabc",
	    201 },
	{ "HTTP/1.1 400 No\r\nContent-Length: 10\r\n\r\n", 400 },
};

static void
test_broken(void)
{
	struct http *h = new_http(4, 2000 * MS);
	struct http_result *r;
	struct server s;

	server_open(&s);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		r = exchange(h, &s, broken[i].text, strlen(broken[i].text));
		ok(r != NULL && r->end == HTTP_MAYBE_SENT && r->error[0] != 0 &&
			r->status == broken[i].status,
		    "cut %zu: %d %s", i, r == NULL ? -1 : r->status,
		    r == NULL ? "" : r->error);
		http_result_free(r);
	}
	server_close(&s);
	http_free(h);
}

/* More than we want to read. */
static void
test_limits(void)
{
	struct buf b = BUF_INIT;
	struct http *h = new_http(4, 2000 * MS);
	struct http_result *r;
	struct server s;

	server_open(&s);
	buf_str(&b, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n");
	for (int i = 0; i < 1000; i++)
		buf_char(&b, 'x');
	r = exchange(h, &s, b.data, b.len);
	ok(r != NULL && r->end == HTTP_ANSWERED && r->len == 1000,
	    "as long as may be");
	http_result_free(r);
	buf_reset(&b);
	buf_str(&b, "HTTP/1.1 200 OK\r\nContent-Length: 1001\r\n\r\n");
	for (int i = 0; i < 1001; i++)
		buf_char(&b, 'x');
	r = exchange(h, &s, b.data, b.len);
	ok(r != NULL && r->end == HTTP_MAYBE_SENT && r->len <= 1000, "longer");
	http_result_free(r);
	buf_reset(&b);
	buf_str(&b, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 4000; i++)
		buf_str(&b, "X-Many: 12345\r\n");
	buf_str(&b, "Content-Length: 0\r\n\r\n");
	r = exchange(h, &s, b.data, b.len);
	ok(r != NULL && r->end == HTTP_MAYBE_SENT, "a head without end");
	http_result_free(r);
	buf_fini(&b);
	server_close(&s);
	http_free(h);
}

/* What is longer is cut, where that is wanted. */
static void
test_cut(void)
{
	const struct http_opts o = { .total_us = 2000 * MS,
		.max_body = 1000,
		.drops_rest = true };
	struct err why;
	char body[40001];
	struct http *h = http_new(&o, &why);
	struct buf b = BUF_INIT;
	struct http_result *r;
	struct server s;

	memset(body, 'x', sizeof(body) - 1);
	body[sizeof(body) - 1] = '\0';
	server_open(&s);
	buf_printf(&b, "HTTP/1.1 503 Later\r\nContent-Length: 40000\r\n\r\n%s",
	    body);
	r = exchange(h, &s, b.data, b.len);
	ok(r != NULL && r->end == HTTP_ANSWERED && r->status == 503,
	    "longer, and answered");
	ok(r != NULL && r->len == 1000 && r->body[1000] == '\0' &&
		strspn(r->body, "x") == 1000,
	    "as much as was wanted");
	http_result_free(r);
	buf_fini(&b);
	server_close(&s);
	http_free(h);
}

/* Requests that are not begun, and why. */
static void
test_refused(struct server *s)
{
	static const char *const bad[] = { "A: b\r\nC: d", NULL };
	const struct {
		struct http_request r;
		const char *why;
	} cases[] = {
		{ { .url = "http://example.org/" }, "https://" },
		{ { .url = "file:///etc/passwd" }, "https://" },
		{ { .url = "" }, "https://" },
		{ { .url = s->url, .headers = bad }, "header" },
	};
	struct http *h = new_http(1, 100 * MS);
	struct http_request fine = { .url = s->url };
	struct err why;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		err_clear(&why);
		ok(http_start(h, &cases[i].r, &why) == -1 &&
			strstr(why.text, cases[i].why) != NULL &&
			http_count(h) == 0,
		    "not begun: %s", why.text);
	}
	ok(http_start(h, &fine, &why) == 0, "one may run");
	ok(http_start(h, &fine, &why) == -1 &&
		strstr(why.text, "too many") != NULL && http_count(h) == 1,
	    "but no second");
	http_free(h);
}

static struct http_result *
wait_result(struct http *h)
{
	int64_t end = clock_mono_us() + 10000 * MS;
	struct http_result *r;

	while ((r = http_result(h)) == NULL && clock_mono_us() < end)
		http_wait(h, end);
	return r;
}

/* Somebody who takes the request and says nothing; and nobody. */
static void
test_silence(struct server *s)
{
	struct http *h = new_http(8, 150 * MS);
	struct http_request r = { .method = HTTP_POST,
		.url = s->url,
		.body = "x",
		.len = 1 };
	struct http_result *res;
	int64_t from = clock_mono_us();
	struct err why;

	http_wait(h, from + 5000 * MS);
	ok(clock_mono_us() - from < 4000 * MS, "nothing to wait for");
	ok(http_result(h) == NULL, "no result");
	(void)http_start(h, &r, &why);
	http_wait(h, 0);
	ok(http_result(h) == NULL && http_count(h) == 1, "a past deadline");
	res = wait_result(h);
	ok(res != NULL && res->end == HTTP_MAYBE_SENT && res->status == 0 &&
		res->took_us >= 140 * MS,
	    "no answer: %s", res == NULL ? "" : res->error);
	http_result_free(res);
	http_result_free(NULL);
	(void)close(s->listener);
	s->listener = -1;
	(void)http_start(h, &r, &why);
	res = wait_result(h);
	ok(res != NULL && res->end == HTTP_NOT_SENT, "nobody there: %s",
	    res == NULL ? "" : res->error);
	http_result_free(res);
	/* What is under way and what nobody fetched ends with it. */
	(void)http_start(h, &r, &why);
	http_wait(h, clock_mono_us() + 1000 * MS);
	(void)http_start(h, &r, &why);
	is_int((long long)http_count(h), 2, "two are left");
	http_free(h);
	http_free(NULL);
}

int
main(void)
{
	struct server s;

	test_request();
	test_broken();
	test_limits();
	test_cut();
	server_open(&s);
	test_refused(&s);
	test_silence(&s);
	server_close(&s);
	return tap_done();
}
