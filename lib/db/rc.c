/* What a result of SQLite means, and how a call fails.  Tested in t_stmt. */
#include "config.h"

#include "lib/base/log.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "lib/base/ban.h"

enum store_rc
stmt_rc_quiet(int sqlite_rc)
{
	switch (sqlite_rc & 0xff) {
	case SQLITE_OK:
	case SQLITE_DONE:
	case SQLITE_ROW:
		return STORE_OK;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
	case SQLITE_PROTOCOL: /* lost the race for the WAL repeatedly */
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

enum store_rc
stmt_rc(struct store *st, int sqlite_rc)
{
	enum store_rc rc = stmt_rc_quiet(sqlite_rc);
	const char *message = sqlite3_errstr(sqlite_rc);

	/* The connection has a better message, if the error is its last one. */
	if (st->db != NULL && sqlite3_extended_errcode(st->db) == sqlite_rc)
		message = sqlite3_errmsg(st->db);
	if (rc == STORE_FULL || rc == STORE_ERROR)
		log_event(LOG_LEVEL_ERR, "store", LOG_KEY_PATH, st->path,
		    LOG_KEY_ERROR, message, NULL);
	return rc;
}

void
stmt_fail(struct stmt *q, enum store_rc rc)
{
	if (q->rc == STORE_OK)
		q->rc = rc;
}
