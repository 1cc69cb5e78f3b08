#include "config.h"

#include <string.h>

#include "lib/buf.h"
#include "lib/fault.h"

#include "fcgi/loopback.h"
#include "fcgi/messages.h"
#include "fcgi/request.h"
#include "fcgi/route.h"
#include "tests/unit/tap.h"

#include "lib/ban.h"

/* A body that stands in memory. */
struct source {
	const char *p;
	size_t left;
};

static size_t
read_source(void *cookie, char *p, size_t n)
{
	struct source *s = cookie;

	if (n > s->left)
		n = s->left;
	memcpy(p, s->p, n);
	s->p += n;
	s->left -= n;
	return n;
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

static enum request_rc
read_body(const char *length, const char *body, struct buf *out)
{
	char var[64];
	char *env[] = { var, NULL };
	struct source s = { body, strlen(body) };
	struct faults fs = { .n = 0 };
	struct request req;

	snprintf(var, sizeof(var), "CONTENT_LENGTH=%s", length);
	request_init(&req, env, 0);
	return request_read_body(&req, read_source, &s, out, &fs);
}

static void
test_body(void)
{
	struct buf b = BUF_INIT;

	ok(read_body("3", "abcdef", &b) == REQUEST_OK && b.len == 3,
	    "as long as announced");
	is_str(buf_cstr(&b), "abc", "and no longer");
	ok(read_body("", "abc", &b) == REQUEST_OK && b.len == 0, "no length");
	ok(read_body("4", "abc", &b) == REQUEST_BAD, "truncated");
	ok(read_body("-1", "abc", &b) == REQUEST_BAD, "negative");
	ok(read_body("+1", "abc", &b) == REQUEST_BAD, "signed");
	ok(read_body("1 ", "abc", &b) == REQUEST_BAD, "junk");
	ok(read_body("1048577", "abc", &b) == REQUEST_TOO_LARGE, "too large");
	ok(read_body("99999999999999999999", "", &b) == REQUEST_TOO_LARGE,
	    "far too large");
	buf_fini(&b);
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

static void
test_language(void)
{
	ok(lang_choose(NULL) == LANG_ZH, "no header");
	ok(lang_choose("en") == LANG_EN, "en");
	ok(lang_choose("*") == LANG_ZH, "*");
	ok(lang_choose("zh;q=0.001,en;q=0.002") == LANG_EN, "thousandths");
	ok(lang_choose("en;q=1.001") == LANG_ZH, "above 1 is malformed");
	ok(lang_choose("en;q=0.1234") == LANG_ZH, "four digits are, too");
	ok(lang_choose(" , ;,en ; q=1 ,") == LANG_EN, "odd spacing");
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
	test_params();
	test_language();
	test_loopback();
	return tap_done();
}
