#include "config.h"

#include "lib/store/audit.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

enum store_rc
store_audit_begin(struct store_audit *a, struct store *st)
{
	enum store_rc rc;

	*a = (struct store_audit){ .st = st };
	rc = stmt_run(st, stmt_get(st, SQL_TXN_READ), false);
	if (rc != STORE_OK)
		return rc;
	a->versions = stmt_get(st, SQL_AUDIT_VERSIONS);
	a->rows = stmt_get(st, SQL_AUDIT_ROWS);
	return a->versions == NULL || a->rows == NULL ? st->refused : STORE_OK;
}

void
store_audit_end(struct store_audit *a)
{
	stmt_put(a->versions);
	stmt_put(a->rows);
	store_rollback(a->st);
}

static int64_t
column_or(sqlite3_stmt *q, int col, int64_t none)
{
	return sqlite3_column_type(q, col) == SQLITE_NULL ?
	    none :
	    sqlite3_column_int64(q, col);
}

enum store_rc
store_audit_version(struct store_audit *a, struct store_version *out)
{
	enum store_rc rc = stmt_row(a->st, a->versions);

	if (rc != STORE_OK)
		return rc;
	out->job = sqlite3_column_int64(a->versions, 0);
	out->trigger = (const char *)sqlite3_column_text(a->versions, 1);
	out->since_us = column_or(a->versions, 2, INT64_MIN);
	out->until_us = column_or(a->versions, 3, INT64_MAX);
	out->is_rezoned = sqlite3_column_int(a->versions, 4) != 0;
	return out->trigger == NULL ? STORE_FULL : STORE_OK;
}

enum store_rc
store_audit_row(struct store_audit *a, int64_t *job, struct audit_row *out)
{
	enum store_rc rc = stmt_row(a->st, a->rows);

	if (rc != STORE_OK)
		return rc;
	*job = sqlite3_column_int64(a->rows, 0);
	out->slot_us = sqlite3_column_int64(a->rows, 1);
	out->row = sqlite3_column_int64(a->rows, 2);
	out->last_us = sqlite3_column_int64(a->rows, 3);
	out->count = sqlite3_column_int64(a->rows, 4);
	out->is_extra = sqlite3_column_int(a->rows, 5) != 0;
	return STORE_OK;
}

/* A number that may be null, or in no row: then *out stays. */
static enum store_rc
audit_number(struct store *st, sqlite3_stmt *q, int64_t *out)
{
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	if ((rc = stmt_row(st, q)) == STORE_OK)
		*out = column_or(q, 0, *out);
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_audit_pruned(struct store_audit *a, int64_t job, int64_t *out)
{
	sqlite3_stmt *q = stmt_get(a->st, SQL_AUDIT_PRUNED);

	if (q != NULL)
		stmt_int(q, ":job", job);
	return audit_number(a->st, q, out);
}

enum store_rc
store_audit_epoch(struct store_audit *a, int64_t *out)
{
	return audit_number(a->st, stmt_get(a->st, SQL_AUDIT_EPOCH), out);
}

enum store_rc
store_audit_name(struct store *st, const struct audit_finding *f,
    struct store_audit_name *out)
{
	bool is_row = f->row != 0, is_oom = false;
	sqlite3_stmt *q;
	enum store_rc rc;

	*out = (struct store_audit_name){ NULL, NULL, NULL };
	q = stmt_get(st, is_row ? SQL_AUDIT_RUN : SQL_AUDIT_NAME);
	if (q == NULL)
		return st->refused;
	if (is_row)
		stmt_int(q, ":row", f->row);
	else
		stmt_int(q, ":job", f->job);
	if ((rc = stmt_row(st, q)) == STORE_OK) {
		out->queue = stmt_copy(q, 0, &is_oom);
		out->job_id = stmt_copy(q, 1, &is_oom);
		if (is_row)
			out->run_id = stmt_copy(q, 2, &is_oom);
	}
	stmt_put(q);
	return is_oom ? STORE_FULL : rc == STORE_NOTFOUND ? STORE_OK : rc;
}
