/*
 * What a token grants: queues and services by globs (fnmatch(3)).  Which actor
 * has which grant is decided in fcgi/; scopes are token.c's.
 */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include "lib/record/grant.h"

#include "lib/base/ban.h"

/* Does the glob of n bytes at glob match name (NULL: everything)? */
static bool
glob_matches(const char *glob, size_t n, const char *name)
{
	bool is_match;
	char *copy;

	if (name == NULL)
		return n == 1 && *glob == '*';
	if ((copy = strndup(glob, n)) == NULL)
		return false;
	is_match = fnmatch(copy, name, 0) == 0;
	free(copy);
	return is_match;
}

static bool
any_matches(const char *globs, const char *name)
{
	const char *p = globs;
	size_t n;

	if (p == NULL)
		return false;
	for (;; p += n + 1) {
		n = strcspn(p, ",");
		if (n > 0 && glob_matches(p, n, name))
			return true;
		if (p[n] == '\0')
			return false;
	}
}

bool
grant_queue(const struct grant *g, const char *queue)
{
	return g == NULL || any_matches(g->queues, queue);
}

bool
grant_service(const struct grant *g, const char *service)
{
	return g == NULL ||
	    any_matches(g->services != NULL ? g->services : g->queues, service);
}

static const char *
bad_glob(const char *glob, size_t n)
{
	if (n == 0)
		return "has an empty element";
	if (strchr(" \t", glob[0]) != NULL ||
	    strchr(" \t", glob[n - 1]) != NULL)
		return "has blanks around a comma or at an end, which match no "
		       "name";
	if (memchr(glob, '!', n) != NULL)
		return "has a \"!\": globs grant what they match and cannot "
		       "exclude";
	if (glob[n - 1] == '\\')
		return "has an element that ends in a backslash, which matches "
		       "nothing";
	return NULL;
}

const char *
grant_bad_globs(const char *globs)
{
	const char *why;
	size_t n;

	for (;; globs += n + 1) {
		n = strcspn(globs, ",");
		if ((why = bad_glob(globs, n)) != NULL || globs[n] == '\0')
			return why;
	}
}
