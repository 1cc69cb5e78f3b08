#include "config.h"

#include <stdlib.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/list.h"
#include "lib/db/stmt.h"
#include "lib/store/token.h"
#include "lib/base/ban.h"

/* For how long a revoked token is remembered: a year. */
#define REVOKED_US (INT64_C(31536000) * CLOCK_US_PER_S)

enum store_rc
store_token_insert(struct store *st, const struct token *t)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TOKEN_INSERT);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":id", t->id);
	stmt_blob(q, ":hash", t->hash, sizeof(t->hash));
	stmt_text(q, ":name", t->name);
	stmt_int(q, ":scopes", t->scopes);
	stmt_text(q, ":queues", t->queues);
	stmt_text(q, ":services", t->services);
	stmt_int(q, ":created_us", t->created_us);
	stmt_int_or_null(q, ":expires_us", t->expires_us, 0);
	return stmt_run(st, q, false);
}

static enum store_rc
token_read(struct store *st, sqlite3_stmt *q, struct token *t)
{
	bool is_oom = false;

	(void)snprintf(t->id, sizeof(t->id), "%s",
	    (const char *)sqlite3_column_text(q, 0));
	if (sqlite3_column_bytes(q, 1) != TOKEN_HASH_LEN)
		return stmt_rc(st, SQLITE_CORRUPT);
	memcpy(t->hash, sqlite3_column_blob(q, 1), TOKEN_HASH_LEN);
	t->name = stmt_copy(q, 2, &is_oom);
	t->scopes = (unsigned)sqlite3_column_int(q, 3);
	t->queues = stmt_copy(q, 4, &is_oom);
	t->created_us = sqlite3_column_int64(q, 5);
	t->expires_us = sqlite3_column_int64(q, 6);
	t->used_us = sqlite3_column_int64(q, 7);
	t->services = stmt_copy(q, 8, &is_oom);
	return is_oom ? STORE_FULL : STORE_OK;
}

enum store_rc
store_token_get(struct store *st, const char *id, struct token *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TOKEN_GET);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":id", id);
	memset(out, 0, sizeof(*out));
	if ((rc = stmt_row(st, q)) == STORE_OK)
		rc = token_read(st, q, out);
	stmt_put(q);
	if (rc != STORE_OK)
		token_fini(out);
	return rc;
}

static struct token *
token_list_add(struct token_list *l)
{
	struct token *v;

	v = list_room(l->v, l->n, &l->cap, sizeof(*v));
	if (v == NULL)
		return NULL;
	l->v = v;
	memset(&l->v[l->n], 0, sizeof(*l->v));
	return &l->v[l->n++];
}

enum store_rc
store_token_list(struct store *st, struct token_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TOKEN_LIST);
	struct token *t;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		t = token_list_add(out);
		rc = t == NULL ? STORE_FULL : token_read(st, q, t);
		if (rc != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_token_get_revoked(struct store *st, const char *id, struct token *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TOKEN_GET_REVOKED);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":id", id);
	memset(out, 0, sizeof(*out));
	if ((rc = stmt_row(st, q)) == STORE_OK) {
		(void)snprintf(out->id, sizeof(out->id), "%s", id);
		if (sqlite3_column_bytes(q, 0) == TOKEN_HASH_LEN)
			memcpy(out->hash, sqlite3_column_blob(q, 0),
			    TOKEN_HASH_LEN);
		else
			rc = stmt_rc(st, SQLITE_CORRUPT);
		out->revoked_us = sqlite3_column_int64(q, 1);
	}
	stmt_put(q);
	return rc;
}

static enum store_rc
forget(struct store *st, int64_t before_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TOKEN_FORGET);

	if (q != NULL)
		stmt_int(q, ":before", before_us);
	return stmt_run(st, q, false);
}

enum store_rc
store_token_revoke(struct store *st, const char *id, int64_t now_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TOKEN_REVOKE);
	enum store_rc rc;

	if (q != NULL) {
		stmt_text(q, ":id", id);
		stmt_int(q, ":now", now_us);
	}
	rc = stmt_run(st, q, true);
	return rc == STORE_OK ? forget(st, now_us - REVOKED_US) : rc;
}

enum store_rc
store_token_services(struct store *st, const char *id, const char *services)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TOKEN_SERVICES);

	if (q != NULL) {
		stmt_text(q, ":id", id);
		stmt_text(q, ":services", services);
	}
	return stmt_run(st, q, true);
}

enum store_rc
store_token_used(struct store *st, const char *id, int64_t now_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TOKEN_USED);

	if (q != NULL) {
		stmt_text(q, ":id", id);
		stmt_int(q, ":now", now_us);
	}
	return stmt_run(st, q, true);
}
