/*
 * A copy of a store while others write to it, by SQLite's online backup. Tested
 * in t_store_backup.
 */
#include "config.h"

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
#include "lib/base/ban.h"

#define STEP_PAGES 1024
#define STEP_NAP_US 1000

/*
 * Restarts of a copy by other writers, after which all pages are copied in one
 * step.
 */
#define RESTARTS 5

/* Create an empty file of that name, mode 0600. */
static int
copy_make(const char *path)
{
	int fd;

	if (unlink(path) != 0 && errno != ENOENT)
		return -1;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	return fd < 0 ? -1 : close(fd);
}

static int
copy_flush(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), rc;

	if (fd < 0)
		return SQLITE_IOERR;
	rc = fsync(fd) == 0 ? SQLITE_OK : SQLITE_IOERR_FSYNC;
	(void)close(fd);
	return rc;
}

/*
 * Copy all pages.  With a WAL a read transaction keeps them unchanged without
 * delaying writers.  Without one each step blocks writers, and the copy
 * restarts if one has written between two steps.
 */
static int
copy_pages(struct store *st, sqlite3_backup *b)
{
	int64_t until = clock_mono_us() + st->busy_us;
	int rc = SQLITE_OK, left = 0, was, restarts = 0;

	while (rc != SQLITE_DONE) {
		was = left;
		rc = sqlite3_backup_step(b,
		    restarts > RESTARTS ? -1 : STEP_PAGES);
		left = sqlite3_backup_remaining(b);
		restarts += left > was;
		if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED) {
			if (clock_mono_us() > until)
				break;
		} else if (rc != SQLITE_OK)
			break;
		if (!store_has_wal(st) && rc != SQLITE_DONE)
			clock_sleep_us(STEP_NAP_US);
	}
	return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int
copy_into(struct store *st, sqlite3 *to, bool is_plain)
{
	sqlite3_backup *b;
	int rc, ended;

	/* The copy is flushed when it is complete. */
	rc = sqlite3_exec(to, sql_texts[SQL_OPEN_SYNCHRONOUS_OFF].text, NULL,
	    NULL, NULL);
	if (rc != SQLITE_OK)
		return rc;
	if ((b = sqlite3_backup_init(to, "main", st->db, "main")) == NULL)
		return sqlite3_errcode(to);
	rc = copy_pages(st, b);
	ended = sqlite3_backup_finish(b);
	if (rc == SQLITE_OK)
		rc = ended;
	if (rc == SQLITE_OK && is_plain)
		rc = sqlite3_exec(to, sql_texts[SQL_OPEN_JOURNAL_DELETE].text,
		    NULL, NULL, NULL);
	return rc;
}

enum store_rc
store_copy(struct store *st, const char *path, bool is_plain)
{
	static const enum sql_id snapshot[] = {
		SQL_TXN_READ,
		SQL_OPEN_USER_VERSION,
	};
	bool is_ours = store_has_wal(st) && !store_in_transaction(st);
	enum store_rc rc = STORE_OK;
	sqlite3 *to = NULL;
	int copied;

	if (copy_make(path) != 0)
		return STORE_FULL;
	if (is_ours)
		rc = stmt_run_all(st, snapshot, 2);
	if (rc == STORE_OK) {
		copied =
		    sqlite3_open_v2(path, &to, SQLITE_OPEN_READWRITE, NULL);
		if (copied == SQLITE_OK)
			copied = copy_into(st, to, is_plain);
		if (sqlite3_close(to) != SQLITE_OK || copied != SQLITE_OK)
			rc = stmt_rc(st,
			    copied == SQLITE_OK ? SQLITE_IOERR : copied);
		else
			rc = stmt_rc(st, copy_flush(path));
	}
	if (is_ours)
		store_rollback(st);
	if (rc != STORE_OK)
		(void)unlink(path);
	return rc;
}

enum store_rc
store_backup(struct store *st, const char *file, struct err *why)
{
	struct buf tmp = BUF_INIT;
	enum store_rc rc = STORE_FULL;

	errno = 0;
	buf_printf(&tmp, "%s.tmp", file);
	if (!tmp.is_failed)
		rc = store_copy(st, buf_cstr(&tmp), true);
	if (rc == STORE_OK &&
	    (store_keep_owner(file, buf_cstr(&tmp)) != 0 ||
		rename(buf_cstr(&tmp), file) != 0)) {
		(void)unlink(buf_cstr(&tmp));
		rc = STORE_FULL;
	}
	if (rc == STORE_OK && store_flush_folder(file) != 0)
		rc = STORE_FULL;
	if (rc != STORE_OK)
		err_set(why, "%s: %s", file,
		    rc == STORE_FULL && errno != 0 ? strerror(errno) :
						     store_strrc(rc));
	buf_fini(&tmp);
	return rc;
}
