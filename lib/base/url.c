/*
 * Which addresses requests may be sent to.  Checks an address, does not split
 * it; that is net/'s.
 */
#include "config.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "lib/base/num.h"
#include "lib/base/url.h"

#include "lib/base/ban.h"

#define HOST_MAX 253

/* What follows prefix, in either case, or NULL. */
static const char *
after_prefix(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncasecmp(s, prefix, n) == 0 ? s + n : NULL;
}

/* Dotted quad that begins with 127, n bytes long? */
static bool
is_loopback_v4(const char *s, size_t n)
{
	char part[4];
	size_t len, at = 0;
	int64_t v;

	for (int i = 0; i < 4; i++) {
		len = strspn(s + at, "0123456789");
		if (len == 0 || len >= sizeof(part) || at + len > n)
			return false;
		memcpy(part, s + at, len);
		part[len] = '\0';
		if (num_parse(part, 0, 255, &v) == -1 || (i == 0 && v != 127))
			return false;
		at += len;
		if (i < 3 && s[at++] != '.')
			return false;
	}
	return at == n;
}

static bool
is_loopback(const char *host, size_t n)
{
	return (n == 9 && strncasecmp(host, "localhost", n) == 0) ||
	    (n == 5 && memcmp(host, "[::1]", n) == 0) ||
	    is_loopback_v4(host, n);
}

/* Length of a host name or [address]; 0 if it is neither. */
static size_t
host_length(const char *s)
{
	size_t n;

	if (*s == '[') {
		n = 1 + strspn(s + 1, "0123456789abcdefABCDEF:.");
		return n > 2 && s[n] == ']' ? n + 1 : 0;
	}
	n = strspn(s,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "0123456789.-");
	return n <= HOST_MAX ? n : 0;
}

/* What follows ":port", or s without one; NULL if the port is invalid. */
static const char *
skip_port(const char *s)
{
	char digits[6];
	size_t n;
	int64_t v;

	if (*s != ':')
		return s;
	n = strspn(++s, "0123456789");
	if (n == 0 || n >= sizeof(digits))
		return NULL;
	memcpy(digits, s, n);
	digits[n] = '\0';
	return num_parse(digits, 1, 65535, &v) == 0 ? s + n : NULL;
}

/* As url_check; banned lists further characters to refuse, has_key says whether
 * a secret is sent there. */
static const char *
check(const char *url, const char *banned, bool has_key)
{
	const char *host, *rest;
	bool is_plain = false;
	size_t n;

	if ((host = after_prefix(url, "https://")) == NULL) {
		if ((host = after_prefix(url, "http://")) == NULL)
			return has_key ? "must begin with https://" :
					 "must begin with https:// or http://";
		is_plain = true;
	}
	if (host[strcspn(host, "@")] != '\0')
		return "must not contain a user or a password";
	if ((n = host_length(host)) == 0 ||
	    (rest = skip_port(host + n)) == NULL ||
	    (*rest != '\0' && *rest != '/'))
		return "has no host or an invalid port";
	for (const char *p = rest; *p != '\0'; p++) {
		if (*p <= ' ' || *p > '~' || strchr(banned, *p) != NULL)
			return "must not contain ?, # or special characters";
	}
	if (has_key && is_plain && !is_loopback(host, n))
		return "must begin with https://, unless it is on this host";
	return NULL;
}

const char *
url_check(const char *url)
{
	return check(url, "?#\"<>\\^`{|}", true);
}

const char *
url_check_request(const char *url)
{
	return check(url, "#\"<>\\^`{|}", true);
}

const char *
url_check_plain(const char *url)
{
	return check(url, "#\"<>\\^`{|}", false);
}
