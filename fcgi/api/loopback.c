/*
 * Does a request come from a program on this host, without a proxy or a
 * browser's page between?  Pure.
 */
#include "config.h"

#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "fcgi/api/loopback.h"
#include "fcgi/api/request.h"

#include "lib/base/ban.h"

/*
 * An address of 127.0.0.0/8 has digits and dots only, which rules out a name
 * such as 127.example.org.
 */
static bool
is_loopback_v4(const char *s, size_t n)
{
	return n >= 9 && strncmp(s, "127.", 4) == 0 &&
	    strspn(s, "0123456789.") >= n;
}

static bool
is_loopback_address(const char *s)
{
	if (strcmp(s, "::1") == 0)
		return true;
	if (strncasecmp(s, "::ffff:", 7) == 0)
		s += 7;
	return is_loopback_v4(s, strlen(s));
}

/* The length of the host in "host", "host:port", "[v6]:port". */
static size_t
host_length(const char *s)
{
	const char *end;

	if (*s != '[')
		return strcspn(s, ":");
	end = strchr(s, ']');
	return end != NULL ? (size_t)(end - s) + 1 : strlen(s);
}

static bool
is_loopback_host(const char *host)
{
	size_t n = host_length(host);

	return (n == 9 && strncasecmp(host, "localhost", 9) == 0) ||
	    (n == 5 && memcmp(host, "[::1]", 5) == 0) ||
	    is_loopback_v4(host, n);
}

/*
 * Return whether a page's origin (RFC 6454: scheme://host[:port]) is the host
 * of the request.
 */
static bool
is_same_origin(const char *origin, const char *host)
{
	const char *s = strstr(origin, "://");

	return s != NULL && host[0] != '\0' && strcasecmp(s + 3, host) == 0;
}

/*
 * Browsers send the origin of a request as Sec-Fetch-Site (W3C Fetch Metadata),
 * also without Origin, as for an image.  "none": the user typed the address.
 */
static bool
is_own_page(const char *fetch_site)
{
	return fetch_site == NULL ||
	    strcasecmp(fetch_site, "same-origin") == 0 ||
	    strcasecmp(fetch_site, "none") == 0;
}

bool
loopback_is_own_page(const struct request *req)
{
	const char *origin = req->var[HTTP_VAR_ORIGIN];

	if (!is_own_page(req->var[HTTP_VAR_FETCH_SITE]))
		return false;
	return origin == NULL ||
	    is_same_origin(origin, request_var(req, HTTP_VAR_HOST));
}

bool
loopback_is_local(const struct request *req)
{
	const char *host = req->var[HTTP_VAR_HOST];

	if (!is_loopback_address(request_var(req, HTTP_VAR_REMOTE_ADDR)))
		return false;
	/* A public server may have replaced the address by a proxy's header. */
	if (req->var[HTTP_VAR_SERVER_ADDR] != NULL &&
	    !is_loopback_address(req->var[HTTP_VAR_SERVER_ADDR]))
		return false;
	/* The request came by a proxy, whose address this is. */
	if (req->var[HTTP_VAR_FORWARDED_FOR] != NULL ||
	    req->var[HTTP_VAR_FORWARDED] != NULL ||
	    req->var[HTTP_VAR_REAL_IP] != NULL ||
	    req->var[HTTP_VAR_VIA] != NULL)
		return false;
	/* DNS rebinding: a foreign name that resolves to this host. */
	if (host != NULL && !is_loopback_host(host))
		return false;
	return loopback_is_own_page(req);
}
