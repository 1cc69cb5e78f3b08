/*
 * The zone of this host: named by TZ, by the links of /etc/localtime, or by
 * the contents of that file.  Never UTC if the file says otherwise.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/time/tz.h"
#include "lib/time/tz_int.h"

#include "lib/base/ban.h"

#define LINKS_MAX 40 /* as the kernel allows */
#define DEPTH_MAX 3  /* "America/Argentina/Buenos_Aires" */
#define LINE_MAX_LEN 512

/* The file, and the search for a zone equal to it. */
struct search {
	struct tz_cache *tc;
	const struct tz *file;
	off_t size; /* 0: any */
	const struct tz *found;
};

/* Remove doubled slashes and "." from a path, in place. */
static void
tidy(char *path)
{
	char *to = path, *from = path;

	while (*from != '\0') {
		if (from[0] == '/' && from[1] == '/')
			from++;
		else if (from[0] == '/' && from[1] == '.' &&
		    (from[2] == '/' || from[2] == '\0'))
			from += 2;
		else
			*to++ = *from++;
	}
	*to = '\0';
}

/* The zone name at the end of a path, NULL if the path holds none. */
static const char *
name_in_path(const char *path)
{
	static const char mark[] = "/zoneinfo/";
	const char *p, *last = NULL;

	for (p = strstr(path, mark); p != NULL; p = strstr(p + 1, mark))
		last = p + sizeof(mark) - 1;
	return last;
}

/* The zone that the name in a path refers to; NULL if there is none. */
static const struct tz *
zone_of_path(struct tz_cache *tc, const char *path)
{
	static const char *const again[] = { "posix/", "right/" };
	size_t n = strlen(tc->dir);
	const char *name = name_in_path(path);

	if (strncmp(path, tc->dir, n) == 0 && path[n] == '/')
		name = path + n + 1;
	/* "right" counts leap seconds; otherwise its zones are the same. */
	for (size_t i = 0; name != NULL && i < 2; i++)
		if (strncmp(name, again[i], strlen(again[i])) == 0)
			name += strlen(again[i]);
	return name != NULL ? tz_get(tc, name, NULL) : NULL;
}

/* Replace path by the target of the link there; false if it is no link. */
static bool
follow(char path[PATH_MAX])
{
	char target[PATH_MAX], joined[2 * PATH_MAX];
	char *slash = strrchr(path, '/');
	ssize_t n = readlink(path, target, sizeof(target) - 1);

	if (n <= 0 || slash == NULL)
		return false;
	target[n] = '\0';
	if (target[0] == '/')
		joined[0] = '\0';
	else
		(void)snprintf(joined, sizeof(joined), "%.*s/",
		    (int)(slash - path), path);
	n = (ssize_t)strlen(joined);
	(void)snprintf(joined + n, sizeof(joined) - (size_t)n, "%s", target);
	tidy(joined);
	return (size_t)snprintf(path, PATH_MAX, "%s", joined) < PATH_MAX;
}

/*
 * The first zone on the way from link to the file, which is the name the
 * host's owner chose; else the zone the file itself is.
 */
static const struct tz *
zone_of_link(struct tz_cache *tc, const char *link)
{
	char path[PATH_MAX], real[PATH_MAX];
	const struct tz *tz = NULL;

	(void)snprintf(path, sizeof(path), "%s", link);
	for (int i = 0; i < LINKS_MAX && tz == NULL && follow(path); i++)
		tz = zone_of_path(tc, path);
	if (tz == NULL && realpath(link, path) != NULL &&
	    realpath(tc->dir, real) != NULL &&
	    strncmp(path, real, strlen(real)) == 0 &&
	    path[strlen(real)] == '/') {
		tz = tz_get(tc, path + strlen(real) + 1, NULL);
	}
	return tz;
}

/* The name in a file: its first line that is neither empty nor a comment. */
static bool
read_name(const char *path, char line[LINE_MAX_LEN])
{
	FILE *f = fopen(path, "re");
	bool is_found = false;
	size_t skip;

	if (f == NULL)
		return false;
	while (!is_found && fgets(line, LINE_MAX_LEN, f) != NULL) {
		skip = strspn(line, " \t\r\n");
		memmove(line, line + skip, strlen(line + skip) + 1);
		line[strcspn(line, " \t\r\n#")] = '\0';
		is_found = line[0] != '\0';
	}
	(void)fclose(f);
	return is_found;
}

/* Does the zone equal the file?  Instants before 1970 are ignored. */
static bool
try_zone(struct search *s, const char *name)
{
	const struct tz *tz;
	char path[PATH_MAX];
	struct stat st;

	if ((size_t)snprintf(path, sizeof(path), "%s/%s", s->tc->dir, name) >=
		sizeof(path) ||
	    stat(path, &st) == -1 || !S_ISREG(st.st_mode) ||
	    (s->size != 0 && st.st_size != s->size))
		return false;
	tz = tz_get(s->tc, name, NULL);
	if (tz != NULL && tz_is_same(tz, s->file, 0))
		s->found = tz;
	return s->found != NULL;
}

/* Try the usual names: the third column of zone.tab. */
static void
try_table(struct search *s)
{
	char path[PATH_MAX], line[LINE_MAX_LEN], *name;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/zone.tab", s->tc->dir);
	if ((f = fopen(path, "re")) == NULL)
		return;
	while (s->found == NULL && fgets(line, sizeof(line), f) != NULL) {
		if (line[0] == '#' || (name = strchr(line, '\t')) == NULL ||
		    (name = strchr(name + 1, '\t')) == NULL)
			continue;
		name++;
		name[strcspn(name, "\t\r\n")] = '\0';
		(void)try_zone(s, name);
	}
	(void)fclose(f);
}

/* Try every file below dir, unordered; only if no table has the zone. */
static void
try_folder(struct search *s, const char *below, int depth)
{
	char path[PATH_MAX], name[PATH_MAX];
	struct dirent *e;
	struct stat st;
	DIR *d;

	(void)snprintf(path, sizeof(path), "%s/%s", s->tc->dir, below);
	if ((d = opendir(path)) == NULL)
		return;
	while (s->found == NULL && (e = readdir(d)) != NULL) {
		/* "posix" and "right" repeat all zones. */
		if (e->d_name[0] < 'A' || e->d_name[0] > 'Z' ||
		    (size_t)snprintf(name, sizeof(name), "%s%s%s", below,
			*below == '\0' ? "" : "/", e->d_name) >= sizeof(name) ||
		    (size_t)snprintf(path, sizeof(path), "%s/%s", s->tc->dir,
			name) >= sizeof(path) ||
		    stat(path, &st) == -1)
			continue;
		if (S_ISREG(st.st_mode))
			(void)try_zone(s, name);
		else if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			try_folder(s, name, depth + 1);
	}
	(void)closedir(d);
}

/*
 * The zone with the rules of the host's file; the file itself if no zone has
 * them.  Files of the same size are tried first: it is mostly a copy.
 */
static const struct tz *
zone_of_content(struct tz_cache *tc, const char *named)
{
	char path[PATH_MAX];
	struct search s = { .tc = tc };
	struct stat st;

	s.file = tz_get(tc, TZ_HOST, NULL);
	if (s.file == NULL)
		return NULL;
	if (named[0] != '\0' && try_zone(&s, named))
		return s.found;
	(void)snprintf(path, sizeof(path), "%s/localtime", tc->etc);
	if (stat(path, &st) == 0) {
		s.size = st.st_size;
		try_table(&s);
		if (s.found == NULL)
			try_folder(&s, "", 1);
	}
	s.size = 0;
	if (s.found == NULL)
		try_table(&s);
	return s.found != NULL ? s.found : s.file;
}

/* The zone named by TZ; an empty TZ is UTC, as for libc. */
static const struct tz *
zone_of_env(struct tz_cache *tc, const char *env_tz)
{
	char path[PATH_MAX];

	if (env_tz[0] == ':')
		env_tz++;
	if (env_tz[0] == '\0')
		return tz_get(tc, "UTC", NULL);
	if (env_tz[0] != '/')
		return tz_get(tc, env_tz, NULL);
	(void)snprintf(path, sizeof(path), "%s", env_tz);
	tidy(path);
	return zone_of_path(tc, path);
}

const char *
tz_host_name(struct tz_cache *tc, const char *env_tz)
{
	char path[PATH_MAX], named[LINE_MAX_LEN] = "";
	const struct tz *tz = NULL;

	if (env_tz != NULL)
		tz = zone_of_env(tc, env_tz);
	(void)snprintf(path, sizeof(path), "%s/localtime", tc->etc);
	if (tz == NULL)
		tz = zone_of_link(tc, path);
	(void)snprintf(path, sizeof(path), "%s/timezone", tc->etc);
	if (tz == NULL && !read_name(path, named))
		named[0] = '\0';
	if (tz == NULL)
		tz = zone_of_content(tc, named);
	/*
	 * libc would use UTC for a missing file, but the owner has chosen a
	 * zone.
	 */
	if (tz == NULL && named[0] != '\0')
		tz = tz_get(tc, named, NULL);
	return tz != NULL ? tz_name(tz) : "UTC";
}
