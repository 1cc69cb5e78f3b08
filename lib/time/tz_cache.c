/*
 * The cache of zones, and reading their files safely: names are checked, links
 * may not lead out of the zone directory.  The format of the files is
 * tz_file.c's.  Tested in t_tz_cache.
 */
#include <sys/stat.h>

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/err.h"
#include "lib/time/tz.h"
#include "lib/time/tz_int.h"

#include "lib/base/ban.h"

#define SYSTEM_DIR "/usr/share/zoneinfo"
#define NAME_MAX_LEN 255
#define SYSTEM_ETC "/etc"

/* Is the zone directory present and not empty? */
static bool
has_zone(const char *dir)
{
	struct dirent *e;
	bool is_found = false;
	DIR *d = opendir(dir);

	if (d == NULL)
		return false;
	while (!is_found && (e = readdir(d)) != NULL)
		is_found = e->d_name[0] != '.';
	(void)closedir(d);
	return is_found;
}

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
	tc->etc = SYSTEM_ETC;
	return tc;
}

void
tz_cache_set_etc(struct tz_cache *tc, const char *etc)
{
	tc->etc = etc;
}

bool
tz_has_files(const struct tz_cache *tc)
{
	return has_zone(tc->dir);
}

void
tz_cache_free(struct tz_cache *tc)
{
	struct tz *tz;
	size_t i;

	if (tc == NULL)
		return;
	for (i = 0; i < TZ_BUCKETS; i++) {
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
	return h % TZ_BUCKETS;
}

/* A relative path of plain components, in the characters of zone names. */
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
		/*
		 * Also refuses "", ".", "..": no component begins with a dot.
		 */
		if (n == 0 || name[0] == '.')
			return false;
		if (name[n] == '\0')
			return true;
	}
}

/*
 * Open dir/name for reading: a regular file that, all links followed, lies
 * within dir.  -1 with *why set.
 */
static int
open_within(const char *dir, const char *name, const char **why)
{
	char path[PATH_MAX], root[PATH_MAX], real[PATH_MAX];
	size_t n;
	int fd;

	*why = "is not known to this host";
	if (realpath(dir, root) == NULL ||
	    (size_t)snprintf(path, sizeof(path), "%s/%s", dir, name) >=
		sizeof(path) ||
	    realpath(path, real) == NULL) {
		/*
		 * The zone is not the cause: this host has lost all zone
		 * files.
		 */
		if (errno == ENOENT && !has_zone(dir)) {
			errno = EIO;
			*why = "cannot be read: this host has no zone files";
		}
		return -1;
	}
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

/* The state of a file as a number that is never 0. */
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

/* Write the path of a zone's file; false if the zone can have none. */
static bool
path_of(const struct tz_cache *tc, const char *name, char path[PATH_MAX])
{
	struct tz_type unused;
	int n;

	if (strcmp(name, TZ_HOST) == 0)
		n = snprintf(path, PATH_MAX, "%s/localtime", tc->etc);
	else if (tz_is_fixed(name, &unused) || !is_good_name(name))
		return false;
	else
		n = snprintf(path, PATH_MAX, "%s/%s", tc->dir, name);
	return n < PATH_MAX;
}

int64_t
tz_cache_stamp(const struct tz_cache *tc, const char *name)
{
	char path[PATH_MAX];
	struct stat st;

	if (!path_of(tc, name, path) || stat(path, &st) == -1)
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

/* Load the file open as fd, unless fd is -1; closes it. */
static int
load_fd(struct tz *tz, int fd, const char **why)
{
	unsigned char *data = NULL;
	size_t len;
	int rc;

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
load(struct tz *tz, const struct tz_cache *tc, const char **why)
{
	struct tz_type type;
	char path[PATH_MAX];

	if (tz_is_fixed(tz->name, &type)) {
		*why = "cannot be loaded: out of memory";
		return tz_make_fixed(tz, &type);
	}
	*why = "is not the name of a time zone";
	if (!path_of(tc, tz->name, path))
		return -1;
	if (strcmp(tz->name, TZ_HOST) != 0)
		return load_fd(tz, open_within(tc->dir, tz->name, why), why);
	*why = "cannot be read: /etc/localtime";
	return load_fd(tz, open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK), why);
}

/* errno stays: it says what kind of failure it was. */
static void
explain(const struct tz_cache *tc, const char *name, const char *reason,
    struct err *why)
{
	char near_name[NAME_MAX_LEN + 1];
	int kept = errno;

	if (why == NULL)
		return;
	if (tz_near(tc->dir, name, near_name, sizeof(near_name)))
		err_set(why, "time zone \"%.100s\" %s; did you mean %s?", name,
		    reason, near_name);
	else
		err_set(why, "time zone \"%.100s\" %s", name, reason);
	errno = kept;
}

const struct tz *
tz_get(struct tz_cache *tc, const char *name, struct err *why)
{
	size_t b = bucket_of(name);
	const char *reason = "cannot be loaded: out of memory";
	struct tz *tz;

	for (tz = tc->buckets[b]; tz != NULL; tz = tz->chain)
		if (strcmp(tz->name, name) == 0)
			return tz;
	tz = tz_alloc(name);
	if (tz == NULL || load(tz, tc, &reason) == -1) {
		explain(tc, name, reason, why);
		tz_free(tz);
		return NULL;
	}
	tz->chain = tc->buckets[b];
	tc->buckets[b] = tz;
	return tz;
}

/* Reload the file of tz; borrowers keep tz itself and its name. */
static void
renew(struct tz *tz, const struct tz_cache *tc)
{
	struct tz *fresh = tz_alloc(tz->name), old = *tz;
	const char *why;

	if (fresh == NULL)
		return;
	if (load(fresh, tc, &why) == 0) {
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

	for (i = 0; i < TZ_BUCKETS; i++)
		for (tz = tc->buckets[i]; tz != NULL; tz = tz->chain)
			if (tz->stamp != 0 &&
			    tz->stamp != tz_cache_stamp(tc, tz->name))
				renew(tz, tc);
}
