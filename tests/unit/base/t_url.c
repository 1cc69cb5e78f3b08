/* Which URLs are taken, and what is wrong with the others (lib/base/url.h). */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/url.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* NULL: good; else a part of what is said. */
static const struct {
	const char *url, *why;
} cases[] = {
	{ "https://api.render.com", NULL },
	{ "https://api.render.com/v1", NULL },
	{ "HTTPS://api.render.com:8443/a/b-c_d~e/", NULL },
	{ "https://[2001:db8::1]/x", NULL },
	{ "https://10.0.0.1:1/", NULL },
	{ "http://localhost", NULL },
	{ "http://LocalHost:8080/v1", NULL },
	{ "http://127.0.0.1:65535", NULL },
	{ "http://127.255.1.2/", NULL },
	{ "http://[::1]:80/x", NULL },
	{ "http://api.render.com", "unless it is on this host" },
	{ "http://localhost.example.org", "on this host" },
	{ "http://127.0.0.1.example.org", "on this host" },
	{ "http://127.0.0.1x", "on this host" },
	{ "http://127.1", "on this host" },
	{ "http://127.0.0.256", "on this host" },
	{ "http://127.0.0.0001", "on this host" },
	{ "http://1270.0.0.1", "on this host" },
	{ "http://126.0.0.1", "on this host" },
	{ "http://[::2]", "on this host" },
	{ "http://[::1", "no host" },
	{ "", "https://" },
	{ "api.render.com", "https://" },
	{ "ftp://localhost", "https://" },
	{ "file:///etc/passwd", "https://" },
	{ "https:/x", "https://" },
	{ "https://", "no host" },
	{ "https:///x", "no host" },
	{ "https://:80/", "no host" },
	{ "https://a:0", "port" },
	{ "https://a:65536", "port" },
	{ "https://a:", "port" },
	{ "https://a:8x", "port" },
	{ "https://a:080000", "port" },
	{ "https://me@a/", "user" },
	{ "https://me:pw@a/", "user" },
	{ "https://a/@b", "user" },
	{ "http://127.0.0.1@evil.org/", "user" },
	{ "http://127.0.0.1\\@evil.org/", "user" },
	{ "https://a?x", "no host" },
	{ "https://a/?x", "special" },
	{ "https://a/#x", "special" },
	{ "https://a/b c", "special" },
	{ "https://a/b\n", "special" },
	{ "https://a/\xc3\xa4", "special" },
	{ "https://a b/", "no host" },
	{ "https://\xc3\xa4/", "no host" },
};

int
main(void)
{
	char host[300] = "https://";

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *why = url_check(cases[i].url);

		if (cases[i].why == NULL)
			ok(why == NULL, "good: %s", cases[i].url);
		else
			ok(why != NULL && strstr(why, cases[i].why) != NULL,
			    "refused: %zu: %s", i, why != NULL ? why : "-");
	}
	ok(url_check_request("https://a/b?c=d&e=%20") == NULL, "a query");
	ok(url_check_request("https://a/b?c#d") != NULL, "a fragment");
	ok(url_check_request("http://a/b?c") != NULL, "plain http");
	ok(url_check_plain("http://a/b?c") == NULL, "plain, without a key");
	ok(url_check_plain("http://me:pw@a/") != NULL, "a password");
	ok(url_check_plain("ftp://a/") != NULL, "no HTTP");
	memset(host + 8, 'a', 253);
	ok(url_check(host) == NULL, "a name of 253 bytes");
	host[8 + 253] = 'a';
	ok(url_check(host) != NULL, "one of 254");
	return tap_done();
}
