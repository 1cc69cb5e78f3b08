#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/json/json.h"
#include "lib/store/dead.h"
#include "lib/store/outbox.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* Make raw, which is taken over, the body; what is no JSON becomes a string. */
static enum store_rc
set_body(struct dead *d, char *raw)
{
	struct buf b = BUF_INIT;
	char why[128];

	d->body = raw;
	if (raw == NULL)
		return STORE_FULL;
	if (json_check(raw, strlen(raw), why, sizeof(why)) == 0)
		return STORE_OK;
	buf_json(&b, raw);
	free(raw);
	d->body = buf_take(&b);
	return d->body == NULL ? STORE_FULL : STORE_OK;
}

/* A row of the embedded queue; the names of its columns are in sql/. */
static enum store_rc
read_message(sqlite3_stmt *q, const char *queue, struct dead *d)
{
	bool is_oom = false;
	enum store_rc rc;

	d->origin = DEAD_QUEUE;
	d->row = sqlite3_column_int64(q, 0);
	d->id = stmt_copy(q, 1, &is_oom);
	d->job_id = stmt_copy(q, 2, &is_oom);
	d->reason = stmt_copy(q, 3, &is_oom);
	d->attempt = sqlite3_column_int64(q, 4);
	d->since_us = sqlite3_column_int64(q, 5);
	d->slot_us = sqlite3_column_int64(q, 6);
	d->queue = strdup(queue);
	rc = set_body(d, stmt_copy(q, 7, &is_oom));
	return is_oom || d->queue == NULL ? STORE_FULL : rc;
}

/* What o has, whose strings move. */
static enum store_rc
take_outbox(struct outbox *o, struct dead *d)
{
	struct buf b = BUF_INIT;

	d->origin = DEAD_BROKER;
	d->row = o->run;
	d->queue = o->queue;
	d->reason = o->reason;
	if (o->job != 0) {
		d->job_id = o->job_id;
		o->job_id = NULL;
	}
	o->queue = o->reason = NULL;
	d->attempt = o->attempt;
	d->since_us = o->due_us;
	d->slot_us = o->slot_us;
	if ((d->id = strdup(o->id)) == NULL)
		return STORE_FULL;
	buf_printf(&b, "{\"args\":%s,\"kwargs\":%s}",
	    o->args == NULL ? "[]" : o->args,
	    o->kwargs == NULL ? "{}" : o->kwargs);
	return set_body(d, buf_take(&b));
}

static enum store_rc
list_messages(struct store *st, const struct store_dead_ask *ask,
    struct dead_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_MESSAGE_DEAD);
	struct dead *d;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", ask->queue);
	stmt_int(q, ":after", ask->after);
	stmt_int(q, ":limit", ask->limit);
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		d = dead_list_add(out);
		rc = d == NULL ? STORE_FULL : read_message(q, ask->queue, d);
		if (rc != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_dead_list(struct store *st, const struct store_dead_ask *ask,
    struct dead_list *out)
{
	struct outbox_list l = { NULL, 0, 0 };
	struct dead *d;
	enum store_rc rc;

	if (ask->origin == DEAD_QUEUE)
		return list_messages(st, ask, out);
	rc = store_outbox_dead(st, ask->queue, ask->after, ask->limit, &l);
	for (size_t i = 0; i < l.n && rc == STORE_OK; i++) {
		d = dead_list_add(out);
		rc = d == NULL ? STORE_FULL : take_outbox(&l.v[i], d);
	}
	outbox_list_fini(&l);
	return rc;
}

enum store_rc
store_dead_rows(struct store *st, const struct store_dead_ask *ask,
    int64_t out[STORE_DEAD_ROWS], size_t *n)
{
	static const enum sql_id sqls[DEAD_ORIGIN__MAX] = {
		[DEAD_QUEUE] = SQL_MESSAGE_DEAD_ROWS,
		[DEAD_BROKER] = SQL_OUTBOX_DEAD_ROWS,
	};
	sqlite3_stmt *q = stmt_get(st, sqls[ask->origin]);
	enum store_rc rc = STORE_NOTFOUND;

	*n = 0;
	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", ask->queue);
	stmt_text(q, ":reason", ask->reason);
	stmt_int(q, ":after", ask->after);
	stmt_int(q, ":limit", STORE_DEAD_ROWS);
	while (*n < STORE_DEAD_ROWS && (rc = stmt_row(st, q)) == STORE_OK)
		out[(*n)++] = sqlite3_column_int64(q, 0);
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_dead_queue(struct store *st, enum dead_origin origin, const char *after,
    char **out)
{
	static const enum sql_id sqls[DEAD_ORIGIN__MAX] = {
		[DEAD_QUEUE] = SQL_MESSAGE_DEAD_QUEUE,
		[DEAD_BROKER] = SQL_OUTBOX_DEAD_QUEUE,
	};
	sqlite3_stmt *q = stmt_get(st, sqls[origin]);
	bool is_oom = false;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", after);
	if ((rc = stmt_row(st, q)) == STORE_OK)
		*out = stmt_copy(q, 0, &is_oom);
	stmt_put(q);
	return is_oom ? STORE_FULL : rc;
}

enum store_rc
store_dead_names(struct store *st, const struct store_dead_ask *ask,
    store_dead_see *see, void *cookie)
{
	static const enum sql_id sqls[DEAD_ORIGIN__MAX] = {
		[DEAD_QUEUE] = SQL_MESSAGE_DEAD_NAMES,
		[DEAD_BROKER] = SQL_OUTBOX_DEAD_NAMES,
	};
	sqlite3_stmt *q = stmt_get(st, sqls[ask->origin]);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", ask->queue);
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		rc = see(cookie,
		    &(struct store_dead_name){
			sqlite3_column_int64(q, 0),
			(const char *)sqlite3_column_text(q, 1),
			(const char *)sqlite3_column_text(q, 2),
		    });
		if (rc != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_dead_reasons(struct store *st, const struct store_dead_ask *ask,
    struct dead_reasons *out, int64_t *n)
{
	static const enum sql_id sqls[DEAD_ORIGIN__MAX] = {
		[DEAD_QUEUE] = SQL_MESSAGE_DEAD_REASONS,
		[DEAD_BROKER] = SQL_OUTBOX_DEAD_REASONS,
	};
	sqlite3_stmt *q = stmt_get(st, sqls[ask->origin]);
	enum store_rc rc;

	*n = 0;
	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", ask->queue);
	stmt_int(q, ":limit", ask->limit);
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		const char *why = (const char *)sqlite3_column_text(q, 0);
		int64_t some = sqlite3_column_int64(q, 1);

		if (dead_reasons_add(out, why, some) != 0) {
			rc = STORE_FULL;
			break;
		}
		*n += some;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_dead_get(struct store *st, const char *queue, const char *id,
    struct dead *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_MESSAGE_DEAD_GET);
	struct outbox o = { .run = 0 };
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	stmt_text(q, ":task_id", id);
	if ((rc = stmt_row(st, q)) == STORE_OK)
		rc = read_message(q, queue, out);
	stmt_put(q);
	if (rc != STORE_NOTFOUND)
		return rc;
	rc = store_outbox_get(st, queue, id, &o);
	if (rc == STORE_OK && o.next_us != OUTBOX_NEVER)
		rc = STORE_NOTFOUND;
	if (rc == STORE_OK)
		rc = take_outbox(&o, out);
	outbox_fini(&o);
	return rc;
}

enum store_rc
store_dead_replay(struct store *st, const struct store_dead_row *r,
    int64_t now_us, const char *reason)
{
	sqlite3_stmt *q;

	if (r->origin == DEAD_BROKER)
		return store_outbox_replay(st, r->row, now_us, reason);
	if ((q = stmt_get(st, SQL_MESSAGE_REPLAY)) == NULL)
		return st->refused;
	stmt_int(q, ":row", r->row);
	stmt_text(q, ":reason", reason);
	return stmt_run(st, q, true);
}

enum store_rc
store_dead_purge(struct store *st, const struct store_dead_row *r)
{
	sqlite3_stmt *q;

	if (r->origin == DEAD_BROKER)
		return store_outbox_purge(st, r->row);
	if ((q = stmt_get(st, SQL_MESSAGE_PURGE)) == NULL)
		return st->refused;
	stmt_int(q, ":row", r->row);
	return stmt_run(st, q, true);
}
