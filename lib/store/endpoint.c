#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/list.h"
#include "lib/store/endpoint.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

void
endpoint_info_fini(struct endpoint_info *l)
{
	free(l->name);
	free(l->reason);
	memset(l, 0, sizeof(*l));
}

void
endpoint_list_fini(struct endpoint_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		endpoint_info_fini(&l->v[i]);
	free(l->v);
	*l = (struct endpoint_list){ NULL, 0, 0 };
}

enum store_rc
store_endpoint_take(struct store *st, const char *name, int64_t holder,
    int64_t now_us, int64_t until_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ENDPOINT_TAKE);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":name", name);
	stmt_int(q, ":holder", holder);
	stmt_int(q, ":now", now_us);
	stmt_int(q, ":until_us", until_us);
	return stmt_run(st, q, true);
}

enum store_rc
store_endpoint_release(struct store *st, const char *name, int64_t holder)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ENDPOINT_RELEASE);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":name", name);
	stmt_int(q, ":holder", holder);
	return stmt_run(st, q, false);
}

enum store_rc
store_endpoint_fail(struct store *st, const char *name, int64_t now_us,
    int64_t next_us, const char *reason)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ENDPOINT_FAIL);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":name", name);
	stmt_int(q, ":now", now_us);
	stmt_int(q, ":next_us", next_us);
	stmt_text(q, ":reason", reason);
	return stmt_run(st, q, false);
}

enum store_rc
store_endpoint_refuse(struct store *st, const char *name, int64_t now_us,
    const char *reason)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ENDPOINT_REFUSE);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":name", name);
	stmt_int(q, ":now", now_us);
	stmt_text(q, ":reason", reason);
	return stmt_run(st, q, false);
}

enum store_rc
store_endpoint_mend(struct store *st, const char *name)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ENDPOINT_MEND);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":name", name);
	return stmt_run(st, q, false);
}

static enum store_rc
read_row(sqlite3_stmt *q, struct endpoint_info *l)
{
	bool is_oom = false;

	l->name = stmt_copy(q, 0, &is_oom);
	l->holder = sqlite3_column_int64(q, 1);
	l->lease_us = sqlite3_column_int64(q, 2);
	l->fails = sqlite3_column_int64(q, 3);
	l->next_us = sqlite3_column_int64(q, 4);
	l->since_us = sqlite3_column_int64(q, 5);
	l->reason = stmt_copy(q, 6, &is_oom);
	return is_oom ? STORE_FULL : STORE_OK;
}

enum store_rc
store_endpoint_get(struct store *st, const char *name,
    struct endpoint_info *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ENDPOINT_GET);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":name", name);
	if ((rc = stmt_row(st, q)) == STORE_OK)
		rc = read_row(q, out);
	stmt_put(q);
	return rc;
}

static struct endpoint_info *
list_add(struct endpoint_list *l)
{
	struct endpoint_info *v = list_reserve(l->v, l->n, &l->cap, sizeof(*v));

	if (v == NULL)
		return NULL;
	l->v = v;
	v = &l->v[l->n++];
	memset(v, 0, sizeof(*v));
	return v;
}

enum store_rc
store_endpoint_list(struct store *st, struct endpoint_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ENDPOINT_LIST);
	struct endpoint_info *l;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		l = list_add(out);
		rc = l == NULL ? STORE_FULL : read_row(q, l);
		if (rc != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}
