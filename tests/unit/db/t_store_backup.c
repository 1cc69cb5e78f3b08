/* Backups while others write, and restores (lib/db/backup.h). */
#include <sys/stat.h>

#include "lib/base/err.h"
#include "lib/db/backup.h"
#include "lib/store/job.h"
#include "tests/unit/rig.h"

/*
 * Backup and restore: one whole store or the other, what was there kept, and
 * nothing of an attempt that failed (lib/db/backup.h).
 */

static struct err why;

/* A store in the folder with n jobs, opened. */
static struct store *
make(const char *base, int n)
{
	const struct store_opts o = { .path = folder_path(base),
		.busy_us = 50000,
		.is_create = true };
	enum store_rc rc;
	struct store *st = store_open(&o, &rc, &why);
	struct job j;

	if (st == NULL)
		rig_bail(why.text);
	(void)store_begin(st);
	for (int i = 0; i < n; i++) {
		char id[16];

		(void)snprintf(id, sizeof(id), "%d", i);
		job_init(&j);
		j.queue = strdup("q");
		j.job_id = strdup(id);
		j.trigger = strdup("text");
		(void)store_job_insert(st, &j);
		job_fini(&j);
	}
	(void)store_commit(st);
	return st;
}

static int64_t
jobs(const char *base)
{
	return rig_ask(folder_path(base), "SELECT count(*) FROM job");
}

static bool
is_there(const char *base)
{
	return access(folder_path(base), F_OK) == 0;
}

static enum store_rc
backup(struct store *st, const char *base)
{
	err_clear(&why);
	return store_backup(st, folder_path(base), &why);
}

static enum store_rc
restore(const char *to, const char *from)
{
	const struct store_opts o = { .path = folder_path(to),
		.busy_us = 50000 };

	err_clear(&why);
	return store_restore(&o, folder_path(from), &why);
}

static void
check_backup(void)
{
	struct store *st = make("a.db", 3);
	struct stat sb;

	is_int(backup(st, "a.bak"), STORE_OK, "a backup: %s", why.text);
	is_int(jobs("a.bak"), 3, "has what the store had");
	ok(stat(folder_path("a.bak"), &sb) == 0 && (sb.st_mode & 07777) == 0600,
	    "is its owner's alone");
	ok(!is_there("a.bak-wal") && !is_there("a.bak-shm") &&
		!is_there("a.bak.tmp"),
	    "is one file");
	is_int(rig_ask(folder_path("a.bak"),
		   "SELECT journal_mode = 'delete' FROM pragma_journal_mode"),
	    1, "that needs no log");
	is_int(rig_ask(folder_path("a.bak"),
		   "SELECT integrity_check = 'ok' FROM pragma_integrity_check"),
	    1, "and is sound");
	(void)store_begin(st);
	(void)sqlite3_exec(st->db, "DELETE FROM job", NULL, NULL, NULL);
	(void)store_commit(st);
	is_int(backup(st, "a.bak"), STORE_OK, "over an older one");
	is_int(jobs("a.bak"), 0, "replaces it");
	store_close(st);
}

/* Others may write meanwhile; what they have not committed is not in it. */
static void
check_backup_writer(void)
{
	struct store *st = make("b.db", 2), *other = make("b.db", 0);

	(void)store_begin(other);
	(void)sqlite3_exec(other->db, "DELETE FROM job", NULL, NULL, NULL);
	is_int(backup(st, "b.bak"), STORE_OK, "while somebody writes");
	is_int(jobs("b.bak"), 2, "as it was at one instant");
	is_int(store_commit(other), STORE_OK, "who is not disturbed");
	is_int(backup(st, "b.bak"), STORE_OK, "afterwards");
	is_int(jobs("b.bak"), 0, "with what was committed");
	ok(!store_in_transaction(st), "no transaction is left open");
	store_close(other);
	store_close(st);
}

static void
check_backup_failed(void)
{
	struct store *st = make("c.db", 1);
	char text[8] = "";

	is_int(backup(st, "none/c.bak"), STORE_FULL, "no such folder");
	ok(strstr(why.text, "none/c.bak") != NULL &&
		strchr(why.text, '\n') == NULL,
	    "one line that names the file: %s", why.text);
	(void)folder_run("mkdir", "dir");
	is_int(backup(st, "dir"), STORE_FULL, "a folder of that name");
	ok(!is_there("dir.tmp"), "nothing is left of the attempt");
	(void)folder_put("kept.bak", "mine", 4);
	(void)folder_run("mkdir -p", "kept.bak.tmp/x");
	is_int(backup(st, "kept.bak"), STORE_FULL, "no room for the copy");
	is_int(folder_read(folder_path("kept.bak"), text, sizeof(text)), 4,
	    "what was there");
	is_str(text, "mine", "is there as it was");
	store_close(st);
}

static void
check_restore(void)
{
	struct store *was = make("r.db", 5), *from = make("from.db", 2);
	enum store_rc rc;

	is_int(backup(from, "r.bak"), STORE_OK, "a backup");
	store_close(from);
	is_int(restore("r.db", "r.bak"), STORE_OK, "restored: %s", why.text);
	is_int(jobs("r.db"), 2, "the store is the one of the backup");
	is_int(jobs("r.db.before-restore"), 5, "the other one is kept whole");
	ok(!is_there("r.db-restore") && !is_there("r.db-restore-old"),
	    "nothing else is left");
	is_int(jobs("r.bak"), 2, "the backup is as it was");
	ok(store_is_replaced(was), "who has the old one open can tell");
	is_int(store_begin(was), STORE_BUSY, "and writes no more");
	ok(!store_in_transaction(was), "nothing was begun");
	store_close(was);
	is_int(jobs("r.db"), 2, "closing it changes nothing");
	was = store_open(&(struct store_opts){ .path = folder_path("r.db") },
	    &rc, &why);
	ok(was != NULL && store_begin(was) == STORE_OK,
	    "opened anew it is written to");
	store_rollback(was);
	is_str(store_journal(was), "wal", "and has its log again");
	store_close(was);
	is_int(restore("r.db", "r.db.before-restore"), STORE_OK, "and back");
	is_int(jobs("r.db"), 5, "to what it was");
	is_int(jobs("r.db.before-restore"), 2, "the last one is kept");
}

/* A store with a log that was not moved into it is kept with all of it. */
static void
check_restore_log(void)
{
	struct store *st = make("l.db", 4);

	ok(is_there("l.db-wal"), "what was committed is in the log");
	is_int(restore("l.db", "r.bak"), STORE_OK, "restored");
	is_int(jobs("l.db.before-restore"), 4, "the log's part is kept, too");
	is_int(jobs("l.db"), 2, "and is not mixed into the new one");
	store_close(st);
}

static void
check_restore_new(void)
{
	is_int(restore("new.db", "r.bak"), STORE_OK, "where none was");
	is_int(jobs("new.db"), 2, "there is one");
	ok(!is_there("new.db.before-restore"), "and none was kept");
	(void)folder_run("ln -sf new.db", "link.db");
	is_int(restore("link.db", "from.db"), STORE_OK, "through a link");
	is_int(jobs("new.db"), 2, "the file it leads to is replaced");
	ok(is_there("new.db.before-restore") &&
		!is_there("link.db.before-restore"),
	    "and kept, beside itself");
}

/* Files that are no backups; made in the folder. */
static const struct {
	const char *what, *from, *sql, *said;
	enum store_rc want;
} refused[] = {
	{ "a file that is not there", "missing.bak", NULL, "missing.bak",
	    STORE_NOTFOUND },
	{ "an empty file", "empty.bak", NULL, "", STORE_NOTFOUND },
	{ "somebody's text", "text.bak", NULL, "", STORE_ERROR },
	{ "another program's database", "foreign.bak",
	    "CREATE TABLE t (a); PRAGMA user_version = 1",
	    "no minutehand store", STORE_ERROR },
	{ "a newer store", "newer.bak",
	    "PRAGMA application_id = 0x6d686e64; PRAGMA user_version = 9999;"
	    "CREATE TABLE t (a)",
	    "newer minutehand", STORE_ERROR },
};

static void
check_restore_refused(void)
{
	struct store *st = make("s.db", 1);

	(void)folder_put("empty.bak", "", 0);
	(void)folder_put("text.bak", folder, sizeof(folder));
	(void)folder_run("rm -f", "s.db.before-restore");
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++) {
		if (refused[i].sql != NULL)
			rig_meddle(folder_path(refused[i].from),
			    refused[i].sql);
		is_int(restore("s.db", refused[i].from), refused[i].want,
		    "%s is refused: %s", refused[i].what, why.text);
		ok(why.text[0] != '\0' && strchr(why.text, '\n') == NULL &&
			strstr(why.text, refused[i].said) != NULL,
		    "%s: one line says why", refused[i].what);
		is_int(jobs("s.db"), 1, "%s: the store stays", refused[i].what);
		ok(!is_there("s.db.before-restore"), "%s: nothing was kept",
		    refused[i].what);
		ok(!store_is_replaced(st), "%s: nor replaced", refused[i].what);
	}
	store_close(st);
}

/* A page in the middle overwritten: found before anything is touched. */
static void
check_restore_damaged(void)
{
	struct store *st = make("big.db", 500);
	static char bytes[1 << 20];
	long n;

	is_int(backup(st, "big.bak"), STORE_OK, "a backup of some size");
	store_close(st);
	n = folder_read(folder_path("big.bak"), bytes, sizeof(bytes));
	ok(n > 20 * 4096, "some pages");
	for (long at = 4096; at < n; at += 4096)
		memset(bytes + at, 0x5a, 200);
	(void)folder_put("hurt.bak", bytes, (size_t)n);
	is_int(restore("big.db", "hurt.bak"), STORE_ERROR, "damaged: %s",
	    why.text);
	is_int(jobs("big.db"), 500, "the store stays");
	/* The other way about: the damaged store is kept as it is. */
	(void)folder_put("sick.db", bytes, (size_t)n);
	is_int(restore("sick.db", "big.bak"), STORE_OK,
	    "a damaged store is replaced");
	is_int(jobs("sick.db"), 500, "by the sound one");
	(void)folder_put("trash.db", folder, sizeof(folder));
	is_int(restore("trash.db", "big.bak"), STORE_OK, "so is a text");
	is_int(folder_read(folder_path("trash.db.before-restore"), bytes,
		   sizeof(bytes)),
	    sizeof(folder), "whose bytes are kept");
	ok(memcmp(bytes, folder, sizeof(folder)) == 0, "all of them");
}

static void
check_restore_busy(void)
{
	struct store *st = make("busy.db", 3);

	(void)store_begin(st);
	is_int(restore("busy.db", "r.bak"), STORE_BUSY,
	    "a writer is not cut off: %s", why.text);
	store_rollback(st);
	is_int(jobs("busy.db"), 3, "the store stays");
	ok(!is_there("busy.db-restore"), "nothing is left of the attempt");
	is_int(restore("busy.db", "r.bak"), STORE_OK, "later it works");
	is_int(jobs("busy.db"), 2, "as ever");
	store_close(st);
}

/* A copy for the library itself: what was at its place is removed. */
static void
check_copy(void)
{
	struct store *st = make("copy.db", 2);
	struct stat sb;

	(void)folder_put("copy.out", "old", 3);
	is_int(store_copy(st, folder_path("copy.out"), false), STORE_OK,
	    "a copy over a file");
	is_int(jobs("copy.out"), 2, "is the store");
	ok(stat(folder_path("copy.out"), &sb) == 0 &&
		(sb.st_mode & 07777) == 0600,
	    "its owner's alone");
	is_int(store_copy(st, folder_path("none/x"), false), STORE_FULL,
	    "no folder");
	is_int(store_flush_folder(folder_path("copy.out")), 0,
	    "a folder is flushed");
	is_int(store_flush_folder(folder_path("none/x")), -1,
	    "one that is not there is not");
	is_int(store_flush_folder("name-alone"), 0,
	    "a name alone is in this folder");
	store_close(st);
}

int
main(void)
{
	folder_init("t_store_backup");
	folder_quiet();
	check_backup();
	check_backup_writer();
	check_backup_failed();
	check_restore();
	check_restore_log();
	check_restore_new();
	check_restore_refused();
	check_restore_damaged();
	check_restore_busy();
	check_copy();
	folder_fini();
	return tap_done();
}
