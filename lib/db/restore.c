/*
 * Replaces a store by a backup while programs have it open. Tested in
 * t_store_backup.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/db/backup.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "lib/base/trust.h"
#include "lib/base/ban.h"

/*
 * The byte that SQLite locks to keep new readers out
 * (sqlite.org/lockingv3.html, PENDING).
 */
#define PENDING_BYTE 0x40000000

/*
 * Offset of the byte that says whether a file has a WAL
 * (sqlite.org/fileformat2, "read version").
 */
#define READ_VERSION_AT 19
#define READ_VERSION_WAL 2

#define LOCK_TRIES 200
#define LOCK_NAP_US 1000

/* Names and locks of a store that is being replaced. */
struct swap {
	const char *path;
	struct buf fresh; /* PATH-restore: the new store */
	struct buf whole; /* PATH-restore-old: the old one */
	struct buf kept;  /* PATH.before-restore */
	struct buf wal, shm, journal;
	struct store *old;    /* blocks writers; NULL: none, or damaged */
	struct store *reader; /* a writer cannot copy */
	int fd, whole_fd;     /* with the locks of both files */
};

static bool
swap_init(struct swap *s, const char *path)
{
	*s = (struct swap){ .path = path, .fd = -1, .whole_fd = -1 };
	buf_printf(&s->fresh, "%s-restore", path);
	buf_printf(&s->whole, "%s-restore-old", path);
	buf_printf(&s->kept, "%s.before-restore", path);
	buf_printf(&s->wal, "%s-wal", path);
	buf_printf(&s->shm, "%s-shm", path);
	buf_printf(&s->journal, "%s-journal", path);
	return !s->fresh.is_failed && !s->whole.is_failed &&
	    !s->kept.is_failed && !s->wal.is_failed && !s->shm.is_failed &&
	    !s->journal.is_failed;
}

static void
swap_fini(struct swap *s)
{
	(void)unlink(buf_cstr(&s->fresh));
	(void)unlink(buf_cstr(&s->whole));
	if (s->fd >= 0)
		(void)close(s->fd);
	if (s->whole_fd >= 0)
		(void)close(s->whole_fd);
	if (s->old != NULL)
		store_rollback(s->old);
	store_close(s->old);
	store_close(s->reader);
	buf_fini(&s->fresh);
	buf_fini(&s->whole);
	buf_fini(&s->kept);
	buf_fini(&s->wal);
	buf_fini(&s->shm);
	buf_fini(&s->journal);
}

/* Lock out new connections; return the file's descriptor, or -1. */
static int
swap_lock(const char *path)
{
	struct flock l = {
		.l_type = F_WRLCK,
		.l_whence = SEEK_SET,
		.l_start = PENDING_BYTE,
		.l_len = 1,
	};
	int fd = open(path, O_RDWR | O_CLOEXEC);

	/* Opening readers hold it for microseconds. */
	for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
		if (fcntl(fd, F_SETLK, &l) == 0)
			return fd;
		clock_sleep_us(LOCK_NAP_US);
	}
	if (fd >= 0)
		(void)close(fd);
	return -1;
}

/*
 * Return whether the file is a store in use, with a WAL, of another user.
 * Reading it would create files next to it that lock its owner out.
 */
static bool
is_foreign_log(const char *file, struct err *why)
{
	struct trust t = { .is_shared = false };
	unsigned char version = 0;
	int fd = open(file, O_RDONLY | O_CLOEXEC | O_NONBLOCK);

	if (fd == -1)
		return false;
	if (pread(fd, &version, 1, READ_VERSION_AT) != 1)
		version = 0;
	(void)close(fd);
	if (version != READ_VERSION_WAL ||
	    trust_check(&t, TRUST_STORE, file) != TRUST_REFUSED)
		return false;
	err_set(why, "%s", t.why);
	return true;
}

/* Open the file to restore, and check that it is a store without damage. */
static struct store *
source_open(const char *file, enum store_rc *rc, struct err *why)
{
	const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
	struct store *st;

	*rc = STORE_FULL;
	if (is_foreign_log(file, why)) {
		*rc = STORE_CONFIG;
		return NULL;
	}
	if (access(file, R_OK) != 0) {
		*rc = errno == ENOENT ? STORE_NOTFOUND : STORE_FULL;
		err_set(why, "%s: %s", file, strerror(errno));
		return NULL;
	}
	if ((st = calloc(1, sizeof(*st))) == NULL ||
	    (st->path = strdup(file)) == NULL ||
	    sqlite3_open_v2(file, &st->db, flags, NULL) != SQLITE_OK)
		err_set(why, "%s: cannot be opened", file);
	else {
		(void)snprintf(st->journal, sizeof(st->journal), "wal");
		*rc = store_vet(st, false, why);
		if (*rc == STORE_OK &&
		    (*rc = store_check_all(st, why)) != STORE_OK)
			*rc = STORE_ERROR;
	}
	if (*rc == STORE_OK)
		return st;
	store_close(st);
	return NULL;
}

/*
 * Keep an intact store: complete, in one file, with writers locked out from
 * here on.  The WAL of the old one may stay next to the copy: all of it is in
 * the copy.
 */
static enum store_rc
swap_keep(struct swap *s)
{
	const struct store_opts o = { .path = s->path, .is_readonly = true };
	enum store_rc rc;

	if ((rc = store_begin(s->old)) != STORE_OK)
		return rc;
	s->reader = store_open(&o, &rc, NULL);
	if (s->reader == NULL)
		return rc;
	if ((s->fd = swap_lock(s->path)) < 0)
		return STORE_BUSY;
	rc = store_copy(s->reader, buf_cstr(&s->whole), false);
	if (rc != STORE_OK)
		return rc;
	if (store_keep_owner(s->path, buf_cstr(&s->whole)) != 0)
		return STORE_CONFIG;
	(void)unlink(buf_cstr(&s->kept));
	if ((s->whole_fd = swap_lock(buf_cstr(&s->whole))) < 0 ||
	    link(buf_cstr(&s->whole), buf_cstr(&s->kept)) != 0 ||
	    rename(buf_cstr(&s->whole), s->path) != 0 ||
	    store_flush_folder(s->path) != 0)
		return STORE_FULL;
	return STORE_OK;
}

/* Keep the bytes of a damaged store. */
static enum store_rc
swap_keep_damaged(struct swap *s)
{
	struct buf log = BUF_INIT;
	int rc = 0;

	s->fd = swap_lock(s->path);
	buf_printf(&log, "%s-wal", buf_cstr(&s->kept));
	(void)unlink(buf_cstr(&s->kept));
	(void)unlink(buf_cstr(&log));
	if (link(s->path, buf_cstr(&s->kept)) != 0 ||
	    (link(buf_cstr(&s->wal), buf_cstr(&log)) != 0 && errno != ENOENT))
		rc = -1;
	buf_fini(&log);
	return rc == 0 ? STORE_OK : STORE_FULL;
}

/* Remove the WAL first: it must never be next to another store. */
static enum store_rc
swap_put(const struct swap *s)
{
	if ((unlink(buf_cstr(&s->journal)) != 0 && errno != ENOENT) ||
	    (unlink(buf_cstr(&s->wal)) != 0 && errno != ENOENT) ||
	    (unlink(buf_cstr(&s->shm)) != 0 && errno != ENOENT) ||
	    store_flush_folder(s->path) != 0 ||
	    rename(buf_cstr(&s->fresh), s->path) != 0 ||
	    store_flush_folder(s->path) != 0)
		return STORE_FULL;
	return STORE_OK;
}

static enum store_rc
swap_run(struct swap *s, const struct store_opts *o)
{
	enum store_rc rc = STORE_OK;

	if (access(s->path, F_OK) == 0) {
		s->old = store_open(o, &rc, NULL);
		if (s->old == NULL && (rc == STORE_BUSY || rc == STORE_CONFIG))
			return rc;
		rc = s->old != NULL ? swap_keep(s) : STORE_ERROR;
		/* A store that cannot be copied is kept as bytes. */
		if (rc == STORE_ERROR)
			rc = swap_keep_damaged(s);
	}
	return rc == STORE_OK ? swap_put(s) : rc;
}

/* Refuse: the new file cannot be given to the owner of the old one. */
static void
refuse_owner(const char *path, struct err *why)
{
	struct stat sb = { .st_uid = 0 };
	const char *reason = strerror(errno);
	char whose[96];

	(void)stat(path, &sb);
	trust_user(sb.st_uid, whose, sizeof(whose));
	err_set(why,
	    "%s: belongs to %s, group %lu, mode %04o, and the restored store "
	    "would not (%s): run this as its owner or as root",
	    path, whose, (unsigned long)sb.st_gid,
	    (unsigned)(sb.st_mode & 07777), reason);
}

/*
 * Copy the source, give the copy to the old store's owner, and move it there.
 */
static enum store_rc
replace(struct store *from, const struct store_opts *o, struct err *why)
{
	enum store_rc rc = STORE_FULL;
	struct swap s;

	errno = 0;
	if (swap_init(&s, o->path))
		rc = store_copy(from, buf_cstr(&s.fresh), true);
	if (rc == STORE_OK &&
	    store_keep_owner(o->path, buf_cstr(&s.fresh)) != 0)
		rc = STORE_CONFIG;
	if (rc == STORE_OK)
		rc = swap_run(&s, o);
	if (rc == STORE_CONFIG)
		refuse_owner(o->path, why);
	else if (rc != STORE_OK)
		err_set(why, "%s: %s", o->path,
		    rc == STORE_FULL && errno != 0 ? strerror(errno) :
						     store_strrc(rc));
	swap_fini(&s);
	return rc;
}

enum store_rc
store_restore(const struct store_opts *o, const char *file, struct err *why)
{
	/* SQLite follows links, and has the WAL next to the file itself. */
	char *real = realpath(o->path, NULL);
	struct trust t = { .is_shared = o->is_shared };
	struct store_opts at = *o;
	struct store *from = NULL;
	enum store_rc rc = STORE_CONFIG;

	if (real != NULL)
		at.path = real;
	if (trust_check(&t, TRUST_STORE, o->path) == TRUST_REFUSED)
		err_set(why, "%s", t.why);
	else if ((from = source_open(file, &rc, why)) != NULL)
		rc = replace(from, &at, why);
	store_close(from);
	free(real);
	return rc;
}
