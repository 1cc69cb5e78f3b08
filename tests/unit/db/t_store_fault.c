/*
 * Calls to the system that fail while a store is used: flushes, a full disk,
 * each call of each kind.
 */
#include "lib/base/err.h"
#include "lib/db/backup.h"
#include "lib/store/job.h"
#include "tests/unit/failvfs.h"
#include "tests/unit/rig.h"

/*
 * A disk that fails: what is told, what stands, and that all is well once it
 * works again (lib/db/store.h: STORE_FULL is "try later", STORE_ERROR is not).
 */

static struct err why;

static struct store *
open_store(const char *base, bool is_create, enum store_rc *rc)
{
	const struct store_opts o = { .path = folder_path(base),
		.busy_us = 1000,
		.is_create = is_create };

	err_clear(&why);
	return store_open(&o, rc, &why);
}

static enum store_rc
insert(struct store *st, const char *job_id)
{
	struct job j;
	enum store_rc rc = store_begin(st);

	job_init(&j);
	j.queue = strdup("q");
	j.job_id = strdup(job_id);
	j.trigger = strdup("text");
	if (rc == STORE_OK && (rc = store_job_insert(st, &j)) == STORE_OK)
		rc = store_commit(st);
	else
		store_rollback(st);
	job_fini(&j);
	return rc;
}

static bool
has(struct store *st, const char *job_id)
{
	struct job j;
	enum store_rc rc;

	job_init(&j);
	rc = store_job_get(st, "q", job_id, &j);
	job_fini(&j);
	return rc == STORE_OK;
}

/* Durable means one flush of the log for a commit, before it returns. */
static void
check_flushes(void)
{
	enum store_rc rc;
	struct store *st = open_store("f.db", true, &rc);

	(void)insert(st, "warm up");
	fail_none();
	is_int(insert(st, "a"), STORE_OK, "a commit");
	is_int(failvfs.count[FAIL_SYNC], 1, "is flushed once");
	store_set_durable(st, false);
	fail_none();
	is_int(insert(st, "b"), STORE_OK, "one whose loss harms nobody");
	is_int(failvfs.count[FAIL_SYNC], 0, "is not");
	store_set_durable(st, true);
	fail_none();
	is_int(insert(st, "c"), STORE_OK, "the next that counts");
	is_int(failvfs.count[FAIL_SYNC], 1, "flushes both");
	fail_none();
	(void)store_begin(st);
	is_int(store_commit(st), STORE_OK, "a commit of nothing");
	is_int(failvfs.count[FAIL_SYNC], 0, "needs no flush");
	fail_none();
	is_int(store_settle(st), STORE_OK, "what others committed");
	is_int(failvfs.count[FAIL_SYNC], 1, "is flushed when asked");
	store_close(st);
}

/* A store on a RAM file system is never flushed, not when made either. */
static void
check_unsynced(void)
{
	const struct store_opts o = { .path = folder_path("ram.db"),
		.is_create = true,
		.is_unsynced = true };
	enum store_rc rc;
	struct store *st;

	fail_set(FAIL_SYNC, 1, false, SQLITE_IOERR_FSYNC);
	st = store_open(&o, &rc, &why);
	ok(st != NULL, "a RAM store is made on a disk that cannot flush");
	is_int(insert(st, "a"), STORE_OK, "and written to");
	store_checkpoint(st);
	is_int(store_settle(st), STORE_OK, "and settled");
	is_int(failvfs.count[FAIL_SYNC], 0, "without asking for a flush once");
	fail_none();
	store_close(st);
}

/*
 * A flush that fails is not tried again and believed: the log is written
 * again first.  Until that works nothing is acknowledged.
 */
static void
check_flush_fails(void)
{
	enum store_rc rc;
	struct store *st = open_store("s.db", true, &rc);

	(void)insert(st, "warm up");
	fail_set(FAIL_SYNC, 1, true, SQLITE_IOERR_FSYNC);
	is_int(insert(st, "once"), STORE_OK, "one flush fails, the next works");
	ok(failvfs.count[FAIL_SYNC] == 2 && failvfs.count[FAIL_WRITE] > 2,
	    "after what the log holds was written again");
	ok(has(st, "once"), "the row is there");
	fail_set(FAIL_SYNC, 1, false, SQLITE_IOERR_FSYNC);
	is_int(insert(st, "stands"), STORE_FULL, "no flush works");
	ok(has(st, "stands"), "the commit stands, but is not acknowledged");
	is_int(insert(st, "next"), STORE_FULL, "nor is the next");
	is_int(store_settle(st), STORE_FULL, "nor anybody else's");
	ok(!store_in_transaction(st), "no transaction is left open");
	fail_none();
	is_int(insert(st, "healed"), STORE_OK, "the disk works again");
	ok(failvfs.count[FAIL_WRITE] > 2, "then the log is written again");
	ok(has(st, "stands") && has(st, "next") && has(st, "healed"),
	    "with all that stood");
	fail_none();
	(void)insert(st, "after");
	is_int(failvfs.count[FAIL_SYNC], 1, "from then on it is one flush");
	store_close(st);
}

/* The mending itself may fail: reading the log, or writing it. */
static void
check_mend_fails(void)
{
	static const enum fail_op ops[] = { FAIL_READ, FAIL_WRITE, FAIL_SIZE };
	enum store_rc rc;
	struct store *st = open_store("m.db", true, &rc);
	char name[16];

	(void)insert(st, "warm up");
	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		(void)snprintf(name, sizeof(name), "torn %zu", i);
		fail_set(FAIL_SYNC, 1, false, SQLITE_IOERR_FSYNC);
		is_int(insert(st, name), STORE_FULL, "a flush fails");
		fail_set(ops[i], 1, false, SQLITE_IOERR);
		is_int(store_settle(st), STORE_FULL,
		    "and so does mending, at a %s", fail_name(ops[i]));
		fail_none();
		is_int(store_settle(st), STORE_OK, "then it works");
		ok(has(st, name), "nothing of it is lost");
	}
	store_close(st);
}

/* A disk that is full: rolled back, and free again later. */
static void
check_full(void)
{
	enum store_rc rc;
	struct store *st = open_store("full.db", true, &rc);

	(void)insert(st, "warm up");
	fail_set(FAIL_WRITE, 1, false, SQLITE_FULL);
	is_int(insert(st, "no"), STORE_FULL, "a full disk takes no commit");
	ok(!store_in_transaction(st), "it was rolled back");
	fail_none();
	ok(!has(st, "no"), "nothing of it is there");
	is_int(insert(st, "no"), STORE_OK, "later it goes in");
	is_int(store_check(st, &why), STORE_OK, "sound: %s", why.text);
	store_close(st);
}

/*
 * A statement that cannot be prepared says why: here the schema must be read
 * again, and cannot be.
 */
static void
check_prepare(void)
{
	static const struct {
		int code;
		enum store_rc want;
	} codes[] = {
		{ SQLITE_IOERR, STORE_FULL },
		{ SQLITE_NOMEM, STORE_FULL },
		{ SQLITE_BUSY, STORE_BUSY },
		{ SQLITE_CORRUPT, STORE_ERROR },
	};
	enum store_rc rc;
	struct store *st;
	int64_t n = 0;

	store_close(open_store("p.db", true, &rc));
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		st = open_store("p.db", false, &rc);
		rig_meddle(folder_path("p.db"), "CREATE TABLE x (a)");
		rig_meddle(folder_path("p.db"), "DROP TABLE x");
		fail_set(FAIL_READ, 1, false, codes[i].code);
		is_int(store_job_count(st, NULL, &n), codes[i].want,
		    "a number: %s", sqlite3_errstr(codes[i].code));
		is_int(store_job_delete(st, 1, 0, JOB_EXPIRED), codes[i].want,
		    "a row: %s", sqlite3_errstr(codes[i].code));
		fail_none();
		is_int(store_job_count(st, NULL, &n), STORE_OK,
		    "later it is prepared");
		store_close(st);
	}
}

/* What is logged of a flush that fails, which SQLite's own words are not. */
static void
check_logged(void)
{
	const char *log = folder_path("log");
	enum store_rc rc;
	struct store *st = open_store("log.db", true, &rc);
	char text[4096] = "";

	if (freopen(log, "w", stderr) == NULL)
		rig_bail("no log");
	fail_set(FAIL_SYNC, 1, false, SQLITE_IOERR_FSYNC);
	(void)insert(st, "a");
	fail_none();
	(void)folder_read(log, text, sizeof(text) - 1);
	ok(strstr(text, "error=\"disk I/O error\"") != NULL &&
		strstr(text, "not an error") == NULL,
	    "the log says what failed: %.100s", text);
	folder_quiet();
	store_close(st);
}

/* A checkpoint that fails loses nothing and is not the end. */
static void
check_checkpoint(void)
{
	static const enum fail_op ops[] = { FAIL_SYNC, FAIL_WRITE, FAIL_READ };
	enum store_rc rc;
	struct store *st = open_store("c.db", true, &rc);
	char name[16];

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		(void)snprintf(name, sizeof(name), "row %zu", i);
		(void)insert(st, name);
		fail_set(ops[i], 1, false, SQLITE_IOERR);
		store_checkpoint(st);
		ok(fail_was_hit(), "a checkpoint comes to a %s that fails",
		    fail_name(ops[i]));
		fail_none();
		ok(has(st, name), "the row is there");
		is_int(insert(st, "after"), i == 0 ? STORE_OK : STORE_CONFLICT,
		    "writing goes on");
	}
	fail_none();
	store_checkpoint(st);
	ok(failvfs.count[FAIL_SYNC] >= 2,
	    "one that works flushes the log, then the store");
	is_int(store_check_all(st, &why), STORE_OK, "sound");
	store_close(st);
}

/*
 * Each call of each kind fails in turn, once or for good, while a store is
 * opened, written and read.  The answer is never "done" for what is not
 * there, and never "damaged": the disk may work again.
 */
static int
scene(const char *base)
{
	enum store_rc rc;
	struct store *st = open_store(base, false, &rc);
	int bad = 0;

	if (st == NULL) {
		bad +=
		    rc == STORE_OK || rc == STORE_ERROR || why.text[0] == '\0';
		if (bad > 0)
			printf("# open: %d %s\n", rc, why.text);
		return bad;
	}
	rc = insert(st, "new");
	bad += rc == STORE_ERROR || rc == STORE_NOTFOUND;
	if (bad > 0)
		printf("# insert: %d\n", rc);
	store_checkpoint(st);
	bad += store_in_transaction(st);
	store_close(st);
	return bad + (rc == STORE_OK ? 100 : 0);
}

/* After a failed scene the store is whole and takes the row. */
static int
aftermath(const char *base, bool was_told_done)
{
	enum store_rc rc;
	struct store *st;
	int bad = 0;

	fail_none();
	st = open_store(base, false, &rc);
	if (st == NULL)
		return 1;
	bad += store_check(st, &why) != STORE_OK;
	bad += !has(st, "old");
	bad += was_told_done && !has(st, "new");
	rc = insert(st, "new");
	bad += rc != STORE_OK && rc != STORE_CONFLICT;
	(void)store_begin(st);
	(void)sqlite3_exec(st->db, "DELETE FROM job", NULL, NULL, NULL);
	(void)store_commit(st);
	(void)insert(st, "old");
	store_close(st);
	return bad;
}

static void
check_each(enum fail_op op, bool is_once, int code)
{
	int n, told, bad = 0;

	for (n = 1; n < 400; n++) {
		fail_set(op, n, is_once, code);
		told = scene("each.db");
		if (!fail_was_hit())
			break;
		bad += told % 100;
		bad += aftermath("each.db", told >= 100);
		if (bad > 0)
			break;
	}
	is_int(bad, 0, "a %s that fails %s, at each of %d places",
	    fail_name(op), is_once ? "once" : "for good", n - 1);
	if (bad > 0)
		printf("# at call %d: %s\n", n, why.text);
	fail_none();
	(void)aftermath("each.db", false);
}

int
main(void)
{
	enum store_rc rc;
	struct store *st;

	folder_init("t_store_fault");
	if (!getenv("LOUD"))
		folder_quiet();
	fail_install();
	check_flushes();
	check_unsynced();
	check_flush_fails();
	check_mend_fails();
	check_full();
	check_prepare();
	check_logged();
	check_checkpoint();
	st = open_store("each.db", true, &rc);
	(void)insert(st, "old");
	store_close(st);
	for (int op = 0; op < FAIL__MAX; op++) {
		check_each((enum fail_op)op, true,
		    op == FAIL_WRITE ? SQLITE_FULL : SQLITE_IOERR);
		check_each((enum fail_op)op, false, SQLITE_IOERR);
	}
	folder_fini();
	return tap_done();
}
