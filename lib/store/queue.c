/*
 * Queues: the table of their switches, and that of the messages of the
 * embedded one.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/time/datetime.h"
#include "lib/base/list.h"
#include "lib/base/num.h"
#include "lib/store/alert.h"
#include "lib/store/columns.h"
#include "lib/store/policy.h"
#include "lib/store/queue.h"
#include "lib/store/work.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* clang-format off */
static const struct column queue_fields[] = {
	COLUMN_TEXT("name", struct queue_info, name),
	COLUMN_BOOL("is_paused", struct queue_info, is_paused),
	COLUMN_INT("jobs", struct queue_info, jobs),
	COLUMN_INT("ready", struct queue_info, ready),
	COLUMN_INT("held", struct queue_info, held),
	COLUMN_INT("dead", struct queue_info, dead),
	COLUMN_INT("waiting", struct queue_info, waiting),
	COLUMN_INT("oldest_us", struct queue_info, oldest_us),
};

static const struct column message_fields[] = {
	COLUMN_INT("id", struct message, id),
	COLUMN_NUMBER("state", struct message, state),
	COLUMN_INT("attempt", struct message, attempt),
	COLUMN_INT("priority", struct message, priority),
	COLUMN_INT("until_us", struct message, until_us),
	COLUMN_INT("enqueued_us", struct message, enqueued_us),
	COLUMN_CHARS("lease", struct message, lease),
	COLUMN_TEXT("reason", struct message, reason),
	COLUMN_TEXT("body", struct message, body),
	COLUMN_INT_OR("run", struct message, run, 0),
	COLUMN_INT_OR("max_runtime_us", struct message, max_runtime_us, 0),
	COLUMN_INT_OR("max_attempts", struct message, max_attempts, 0),
};

static const struct column new_fields[] = {
	COLUMN_BORROWED("queue", struct store_message_new, queue),
	COLUMN_BORROWED("body", struct store_message_new, body),
	COLUMN_INT_OR("run", struct store_message_new, run, 0),
	COLUMN_INT("priority", struct store_message_new, priority),
	COLUMN_INT("now", struct store_message_new, now_us),
};

static const struct column params_fields[] = {
	COLUMN_INT("priority", struct store_params, priority),
	COLUMN_TEXT("args", struct store_params, args),
	COLUMN_TEXT("kwargs", struct store_params, kwargs),
};
/* clang-format on */

const struct columns columns_queue = COLUMNS("queue", queue_fields);
const struct columns columns_message = COLUMNS("message", message_fields);
static const struct columns columns_new = COLUMNS(NULL, new_fields);
const struct columns columns_params = COLUMNS("params", params_fields);

void
queue_info_fini(struct queue_info *i)
{
	free(i->name);
	memset(i, 0, sizeof(*i));
}

enum store_rc
store_queue_is_paused(struct store *st, const char *queue, bool *out)
{
	return stmt_is(st, SQL_QUEUE_IS_PAUSED, ARGS(TEXT(":queue", queue)),
	    out);
}

enum store_rc
store_queue_note_leased(struct store *st, const char *queue, int64_t now_us)
{
	return stmt_exec(st, SQL_QUEUE_LEASED,
	    ARGS(TEXT(":queue", queue), INT(":now", now_us)));
}

enum store_rc
store_queue_is_consumed(struct store *st, const char *queue, bool *out)
{
	return stmt_is(st, SQL_QUEUE_IS_CONSUMED, ARGS(TEXT(":queue", queue)),
	    out);
}

enum store_rc
store_queue_consumed(struct store *st, store_queue_visit *visit, void *cookie)
{
	struct stmt *q = stmt_call(st, SQL_QUEUE_CONSUMED, NO_ARGS);

	while (stmt_next(q))
		visit(cookie, row_text(q, 0));
	return stmt_end(q);
}

enum store_rc
store_queue_why_paused(struct store *st, const char *queue, struct buf *out)
{
	struct stmt *q =
	    stmt_call(st, SQL_QUEUE_PAUSE, ARGS(TEXT(":queue", queue)));
	const char *actor;

	if (stmt_next(q)) {
		actor = row_text(q, 1);
		buf_printf(out, "queue paused by %s since ",
		    actor != NULL ? actor : "somebody");
		datetime_rfc3339_s(row_int(q, 0), out);
		if (out->is_failed)
			stmt_fail(q, STORE_FULL);
	}
	return stmt_end(q);
}

enum store_rc
store_queue_set_paused(struct store *st, const char *queue, bool is_paused,
    int64_t now_us, const char *actor)
{
	return stmt_exec(st, SQL_QUEUE_SET_PAUSED,
	    ARGS(TEXT(":queue", queue), INT(":is_paused", is_paused),
		INT(":now", now_us), TEXT(":actor", actor)));
}

enum store_rc
store_queue_copy_pauses(struct store *st, struct store *from)
{
	struct stmt *q = stmt_call(from, SQL_QUEUE_PAUSES, NO_ARGS);
	enum store_rc rc = STORE_OK;

	while (rc == STORE_OK && stmt_next(q)) {
		rc = store_queue_set_paused(st, row_text(q, 0), true,
		    row_int(q, 1), row_text(q, 2));
		if (rc != STORE_OK)
			stmt_fail(q, rc);
	}
	return stmt_end(q);
}

enum store_rc
store_queue_list(struct store *st, struct queue_list *out)
{
	struct stmt *q = stmt_call(st, SQL_QUEUE_LIST, NO_ARGS);

	while (stmt_next(q))
		(void)row_read(q, &columns_queue, queue_list_add(out));
	return stmt_end(q);
}

/* Make a lease: the message's number, a dash, 32 random hex digits. */
static void
lease_make(int64_t id, char out[MESSAGE_LEASE_MAX])
{
	static const char hex[] = "0123456789abcdef";
	unsigned char r[16];
	int n;

	/* Fails for so few bytes only on a kernel without it. */
	if (getentropy(r, sizeof(r)) != 0)
		abort();
	n = snprintf(out, MESSAGE_LEASE_MAX, "%lld-", (long long)id);
	for (size_t i = 0; i < sizeof(r); i++) {
		out[n++] = hex[r[i] >> 4];
		out[n++] = hex[r[i] & 15];
	}
	out[n] = '\0';
}

/* The message's number in a lease, or -1. */
static int64_t
lease_id(const char *lease)
{
	const char *dash = strchr(lease, '-');
	char digits[24];
	int64_t id;

	if (dash == NULL || (size_t)(dash - lease) >= sizeof(digits))
		return -1;
	memcpy(digits, lease, (size_t)(dash - lease));
	digits[dash - lease] = '\0';
	return num_parse(digits, 1, INT64_MAX, &id) == 0 ? id : -1;
}

/*
 * Arguments for one leased message, with its number, because the lease has no
 * index.
 */
#define LEASED(queue_, lease_) \
	INT(":id", lease_id(lease_)), TEXT(":queue", queue_), \
	    TEXT(":lease", lease_)

/* Add all messages of a statement. */
static enum store_rc
message_list(struct store *st, enum sql_id id, const struct arg *args,
    struct message_list *out)
{
	struct stmt *q = stmt_call(st, id, args);

	while (stmt_next(q))
		(void)row_read(q, &columns_message, message_list_add(out));
	return stmt_end(q);
}

enum store_rc
store_message_insert(struct store *st, const struct store_message_new *m)
{
	enum store_rc rc =
	    stmt_exec(st, SQL_MESSAGE_INSERT, ARGS(ROW(&columns_new, m)));

	return rc == STORE_OK && m->run != 0 ?
	    store_work_insert(st, m->run, m->slot_us) :
	    rc;
}

/* A message waits for its next attempt as its job says: until when. */
static enum store_rc
put_off(struct store *st, struct stmt *q, int64_t now_us)
{
	struct policy_retry p;
	enum store_rc rc = store_policy_retry(st, row_int(q, 2), &p);

	return rc == STORE_OK ?
	    stmt_exec(st, SQL_MESSAGE_PUT_OFF,
		ARGS(INT(":id", row_int(q, 0)),
		    INT(":until_us",
			now_us + store_policy_delay_us(&p, row_int(q, 3))))) :
	    rc;
}

/*
 * Run a statement that returns number, state and run of each message it
 * changes: add alerts for dead ones, and end the attempts at their runs as e
 * says.  STORE_NOTFOUND if it changed none.
 */
static enum store_rc
change_states(struct store *st, enum sql_id id, const struct arg *args,
    struct work_end *e)
{
	struct stmt *q = stmt_call(st, id, args);
	enum store_rc rc = STORE_OK;
	size_t n;

	for (n = 0; stmt_next(q); n++) {
		if (row_int(q, 1) == MESSAGE_DEAD)
			rc = store_alert_message(st, row_int(q, 0),
			    row_int(q, 2));
		e->outcome = row_int(q, 1) == MESSAGE_DEAD ? OUTCOME_DEAD :
							     OUTCOME_QUEUED;
		if (rc == STORE_OK)
			rc = store_work_end(st, row_int(q, 2), e);
		if (rc == STORE_OK && row_int(q, 1) == MESSAGE_HELD &&
		    row_is_null(q, 4))
			rc = put_off(st, q, e->now_us);
		stmt_fail(q, rc);
	}
	rc = stmt_end(q);
	return rc == STORE_OK && n == 0 ? STORE_NOTFOUND : rc;
}

enum store_rc
store_message_expire(struct store *st, const char *queue,
    int64_t max_deliveries, int64_t now_us)
{
	struct work_end end = { .now_us = now_us,
		.status = WORK_NO_STATUS,
		.error = MESSAGE_LAPSED };
	enum store_rc rc;

	rc = change_states(st, SQL_MESSAGE_EXPIRE,
	    ARGS(TEXT(":queue", queue), INT(":max_deliveries", max_deliveries),
		INT(":now", now_us), TEXT(":reason", MESSAGE_LAPSED)),
	    &end);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_message_lease(struct store *st, const struct store_lease *l,
    struct message_list *out)
{
	size_t had = out->n;
	struct message *m;
	enum store_rc rc;

	rc = message_list(st, SQL_MESSAGE_PICK,
	    ARGS(TEXT(":queue", l->queue), INT(":limit", l->max)), out);
	for (size_t i = had; i < out->n && rc == STORE_OK; i++) {
		m = &out->v[i];
		lease_make(m->id, m->lease);
		m->state = MESSAGE_HELD;
		m->attempt++;
		m->until_us = l->until_us;
		rc = stmt_exec_one(st, SQL_MESSAGE_LEASE,
		    ARGS(ROW(&columns_message, m)));
		if (rc == STORE_OK)
			rc = store_work_start(st, m->run, l->worker, l->now_us);
		if (rc == STORE_OK && m->max_runtime_us != 0)
			rc = store_policy_start(st, m->run, l->now_us);
	}
	return rc;
}

enum store_rc
store_message_ack(struct store *st, const char *queue, const char *lease,
    const struct work_end *end)
{
	enum store_rc rc;
	int64_t run = 0;

	rc = stmt_number(st, SQL_MESSAGE_LEASED, ARGS(LEASED(queue, lease)),
	    &run);
	if (rc == STORE_OK)
		rc = store_work_end(st, run, end);
	return rc == STORE_OK ?
	    stmt_exec(st, SQL_MESSAGE_ACK, ARGS(INT(":id", lease_id(lease)))) :
	    rc;
}

enum store_rc
store_message_extend(struct store *st, const char *queue, const char *lease,
    int64_t until_us)
{
	return stmt_exec_one(st, SQL_MESSAGE_EXTEND,
	    ARGS(LEASED(queue, lease), INT(":until_us", until_us)));
}

enum store_rc
store_message_progress(struct store *st, const char *queue, const char *lease,
    int64_t now_us, const struct work_progress *p)
{
	int64_t run = 0;
	enum store_rc rc = stmt_number(st, SQL_MESSAGE_LEASED,
	    ARGS(LEASED(queue, lease)), &run);

	return rc == STORE_OK && run != 0 ?
	    store_work_progress(st, run, now_us, p) :
	    rc;
}

enum store_rc
store_message_nack(struct store *st, const char *queue, const char *lease,
    const struct store_nack *n)
{
	struct work_end end = n->end;

	end.error = n->reason;
	return change_states(st, SQL_MESSAGE_NACK,
	    ARGS(LEASED(queue, lease), INT(":free", n->is_free),
		INT(":max_deliveries", n->max_deliveries),
		INT(":may_wait", !n->is_delay_asked),
		INT_OR_NULL(":until_us", n->now_us + n->delay_us, n->now_us),
		TEXT(":reason", n->reason)),
	    &end);
}

enum store_rc
store_message_lease_of(struct store *st, const char *queue, int64_t run,
    char **out)
{
	struct stmt *q = stmt_call(st, SQL_MESSAGE_LEASE_OF,
	    ARGS(TEXT(":queue", queue), INT(":run", run)));

	*out = NULL;
	if (stmt_next(q))
		*out = row_copy(q, 0);
	else
		stmt_fail(q, STORE_NOTFOUND);
	return stmt_end(q);
}

enum store_rc
store_message_peek(struct store *st, const char *queue,
    enum message_state state, int limit, struct message_list *out)
{
	static const enum sql_id sqls[MESSAGE_STATE__MAX] = {
		[MESSAGE_READY] = SQL_MESSAGE_PEEK_READY,
		[MESSAGE_HELD] = SQL_MESSAGE_PEEK_HELD,
		[MESSAGE_DEAD] = SQL_MESSAGE_PEEK_DEAD,
	};

	return message_list(st, sqls[state],
	    ARGS(TEXT(":queue", queue), INT(":limit", limit)), out);
}

enum store_rc
store_message_params(struct store *st, const char *queue, int64_t run,
    int64_t sent_us, struct store_params *out)
{
	return stmt_find(st, SQL_MESSAGE_PARAMS,
	    ARGS(TEXT(":queue", queue), INT(":run", run),
		INT(":enqueued_us", sent_us)),
	    &columns_params, out);
}

enum store_rc
store_message_count(struct store *st, const char *queue, int64_t *out)
{
	return stmt_number(st, SQL_MESSAGE_COUNT, ARGS(TEXT(":queue", queue)),
	    out);
}

enum store_rc
store_message_clear(struct store *st, const struct store_clear *c, int64_t *out)
{
	static const enum sql_id sqls[] = { SQL_MESSAGE_CLEAR_READY,
		SQL_MESSAGE_CLEAR_HELD };
	enum store_rc rc;

	*out = 0;
	rc = store_work_clear(st, c->queue, c->now_us, c->reason);
	for (size_t i = 0; i < 2 && rc == STORE_OK; i++) {
		rc = stmt_exec(st, sqls[i], ARGS(TEXT(":queue", c->queue)));
		if (rc == STORE_OK)
			*out += stmt_changes(st);
	}
	return rc;
}
