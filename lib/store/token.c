/* The table of access tokens. */
#include "config.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/list.h"
#include "lib/db/stmt.h"
#include "lib/store/columns.h"
#include "lib/store/token.h"
#include "lib/base/ban.h"

/* How long a revoked token is kept: a year. */
#define REVOKED_US (INT64_C(31536000) * CLOCK_US_PER_S)

/* clang-format off */
static const struct column token_fields[] = {
	COLUMN_CHARS("id", struct token, id),
	COLUMN_BLOB("hash", struct token, hash),
	COLUMN_TEXT("name", struct token, name),
	COLUMN_NUMBER("scopes", struct token, scopes),
	COLUMN_TEXT("queues", struct token, queues),
	COLUMN_INT("created_us", struct token, created_us),
	COLUMN_INT_OR("expires_us", struct token, expires_us, 0),
	COLUMN_TEXT("services", struct token, services),
	COLUMN_INT_OR("used_us", struct token, used_us, 0),
};

static const struct column token_revoked_fields[] = {
	COLUMN_CHARS("id", struct token, id),
	COLUMN_BLOB("hash", struct token, hash),
	COLUMN_INT("revoked_us", struct token, revoked_us),
};
/* clang-format on */

const struct columns columns_token = COLUMNS("token", token_fields);
const struct columns columns_token_revoked =
    COLUMNS("token_revoked", token_revoked_fields);

enum store_rc
store_token_insert(struct store *st, const struct token *t)
{
	return stmt_exec(st, SQL_TOKEN_INSERT, ARGS(ROW(&columns_token, t)));
}

/* Read the token named id; it is emptied if there is none. */
static enum store_rc
token_find(struct store *st, enum sql_id sql, const char *id,
    const struct columns *columns, struct token *out)
{
	enum store_rc rc;

	memset(out, 0, sizeof(*out));
	rc = stmt_find(st, sql, ARGS(TEXT(":id", id)), columns, out);
	if (rc != STORE_OK)
		token_fini(out);
	return rc;
}

enum store_rc
store_token_get(struct store *st, const char *id, struct token *out)
{
	return token_find(st, SQL_TOKEN_GET, id, &columns_token, out);
}

enum store_rc
store_token_get_revoked(struct store *st, const char *id, struct token *out)
{
	return token_find(st, SQL_TOKEN_GET_REVOKED, id, &columns_token_revoked,
	    out);
}

enum store_rc
store_token_list(struct store *st, struct token_list *out)
{
	struct stmt *q = stmt_call(st, SQL_TOKEN_LIST, NO_ARGS);

	while (stmt_next(q))
		(void)row_read(q, &columns_token, token_list_add(out));
	return stmt_end(q);
}

enum store_rc
store_token_revoke(struct store *st, const char *id, int64_t now_us)
{
	enum store_rc rc;

	rc = stmt_exec_one(st, SQL_TOKEN_REVOKE,
	    ARGS(TEXT(":id", id), INT(":now", now_us)));
	if (rc != STORE_OK)
		return rc;
	return stmt_exec(st, SQL_TOKEN_FORGET,
	    ARGS(INT(":before", now_us - REVOKED_US)));
}

enum store_rc
store_token_services(struct store *st, const char *id, const char *services)
{
	return stmt_exec_one(st, SQL_TOKEN_SERVICES,
	    ARGS(TEXT(":id", id), TEXT(":services", services)));
}

enum store_rc
store_token_used(struct store *st, const char *id, int64_t now_us)
{
	return stmt_exec_one(st, SQL_TOKEN_USED,
	    ARGS(TEXT(":id", id), INT(":now", now_us)));
}
