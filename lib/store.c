#include "config.h"

#include <sys/stat.h>

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/store.h"
#include "lib/store_stmt.h"
#include "lib/turn.h"
#include "lib/ban.h"

/* A writer that holds the turnstile longer than this is passed by. */
#define TURN_US (500 * 1000)

static const char *const rc_words[] = {
	[STORE_OK] = "done",
	[STORE_NOTFOUND] = "not found",
	[STORE_CONFLICT] = "conflicts with what is stored",
	[STORE_LIMIT] = "more than the configuration allows",
	[STORE_BUSY] = "the store is busy",
	[STORE_FULL] = "the store cannot be written (disk full or read-only)",
	[STORE_ERROR] = "the store is damaged",
};

const char *
store_strrc(enum store_rc rc)
{
	return rc_words[rc];
}

/*
 * Called while another connection holds the lock.  SQLite's own handler
 * sleeps up to 100 ms at a time; a commit here takes well under one, so
 * short naps of growing length keep many writers busy and the wait fair.
 */
static int
store_busy(void *arg, int count)
{
	struct store *st = arg;
	int64_t now = clock_mono_us();

	if (count == 0)
		st->busy_since_us = now;
	if (now - st->busy_since_us > st->busy_us)
		return 0;
	clock_sleep_us(count < 10 ? 50 : count < 100 ? 200 : 1000);
	return 1;
}

/* Run statements of sql/open.sql in order; the first failure ends it. */
enum store_rc
store_set(struct store *st, const enum sql_id *ids, size_t n)
{
	enum store_rc rc = STORE_OK;

	for (size_t i = 0; i < n && rc == STORE_OK; i++)
		rc = stmt_run(st, stmt_get(st, ids[i]), false);
	return rc;
}

/* Safety settings of a connection: none of them writes to the file. */
static enum store_rc
store_configure(struct store *st)
{
	const enum sql_id ids[] = {
		SQL_OPEN_FOREIGN_KEYS,
		SQL_OPEN_TRUSTED_SCHEMA,
	};

	(void)sqlite3_busy_handler(st->db, store_busy, st);
	(void)sqlite3_db_config(st->db, SQLITE_DBCONFIG_DEFENSIVE, 1,
	    (int *)NULL);
	return store_set(st, ids, sizeof(ids) / sizeof(ids[0]));
}

/* The turnstile's file stands beside the store: PATH-turn. */
static struct turn *
store_turn(const char *path)
{
	struct buf name = BUF_INIT;
	struct turn *t = NULL;

	buf_printf(&name, "%s-turn", path);
	if (!name.is_failed)
		t = turn_open(buf_cstr(&name));
	buf_fini(&name);
	return t;
}

static enum store_rc
store_open_db(struct store *st, const struct store_opts *o, char *why,
    size_t whylen)
{
	struct stat sb;
	int flags, rc;

	flags = SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
	    SQLITE_OPEN_EXRESCODE;
	if (o->is_readonly)
		flags |= SQLITE_OPEN_READONLY;
	else
		flags |= SQLITE_OPEN_READWRITE;
	if (o->is_create)
		flags |= SQLITE_OPEN_CREATE;
	if (!o->is_create && stat(o->path, &sb) != 0) {
		(void)snprintf(why, whylen, "%s: %s", o->path, strerror(errno));
		return errno == ENOENT ? STORE_NOTFOUND : STORE_FULL;
	}
	rc = sqlite3_open_v2(o->path, &st->db, flags, NULL);
	if (rc != SQLITE_OK) {
		(void)snprintf(why, whylen, "%s: %s", o->path,
		    st->db == NULL ? "no memory" : sqlite3_errmsg(st->db));
		return STORE_FULL;
	}
	return STORE_OK;
}

struct store *
store_open(const struct store_opts *o, enum store_rc *rc, char *why,
    size_t whylen)
{
	struct store *st;

	if ((st = calloc(1, sizeof(*st))) == NULL ||
	    (st->path = strdup(o->path)) == NULL) {
		(void)snprintf(why, whylen, "no memory");
		free(st);
		*rc = STORE_FULL;
		return NULL;
	}
	st->busy_us = o->busy_us;
	st->is_unsynced = o->is_unsynced;
	st->is_durable = true;
	*rc = store_open_db(st, o, why, whylen);
	if (*rc != STORE_OK)
		goto err;
	*rc = store_configure(st);
	if (*rc == STORE_OK) {
		*rc =
		    store_vet(st, o->is_create && !o->is_readonly, why, whylen);
		if (*rc != STORE_OK)
			goto err;
		*rc = store_wal_init(st, o->is_readonly);
	}
	if (*rc != STORE_OK) {
		(void)snprintf(why, whylen, "%s: %s", o->path,
		    sqlite3_errmsg(st->db));
		goto err;
	}
	if (!o->is_readonly && store_has_wal(st))
		st->turn = store_turn(o->path);
	*rc = store_migrate(st, why, whylen);
	if (*rc != STORE_OK)
		goto err;
	return st;

err:
	store_close(st);
	return NULL;
}

void
store_close(struct store *st)
{
	if (st == NULL)
		return;
	for (int i = 0; i < SQL__MAX; i++)
		(void)sqlite3_finalize(st->stmts[i]);
	/* A statement that was not ours to finalize is a bug: find it. */
	assert(st->db == NULL || sqlite3_next_stmt(st->db, NULL) == NULL);
	(void)sqlite3_close(st->db);
	turn_close(st->turn);
	free(st->path);
	free(st);
}

enum store_rc
store_begin(struct store *st)
{
	enum store_rc rc;

	turn_take(st->turn, TURN_US);
	rc = stmt_run(st, stmt_get(st, SQL_TXN_BEGIN), false);
	if (rc != STORE_OK)
		turn_give(st->turn);
	return rc;
}

enum store_rc
store_commit(struct store *st)
{
	enum store_rc rc;

	rc = stmt_run(st, stmt_get(st, SQL_TXN_COMMIT), false);
	if (rc != STORE_OK)
		store_rollback(st);
	turn_give(st->turn);
	return rc == STORE_OK ? store_wal_flush(st) : rc;
}

void
store_rollback(struct store *st)
{
	/* SQLite rolls back by itself on some errors (lang_transaction). */
	if (store_in_transaction(st))
		(void)stmt_run(st, stmt_get(st, SQL_TXN_ROLLBACK), false);
	turn_give(st->turn);
}

bool
store_in_transaction(const struct store *st)
{
	return sqlite3_get_autocommit(st->db) == 0;
}

int64_t
store_data_version(struct store *st)
{
	int64_t v = -1;

	(void)stmt_scalar(st, stmt_get(st, SQL_TXN_DATA_VERSION), &v);
	return v;
}

const char *
store_path(const struct store *st)
{
	return st->path;
}

enum store_rc
store_check(struct store *st, char *why, size_t whylen)
{
	sqlite3_stmt *q;
	const char *said;
	enum store_rc rc;

	if ((q = stmt_get(st, SQL_TXN_QUICK_CHECK)) == NULL)
		return STORE_ERROR;
	rc = stmt_row(st, q);
	if (rc == STORE_OK) {
		said = (const char *)sqlite3_column_text(q, 0);
		if (said == NULL || strcmp(said, "ok") != 0) {
			(void)snprintf(why, whylen, "%s",
			    said == NULL ? "no answer" : said);
			rc = STORE_ERROR;
		}
	}
	stmt_put(q);
	return rc;
}
