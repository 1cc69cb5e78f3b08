/*
 * Keys that Render does not accept, as the store has them.  Tested in
 * t_deliver_key.
 */
#include "config.h"

#include "lib/base/clock.h"
#include "lib/store/alert.h"
#include "lib/store/columns.h"
#include "lib/store/denial.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* How long an ended denial is kept; its alert was sent by then. */
#define KEEP_US (90 * INT64_C(86400) * CLOCK_US_PER_S)

/* clang-format off */
static const struct column denial_fields[] = {
	COLUMN_NEEDED("key", struct store_denial, key),
	COLUMN_NEEDED("service", struct store_denial, service),
	COLUMN_NEEDED("reason", struct store_denial, reason),
	COLUMN_INT("since_us", struct store_denial, since_us),
};
/* clang-format on */

const struct columns columns_denial = COLUMNS("denial", denial_fields);

enum store_rc
store_denial_add(struct store *st, const char *key, const char *service,
    const char *reason, int64_t now_us)
{
	enum store_rc rc;

	rc = stmt_exec(st, SQL_DENIAL_FORGET,
	    ARGS(INT(":before_us", now_us - KEEP_US)));
	if (rc != STORE_OK)
		return rc;
	rc = stmt_exec_one(st, SQL_DENIAL_ADD,
	    ARGS(TEXT(":key", key), TEXT(":service", service),
		TEXT(":reason", reason), INT(":now", now_us)));
	if (rc != STORE_OK)
		return rc == STORE_NOTFOUND ? STORE_OK : rc;
	return store_alert_add(st, ALERT_KEY, stmt_last_id(st), ALERT_DENIED);
}

enum store_rc
store_denial_end(struct store *st, const char *key, const char *service,
    int64_t now_us)
{
	return stmt_exec_one(st, SQL_DENIAL_END,
	    ARGS(TEXT(":key", key), TEXT(":service", service),
		INT(":now", now_us)));
}

enum store_rc
store_denial_each(struct store *st,
    void (*visit)(void *arg, const struct store_denial *n), void *arg)
{
	struct stmt *q = stmt_call(st, SQL_DENIAL_OPEN, NO_ARGS);
	struct store_denial n;

	while (stmt_next(q)) {
		if (row_read(q, &columns_denial, &n))
			visit(arg, &n);
	}
	return stmt_end(q);
}
