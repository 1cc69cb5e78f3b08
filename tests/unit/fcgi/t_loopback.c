/* Which requests come from this host alone (fcgi/api/loopback.h). */
#include "config.h"

#include <string.h>

#include "fcgi/api/loopback.h"
#include "fcgi/api/request.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/*
 * anonymous = loopback lets programs of this host in, and nobody else: not by
 * a name that only looks like it, not through a proxy, not a page of another
 * site in somebody's browser.
 */

static bool
is_local(const char *const *vars)
{
	char *env[16] = { NULL };
	struct request req;
	size_t n = 0;

	for (; vars[n] != NULL; n++)
		env[n] = (char *)(uintptr_t)vars[n];
	request_init(&req, env, 0);
	return loopback_is_local(&req);
}

/* One variable that varies, beside a good address and host. */
static bool
is_local_with(const char *name, const char *value)
{
	const char *vars[] = { "REMOTE_ADDR=127.0.0.1", "HTTP_HOST=localhost",
		NULL, NULL };
	char var[256];

	(void)snprintf(var, sizeof(var), "%s=%s", name, value);
	vars[2] = var;
	return is_local(vars);
}

struct one {
	const char *value;
	bool is_local;
};

static const struct one addresses[] = {
	{ "127.0.0.1", true },
	{ "127.0.0.2", true },
	{ "127.255.255.254", true },
	{ "::1", true },
	{ "::ffff:127.0.0.1", true },
	{ "::FFFF:127.9.9.9", true },
	{ "", false },
	{ "127", false },
	{ "127.0.0", false },
	{ "127.0.0.1 ", false },
	{ "127.0.0.1:80", false },
	{ "127.0.0.1.example.org", false },
	{ "127x0.0.1", false },
	{ "128.0.0.1", false },
	{ "10.0.0.1", false },
	{ "192.0.2.7", false },
	{ "0.0.0.0", false },
	{ "::", false },
	{ "::2", false },
	{ "[::1]", false },
	{ "::1%lo", false },
	{ "::ffff:10.0.0.1", false },
	{ "::ffff:128.0.0.1", false },
	{ "fe80::1", false },
	{ "localhost", false },
	{ "unix:", false },
};

/* Where the server was reached. */
static const struct one servers[] = {
	{ "127.0.0.1", true },
	{ "::1", true },
	{ "::ffff:127.0.0.1", true },
	{ "", false },
	{ "192.0.2.7", false },
	{ "10.0.0.1", false },
	{ "::", false },
	{ "2001:db8::1", false },
	{ "127.0.0.1.example.org", false },
};

static const struct one hosts[] = {
	{ "localhost", true },
	{ "LocalHost", true },
	{ "localhost:80", true },
	{ "localhost:", true },
	{ "127.0.0.1", true },
	{ "127.0.0.1:8080", true },
	{ "127.1.2.3", true },
	{ "[::1]", true },
	{ "[::1]:443", true },
	{ "", false },
	{ "localhost.", false },
	{ "localhost.example.org", false },
	{ "localhost.example.org:80", false },
	{ "xlocalhost", false },
	{ "local", false },
	{ "127.evil.example", false },
	{ "127.0.0.1.evil.example", false },
	{ "1270.0.0.1", false },
	{ "[::2]", false },
	{ "[::1", false },
	{ "::1", false },
	{ "[::ffff:127.0.0.1]", false },
	{ "192.0.2.1", false },
	{ "jobs.example.org", false },
	{ "0", false },
	{ "0.0.0.0", false },
};

static const struct one origins[] = {
	{ "http://localhost", true },
	{ "https://localhost", true },
	{ "HTTP://LOCALHOST", true },
	{ "http://localhost:80", false }, /* another origin than the host's */
	{ "http://localhost.evil.example", false },
	{ "http://evil.example", false },
	{ "http://127.0.0.1", false },
	{ "null", false },
	{ "", false },
	{ "localhost", false },
	{ "http://evil.example/://localhost", false },
};

static const struct one sites[] = {
	{ "same-origin", true },
	{ "Same-Origin", true },
	{ "none", true },
	{ "same-site", false },
	{ "cross-site", false },
	{ "", false },
	{ "same-origin ", false },
	{ "other", false },
};

/* Whatever they say: somebody stands between. */
static const char *const proxies[] = { "HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED",
	"HTTP_X_REAL_IP", "HTTP_VIA" };
static const char *const proxied[] = { "", "127.0.0.1", "for=127.0.0.1",
	"1.1 proxy", "unknown" };

static void
check(const char *name, const struct one *v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		ok(is_local_with(name, v[i].value) == v[i].is_local,
		    "%s=%s: %s", name, v[i].value,
		    v[i].is_local ? "yes" : "no");
}

#define CHECK(name, v) check((name), (v), sizeof(v) / sizeof((v)[0]))

int
main(void)
{
	static const char *const bare[] = { "REMOTE_ADDR=127.0.0.1", NULL };
	static const char *const nothing[] = { NULL };
	static const char *const far[] = { "REMOTE_ADDR=192.0.2.1",
		"HTTP_HOST=localhost", "HTTP_SEC_FETCH_SITE=same-origin",
		"HTTP_ORIGIN=http://localhost", NULL };
	static const char *const no_host[] = { "REMOTE_ADDR=127.0.0.1",
		"HTTP_ORIGIN=http://localhost", NULL };

	/* The last of two variables counts, so the good ones are put aside. */
	CHECK("REMOTE_ADDR", addresses);
	CHECK("SERVER_ADDR", servers);
	CHECK("HTTP_HOST", hosts);
	CHECK("HTTP_ORIGIN", origins);
	CHECK("HTTP_SEC_FETCH_SITE", sites);
	for (size_t i = 0; i < sizeof(proxies) / sizeof(proxies[0]); i++)
		for (size_t k = 0; k < sizeof(proxied) / sizeof(proxied[0]);
		     k++)
			ok(!is_local_with(proxies[i], proxied[k]), "%s=%s",
			    proxies[i], proxied[k]);
	ok(is_local(bare), "an HTTP/1.0 client without a host");
	ok(!is_local(nothing), "nothing is known");
	ok(!is_local(far), "all is well but the address");
	ok(!is_local(no_host), "an origin, and no host to compare it with");
	return tap_done();
}
