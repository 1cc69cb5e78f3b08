/*
 * Keys that Render does not accept, as the store has them.  Tested in
 * t_deliver_key.
 */
#include "config.h"

#include "lib/base/clock.h"
#include "lib/store/alert.h"
#include "lib/store/denial.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* What ended so long ago has been told, and nobody asks for it. */
#define KEEP_US (90 * INT64_C(86400) * CLOCK_US_PER_S)

enum store_rc
store_denial_add(struct store *st, const char *key, const char *service,
    const char *reason, int64_t now_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DENIAL_FORGET);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":before_us", now_us - KEEP_US);
	if ((rc = stmt_run(st, q, false)) != STORE_OK)
		return rc;
	if ((q = stmt_get(st, SQL_DENIAL_ADD)) == NULL)
		return st->refused;
	stmt_text(q, ":key", key);
	stmt_text(q, ":service", service);
	stmt_text(q, ":reason", reason);
	stmt_int(q, ":now", now_us);
	rc = stmt_run(st, q, true);
	if (rc != STORE_OK)
		return rc == STORE_NOTFOUND ? STORE_OK : rc;
	return store_alert_add(st, ALERT_KEY, sqlite3_last_insert_rowid(st->db),
	    ALERT_DENIED);
}

enum store_rc
store_denial_end(struct store *st, const char *key, const char *service,
    int64_t now_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DENIAL_END);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":key", key);
	stmt_text(q, ":service", service);
	stmt_int(q, ":now", now_us);
	return stmt_run(st, q, true);
}

enum store_rc
store_denial_each(struct store *st,
    void (*see)(void *arg, const struct store_denial *n), void *arg)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DENIAL_OPEN);
	struct store_denial n;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		n.key = (const char *)sqlite3_column_text(q, 0);
		n.service = (const char *)sqlite3_column_text(q, 1);
		n.reason = (const char *)sqlite3_column_text(q, 2);
		n.since_us = sqlite3_column_int64(q, 3);
		see(arg, &n);
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}
