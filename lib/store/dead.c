/*
 * Dead letters: those of the embedded queue are rows of their own here, those
 * on their way to a broker are the outbox's.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/json/json.h"
#include "lib/store/columns.h"
#include "lib/store/dead.h"
#include "lib/store/outbox.h"
#include "lib/store/work.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* clang-format off */
static const struct column dead_fields[] = {
	COLUMN_INT("id", struct dead, row),
	COLUMN_TEXT("name", struct dead, id),
	COLUMN_TEXT("job_id", struct dead, job_id),
	COLUMN_TEXT("reason", struct dead, reason),
	COLUMN_INT("attempt", struct dead, attempt),
	COLUMN_INT("enqueued_us", struct dead, since_us),
	COLUMN_INT("slot_us", struct dead, slot_us),
	COLUMN_TEXT("body", struct dead, body),
};

static const struct column name_fields[] = {
	COLUMN_INT("id", struct store_dead_name, row),
	COLUMN_NEEDED("name", struct store_dead_name, id),
	COLUMN_BORROWED("job_id", struct store_dead_name, job_id),
};

/* Parameters of the statements. */
static const struct column ask_fields[] = {
	COLUMN_BORROWED("queue", struct store_dead_ask, queue),
	COLUMN_BORROWED("reason", struct store_dead_ask, reason),
	COLUMN_INT("after", struct store_dead_ask, after),
	COLUMN_INT("limit", struct store_dead_ask, limit),
};
/* clang-format on */

const struct columns columns_dead = COLUMNS("dead", dead_fields);
const struct columns columns_message_dead_name =
    COLUMNS("message_dead_name", name_fields);
const struct columns columns_outbox_dead_name =
    COLUMNS("outbox_dead_name", name_fields);
static const struct columns columns_ask = COLUMNS(NULL, ask_fields);

/*
 * Set the body to raw, which d then owns; text that is not JSON becomes a
 * string.
 */
static enum store_rc
set_body(struct dead *d, char *raw)
{
	struct buf b = BUF_INIT;

	d->body = raw;
	if (raw == NULL)
		return STORE_FULL;
	if (json_check(raw, strlen(raw), NULL) == 0)
		return STORE_OK;
	buf_json(&b, raw);
	free(raw);
	d->body = buf_take(&b);
	return d->body == NULL ? STORE_FULL : STORE_OK;
}

/* Read q's current row, of the embedded queue, into *d, or NULL. */
static void
read_message(struct stmt *q, const char *queue, struct dead *d)
{
	if (!row_read(q, &columns_dead, d))
		return;
	d->origin = DEAD_QUEUE;
	if ((d->queue = strdup(queue)) == NULL ||
	    set_body(d, d->body) != STORE_OK)
		stmt_fail(q, STORE_FULL);
}

/* Convert o, whose strings move to d. */
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
list_messages(struct store *st, const struct store_dead_ask *a,
    struct dead_list *out)
{
	struct stmt *q =
	    stmt_call(st, SQL_MESSAGE_DEAD, ARGS(ROW(&columns_ask, a)));

	while (stmt_next(q))
		read_message(q, a->queue, dead_list_add(out));
	return stmt_end(q);
}

enum store_rc
store_dead_list(struct store *st, const struct store_dead_ask *a,
    struct dead_list *out)
{
	struct outbox_list l = { NULL, 0, 0 };
	struct dead *d;
	enum store_rc rc;

	if (a->origin == DEAD_QUEUE)
		return list_messages(st, a, out);
	rc = store_outbox_dead(st, a->queue, a->after, a->limit, &l);
	for (size_t i = 0; i < l.n && rc == STORE_OK; i++) {
		d = dead_list_add(out);
		rc = d == NULL ? STORE_FULL : take_outbox(&l.v[i], d);
	}
	outbox_list_fini(&l);
	return rc;
}

enum store_rc
store_dead_rows(struct store *st, const struct store_dead_ask *a,
    int64_t out[STORE_DEAD_ROWS], size_t *n)
{
	static const enum sql_id sqls[DEAD_ORIGIN__MAX] = {
		[DEAD_QUEUE] = SQL_MESSAGE_DEAD_ROWS,
		[DEAD_BROKER] = SQL_OUTBOX_DEAD_ROWS,
	};
	struct stmt *q = stmt_call(st, sqls[a->origin],
	    ARGS(ROW(&columns_ask, a), INT(":limit", STORE_DEAD_ROWS)));

	*n = 0;
	while (*n < STORE_DEAD_ROWS && stmt_next(q))
		out[(*n)++] = row_int(q, 0);
	return stmt_end(q);
}

enum store_rc
store_dead_queue(struct store *st, enum dead_origin origin, const char *after,
    char **out)
{
	static const enum sql_id sqls[DEAD_ORIGIN__MAX] = {
		[DEAD_QUEUE] = SQL_MESSAGE_DEAD_QUEUE,
		[DEAD_BROKER] = SQL_OUTBOX_DEAD_QUEUE,
	};

	return stmt_string(st, sqls[origin], ARGS(TEXT(":queue", after)), out);
}

enum store_rc
store_dead_names(struct store *st, const struct store_dead_ask *a,
    store_dead_visit *visit, void *cookie)
{
	bool is_queue = a->origin == DEAD_QUEUE;
	struct stmt *q = stmt_call(st,
	    is_queue ? SQL_MESSAGE_DEAD_NAMES : SQL_OUTBOX_DEAD_NAMES,
	    ARGS(ROW(&columns_ask, a)));
	struct store_dead_name n;

	while (stmt_next(q)) {
		if (row_read(q,
			is_queue ? &columns_message_dead_name :
				   &columns_outbox_dead_name,
			&n))
			stmt_fail(q, visit(cookie, &n));
	}
	return stmt_end(q);
}

enum store_rc
store_dead_reasons(struct store *st, const struct store_dead_ask *a,
    struct dead_reasons *out, int64_t *n)
{
	static const enum sql_id sqls[DEAD_ORIGIN__MAX] = {
		[DEAD_QUEUE] = SQL_MESSAGE_DEAD_REASONS,
		[DEAD_BROKER] = SQL_OUTBOX_DEAD_REASONS,
	};
	struct stmt *q =
	    stmt_call(st, sqls[a->origin], ARGS(ROW(&columns_ask, a)));

	*n = 0;
	while (stmt_next(q)) {
		if (dead_reasons_count(out, row_text(q, 0), row_int(q, 1)) != 0)
			stmt_fail(q, STORE_FULL);
		else
			*n += row_int(q, 1);
	}
	return stmt_end(q);
}

/* Read one of the embedded queue; STORE_NOTFOUND. */
static enum store_rc
get_message(struct store *st, const char *queue, const char *id,
    struct dead *out)
{
	struct stmt *q = stmt_call(st, SQL_MESSAGE_DEAD_GET,
	    ARGS(TEXT(":queue", queue), TEXT(":task_id", id)));

	if (stmt_next(q))
		read_message(q, queue, out);
	else
		stmt_fail(q, STORE_NOTFOUND);
	return stmt_end(q);
}

enum store_rc
store_dead_get(struct store *st, const char *queue, const char *id,
    struct dead *out)
{
	struct outbox o = { .run = 0 };
	enum store_rc rc = get_message(st, queue, id, out);

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
	enum store_rc rc;
	int64_t run = 0;

	if (r->origin == DEAD_BROKER)
		return store_outbox_replay(st, r->row, now_us, reason);
	rc = stmt_number(st, SQL_MESSAGE_REPLAY,
	    ARGS(INT(":row", r->row), TEXT(":reason", reason)), &run);
	return rc == STORE_OK ? store_work_reopen(st, run, OUTCOME_QUEUED) : rc;
}

enum store_rc
store_dead_purge(struct store *st, const struct store_dead_row *r)
{
	if (r->origin == DEAD_BROKER)
		return store_outbox_purge(st, r->row);
	return stmt_exec_one(st, SQL_MESSAGE_PURGE, ARGS(INT(":row", r->row)));
}
