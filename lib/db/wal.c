/*
 * The write-ahead log: how commits reach the disk, and several share a flush.
 * Tested in t_store_fault and by the sweep.
 */
#include "config.h"

#if defined(HAVE_SYS_VFS_H)
#include <sys/vfs.h>
#endif

#include <stdio.h>
#include <string.h>

#include "lib/db/store.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "lib/db/gate.h"
#include "lib/base/ban.h"

/*
 * Growth of the WAL in pages after which a checkpoint is tried; the second one
 * for a tick, which writes the same pages of indexes again and again and
 * checkpoints at its end.
 */
#define WAL_STEP_PAGES 1000
#define WAL_STEP_BULK_PAGES 4000

/* Length of the WAL, in pages of 4 KiB, above which it is truncated. */
#define WAL_LARGE_PAGES 16384

/*
 * Return whether path is on a network file system, whose locks and shared
 * memory are not reliable with a WAL (sqlite.org/wal.html, "Disadvantages").
 * Numbers from statfs(2); an unknown file system counts as local.
 */
static bool
store_is_network(const char *path)
{
#if defined(HAVE_SYS_VFS_H) && defined(HAVE_STATFS)
	static const unsigned long network[] = {
		0x6969,	    /* NFS */
		0x517b,	    /* SMB */
		0xff534d42, /* CIFS */
		0xfe534d42, /* SMB2 */
		0x564c,	    /* NCP */
		0x5346414f, /* AFS */
		0x73757245, /* Coda */
		0x01021997, /* 9P */
		0x65735546, /* FUSE: sshfs and the like */
		0x00c36400, /* Ceph */
		0x47504653, /* GPFS */
		0x0bd00bd0, /* Lustre */
	};
	struct statfs fs;

	if (statfs(path, &fs) != 0)
		return false;
	for (size_t i = 0; i < sizeof(network) / sizeof(network[0]); i++) {
		if (((unsigned long)fs.f_type & 0xffffffffUL) == network[i])
			return true;
	}
#else
	(void)path;
#endif
	return false;
}

/* A checkpoint flushes the WAL, too: record a failure of that. */
static void
wal_judge(struct store *st, int rc)
{
	if ((rc & 0xff) == SQLITE_IOERR)
		st->is_torn = true;
}

/*
 * Called after each commit with the length of the WAL.  SQLite's own rule
 * tries a checkpoint, two flushes, after every commit once the WAL is long
 * and a reader keeps it from starting over; ours tries again only after as
 * many pages more.
 */
static int
store_grown(void *arg, sqlite3 *db, const char *name, int pages)
{
	struct store *st = arg;
	const int step = st->is_bulk ? WAL_STEP_BULK_PAGES : WAL_STEP_PAGES;
	int moved, rc;

	st->is_dirty = true;
	if (pages < st->wal_pages)
		st->wal_pages = 0;
	if (pages < st->wal_pages + step)
		return SQLITE_OK;
	st->wal_pages = pages;
	rc = sqlite3_wal_checkpoint_v2(db, name, SQLITE_CHECKPOINT_PASSIVE,
	    &pages, &moved);
	wal_judge(st, rc);
	return SQLITE_OK;
}

/* clang-format off */
static const struct column journal_fields[] = {
	COLUMN_CHARS("journal_mode", struct store, journal),
};
/* clang-format on */

static const struct columns columns_journal = COLUMNS(NULL, journal_fields);

static enum store_rc
journal_read(struct store *st)
{
	return stmt_find(st, SQL_OPEN_JOURNAL, NO_ARGS, &columns_journal, st);
}

/*
 * The WAL outlives the last connection and is not checkpointed on close:
 * under plain CGI every request is a last close (the ticker checkpoints).
 * Commits into it are flushed by wal_flush, and SQLite flushes only
 * where order demands it; a rollback journal is SQLite's to flush, and its
 * end too (EXTRA): a journal that comes back after a power cut undoes a commit.
 */
enum store_rc
store_wal_init(struct store *st, bool is_readonly)
{
	const enum sql_id mode = store_is_network(st->path) ?
	    SQL_OPEN_JOURNAL_DELETE :
	    SQL_OPEN_JOURNAL_WAL;
	const enum sql_id never = SQL_OPEN_SYNCHRONOUS_OFF;
	enum sql_id level = SQL_OPEN_SYNCHRONOUS_EXTRA;
	enum store_rc rc = STORE_OK;
	int on = 1;

	(void)sqlite3_wal_hook(st->db, store_grown, st);
	(void)sqlite3_db_config(st->db, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1,
	    (int *)NULL);
	(void)sqlite3_file_control(st->db, "main", SQLITE_FCNTL_PERSIST_WAL,
	    &on);
	/* First, because the change of the mode would be flushed, too. */
	if (st->is_unsynced)
		rc = stmt_run_all(st, &never, 1);
	if (rc == STORE_OK && !is_readonly)
		rc = stmt_run_all(st, &mode, 1);
	if (rc == STORE_OK)
		rc = journal_read(st);
	if (rc != STORE_OK || st->is_unsynced)
		return rc;
	if (store_has_wal(st))
		level = SQL_OPEN_SYNCHRONOUS_NORMAL;
	return stmt_run_all(st, &level, 1);
}

bool
store_has_wal(const struct store *st)
{
	return strcmp(st->journal, "wal") == 0;
}

/* The WAL as SQLite has it open, or NULL. */
static sqlite3_file *
wal_file(struct store *st)
{
	sqlite3_file *wal = NULL;

	if (sqlite3_file_control(st->db, "main", SQLITE_FCNTL_JOURNAL_POINTER,
		&wal) != SQLITE_OK)
		return NULL;
	return wal == NULL || wal->pMethods == NULL ? NULL : wal;
}

static int
wal_sync(sqlite3_file *wal)
{
	return wal->pMethods->xSync(wal,
	    SQLITE_SYNC_NORMAL | SQLITE_SYNC_DATAONLY);
}

/* Rewrite all bytes of the WAL in place. */
static int
wal_rewrite(sqlite3_file *wal)
{
	sqlite3_int64 size = 0;
	char buf[4096];
	int rc, n;

	rc = wal->pMethods->xFileSize(wal, &size);
	for (sqlite3_int64 at = 0; rc == SQLITE_OK && at < size; at += n) {
		n = size - at < (int)sizeof(buf) ? (int)(size - at) :
						   (int)sizeof(buf);
		rc = wal->pMethods->xRead(wal, buf, n, at);
		if (rc == SQLITE_OK)
			rc = wal->pMethods->xWrite(wal, buf, n, at);
	}
	return rc;
}

/*
 * After a failed flush the kernel takes for written what it could not write
 * (fsync(2), Linux): the next flush succeeds, but the WAL on the disk has a
 * hole, and what is committed behind it would be lost in a power cut.  The
 * bytes are still to be read; written again, they are flushed again.  A
 * transaction keeps other writers, and thus a shorter WAL, away.
 */
static enum store_rc
wal_mend(struct store *st, sqlite3_file *wal)
{
	int rc;

	st->is_torn = true;
	if (store_begin(st) != STORE_OK)
		return STORE_FULL;
	rc = wal_rewrite(wal);
	if (rc == SQLITE_OK)
		rc = wal_sync(wal);
	store_rollback(st);
	st->is_torn = st->is_dirty = rc != SQLITE_OK;
	return rc == SQLITE_OK ? STORE_OK : STORE_FULL;
}

/*
 * Flush what was committed, if it has to be; STORE_FULL when the disk refuses:
 * the commit stands, but may not survive a power cut.
 *
 * SQLite could do it inside the commit (synchronous=FULL), but there the next
 * writer waits for the disk; here it writes meanwhile, and the flushes of
 * several writers become one in the kernel.  What was flushed is a prefix of
 * the WAL that ends no earlier than our commit, and a WAL starts over only
 * after a checkpoint has flushed all of it to the store.
 */
static enum store_rc
wal_flush(struct store *st)
{
	sqlite3_file *wal;
	int rc;

	if (!st->is_dirty || !st->is_durable || st->is_unsynced)
		return STORE_OK;
	if ((wal = wal_file(st)) == NULL)
		return stmt_rc(st, SQLITE_IOERR);
	rc = st->is_torn ? SQLITE_IOERR_FSYNC : wal_sync(wal);
	if (rc != SQLITE_OK) {
		(void)stmt_rc(st, rc);
		return wal_mend(st, wal);
	}
	st->is_dirty = false;
	return STORE_OK;
}

enum store_rc
store_commit(struct store *st)
{
	enum store_rc rc;

	rc = stmt_exec(st, SQL_TXN_COMMIT, NO_ARGS);
	if (rc != STORE_OK)
		store_rollback(st);
	gate_leave(st->gate);
	st->is_idle = false;
	return rc == STORE_OK ? wal_flush(st) : rc;
}

enum store_rc
store_settle(struct store *st)
{
	if (!store_has_wal(st))
		return STORE_OK;
	st->is_dirty = true;
	return wal_flush(st);
}

void
store_set_durable(struct store *st, bool is_durable)
{
	st->is_durable = is_durable;
}

void
store_set_flags(struct store *st, unsigned flags)
{
	st->flags = flags;
}

unsigned
store_flags(const struct store *st)
{
	return st->flags;
}

void
store_set_bulk(struct store *st)
{
	st->is_bulk = true;
	/* Slower without. */
	(void)stmt_exec(st, SQL_OPEN_BULK_CACHE, NO_ARGS);
}

void
store_checkpoint(struct store *st)
{
	int frames = 0, moved = 0, rc;

	st->is_bulk = false;
	if (!store_has_wal(st) || store_is_replaced(st))
		return;
	/* Readers may prevent PASSIVE and TRUNCATE: it is tried again later. */
	rc = sqlite3_wal_checkpoint_v2(st->db, NULL, SQLITE_CHECKPOINT_PASSIVE,
	    &frames, &moved);
	wal_judge(st, rc);
	if (frames > WAL_LARGE_PAGES && frames == moved)
		(void)sqlite3_wal_checkpoint_v2(st->db, NULL,
		    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
}

const char *
store_journal(const struct store *st)
{
	return st->journal;
}

enum store_rc
store_script(struct store *st, const char *sql)
{
	enum store_rc rc;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	rc = stmt_rc(st, sqlite3_exec(st->db, sql, NULL, NULL, NULL));
	if (rc == STORE_OK)
		return store_commit(st);
	store_rollback(st);
	return rc;
}
