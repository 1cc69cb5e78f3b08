/*
 * Counts the consumers of a queue; tested in tests/ctl/consume_bounded.bats.
 * The file has a region of bytes per queue: the first is locked while another
 * one is chosen, so that the number is exact; a consumer holds one of the
 * others.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "ctl/workers.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/hash.h"

#include "lib/base/ban.h"

#define REGION_BITS 10
#define HASH_BITS 52 /* so that the last byte of the last region fits */
_Static_assert(WORKERS_MAX < 1 << REGION_BITS, "a region has all slots");

/* How often a locked region is tried: about two seconds. */
#define TRIES 200
#define NAP_US (CLOCK_US_PER_S / 100)

static int64_t
region_of(const char *queue)
{
	uint64_t h = hash_text(HASH_INIT, queue);

	return (int64_t)(h >> (64 - HASH_BITS)) << REGION_BITS;
}

/* Lock or unlock a byte; 0, or -1 with errno EAGAIN if it is another's. */
static int
set_lock(int fd, int64_t at, short type)
{
	struct flock lock = {
		.l_type = type,
		.l_whence = SEEK_SET,
		.l_start = (off_t)at,
		.l_len = 1,
	};
	int rc = fcntl(fd, F_SETLK, &lock);

	if (rc == -1 && errno == EACCES)
		errno = EAGAIN;
	return rc;
}

/* Is the byte another's?  -1: it cannot be found out. */
static int
is_locked(int fd, int64_t at)
{
	struct flock lock = {
		.l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = (off_t)at,
		.l_len = 1,
	};

	return fcntl(fd, F_GETLK, &lock) == -1 ? -1 : lock.l_type != F_UNLCK;
}

/* A new file belongs to those who use the store. */
static void
share(int fd, const char *store)
{
	struct stat sb;

	if (stat(store, &sb) != 0)
		return;
	/* What cannot be given serves its maker alone. */
	if (fchown(fd, sb.st_uid, sb.st_gid) == 0 ||
	    fchown(fd, (uid_t)-1, sb.st_gid) == 0)
		(void)fchmod(fd, sb.st_mode & 0660);
}

static int
open_file(const char *store)
{
	const int flags = O_RDWR | O_CLOEXEC | O_NOFOLLOW;
	struct buf path = BUF_INIT;
	int fd = -1;

	buf_printf(&path, "%s-consumers", store);
	if (path.is_failed)
		errno = ENOMEM;
	else if ((fd = open(buf_cstr(&path), flags)) == -1 && errno == ENOENT) {
		fd = open(buf_cstr(&path), flags | O_CREAT | O_EXCL, 0600);
		if (fd != -1)
			share(fd, store);
		else if (errno == EEXIST)
			fd = open(buf_cstr(&path), flags);
	}
	buf_fini(&path);
	return fd;
}

static enum workers_rc
lock_region(int fd, int64_t region)
{
	for (int i = 0; i < TRIES; i++) {
		if (set_lock(fd, region, F_WRLCK) == 0)
			return WORKERS_OK;
		if (errno != EAGAIN)
			return WORKERS_ERROR;
		clock_sleep_us(NAP_US);
	}
	return WORKERS_BUSY;
}

/* With the region locked: count, and take a free byte. */
static enum workers_rc
take_slot(int fd, int64_t region, int64_t max)
{
	int64_t others = 0, mine = 0;

	for (int64_t at = region + WORKERS_MAX; at > region; at--) {
		int rc = is_locked(fd, at);

		if (rc == -1)
			return WORKERS_ERROR;
		if (rc == 0)
			mine = at;
		else if (++others == max)
			return WORKERS_FULL;
	}
	if (mine == 0)
		return WORKERS_FULL;
	return set_lock(fd, mine, F_WRLCK) == 0 ? WORKERS_OK : WORKERS_ERROR;
}

enum workers_rc
workers_enter(const char *store, const char *queue, int64_t max, int *handle)
{
	int64_t region = region_of(queue);
	enum workers_rc rc;
	int fd, e;

	*handle = -1;
	if ((fd = open_file(store)) == -1)
		return WORKERS_ERROR;
	if ((rc = lock_region(fd, region)) == WORKERS_OK) {
		rc = take_slot(fd, region, max);
		e = errno;
		(void)set_lock(fd, region, F_UNLCK);
		errno = e;
	}
	if (rc == WORKERS_OK)
		*handle = fd;
	else
		(void)close(fd);
	return rc;
}

void
workers_leave(int handle)
{
	if (handle != -1)
		(void)close(handle);
}
