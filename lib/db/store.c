/*
 * Transactions, versions and the words of a store's answers. Tested in t_store.
 */
#include "config.h"

#include <string.h>

#include "lib/base/err.h"
#include "lib/db/store.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "lib/db/gate.h"
#include "lib/base/ban.h"

/* Maximum wait at the gate for another writer. */
#define GATE_US (500 * 1000)

static const char *const rc_names[] = {
	[STORE_OK] = "done",
	[STORE_NOTFOUND] = "not found",
	[STORE_CONFLICT] = "conflicts with what is stored",
	[STORE_LIMIT] = "more than the configuration allows",
	[STORE_DENIED] = "not allowed",
	[STORE_BUSY] = "the store is busy",
	[STORE_CONFIG] = "not as its configuration or its owner says",
	[STORE_FULL] = "the store cannot be written (disk full or read-only)",
	[STORE_ERROR] = "the store is damaged",
};

const char *
store_strrc(enum store_rc rc)
{
	return rc_names[rc];
}

bool
store_is_replaced(const struct store *st)
{
	int moved = 0;

	(void)sqlite3_file_control(st->db, "main", SQLITE_FCNTL_HAS_MOVED,
	    &moved);
	return moved != 0;
}

/* Shared by store_begin and store_begin_idle. */
static enum store_rc
begin(struct store *st)
{
	enum store_rc rc = stmt_exec(st, SQL_TXN_BEGIN, NO_ARGS);

	if (rc != STORE_OK)
		gate_leave(st->gate);
	else if (store_is_replaced(st)) {
		store_rollback(st);
		rc = STORE_BUSY;
	}
	return rc;
}

enum store_rc
store_begin(struct store *st)
{
	st->is_idle = false;
	gate_enter(st->gate, GATE_US);
	return begin(st);
}

enum store_rc
store_begin_idle(struct store *st)
{
	enum store_rc rc;

	st->is_idle = true;
	if ((rc = begin(st)) != STORE_OK)
		st->is_idle = false;
	return rc;
}

void
store_rollback(struct store *st)
{
	/* SQLite rolls back by itself on some errors (lang_transaction). */
	if (store_in_transaction(st))
		(void)stmt_exec(st, SQL_TXN_ROLLBACK, NO_ARGS);
	gate_leave(st->gate);
	st->is_idle = false;
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

	(void)stmt_number(st, SQL_TXN_DATA_VERSION, NO_ARGS, &v);
	return v;
}

const char *
store_path(const struct store *st)
{
	return st->path;
}

static enum store_rc
check_run(struct store *st, enum sql_id id, struct err *why)
{
	struct stmt *q = stmt_call(st, id, NO_ARGS);
	const char *result;

	if (stmt_next(q)) {
		result = row_text(q, 0);
		if (result == NULL || strcmp(result, "ok") != 0) {
			err_set(why, "%s",
			    result == NULL ? "no answer" : result);
			stmt_fail(q, STORE_ERROR);
		}
	} else
		stmt_fail(q, STORE_NOTFOUND);
	return stmt_end(q);
}

enum store_rc
store_check(struct store *st, struct err *why)
{
	return check_run(st, SQL_TXN_QUICK_CHECK, why);
}

enum store_rc
store_check_all(struct store *st, struct err *why)
{
	return check_run(st, SQL_TXN_INTEGRITY_CHECK, why);
}
