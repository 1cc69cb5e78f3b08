#include "config.h"

#include "lib/store/follow.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

enum store_rc
store_follow_add(struct store *st, const char *service, int64_t next_us,
    int64_t seen_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_FOLLOW_ADD);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":service", service);
	stmt_int(q, ":next_us", next_us);
	stmt_int(q, ":seen_us", seen_us);
	return stmt_run(st, q, false);
}

enum store_rc
store_follow_due(struct store *st, int64_t now_us, struct follow *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_FOLLOW_DUE);
	bool is_oom = false;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":now", now_us);
	if ((rc = stmt_row(st, q)) == STORE_OK) {
		out->service = stmt_copy(q, 0, &is_oom);
		out->seen_us = sqlite3_column_int64(q, 1);
		out->idle = sqlite3_column_int64(q, 2);
	}
	stmt_put(q);
	return is_oom ? STORE_FULL : rc;
}

enum store_rc
store_follow_claim(struct store *st, const char *service, int64_t now_us,
    int64_t next_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_FOLLOW_CLAIM);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":service", service);
	stmt_int(q, ":now", now_us);
	stmt_int(q, ":next_us", next_us);
	return stmt_run(st, q, true);
}

enum store_rc
store_follow_done(struct store *st, const struct follow *f, int64_t next_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_FOLLOW_DONE);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":service", f->service);
	stmt_int(q, ":next_us", next_us);
	stmt_int(q, ":seen_us", f->seen_us);
	stmt_int(q, ":idle", f->idle);
	return stmt_run(st, q, false);
}

enum store_rc
store_follow_drop(struct store *st, const char *service)
{
	sqlite3_stmt *q = stmt_get(st, SQL_FOLLOW_DROP);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":service", service);
	return stmt_run(st, q, false);
}

enum store_rc
store_follow_open(struct store *st, const char *service,
    struct follow_open *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_FOLLOW_OPEN);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":service", service);
	if ((rc = stmt_row(st, q)) == STORE_OK) {
		out->n = sqlite3_column_int64(q, 0);
		out->waiting_us = sqlite3_column_int64(q, 1);
		out->youngest_us = sqlite3_column_int64(q, 2);
	}
	stmt_put(q);
	return rc;
}
