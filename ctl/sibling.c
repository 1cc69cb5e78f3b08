/*
 * Finds another program of minutehand, from the folder of the running one.
 * Tested in tests/ctl/ctl.bats.
 */
#include "config.h"

#define _XOPEN_SOURCE 700 /* realpath(3) */

#include <sys/stat.h>

#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/sibling.h"
#include "lib/base/buf.h"

#include "lib/base/ban.h"

#ifndef PATH_MAX
#define PATH_MAX 4096
#endif

/* The folder of the running program, or NULL. */
static char *
own_folder(const char *argv0)
{
	char link[PATH_MAX], *path = NULL, *slash;
	ssize_t n;

	n = readlink("/proc/self/exe", link, sizeof(link) - 1);
	if (n > 0) {
		link[n] = '\0';
		path = strdup(link);
	} else if (strchr(argv0, '/') != NULL) {
		path = realpath(argv0, NULL);
	}
	if (path != NULL && (slash = strrchr(path, '/')) != NULL)
		*slash = '\0';
	return path;
}

static bool
is_program(const char *path)
{
	struct stat sb;

	return stat(path, &sb) == 0 && S_ISREG(sb.st_mode) &&
	    access(path, X_OK) == 0;
}

/* The resolved path DIR/MIDDLE/NAME if it is a program, else NULL. */
static char *
try(const char *dir, const char *middle, const char *name)
{
	struct buf b = BUF_INIT;
	char *found = NULL;

	buf_printf(&b, "%s/%s%s", dir, middle, name);
	if (!b.is_failed && is_program(buf_cstr(&b)))
		found = realpath(buf_cstr(&b), NULL);
	buf_fini(&b);
	return found;
}

char *
sibling_program(const char *argv0, const char *folder, const char *name)
{
	const bool is_fcgi = strcmp(folder, "fcgi") == 0;
	struct buf b = BUF_INIT;
	char *dir, *found = NULL;

	if ((dir = own_folder(argv0)) != NULL) {
		found = try(dir, "", name);
		if (found == NULL) {
			buf_printf(&b, "../%s/", folder);
			found = try(dir, buf_cstr(&b), name);
		}
		if (found == NULL && is_fcgi)
			found = try(dir, "../libexec/", name);
		free(dir);
	}
	buf_fini(&b);
	if (found != NULL)
		return found;
	buf_printf(&b, "%s/%s", is_fcgi ? LIBEXECDIR : TICKERDIR, name);
	return buf_take(&b);
}
