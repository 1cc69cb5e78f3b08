#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/time/datetime.h"
#include "lib/base/list.h"
#include "lib/store/queue.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

void
queue_list_fini(struct queue_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].name);
	free(l->v);
	*l = (struct queue_list){ NULL, 0, 0 };
}

struct queue_info *
queue_list_add(struct queue_list *l)
{
	struct queue_info *v;

	v = list_reserve(l->v, l->n, &l->cap, sizeof(*v));
	if (v == NULL)
		return NULL;
	l->v = v;
	l->v[l->n] = (struct queue_info){ .name = NULL };
	return &l->v[l->n++];
}

enum store_rc
store_queue_is_paused(struct store *st, const char *queue, bool *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_QUEUE_IS_PAUSED);
	enum store_rc rc;
	int64_t v = 0;

	*out = false;
	if (q != NULL)
		stmt_text(q, ":queue", queue);
	rc = stmt_scalar(st, q, &v);
	if (rc == STORE_OK)
		*out = v != 0;
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_queue_note_leased(struct store *st, const char *queue, int64_t now_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_QUEUE_LEASED);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	stmt_int(q, ":now", now_us);
	return stmt_run(st, q, false);
}

enum store_rc
store_queue_is_consumed(struct store *st, const char *queue, bool *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_QUEUE_IS_CONSUMED);
	enum store_rc rc;
	int64_t v = 0;

	*out = false;
	if (q != NULL)
		stmt_text(q, ":queue", queue);
	rc = stmt_scalar(st, q, &v);
	*out = rc == STORE_OK;
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_queue_consumed(struct store *st, store_queue_see *see, void *cookie)
{
	sqlite3_stmt *q = stmt_get(st, SQL_QUEUE_CONSUMED);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	while ((rc = stmt_row(st, q)) == STORE_OK)
		see(cookie, (const char *)sqlite3_column_text(q, 0));
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_queue_why_paused(struct store *st, const char *queue, struct buf *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_QUEUE_PAUSE);
	const char *actor;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	if ((rc = stmt_row(st, q)) == STORE_OK) {
		actor = (const char *)sqlite3_column_text(q, 1);
		buf_printf(out, "queue paused by %s since ",
		    actor != NULL ? actor : "somebody");
		datetime_rfc3339_s(sqlite3_column_int64(q, 0), out);
		if (out->is_failed)
			rc = STORE_FULL;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_queue_set_paused(struct store *st, const char *queue, bool is_paused,
    int64_t now_us, const char *actor)
{
	sqlite3_stmt *q = stmt_get(st, SQL_QUEUE_SET_PAUSED);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	stmt_int(q, ":is_paused", is_paused);
	stmt_int(q, ":now", now_us);
	stmt_text(q, ":actor", actor);
	return stmt_run(st, q, false);
}

static enum store_rc
queue_read(sqlite3_stmt *q, struct queue_info *i)
{
	bool is_oom = false;

	i->name = stmt_copy(q, 0, &is_oom);
	i->is_paused = sqlite3_column_int(q, 1) != 0;
	i->jobs = sqlite3_column_int64(q, 2);
	i->ready = sqlite3_column_int64(q, 3);
	i->held = sqlite3_column_int64(q, 4);
	i->dead = sqlite3_column_int64(q, 5);
	i->waiting = sqlite3_column_int64(q, 6);
	i->oldest_us = sqlite3_column_int64(q, 7);
	return is_oom ? STORE_FULL : STORE_OK;
}

enum store_rc
store_queue_list(struct store *st, struct queue_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_QUEUE_LIST);
	struct queue_info *i;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		i = queue_list_add(out);
		rc = i == NULL ? STORE_FULL : queue_read(q, i);
		if (rc != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}
