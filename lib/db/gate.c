/*
 * The gate of writers: a robust mutex in a file next to the store, so that they
 * wait without polling.  Tested in t_gate.
 */
#include "config.h"

#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/db/gate.h"
#include "lib/base/ban.h"

/* The contents of the file; the mark is written last. */
struct gate_file {
	pthread_mutex_t mutex;
	uint64_t mark;
};

/* A mutex of another size (another libc) has another mark. */
#define MARK (UINT64_C(0x6d686e6474757200) + sizeof(pthread_mutex_t))

/* Attempts to lock the file: 20 ms in total. */
#define LOCK_TRIES 200

struct gate {
	char *path;
	struct gate_file *file;
	ino_t inode;
	bool is_held;
	bool is_lost;
};

static int
mutex_init(struct gate_file *f)
{
	pthread_mutexattr_t a;
	int rc;

	if (pthread_mutexattr_init(&a) != 0)
		return -1;
	rc = pthread_mutexattr_setpshared(&a, PTHREAD_PROCESS_SHARED);
	if (rc == 0)
		rc = pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
	if (rc == 0)
		rc = pthread_mutex_init(&f->mutex, &a);
	(void)pthread_mutexattr_destroy(&a);
	if (rc == 0)
		f->mark = MARK;
	return rc == 0 ? 0 : -1;
}

/* Lock the file; held for microseconds while the file is initialized. */
static int
file_lock(int fd)
{
	for (int i = 0; i < LOCK_TRIES; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return 0;
		clock_sleep_us(100);
	}
	return -1;
}

/* Map the file; the first process initializes it, under the file's lock. */
static int
file_map(struct gate *t, int fd)
{
	struct stat sb;

	if (file_lock(fd) != 0 || fstat(fd, &sb) != 0 || !S_ISREG(sb.st_mode))
		return -1;
	/* Access to a hole on a full disk would raise SIGBUS. */
	if (posix_fallocate(fd, 0, (off_t)sizeof(*t->file)) != 0)
		return -1;
	t->inode = sb.st_ino;
	t->file = mmap(NULL, sizeof(*t->file), PROT_READ | PROT_WRITE,
	    MAP_SHARED, fd, 0);
	if (t->file == MAP_FAILED) {
		t->file = NULL;
		return -1;
	}
	return t->file->mark == MARK ? 0 : mutex_init(t->file);
}

/*
 * Give a new file the owner of the store if permitted, else its group,
 * regardless of the umask.
 */
static void
gate_share(int fd, const char *store_path)
{
	struct stat sb, is;
	bool is_given;

	if (store_path == NULL || stat(store_path, &sb) != 0 ||
	    fstat(fd, &is) != 0 || is.st_size != 0)
		return;
	is_given =
	    is.st_uid != sb.st_uid && fchown(fd, sb.st_uid, sb.st_gid) == 0;
	/* If it cannot be given, only its creator uses it. */
	if (!is_given && is.st_gid != sb.st_gid &&
	    fchown(fd, (uid_t)-1, sb.st_gid) != 0)
		return;
	(void)fchmod(fd, sb.st_mode & 0666);
}

struct gate *
gate_open(const char *path, const char *store_path)
{
	struct gate *t;
	int fd;

	if ((t = calloc(1, sizeof(*t))) == NULL)
		return NULL;
	if ((t->path = strdup(path)) == NULL)
		goto err1;
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		goto err1;
	gate_share(fd, store_path);
	if (file_map(t, fd) != 0)
		goto err2;
	/* The mapping keeps the open file, and with it the lock, alive. */
	(void)flock(fd, LOCK_UN);
	(void)close(fd);
	return t;

err2:
	(void)flock(fd, LOCK_UN);
	(void)close(fd);
err1:
	gate_close(t);
	return NULL;
}

void
gate_close(struct gate *t)
{
	if (t == NULL)
		return;
	gate_leave(t);
	if (t->file != NULL)
		(void)munmap(t->file, sizeof(*t->file));
	free(t->path);
	free(t);
}

/* Remove the file, unless it was replaced by another one. */
static void
file_remove(struct gate *t)
{
	struct stat sb;

	t->is_lost = true;
	if (stat(t->path, &sb) == 0 && sb.st_ino == t->inode)
		(void)unlink(t->path);
}

void
gate_enter(struct gate *t, int64_t wait_us)
{
	struct timespec until;
	int rc;

	if (t == NULL || t->is_held || t->is_lost)
		return;
	/*
	 * POSIX has only the settable clock here; normally the holder, not the
	 * timeout, ends the wait.
	 */
	(void)clock_gettime(CLOCK_REALTIME, &until);
	wait_us += until.tv_nsec / 1000;
	until.tv_sec += (time_t)(wait_us / 1000000);
	until.tv_nsec = (long)(wait_us % 1000000 * 1000);
	rc = pthread_mutex_timedlock(&t->file->mutex, &until);
	/* The holder died; SQLite repairs the store. */
	if (rc == EOWNERDEAD)
		rc = pthread_mutex_consistent(&t->file->mutex);
	t->is_held = rc == 0;
	if (rc != 0)
		file_remove(t);
}

void
gate_leave(struct gate *t)
{
	if (t == NULL || !t->is_held)
		return;
	(void)pthread_mutex_unlock(&t->file->mutex);
	t->is_held = false;
}
