/* Opening, refusing and sharing a store file; transactions (lib/db/store.h). */
#include "config.h"

#include <sys/stat.h>

#include <stdlib.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "tests/unit/tap.h"

/* Opening, refusing and sharing a store file. */

static char folder[256];
static char path[300];
static struct err why;

/* A fresh name in the test's folder. */
static const char *
name(const char *base)
{
	(void)snprintf(path, sizeof(path), "%s/%s", folder, base);
	return path;
}

static struct store *
try_open(const char *file, bool is_create, enum store_rc *rc)
{
	const struct store_opts o = {
		.path = file,
		.busy_us = 50000,
		.is_create = is_create,
	};

	err_clear(&why);
	return store_open(&o, rc, &why);
}

/* Run SQL on a file behind the store's back. */
static void
meddle(const char *file, const char *sql)
{
	sqlite3 *db = NULL;

	if (sqlite3_open(file, &db) != SQLITE_OK ||
	    sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
		printf("Bail out! %s: %s\n", file, sqlite3_errmsg(db));
	(void)sqlite3_close(db);
}

/* The whole of a small file; its length. */
static size_t
slurp(const char *file, char *out, size_t outlen)
{
	FILE *f = fopen(file, "rb");
	size_t n;

	if (f == NULL)
		return 0;
	n = fread(out, 1, outlen, f);
	(void)fclose(f);
	return n;
}

/* Opening the file fails with rc and a reason, and changes no byte of it. */
static void
refuses(const char *file, enum store_rc want, const char *reason,
    const char *what)
{
	static char before[65536], after[65536];
	size_t n = slurp(file, before, sizeof(before));
	enum store_rc rc = STORE_OK;
	struct store *st;

	for (int is_create = 0; is_create <= 1; is_create++) {
		st = try_open(file, is_create != 0, &rc);
		ok(st == NULL, "%s is refused", what);
		is_int(rc, want, "%s: the kind of refusal", what);
		ok(strstr(why.text, reason) != NULL, "%s: says why", what);
		if (strstr(why.text, reason) == NULL)
			printf("# said '%s'\n", why.text);
		store_close(st);
	}
	is_int((long long)slurp(file, after, sizeof(after)), (long long)n,
	    "%s keeps its length", what);
	ok(memcmp(before, after, n) == 0, "%s keeps its bytes", what);
}

static void
check_open(void)
{
	const char *file = name("new.db");
	enum store_rc rc = STORE_ERROR;
	struct store *st;
	int64_t v = 0;

	st = try_open(file, false, &rc);
	ok(st == NULL && rc == STORE_NOTFOUND, "a missing store is not found");
	ok(strstr(why.text, file) != NULL, "the reason names the file");
	ok(access(file, F_OK) != 0, "asking makes no file");
	st = try_open(file, true, &rc);
	ok(st != NULL && rc == STORE_OK, "made when asked for: %s", why.text);
	is_str(store_path(st), file, "knows its path");
	is_str(store_journal(st), "wal", "a local file has a WAL");
	(void)stmt_number(st, SQL_OPEN_USER_VERSION, NO_ARGS, &v);
	is_int(v, store_schema_version(), "the schema's version");
	is_int(store_check(st, &why), STORE_OK, "sound");
	store_close(st);
	st = try_open(file, false, &rc);
	ok(st != NULL && rc == STORE_OK, "opened again: %s", why.text);
	store_close(st);
	store_close(NULL);
}

static void
check_refused(void)
{
	char sql[64];
	enum store_rc rc;
	FILE *f;

	meddle(name("foreign.db"), "CREATE TABLE t (a); PRAGMA user_version=1");
	refuses(path, STORE_ERROR, "no minutehand store",
	    "somebody else's database");

	store_close(try_open(name("newer.db"), true, &rc));
	(void)snprintf(sql, sizeof(sql),
	    "PRAGMA journal_mode = DELETE; "
	    "PRAGMA user_version = %d",
	    store_schema_version() + 1);
	meddle(path, sql);
	refuses(path, STORE_ERROR, "use a newer minutehand", "a newer store");

	if ((f = fopen(name("text.db"), "w")) != NULL) {
		for (int i = 0; i < 200; i++)
			(void)fputs("this is no database\n", f);
		(void)fclose(f);
	}
	refuses(path, STORE_ERROR, path, "a text file");

	if ((f = fopen(name("empty.db"), "w")) != NULL)
		(void)fclose(f);
	ok(try_open(path, false, &rc) == NULL && rc == STORE_NOTFOUND,
	    "an empty file is no store yet");
	store_close(try_open(path, true, &rc));
	is_int(rc, STORE_OK, "but one can be made in it");
}

/* Two connections: one writes, the other waits, then gives up. */
static void
check_busy(void)
{
	enum store_rc rc;
	struct store *a, *b;
	int64_t began, v;

	a = try_open(name("busy.db"), true, &rc);
	b = try_open(path, false, &rc);
	v = store_data_version(b);
	is_int(store_begin(a), STORE_OK, "a writer begins");
	ok(store_in_transaction(a) && !store_in_transaction(b), "only it");
	began = clock_mono_us();
	is_int(store_begin(b), STORE_BUSY, "the second one is told to wait");
	ok(clock_mono_us() - began >= 50000, "after the time it was given");
	is_int(store_data_version(b), v, "nothing was committed");
	(void)stmt_exec(a, SQL_ZONE_DONE, NO_ARGS);
	is_int(store_commit(a), STORE_OK, "the first commits");
	is_int(store_begin(b), STORE_OK, "then it is the other's turn");
	store_rollback(b);
	ok(!store_in_transaction(b), "rolled back");
	store_rollback(b);
	ok(!store_in_transaction(b), "twice does no harm");
	store_close(a);
	store_close(b);
}

/* What is committed is seen, what is rolled back is not. */
static void
check_transactions(void)
{
	enum store_rc rc;
	struct store *a, *b;
	int64_t n = -1, v;

	a = try_open(name("txn.db"), true, &rc);
	b = try_open(path, false, &rc);
	v = store_data_version(b);
	for (int is_kept = 0; is_kept <= 1; is_kept++) {
		(void)store_begin(a);
		is_int(stmt_exec_one(a, SQL_ZONE_NOTE,
			   ARGS(TEXT(":name", "UTC"), INT(":stamp", 1))),
		    STORE_OK, "a row is written");
		if (is_kept)
			is_int(store_commit(a), STORE_OK, "and committed");
		else
			store_rollback(a);
		ok((store_data_version(b) != v) == is_kept,
		    "the other connection %s", is_kept ? "sees" : "does not");
	}
	store_set_durable(a, false);
	(void)store_begin(a);
	is_int(store_commit(a), STORE_OK, "commits without a flush");
	store_set_durable(a, true);
	store_checkpoint(a);
	(void)stmt_number(b, SQL_JOB_COUNT, NO_ARGS, &n);
	is_int(n, 0, "reading goes on across a checkpoint");
	store_close(b);
	store_close(a);
}

/* A read-only connection reads, and its writes fail as "full". */
static void
check_readonly(void)
{
	struct store_opts o = { .path = name("ro.db"), .is_readonly = true };
	enum store_rc rc;
	struct store *keep = try_open(path, true, &rc), *st;
	int64_t n = -1;

	st = store_open(&o, &rc, &why);
	ok(st != NULL, "opened to read only: %s", why.text);
	(void)stmt_number(st, SQL_JOB_COUNT, NO_ARGS, &n);
	is_int(n, 0, "it reads");
	is_int(stmt_exec(st, SQL_ZONE_DONE, NO_ARGS), STORE_FULL,
	    "it does not write");
	store_close(st);
	store_close(keep);
}

/* A folder that may not be written (root may: then as somebody else). */
static void
check_folder(void)
{
	char file[340];
	enum store_rc rc = STORE_OK;
	struct store *st;

	if (chmod(folder, 0755) != 0 || mkdir(name("locked"), 0700) != 0)
		return;
	(void)snprintf(file, sizeof(file), "%s/store.db", path);
	if (chmod(path, 0555) != 0 || (geteuid() == 0 && seteuid(65534) != 0))
		return;
	st = try_open(file, true, &rc);
	ok(st == NULL && rc == STORE_FULL, "no store where nothing is written");
	ok(strstr(why.text, file) != NULL, "the reason names the file");
	if (getuid() == 0 && seteuid(0) != 0)
		exit(EXIT_FAILURE);
	st = try_open(name("no/such/folder.db"), true, &rc);
	ok(st == NULL && rc == STORE_FULL, "no store in a missing folder");
}

static void
check_unsynced(void)
{
	const struct store_opts o = {
		.path = name("ram.db"),
		.is_create = true,
		.is_unsynced = true,
	};
	enum store_rc rc;
	struct store *st = store_open(&o, &rc, &why);
	sqlite3_stmt *q = NULL;

	ok(st != NULL, "a store that is never flushed: %s", why.text);
	store_set_durable(st, true);
	(void)sqlite3_prepare_v2(st->db, "PRAGMA synchronous", -1, &q, NULL);
	ok(sqlite3_step(q) == SQLITE_ROW && sqlite3_column_int(q, 0) == 0,
	    "stays unflushed though durable was asked for");
	(void)sqlite3_finalize(q);
	store_close(st);
}

static void
check_words(void)
{
	for (int rc = STORE_OK; rc <= STORE_ERROR; rc++)
		ok(strlen(store_strrc((enum store_rc)rc)) > 0,
		    "result %d has words: %s", rc,
		    store_strrc((enum store_rc)rc));
}

/* Remove the test's folder with the flat files in it. */
static void
clean_up(void)
{
	char cmd[300];

	(void)snprintf(cmd, sizeof(cmd), "rm -rf '%s'", folder);
	if (system(cmd) != 0)
		printf("# %s is left behind\n", folder);
}

int
main(void)
{
	const char *tmp = getenv("TMPDIR");

	/* The refusals log what SQLite said: not what is tested here. */
	if (freopen("/dev/null", "w", stderr) == NULL)
		return EXIT_FAILURE;
	(void)snprintf(folder, sizeof(folder), "%s/t_store.XXXXXX",
	    tmp == NULL ? "/tmp" : tmp);
	if (mkdtemp(folder) == NULL) {
		printf("Bail out! no folder %s\n", folder);
		return EXIT_FAILURE;
	}
	check_open();
	check_refused();
	check_busy();
	check_transactions();
	check_readonly();
	check_folder();
	check_unsynced();
	check_words();
	clean_up();
	return tap_done();
}
