#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/num.h"
#include "lib/store/alert.h"
#include "lib/store/queue.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* A lease's text: the message's number, a dash, 32 random hex digits. */
static void
lease_make(int64_t id, char out[MESSAGE_LEASE_MAX])
{
	unsigned char r[16];
	int n;

	/* Cannot fail for so few bytes where the kernel has it. */
	if (getentropy(r, sizeof(r)) != 0)
		abort();
	n = snprintf(out, MESSAGE_LEASE_MAX, "%lld-", (long long)id);
	for (size_t i = 0; i < sizeof(r); i++)
		n += snprintf(out + n, (size_t)(MESSAGE_LEASE_MAX - n), "%02x",
		    r[i]);
}

/* The message's number in a lease's text, or -1. */
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

/* A statement on one leased message with :id, :queue and :lease bound. */
static sqlite3_stmt *
lease_stmt(struct store *st, enum sql_id sql, const char *queue,
    const char *lease)
{
	sqlite3_stmt *q = stmt_get(st, sql);

	if (q == NULL)
		return NULL;
	stmt_int(q, ":id", lease_id(lease));
	stmt_text(q, ":queue", queue);
	stmt_text(q, ":lease", lease);
	return q;
}

enum store_rc
store_message_insert(struct store *st, const char *queue, int64_t priority,
    int64_t now_us, const char *body)
{
	sqlite3_stmt *q = stmt_get(st, SQL_MESSAGE_INSERT);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	stmt_int(q, ":priority", priority);
	stmt_int(q, ":now", now_us);
	stmt_text(q, ":body", body);
	return stmt_run(st, q, false);
}

/*
 * Run q, which gives number and state of each message that it changed, and put
 * it back: those that are dead by it are news.  *n becomes how many there were.
 */
static enum store_rc
change_states(struct store *st, sqlite3_stmt *q, size_t *n)
{
	enum store_rc rc;

	*n = 0;
	if (q == NULL)
		return st->refused;
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		++*n;
		if (sqlite3_column_int(q, 1) != MESSAGE_DEAD)
			continue;
		rc = store_alert_renew(st, ALERT_MESSAGE,
		    sqlite3_column_int64(q, 0), ALERT_DEAD);
		if (rc != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_message_expire(struct store *st, const char *queue,
    int64_t max_deliveries, int64_t now_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_MESSAGE_EXPIRE);
	size_t n;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	stmt_int(q, ":max_deliveries", max_deliveries);
	stmt_int(q, ":now", now_us);
	return change_states(st, q, &n);
}

/* The messages to be leased, not yet marked so. */
static enum store_rc
message_pick(struct store *st, const char *queue, int max,
    struct message_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_MESSAGE_PICK);
	bool is_oom = false;
	struct message *m;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	stmt_int(q, ":limit", max);
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		if ((m = message_list_add(out)) == NULL) {
			rc = STORE_FULL;
			break;
		}
		m->state = MESSAGE_HELD;
		m->id = sqlite3_column_int64(q, 0);
		m->attempt = sqlite3_column_int64(q, 1) + 1;
		m->priority = sqlite3_column_int64(q, 2);
		m->enqueued_us = sqlite3_column_int64(q, 3);
		m->reason = stmt_copy(q, 4, &is_oom);
		m->body = stmt_copy(q, 5, &is_oom);
	}
	stmt_put(q);
	if (is_oom)
		return STORE_FULL;
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_message_lease(struct store *st, const char *queue, int max,
    int64_t until_us, struct message_list *out)
{
	size_t had = out->n;
	struct message *m;
	sqlite3_stmt *q;
	enum store_rc rc;

	rc = message_pick(st, queue, max, out);
	for (size_t i = had; i < out->n && rc == STORE_OK; i++) {
		m = &out->v[i];
		lease_make(m->id, m->lease);
		m->until_us = until_us;
		if ((q = stmt_get(st, SQL_MESSAGE_LEASE)) == NULL)
			return st->refused;
		stmt_int(q, ":id", m->id);
		stmt_int(q, ":until_us", until_us);
		stmt_text(q, ":lease", m->lease);
		rc = stmt_run(st, q, true);
	}
	return rc;
}

enum store_rc
store_message_ack(struct store *st, const char *queue, const char *lease)
{
	return stmt_run(st, lease_stmt(st, SQL_MESSAGE_ACK, queue, lease),
	    true);
}

enum store_rc
store_message_extend(struct store *st, const char *queue, const char *lease,
    int64_t until_us)
{
	sqlite3_stmt *q = lease_stmt(st, SQL_MESSAGE_EXTEND, queue, lease);

	if (q != NULL)
		stmt_int(q, ":until_us", until_us);
	return stmt_run(st, q, true);
}

enum store_rc
store_message_nack(struct store *st, const char *queue, const char *lease,
    const struct store_nack *n)
{
	sqlite3_stmt *q = lease_stmt(st, SQL_MESSAGE_NACK, queue, lease);
	enum store_rc rc;
	size_t changed;

	if (q != NULL) {
		stmt_int(q, ":free", n->is_free);
		stmt_int(q, ":max_deliveries", n->max_deliveries);
		stmt_int_or_null(q, ":until_us", n->now_us + n->delay_us,
		    n->now_us);
		stmt_text(q, ":reason", n->reason);
	}
	rc = change_states(st, q, &changed);
	return rc == STORE_OK && changed == 0 ? STORE_NOTFOUND : rc;
}

static enum store_rc
message_read(sqlite3_stmt *q, struct message *m)
{
	bool is_oom = false;

	m->id = sqlite3_column_int64(q, 0);
	m->state = (enum message_state)sqlite3_column_int(q, 1);
	m->attempt = sqlite3_column_int64(q, 2);
	m->priority = sqlite3_column_int64(q, 3);
	m->until_us = sqlite3_column_int64(q, 4);
	m->enqueued_us = sqlite3_column_int64(q, 5);
	(void)snprintf(m->lease, sizeof(m->lease), "%s",
	    (const char *)sqlite3_column_text(q, 6));
	m->reason = stmt_copy(q, 7, &is_oom);
	m->body = stmt_copy(q, 8, &is_oom);
	return is_oom ? STORE_FULL : STORE_OK;
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
	sqlite3_stmt *q = stmt_get(st, sqls[state]);
	struct message *m;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	stmt_int(q, ":limit", limit);
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		m = message_list_add(out);
		rc = m == NULL ? STORE_FULL : message_read(q, m);
		if (rc != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_message_params(struct store *st, const char *queue, const char *task_id,
    int64_t sent_us, struct store_params *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_MESSAGE_PARAMS);
	bool is_oom = false;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	stmt_text(q, ":task_id", task_id);
	stmt_int(q, ":enqueued_us", sent_us);
	if ((rc = stmt_row(st, q)) == STORE_OK) {
		out->priority = sqlite3_column_int64(q, 0);
		out->args = stmt_copy(q, 1, &is_oom);
		out->kwargs = stmt_copy(q, 2, &is_oom);
	}
	stmt_put(q);
	return is_oom ? STORE_FULL : rc;
}

enum store_rc
store_message_count(struct store *st, const char *queue, int64_t *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_MESSAGE_COUNT);

	if (q != NULL)
		stmt_text(q, ":queue", queue);
	return stmt_scalar(st, q, out);
}

enum store_rc
store_message_clear(struct store *st, const char *queue, int64_t *out)
{
	static const enum sql_id sqls[] = { SQL_MESSAGE_CLEAR_READY,
		SQL_MESSAGE_CLEAR_HELD };
	enum store_rc rc = STORE_OK;
	sqlite3_stmt *q;

	*out = 0;
	for (size_t i = 0; i < 2 && rc == STORE_OK; i++) {
		if ((q = stmt_get(st, sqls[i])) != NULL)
			stmt_text(q, ":queue", queue);
		if ((rc = stmt_run(st, q, false)) == STORE_OK)
			*out += sqlite3_changes64(st->db);
	}
	return rc;
}
