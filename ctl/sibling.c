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

/* Where it may be, from the folder of the running one; %s: as in the tree. */
static const char *const candidates[] = {
	/* First: beside it may be a program of this name that is another's. */
	"../libexec/minutehand/",
	"",
	"../%s/",
	"../libexec/",
};

char *
sibling_program(const char *argv0, const char *folder, const char *name)
{
	const bool is_fcgi = strcmp(folder, "fcgi") == 0;
	struct buf b = BUF_INIT;
	char *dir = own_folder(argv0), *found = NULL;

	for (size_t i = 0; i < sizeof(candidates) / sizeof(candidates[0]) &&
	     found == NULL && dir != NULL;
	     i++) {
		buf_reset(&b);
		if (strstr(candidates[i], "%s") != NULL)
			buf_printf(&b, "../%s/", folder);
		else
			buf_str(&b, candidates[i]);
		found = try(dir, buf_cstr(&b), name);
	}
	free(dir);
	buf_reset(&b);
	if (found == NULL) {
		buf_printf(&b, "%s/%s", is_fcgi ? LIBEXECDIR : TICKERDIR, name);
		found = buf_take(&b);
	}
	buf_fini(&b);
	return found;
}
