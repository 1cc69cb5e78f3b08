/*
 * A request read from its variables and its body, with the limits of size and
 * time (fcgi/api/request.h).
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"

#include "fcgi/api/body.h"
#include "fcgi/server/client.h"
#include "fcgi/api/loopback.h"
#include "fcgi/api/messages.h"
#include "fcgi/api/request.h"
#include "fcgi/api/route.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* A body that stands in memory. */
struct source {
	const char *p;
	size_t left;
	enum client_read end; /* what comes behind it */
	bool is_gone;
	int64_t waited_us; /* at most, for the last piece */
};

static enum client_read
read_source(void *self, char *p, size_t *n, int64_t wait_us)
{
	struct source *s = self;

	s->waited_us = wait_us;
	if (s->left == 0)
		return s->end;
	if (*n > s->left)
		*n = s->left;
	memcpy(p, s->p, *n);
	s->p += *n;
	s->left -= *n;
	return CLIENT_DATA;
}

static bool
wait_source(void *self, int64_t us)
{
	const struct source *s = self;

	(void)us;
	return !s->is_gone;
}

static void
test_variables(void)
{
	char *env[] = { (char *)"REQUEST_METHOD=HEAD", (char *)"PATH_INFO=/a=b",
		(char *)"NOVALUE", (char *)"PATH_INFOX=no",
		(char *)"HTTP_X_REQUEST_ID=abc", NULL };
	struct request req, other;

	request_init(&req, env, 1);
	ok(req.method == HTTP_GET && req.is_head, "HEAD is a GET");
	is_str(request_var(&req, HTTP_VAR_PATH_INFO), "/a=b", "a value");
	is_str(request_var(&req, HTTP_VAR_HOST), "", "one not given");
	is_str(req.trace_id, "abc", "the client's id");
	env[4] = NULL;
	request_init(&req, env, 1);
	request_init(&other, env, 2);
	is_int((long long)strlen(req.trace_id), 32, "a generated id");
	ok(strcmp(req.trace_id, other.trace_id) != 0, "and another");
}

/* A way in which a body comes. */
struct body_case {
	const char *what;
	const char *vars[3];
	const char *body;
	bool is_framed;
	enum client_read end;
	bool is_gone;
	enum request_rc rc;
	int len; /* of what was read */
};

#define TYPE "CONTENT_TYPE=application/json"
#define CHUNKED "HTTP_TRANSFER_ENCODING=chunked"
#define H1 "SERVER_PROTOCOL=HTTP/1.1"
#define H2 "SERVER_PROTOCOL=HTTP/2.0"
#define LENGTH "CONTENT_LENGTH="

/* clang-format off */
static const struct body_case bodies[] = {
	{ "no longer than announced", { LENGTH "3" }, "abcdef", false, CLIENT_END, false, REQUEST_OK, 3 },
	{ "truncated", { LENGTH "4" }, "abc", false, CLIENT_END, false, REQUEST_BAD, 3 },
	{ "negative", { LENGTH "-1" }, "abc", false, CLIENT_END, false, REQUEST_BAD, 0 },
	{ "signed", { LENGTH "+1" }, "abc", false, CLIENT_END, false, REQUEST_BAD, 0 },
	{ "junk", { LENGTH "1 " }, "abc", false, CLIENT_END, false, REQUEST_BAD, 0 },
	{ "too large", { LENGTH "1048577" }, "abc", false, CLIENT_END, false, REQUEST_TOO_LARGE, 0 },
	{ "far too large", { LENGTH "99999999999999999999" }, "", false, CLIENT_END, false, REQUEST_TOO_LARGE, 0 },
	{ "length 0", { LENGTH "0", TYPE }, "abc", false, CLIENT_END, false, REQUEST_OK, 0 },
	{ "nothing announces one", { LENGTH, H1 }, "abc", false, CLIENT_END, false, REQUEST_OK, 0 },
	{ "chunked", { CHUNKED, H1 }, "abc", false, CLIENT_END, false, REQUEST_OK, 3 },
	{ "chunked, an empty length", { CHUNKED, H1, LENGTH }, "abc", false, CLIENT_END, false, REQUEST_OK, 3 },
	{ "chunked, nothing in it", { CHUNKED, H1 }, "", false, CLIENT_END, false, REQUEST_OK, 0 },
	{ "a type alone", { TYPE, H1 }, "abc", false, CLIENT_END, false, REQUEST_OK, 3 },
	{ "HTTP/2", { H2 }, "abc", false, CLIENT_END, false, REQUEST_OK, 3 },
	{ "a protocol not given", { NULL }, "abc", false, CLIENT_END, false, REQUEST_OK, 3 },
	{ "chunked, the client has gone", { CHUNKED, H1 }, "abc", false, CLIENT_END, true, REQUEST_BAD, 3 },
	{ "chunked, cut", { CHUNKED, H1 }, "abc", false, CLIENT_CUT, false, REQUEST_BAD, 3 },
	{ "chunked, slow", { CHUNKED, H1 }, "abc", false, CLIENT_SLOW, false, REQUEST_SLOW, 3 },
	{ "a length, slow", { LENGTH "4" }, "abc", false, CLIENT_SLOW, false, REQUEST_SLOW, 3 },
	{ "a length, stopped", { LENGTH "4" }, "abc", false, CLIENT_STOP, false, REQUEST_STOP, 3 },
	{ "framed", { H1 }, "abc", true, CLIENT_END, false, REQUEST_OK, 3 },
	{ "framed, as announced", { LENGTH "3" }, "abc", true, CLIENT_END, false, REQUEST_OK, 3 },
	{ "framed, shorter", { LENGTH "4" }, "abc", true, CLIENT_END, false, REQUEST_BAD, 3 },
	{ "framed, longer", { LENGTH "2" }, "abc", true, CLIENT_END, false, REQUEST_BAD, 3 },
	{ "framed, cut", { LENGTH "3" }, "abc", true, CLIENT_CUT, false, REQUEST_BAD, 3 },
	{ "framed, cut before it began", { H1 }, "", true, CLIENT_CUT, false, REQUEST_BAD, 0 },
};
/* clang-format on */

static void
test_body(void)
{
	static const struct client_ops ops = { read_source, wait_source, NULL };
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof(bodies) / sizeof(bodies[0]); i++) {
		const struct body_case *c = &bodies[i];
		char *env[] = { (char *)c->vars[0], (char *)c->vars[1],
			(char *)c->vars[2], NULL };
		struct source s = { c->body, strlen(c->body), c->end,
			c->is_gone, 0 };
		struct client client = { .ops = &ops,
			.self = &s,
			.is_framed = c->is_framed };
		struct faults fs = { .n = 0 };
		struct request req;
		enum request_rc rc;

		request_init(&req, env, 0);
		rc = body_read(&req, &client, &b, &fs);
		ok(rc == c->rc && b.len == (size_t)c->len, "body: %s", c->what);
		ok((rc == REQUEST_BAD) == (fs.n == 1), "body: %s: a reason",
		    c->what);
	}
	printf("# %zu forms of a body\n", sizeof(bodies) / sizeof(bodies[0]));
	buf_fini(&b);
}

/* Larger than allowed, and no length said so. */
static void
test_large_body(void)
{
	static const struct client_ops ops = { read_source, wait_source, NULL };
	char *env[] = { (char *)CHUNKED, NULL };
	size_t n = HTTP_BODY_MAX + 1;
	char *text = calloc(1, n);
	struct buf b = BUF_INIT;

	for (int over = 0; over < 2 && text != NULL; over++) {
		struct source s = { text, HTTP_BODY_MAX + (size_t)over,
			CLIENT_END, false, 0 };
		struct client client = { .ops = &ops, .self = &s };
		struct faults fs = { .n = 0 };
		struct request req;
		enum request_rc rc;

		request_init(&req, env, 0);
		rc = body_read(&req, &client, &b, &fs);
		ok(rc == (over ? REQUEST_TOO_LARGE : REQUEST_OK),
		    "%d bytes over the limit", over);
		is_int((long long)s.left, 0, "are read all the same");
	}
	free(text);
	buf_fini(&b);
}

/* A body that comes a byte at a time, each after a while. */
struct drip {
	int64_t every_us;
	int64_t least_us, most_us; /* that the reader was ready to wait */
	int bytes;
};

static enum client_read
read_drip(void *self, char *p, size_t *n, int64_t wait_us)
{
	struct drip *d = self;

	if (d->bytes == 0 || wait_us < d->least_us)
		d->least_us = wait_us;
	if (wait_us > d->most_us)
		d->most_us = wait_us;
	if (d->every_us > wait_us) {
		clock_sleep_us(wait_us);
		return CLIENT_SLOW;
	}
	clock_sleep_us(d->every_us);
	d->bytes++;
	*p = 'x';
	*n = 1;
	return CLIENT_DATA;
}

/*
 * Each byte in time, and all of them not: the limit for the whole ends it, by
 * what was waited for the last one.  The usual limits are told by the first
 * wait; a byte that never comes ends it by itself.
 */
static void
test_slow_body(void)
{
	static const struct client_ops ops = { read_drip, wait_source, NULL };
	static const struct {
		const char *what;
		struct body_limits limits;
		int64_t every_us;
		bool is_some; /* it came, and was not enough */
	} cases[] = {
		{ "in all", { 100000, 200000 }, 10000, true },
		{ "without a byte", { 50000, 10000000 }, 60000, false },
		{ "the whole is shorter", { 10000000, 50000 }, 60000, false },
	};
	char *env[] = { (char *)LENGTH "1000000", NULL };
	struct buf b = BUF_INIT;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct body_limits *l = &cases[i].limits;
		struct drip d = { .every_us = cases[i].every_us };
		struct client client = { .ops = &ops, .self = &d };
		struct faults fs = { .n = 0 };
		int64_t began = clock_mono_us();
		struct request req;

		request_init(&req, env, 0);
		is_int(body_read_within(l, &req, &client, &b, &fs),
		    REQUEST_SLOW, "slow: %s", cases[i].what);
		ok(clock_mono_us() - began <= l->total_us + 5000000, "it ends");
		ok(d.most_us <= l->idle_us && d.most_us <= l->total_us,
		    "no byte is waited for longer than either limit");
		ok((d.bytes > 0) == cases[i].is_some, "%d bytes came", d.bytes);
	}
	buf_fini(&b);
}

/* What a client has by the manual. */
static void
test_usual_limits(void)
{
	static const struct client_ops ops = { read_source, wait_source, NULL };
	char *env[] = { (char *)LENGTH "1000000", NULL };
	struct source s = { "", 0, CLIENT_SLOW, false, 0 };
	struct client client = { .ops = &ops, .self = &s };
	struct faults fs = { .n = 0 };
	struct buf b = BUF_INIT;
	struct request req;

	request_init(&req, env, 0);
	is_int(body_read(&req, &client, &b, &fs), REQUEST_SLOW, "slow");
	is_int(s.waited_us, 10 * CLOCK_US_PER_S, "10 s for a byte");
	is_int(body_usual.total_us, 60 * CLOCK_US_PER_S, "60 s in all");
	buf_fini(&b);
}

static void
test_needed_vars(void)
{
	static const char *const needed[] = { "REQUEST_METHOD=GET",
		"QUERY_STRING=", "REMOTE_ADDR=" };

	for (int without = 0; without < 4; without++) {
		struct faults fs = { .n = 0 };
		struct request req;
		char *env[4];
		int n = 0;

		for (int i = 0; i < 3; i++)
			if (i != without)
				env[n++] = (char *)needed[i];
		env[n] = NULL;
		request_init(&req, env, 0);
		is_int(request_check_vars(&req, &fs), without < 3 ? -1 : 0,
		    "variables without number %d", without);
		is_int((long long)fs.n, without < 3, "a reason");
	}
}

static void
test_params(void)
{
	static const struct route route = { .input = ROUTE_INPUT_PARAMS };
	char *env[] = { (char *)"QUERY_STRING=a=1%2b+2&b=%zz&c=x&c=y&d&e=%00"
				"&f=%e9%98%9f&g=%ff&&=z",
		NULL };
	struct buf query = BUF_INIT, body = BUF_INIT;
	struct faults fs = { .n = 0 };
	struct request req;
	const char *v;

	request_init(&req, env, 0);
	req.route = &route;
	ok(request_read_input(&req, &query, &body, &fs) == REQUEST_OK,
	    "a query is read, whatever is in it");
	ok(request_param(&req, "a", &v, &fs) == 0, "one that is asked for");
	is_str(v, "1+ 2", "is decoded");
	ok(request_param(&req, "b", &v, &fs) == -1, "a bad escape");
	ok(request_param(&req, "c", &v, &fs) == -1, "given twice");
	ok(request_param(&req, "d", &v, &fs) == 0 && v[0] == '\0', "no value");
	ok(request_param(&req, "e", &v, &fs) == -1, "NUL");
	ok(request_param(&req, "f", &v, &fs) == 0, "UTF-8");
	is_str(v, "队", "is decoded");
	ok(request_param(&req, "g", &v, &fs) == -1, "not UTF-8");
	ok(request_param(&req, "h", &v, &fs) == 0 && v == NULL, "absent");
	is_int((long long)fs.n, 4, "a fault for each bad one");
	request_fini(&req);
	env[0] = (char *)"QUERY_STRING=a=1&%zz=1";
	request_init(&req, env, 0);
	req.route = &route;
	ok(request_read_input(&req, &query, &body, &fs) == REQUEST_BAD,
	    "a name that cannot be read");
	request_fini(&req);
	buf_fini(&query);
	buf_fini(&body);
}

static bool
is_local(const char *addr, const char *host)
{
	char a[64], h[64];
	char *env[] = { a, h, NULL };
	struct request req;

	snprintf(a, sizeof(a), "REMOTE_ADDR=%s", addr);
	snprintf(h, sizeof(h), "HTTP_HOST=%s", host);
	request_init(&req, env, 0);
	return loopback_is_local(&req);
}

static void
test_loopback(void)
{
	ok(is_local("127.0.0.1", "localhost"), "this host");
	ok(is_local("::1", "[::1]:80"), "this host, version 6");
	ok(is_local("::FFFF:127.0.0.1", "127.0.0.1:8"), "mapped");
	ok(!is_local("127.0.0.1", "127.0.0.1.example"), "a name like one");
	ok(!is_local("127.0.0.1", ""), "an empty host");
	ok(!is_local("127.0.0.1", "[::1"), "a bracket too few");
	ok(!is_local("10.0.0.1", "localhost"), "another host");
	ok(!is_local("", "localhost"), "no address");
}

int
main(void)
{
	test_variables();
	test_body();
	test_large_body();
	test_slow_body();
	test_usual_limits();
	test_needed_vars();
	test_params();
	test_loopback();
	return tap_done();
}
