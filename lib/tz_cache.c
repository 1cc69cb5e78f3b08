#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/tz.h"
#include "lib/tz_int.h"

#include "lib/ban.h"

#define SYSTEM_DIR "/usr/share/zoneinfo"
#define NAME_MAX_LEN 255
#define BUCKETS 256

struct tz_cache {
	char *dir;
	struct tz *buckets[BUCKETS];
};

struct tz_cache *
tz_cache_new(const char *dir)
{
	struct tz_cache *tc = calloc(1, sizeof(*tc));

	if (tc == NULL)
		return NULL;
	tc->dir = strdup(dir != NULL ? dir : SYSTEM_DIR);
	if (tc->dir == NULL) {
		free(tc);
		return NULL;
	}
	return tc;
}

void
tz_cache_free(struct tz_cache *tc)
{
	struct tz *tz;
	size_t i;

	if (tc == NULL)
		return;
	for (i = 0; i < BUCKETS; i++) {
		while ((tz = tc->buckets[i]) != NULL) {
			tc->buckets[i] = tz->chain;
			tz_free(tz);
		}
	}
	free(tc->dir);
	free(tc);
}

/* FNV-1a. */
static size_t
bucket_of(const char *name)
{
	uint32_t h = 2166136261u;

	for (; *name != '\0'; name++)
		h = (h ^ (unsigned char)*name) * 16777619u;
	return h % BUCKETS;
}

/* A relative path of plain components in the characters zones use. */
static bool
is_good_name(const char *name)
{
	static const char allowed[] =
	    "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._+-/";
	size_t len = strlen(name), n;

	if (len == 0 || len > NAME_MAX_LEN || strspn(name, allowed) != len)
		return false;
	for (;; name += n + 1) {
		n = strcspn(name, "/");
		/* Also refuses "", ".", "..": no zone begins with a dot. */
		if (n == 0 || name[0] == '.')
			return false;
		if (name[n] == '\0')
			return true;
	}
}

/* "+08:00", "-03:30": two digits each, less than 24 hours. */
static bool
is_offset(const char *s, int32_t *out_s)
{
	int h, m;

	if ((s[0] != '+' && s[0] != '-') || strlen(s) != 6 || s[3] != ':' ||
	    strspn(s + 1, "0123456789") != 2 ||
	    strspn(s + 4, "0123456789") != 2)
		return false;
	h = (s[1] - '0') * 10 + (s[2] - '0');
	m = (s[4] - '0') * 10 + (s[5] - '0');
	if (h > 23 || m > 59)
		return false;
	*out_s = (s[0] == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return true;
}

/* A zone of one offset; abbreviated as Python's timezone is. */
static int
make_fixed(struct tz *tz, int32_t offset_s)
{
	int off = offset_s < 0 ? -offset_s : offset_s;

	tz->types = calloc(1, sizeof(*tz->types));
	if (tz->types == NULL)
		return -1;
	tz->ntypes = 1;
	tz->types[0].offset_s = offset_s;
	if (off == 0)
		memcpy(tz->types[0].abbr, "UTC", 4);
	else
		(void)snprintf(tz->types[0].abbr, TZ_ABBR_SIZE,
		    "UTC%c%02d:%02d", offset_s < 0 ? '-' : '+', off / 3600 % 24,
		    off / 60 % 60);
	return 0;
}

/*
 * Open dir/name for reading: a regular file that lies, all links followed,
 * within dir.  -1 with *why set.
 */
static int
open_within(const char *dir, const char *name, const char **why)
{
	char path[PATH_MAX], root[PATH_MAX], real[PATH_MAX];
	size_t n;
	int fd;

	*why = "is not known to this host";
	if (realpath(dir, root) == NULL) {
		/* No zone is to blame: this host has lost all of them. */
		if (errno == ENOENT)
			errno = EIO;
		*why = "cannot be read, for there is no zone directory";
		return -1;
	}
	if ((size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >=
		sizeof(path) ||
	    realpath(path, real) == NULL)
		return -1;
	n = strlen(root);
	if (strncmp(real, root, n) != 0 || (real[n] != '/' && n > 1)) {
		*why = "is a link that leads out of the zone directory";
		return -1;
	}
	/* Opening a FIFO must not wait for its writer. */
	fd = open(real, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (fd == -1)
		*why = "cannot be read";
	return fd;
}

/* A file's state as a number that is never 0. */
static int64_t
stamp_of(const struct stat *st)
{
	const uint64_t parts[] = { (uint64_t)st->st_mtim.tv_sec,
		(uint64_t)st->st_mtim.tv_nsec, (uint64_t)st->st_ino,
		(uint64_t)st->st_size };
	uint64_t h = UINT64_C(14695981039346656037);
	size_t i;

	for (i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		h = (h ^ parts[i]) * UINT64_C(0x9e3779b97f4a7c15);
	return (int64_t)(h >> 1 | 1);
}

int64_t
tz_cache_stamp(const struct tz_cache *tc, const char *name)
{
	char path[PATH_MAX];
	struct stat st;
	int32_t offset_s;

	if (strcmp(name, "UTC") == 0 || is_offset(name, &offset_s) ||
	    !is_good_name(name) ||
	    (size_t)snprintf(path, sizeof(path), "%s/%s", tc->dir, name) >=
		sizeof(path) ||
	    stat(path, &st) == -1)
		return 0;
	return stamp_of(&st);
}

/* Read fd to its end into *data, owned by the caller.  -1 with *why set. */
static int
read_all(int fd, struct tz *tz, unsigned char **data, size_t *len,
    const char **why)
{
	struct stat st;
	unsigned char *p;
	size_t n = 0, size;
	ssize_t got;

	*why = "cannot be read";
	if (fstat(fd, &st) == -1)
		return -1;
	if (!S_ISREG(st.st_mode)) {
		*why = "is not a file";
		return -1;
	}
	if (st.st_size < 0 || (uintmax_t)st.st_size > TZ_FILE_MAX) {
		*why = "is too large for a time zone file";
		return -1;
	}
	tz->stamp = stamp_of(&st);
	size = (size_t)st.st_size;
	p = malloc(size + 1);
	if (p == NULL)
		return -1;
	while (n < size) {
		got = read(fd, p + n, size - n);
		if (got == 0 || (got == -1 && errno != EINTR))
			break;
		n += got > 0 ? (size_t)got : 0;
	}
	*data = p;
	*len = n;
	return 0;
}

static int
load_file(struct tz *tz, const char *dir, const char **why)
{
	unsigned char *data = NULL;
	size_t len;
	int fd, rc;

	fd = open_within(dir, tz->name, why);
	if (fd == -1)
		return -1;
	rc = read_all(fd, tz, &data, &len, why);
	if (rc == 0)
		rc = tz_decode(tz, data, len, why);
	free(data);
	(void)close(fd);
	return rc;
}

static int
load(struct tz *tz, const char *dir, const char **why)
{
	int32_t offset_s = 0;

	*why = "is not the name of a time zone";
	if (strcmp(tz->name, "UTC") == 0 || is_offset(tz->name, &offset_s))
		return make_fixed(tz, offset_s);
	if (!is_good_name(tz->name))
		return -1;
	return load_file(tz, dir, why);
}

const struct tz *
tz_get(struct tz_cache *tc, const char *name, char *why, size_t whylen)
{
	size_t b = bucket_of(name);
	const char *reason = "cannot be loaded: out of memory";
	struct tz *tz;

	for (tz = tc->buckets[b]; tz != NULL; tz = tz->chain)
		if (strcmp(tz->name, name) == 0)
			return tz;
	tz = tz_alloc(name);
	if (tz == NULL || load(tz, tc->dir, &reason) == -1) {
		(void)snprintf(why, whylen, "time zone \"%.100s\" %s", name,
		    reason);
		tz_free(tz);
		return NULL;
	}
	tz->chain = tc->buckets[b];
	tc->buckets[b] = tz;
	return tz;
}

/* Load the file of tz anew; others hold tz itself and its name. */
static void
renew(struct tz *tz, const char *dir)
{
	struct tz *fresh = tz_alloc(tz->name), old = *tz;
	const char *why;

	if (fresh == NULL)
		return;
	if (load(fresh, dir, &why) == 0) {
		*tz = *fresh;
		tz->name = old.name;
		tz->chain = old.chain;
		old.name = fresh->name;
		*fresh = old;
	}
	tz_free(fresh);
}

void
tz_cache_refresh(struct tz_cache *tc)
{
	struct tz *tz;
	size_t i;

	for (i = 0; i < BUCKETS; i++)
		for (tz = tc->buckets[i]; tz != NULL; tz = tz->chain)
			if (tz->stamp != 0 &&
			    tz->stamp != tz_cache_stamp(tc, tz->name))
				renew(tz, tc->dir);
}

/* Name of the zone a path points into, NULL when it tells none. */
static const char *
name_in_path(const char *path)
{
	static const char mark[] = "/zoneinfo/";
	const char *p = strstr(path, mark);

	return p != NULL ? p + sizeof(mark) - 1 : NULL;
}

static const struct tz *
zone_of_link(struct tz_cache *tc, const char *link)
{
	char target[PATH_MAX], why[256];
	const char *name;
	ssize_t n;

	n = readlink(link, target, sizeof(target) - 1);
	if (n <= 0)
		return NULL;
	target[n] = '\0';
	name = name_in_path(target);
	return name != NULL ? tz_get(tc, name, why, sizeof(why)) : NULL;
}

/* The zone named by the first line of a file. */
static const struct tz *
zone_of_file(struct tz_cache *tc, const char *path)
{
	char line[NAME_MAX_LEN + 2], why[256];
	FILE *f = fopen(path, "re");
	const char *got;

	if (f == NULL)
		return NULL;
	got = fgets(line, (int)sizeof(line), f);
	(void)fclose(f);
	if (got == NULL)
		return NULL;
	line[strcspn(line, " \t\r\n")] = '\0';
	return tz_get(tc, line, why, sizeof(why));
}

const char *
tz_host_name(struct tz_cache *tc, const char *env_tz)
{
	const struct tz *tz = NULL;
	const char *name;
	char why[256];

	if (env_tz != NULL) {
		name = env_tz[0] == ':' ? env_tz + 1 : env_tz;
		if (name[0] == '/' && name_in_path(name) != NULL)
			name = name_in_path(name);
		tz = tz_get(tc, name, why, sizeof(why));
	}
	if (tz == NULL)
		tz = zone_of_link(tc, "/etc/localtime");
	if (tz == NULL)
		tz = zone_of_file(tc, "/etc/timezone");
	return tz != NULL ? tz->name : "UTC";
}
