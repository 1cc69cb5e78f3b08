/*
 * Which route a request names, by path and method; the routes are in
 * fcgi/routes.c.
 */
#include "config.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/base/utf8.h"

#include "fcgi/api/request.h"
#include "fcgi/api/route.h"

#include "lib/base/ban.h"

#define FUNBOOST "/funboost"
#define NATIVE_PREFIX "/v1"
#define PATH_MAX_LEN 1024

const struct route *
route_at(size_t i)
{
	return i < route_count ? &route_table[i] : NULL;
}

/* Placeholders, and the members that their names are copied to. */
/* clang-format off */
#define PLACEHOLDER(member) \
	{ #member, "{" #member "}", sizeof("{" #member "}") - 1, \
	  offsetof(struct http_path, member) }
/* clang-format on */
static const struct {
	const char *name;
	const char *mark; /* as written in a pattern */
	size_t len;	  /* of mark */
	size_t offset;	  /* in struct http_path */
} placeholders[] = {
	PLACEHOLDER(queue),
	PLACEHOLDER(service),
	PLACEHOLDER(job),
	PLACEHOLDER(run),
	PLACEHOLDER(message),
};
#define NPLACEHOLDERS (sizeof(placeholders) / sizeof(placeholders[0]))

/*
 * Copy the segment of n bytes at s to the member of the placeholder at
 * *pattern, and move *pattern after it.  A name that is empty or too long
 * matches nothing.
 */
static bool
take_segment(const char **pattern, const char *s, size_t n,
    struct http_path *out)
{
	size_t i = 0;
	char *to;

	while (i < NPLACEHOLDERS &&
	    strncmp(*pattern, placeholders[i].mark, placeholders[i].len) != 0)
		i++;
	if (i == NPLACEHOLDERS || n == 0 || n > JOB_NAME_MAX)
		return false;
	*pattern += placeholders[i].len;
	to = (char *)out + placeholders[i].offset;
	memcpy(to, s, n);
	to[n] = '\0';
	return true;
}

/* PATH_INFO is decoded already (RFC 3875 section 4.1.5). */
static bool
matches(const char *pattern, const char *path, struct http_path *out)
{
	for (size_t i = 0; i < NPLACEHOLDERS; i++)
		((char *)out)[placeholders[i].offset] = '\0';
	out->kind[0] = '\0';
	while (*pattern != '\0') {
		size_t n;

		if (*pattern != '{') {
			if (*pattern++ != *path++)
				return false;
			continue;
		}
		n = strcspn(path, "/");
		if (!take_segment(&pattern, path, n, out))
			return false;
		path += n;
	}
	return *path == '\0';
}

/*
 * The methods of path, as a bit set; req->route is set for the request's, the
 * first of several: a fixed name goes before one that is any.
 */
static unsigned
find_exact(struct request *req, const char *path, enum http_shape *shape)
{
	struct http_path names;
	unsigned known = 0;

	for (size_t i = 0; i < route_count; i++) {
		if (!matches(route_table[i].pattern, path, &names))
			continue;
		known |= (unsigned)route_table[i].method;
		*shape = route_table[i].shape;
		if (route_table[i].method != req->method || req->route != NULL)
			continue;
		req->route = &route_table[i];
		req->path = names;
	}
	return known;
}

/* Return whether the pattern is that of r followed by one name. */
static bool
is_member_of(const char *pattern, const struct route *r)
{
	size_t n = strlen(r->pattern);

	if (strncmp(pattern, r->pattern, n) != 0 ||
	    strncmp(pattern + n, "/{", 2) != 0)
		return false;
	return strchr(pattern + n, '}')[1] == '\0';
}

/*
 * Return whether r changes all of what a route with one more name changes one
 * of.
 */
static bool
changes_all(const struct route *r)
{
	for (size_t i = 0; i < route_count; i++)
		if (route_table[i].method == r->method &&
		    is_member_of(route_table[i].pattern, r))
			return r->method != HTTP_GET;
	return false;
}

/*
 * As find_exact; a slash at the end is ignored, unless a name may have been
 * lost after it and all would be changed instead of one.
 */
static unsigned
find_path(struct request *req, const char *path, enum http_shape *shape)
{
	unsigned known = find_exact(req, path, shape);
	size_t n = strlen(path);
	char bare[PATH_MAX_LEN];

	if (known != 0 || n < 2 || path[n - 1] != '/')
		return known;
	(void)snprintf(bare, sizeof(bare), "%.*s", (int)(n - 1), path);
	known = find_exact(req, bare, shape);
	if (req->route == NULL || !changes_all(req->route))
		return known;
	req->route = NULL;
	return 0;
}

/*
 * Return whether path begins like a route, so that it is not the program's own
 * prefix.
 */
static bool
begins_like_route(const char *path)
{
	for (size_t i = 0; i < route_count; i++) {
		size_t n = 1 + strcspn(route_table[i].pattern + 1, "/");

		if (n > 1 && strncmp(path, route_table[i].pattern, n) == 0 &&
		    (path[n] == '/' || path[n] == '\0'))
			return true;
	}
	return false;
}

/* Return whether path is the prefix or below it. */
static bool
is_below(const char *path, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(path, prefix, n) == 0 &&
	    (path[n] == '/' || path[n] == '\0');
}

/* The form of errors below a path: a dialect has its own. */
static enum http_shape
shape_below(const char *path)
{
	return is_below(path, NATIVE_PREFIX "/services") ? HTTP_SHAPE_RENDER :
	    is_below(path, NATIVE_PREFIX)		 ? HTTP_SHAPE_NATIVE :
							   HTTP_SHAPE_ENVELOPE;
}

/*
 * PATH_INFO is the path below the program.  If the server maps /funboost itself
 * to the program, or sets the whole path as SCRIPT_NAME, the path is both
 * joined.
 */
unsigned
route_find(struct request *req, enum http_shape *shape)
{
	const char *script = request_var(req, HTTP_VAR_SCRIPT_NAME);
	const char *info = request_var(req, HTTP_VAR_PATH_INFO);
	char whole[PATH_MAX_LEN];
	unsigned known = 0;
	bool is_root = info[0] == '\0' || strcmp(info, "/") == 0;

	*shape = shape_below(info);
	req->is_funboost = is_below(info, FUNBOOST);
	if ((size_t)snprintf(whole, sizeof(whole), "%s%s", script, info) >=
	    sizeof(whole))
		return 0;
	if (!req->is_funboost && *shape == HTTP_SHAPE_ENVELOPE) {
		req->is_funboost = is_below(whole, FUNBOOST);
		*shape = shape_below(whole);
	}
	if (!is_root)
		known = find_path(req, info, shape);
	if (known == 0)
		known = find_path(req, whole, shape);
	if (known == 0 && is_root && !begins_like_route(whole))
		known = find_path(req, "/", shape);
	return known;
}

int
route_check_text(const struct request *req, struct faults *fs)
{
	const char *info = request_var(req, HTTP_VAR_PATH_INFO);
	int rc = 0;

	for (size_t i = 0; i < NPLACEHOLDERS; i++) {
		const char *name =
		    (const char *)&req->path + placeholders[i].offset;

		if (!utf8_is_valid(name, strlen(name)))
			rc = fault_add(fs, placeholders[i].name,
			    "must be UTF-8");
	}
	if (rc == 0 && !utf8_is_valid(info, strlen(info)))
		rc = fault_add(fs, "path", "must be UTF-8");
	return rc;
}

void
route_methods(unsigned methods, struct buf *out)
{
	if ((methods & HTTP_GET) != 0)
		buf_str(out, "GET, HEAD, ");
	if ((methods & HTTP_POST) != 0)
		buf_str(out, "POST, ");
	if ((methods & HTTP_DELETE) != 0)
		buf_str(out, "DELETE, ");
	if ((methods & HTTP_PATCH) != 0)
		buf_str(out, "PATCH, ");
	buf_str(out, "OPTIONS");
}

const char *
route_method_name(enum http_method m)
{
	return m == HTTP_GET ? "GET" :
	    m == HTTP_POST   ? "POST" :
	    m == HTTP_PATCH  ? "PATCH" :
			       "DELETE";
}

void
route_print(struct buf *out)
{
	for (size_t i = 0; i < route_count; i++)
		buf_printf(out, "  %-6s  %-34s  %s\n",
		    route_method_name(route_table[i].method),
		    route_table[i].pattern, route_table[i].help);
}
