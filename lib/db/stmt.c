#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* What a result code means; nothing is logged. */
static enum store_rc
rc_of(int sqlite_rc)
{
	switch (sqlite_rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return STORE_OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL: /* lost the race for the WAL again and again */
		return STORE_BUSY;
	case SQLITE_CONSTRAINT:
		return STORE_CONFLICT;
	case SQLITE_FULL:
	case SQLITE_READONLY:
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
	case SQLITE_NOMEM:
	case SQLITE_PERM:
		return STORE_FULL;
	default:
		return STORE_ERROR;
	}
}

sqlite3_stmt *
stmt_get(struct store *st, enum sql_id id)
{
	int rc;

	if (st->stmts[id] != NULL)
		return st->stmts[id];
	rc = sqlite3_prepare_v3(st->db, sql_texts[id].text, -1,
	    SQLITE_PREPARE_PERSISTENT, &st->stmts[id], NULL);
	if (rc != SQLITE_OK) {
		log_event(LOG_LEVEL_ERR, "store-prepare", "statement",
		    sql_texts[id].name, LOG_KEY_PATH, st->path, LOG_KEY_ERROR,
		    sqlite3_errmsg(st->db), NULL);
		st->stmts[id] = NULL;
		st->refused = rc_of(rc);
	}
	return st->stmts[id];
}

void
stmt_put(sqlite3_stmt *q)
{
	if (q == NULL)
		return;
	/* The reset repeats the error of the step, which was seen there. */
	(void)sqlite3_reset(q);
	(void)sqlite3_clear_bindings(q);
}

static int
stmt_index(sqlite3_stmt *q, const char *name)
{
	int i = sqlite3_bind_parameter_index(q, name);

	assert(i > 0);
	return i;
}

void
stmt_int(sqlite3_stmt *q, const char *name, int64_t v)
{
	(void)sqlite3_bind_int64(q, stmt_index(q, name), v);
}

void
stmt_null(sqlite3_stmt *q, const char *name)
{
	(void)sqlite3_bind_null(q, stmt_index(q, name));
}

void
stmt_blob(sqlite3_stmt *q, const char *name, const void *p, size_t n)
{
	(void)sqlite3_bind_blob64(q, stmt_index(q, name), p, n, SQLITE_STATIC);
}

void
stmt_text(sqlite3_stmt *q, const char *name, const char *s)
{
	/* A null pointer binds null. */
	(void)sqlite3_bind_text(q, stmt_index(q, name), s, -1, SQLITE_STATIC);
}

void
stmt_int_or_null(sqlite3_stmt *q, const char *name, int64_t v, int64_t none)
{
	if (v == none)
		stmt_null(q, name);
	else
		stmt_int(q, name, v);
}

enum store_rc
stmt_rc(struct store *st, int sqlite_rc)
{
	enum store_rc rc = rc_of(sqlite_rc);
	const char *said = sqlite3_errstr(sqlite_rc);

	/* The connection knows more, if it was the one that failed. */
	if (st->db != NULL && sqlite3_extended_errcode(st->db) == sqlite_rc)
		said = sqlite3_errmsg(st->db);
	if (rc == STORE_FULL || rc == STORE_ERROR)
		log_event(LOG_LEVEL_ERR, "store", LOG_KEY_PATH, st->path,
		    LOG_KEY_ERROR, said, NULL);
	return rc;
}

enum store_rc
stmt_run(struct store *st, sqlite3_stmt *q, bool is_one)
{
	enum store_rc rc;
	int step;

	if (q == NULL)
		return st->refused;
	/* To the end: a pragma gives a row before it commits what it did. */
	while ((step = sqlite3_step(q)) == SQLITE_ROW)
		;
	rc = stmt_rc(st, step);
	stmt_put(q);
	if (rc == STORE_OK && is_one && sqlite3_changes(st->db) == 0)
		rc = STORE_NOTFOUND;
	return rc;
}

enum store_rc
stmt_row(struct store *st, sqlite3_stmt *q)
{
	int rc = sqlite3_step(q);

	return rc == SQLITE_DONE ? STORE_NOTFOUND : stmt_rc(st, rc);
}

char *
stmt_copy(sqlite3_stmt *q, int col, bool *is_oom)
{
	const unsigned char *text = sqlite3_column_text(q, col);
	size_t n;
	char *s;

	if (text == NULL) {
		if (sqlite3_column_type(q, col) != SQLITE_NULL)
			*is_oom = true;
		return NULL;
	}
	n = (size_t)sqlite3_column_bytes(q, col) + 1;
	if ((s = malloc(n)) == NULL) {
		*is_oom = true;
		return NULL;
	}
	memcpy(s, text, n);
	return s;
}

enum store_rc
stmt_scalar(struct store *st, sqlite3_stmt *q, int64_t *out)
{
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	if ((rc = stmt_row(st, q)) == STORE_OK)
		*out = sqlite3_column_int64(q, 0);
	stmt_put(q);
	return rc;
}

enum store_rc
stmt_run_all(struct store *st, const enum sql_id *ids, size_t n)
{
	enum store_rc rc = STORE_OK;

	for (size_t i = 0; i < n && rc == STORE_OK; i++)
		rc = stmt_run(st, stmt_get(st, ids[i]), false);
	return rc;
}
