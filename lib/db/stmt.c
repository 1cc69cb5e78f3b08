/*
 * Calls of statements: prepared once, bound, stepped, put back.  Tested in
 * t_stmt.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/log.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "lib/base/ban.h"

/*
 * Allocate a struct stmt for a prepared statement, with room for its
 * parameters, in SQLite's memory; NULL: out of memory.
 */
static struct stmt *
stmt_new(struct store *st, sqlite3_stmt *prepared)
{
	int n = sqlite3_bind_parameter_count(prepared);
	struct stmt *q;
	size_t size = sizeof(*q) + (size_t)n * sizeof(q->param[0]);

	if ((q = sqlite3_malloc64(size)) == NULL)
		return NULL;
	memset(q, 0, size);
	q->st = st;
	q->q = prepared;
	q->nparams = n;
	q->param = (struct stmt_param *)(q + 1);
	return q;
}

/* Prepare a statement.  NULL: the reason is in st->refused. */
static struct stmt *
stmt_prepare(struct store *st, enum sql_id id)
{
	sqlite3_stmt *prepared = NULL;
	int rc;

	if (st->stmts[id] != NULL)
		return st->stmts[id];
	rc = sqlite3_prepare_v3(st->db, sql_texts[id].text, -1,
	    SQLITE_PREPARE_PERSISTENT, &prepared, NULL);
	if (rc == SQLITE_OK && (st->stmts[id] = stmt_new(st, prepared)) == NULL)
		rc = SQLITE_NOMEM;
	if (rc != SQLITE_OK) {
		log_event(LOG_LEVEL_ERR, "store-prepare", "statement",
		    sql_texts[id].name, LOG_KEY_PATH, st->path, LOG_KEY_ERROR,
		    sqlite3_errmsg(st->db), NULL);
		(void)sqlite3_finalize(prepared);
		st->refused = stmt_rc_quiet(rc);
	}
	return st->stmts[id];
}

void
stmt_forget(struct store *st)
{
	for (int i = 0; i < SQL__MAX; i++) {
		if (st->stmts[i] != NULL)
			(void)sqlite3_finalize(st->stmts[i]->q);
		sqlite3_free(st->stmts[i]);
		st->stmts[i] = NULL;
	}
}

struct stmt *
stmt_call(struct store *st, enum sql_id id, const struct arg *args)
{
	struct stmt *q = stmt_prepare(st, id);

	if (q == NULL) {
		q = &st->failed;
		q->st = st;
		q->rc = st->refused;
		return q;
	}
	q->rc = STORE_OK;
	stmt_bind(q, args);
	return q;
}

bool
stmt_next(struct stmt *q)
{
	int step;

	if (q->rc != STORE_OK)
		return false;
	step = sqlite3_step(q->q);
	if (step != SQLITE_ROW && step != SQLITE_DONE)
		q->rc = stmt_rc(q->st, step);
	return step == SQLITE_ROW;
}

enum store_rc
stmt_next_row(struct stmt *q, const struct columns *columns, void *p)
{
	if (stmt_next(q) && row_read(q, columns, p))
		return STORE_OK;
	return q->rc == STORE_OK ? STORE_NOTFOUND : q->rc;
}

enum store_rc
stmt_end(struct stmt *q)
{
	/* NULL: it could not be prepared. */
	if (q->q != NULL) {
		/* The reset repeats the error of the step, which is known. */
		(void)sqlite3_reset(q->q);
		(void)sqlite3_clear_bindings(q->q);
	}
	return q->rc;
}

enum store_rc
stmt_exec(struct store *st, enum sql_id id, const struct arg *args)
{
	struct stmt *q = stmt_call(st, id, args);

	/* To the end: a pragma returns a row before it commits. */
	while (stmt_next(q))
		;
	return stmt_end(q);
}

int64_t
stmt_changes(const struct store *st)
{
	return sqlite3_changes64(st->db);
}

int64_t
stmt_last_id(const struct store *st)
{
	return sqlite3_last_insert_rowid(st->db);
}

enum store_rc
stmt_exec_one(struct store *st, enum sql_id id, const struct arg *args)
{
	enum store_rc rc = stmt_exec(st, id, args);

	return rc == STORE_OK && stmt_changes(st) == 0 ? STORE_NOTFOUND : rc;
}

/* End a call that reads one row. */
static enum store_rc
end_found(struct stmt *q, bool is_found)
{
	enum store_rc rc = stmt_end(q);

	return rc == STORE_OK && !is_found ? STORE_NOTFOUND : rc;
}

enum store_rc
stmt_find(struct store *st, enum sql_id id, const struct arg *args,
    const struct columns *columns, void *p)
{
	struct stmt *q = stmt_call(st, id, args);
	bool is_found = stmt_next(q);

	if (is_found)
		(void)row_read(q, columns, p);
	return end_found(q, is_found);
}

enum store_rc
stmt_number(struct store *st, enum sql_id id, const struct arg *args,
    int64_t *out)
{
	struct stmt *q = stmt_call(st, id, args);
	bool is_found = stmt_next(q);

	if (is_found)
		*out = row_int(q, 0);
	return end_found(q, is_found);
}

enum store_rc
stmt_optional(struct store *st, enum sql_id id, const struct arg *args,
    int64_t *out)
{
	struct stmt *q = stmt_call(st, id, args);

	if (stmt_next(q) && !row_is_null(q, 0))
		*out = row_int(q, 0);
	return stmt_end(q);
}

enum store_rc
stmt_is(struct store *st, enum sql_id id, const struct arg *args, bool *out)
{
	int64_t v = 0;
	enum store_rc rc = stmt_optional(st, id, args, &v);

	*out = v != 0;
	return rc;
}

enum store_rc
stmt_string(struct store *st, enum sql_id id, const struct arg *args,
    char **out)
{
	struct stmt *q = stmt_call(st, id, args);
	bool is_found = stmt_next(q);

	if (is_found)
		*out = row_copy(q, 0);
	return end_found(q, is_found);
}

enum store_rc
stmt_run_all(struct store *st, const enum sql_id *ids, size_t n)
{
	enum store_rc rc = STORE_OK;

	for (size_t i = 0; i < n && rc == STORE_OK; i++)
		rc = stmt_exec(st, ids[i], NO_ARGS);
	return rc;
}
