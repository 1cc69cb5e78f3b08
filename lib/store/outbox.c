#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/store/outbox.h"
#include "lib/store/run.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

enum store_rc
store_outbox_insert(struct store *st, const struct store_outbox_new *n)
{
	sqlite3_stmt *q = stmt_get(st, SQL_OUTBOX_INSERT);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":run", n->run);
	stmt_text(q, ":queue", n->queue);
	stmt_text(q, ":args", n->args);
	stmt_text(q, ":kwargs", n->kwargs);
	stmt_int(q, ":priority", n->priority);
	stmt_text(q, ":retry", n->retry);
	stmt_int(q, ":now", n->now_us);
	return stmt_run(st, q, false);
}

enum store_rc
store_outbox_any(struct store *st, bool *out)
{
	int64_t v = 0;
	enum store_rc rc = stmt_scalar(st, stmt_get(st, SQL_OUTBOX_ANY), &v);

	*out = v != 0;
	return rc;
}

enum store_rc
store_outbox_queue(struct store *st, const char *after, char **out,
    int64_t *next_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_OUTBOX_QUEUE);
	bool is_oom = false;
	enum store_rc rc;

	*out = NULL;
	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", after);
	if ((rc = stmt_row(st, q)) == STORE_OK) {
		/* The one row of a sum is there for no rows, too. */
		*out = stmt_copy(q, 0, &is_oom);
		*next_us = sqlite3_column_int64(q, 1);
	}
	stmt_put(q);
	if (is_oom)
		return STORE_FULL;
	return rc == STORE_OK && *out == NULL ? STORE_NOTFOUND : rc;
}

static const char *
text(sqlite3_stmt *q, int col)
{
	const char *s = (const char *)sqlite3_column_text(q, col);

	return s == NULL ? "" : s;
}

static enum store_rc
read_row(sqlite3_stmt *q, struct outbox *o)
{
	bool is_oom = false;

	o->run = sqlite3_column_int64(q, 0);
	(void)snprintf(o->id, sizeof(o->id), "%s", text(q, 1));
	o->job = sqlite3_column_int64(q, 2);
	o->queue = stmt_copy(q, 3, &is_oom);
	o->job_id = stmt_copy(q, 4, &is_oom);
	o->args = stmt_copy(q, 5, &is_oom);
	o->kwargs = stmt_copy(q, 6, &is_oom);
	o->priority = sqlite3_column_int64(q, 7);
	o->max_attempts = sqlite3_column_int64(q, 8);
	o->max_age_us = sqlite3_column_int64(q, 9);
	o->base_us = sqlite3_column_int64(q, 10);
	o->cap_us = sqlite3_column_int64(q, 11);
	o->due_us = sqlite3_column_int64(q, 12);
	o->attempt = sqlite3_column_int64(q, 13);
	o->next_us = sqlite3_column_type(q, 14) == SQLITE_NULL ?
	    OUTBOX_NEVER :
	    sqlite3_column_int64(q, 14);
	o->slot_us = sqlite3_column_int64(q, 15);
	(void)run_state_parse(text(q, 16), &o->state);
	o->reason = stmt_copy(q, 17, &is_oom);
	return is_oom ? STORE_FULL : STORE_OK;
}

static enum store_rc
read_all(struct store *st, sqlite3_stmt *q, struct outbox_list *out)
{
	struct outbox *o;
	enum store_rc rc;

	while ((rc = stmt_row(st, q)) == STORE_OK) {
		o = outbox_list_add(out);
		rc = o == NULL ? STORE_FULL : read_row(q, o);
		if (rc != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

static enum store_rc
read_one(struct store *st, int64_t run, struct outbox *o)
{
	sqlite3_stmt *q = stmt_get(st, SQL_OUTBOX_ROW);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":run", run);
	if ((rc = stmt_row(st, q)) == STORE_OK)
		rc = read_row(q, o);
	stmt_put(q);
	return rc;
}

/* What is skipped costs a step in the index, and no look at its rows. */
enum store_rc
store_outbox_due(struct store *st, const struct store_outbox_ask *ask,
    struct outbox_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_OUTBOX_DUE);
	int64_t left = ask->limit, run;
	size_t bytes = 0;
	enum store_rc rc = STORE_OK;
	struct outbox *o;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", ask->queue);
	stmt_int(q, ":now", ask->now_us);
	while (left > 0 && (rc = stmt_row(st, q)) == STORE_OK) {
		run = sqlite3_column_int64(q, 0);
		if (ask->skip != NULL && ask->skip(ask->cookie, run))
			continue;
		o = outbox_list_add(out);
		rc = o == NULL ? STORE_FULL : read_one(st, run, o);
		/* Damage: a row without its run cannot be handed over. */
		if (rc == STORE_NOTFOUND) {
			out->n--;
			continue;
		}
		if (rc != STORE_OK)
			break;
		left--;
		if ((bytes += outbox_bytes(o)) >= OUTBOX_BYTES_MAX)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_outbox_dead(struct store *st, const char *queue, int64_t after,
    int64_t limit, struct outbox_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_OUTBOX_DEAD);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	stmt_int(q, ":after", after);
	stmt_int(q, ":limit", limit);
	return read_all(st, q, out);
}

enum store_rc
store_outbox_get(struct store *st, const char *queue, const char *id,
    struct outbox *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_OUTBOX_GET);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	stmt_text(q, ":task_id", id);
	if ((rc = stmt_row(st, q)) == STORE_OK)
		rc = read_row(q, out);
	stmt_put(q);
	return rc;
}

/* The ledger says what became of a run. */
static enum store_rc
say(struct store *st, int64_t run, enum run_state state, const char *reason)
{
	return store_run_set(st,
	    &(struct store_run_set){ run, state, reason, false });
}

enum store_rc
store_outbox_purge(struct store *st, int64_t run)
{
	sqlite3_stmt *q = stmt_get(st, SQL_OUTBOX_DELETE);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":run", run);
	return stmt_run(st, q, true);
}

enum store_rc
store_outbox_sent(struct store *st, int64_t run, const char *reason)
{
	enum store_rc rc = store_outbox_purge(st, run);

	return rc == STORE_OK ? say(st, run, RUN_SENT, reason) : rc;
}

/* Of a statement about many runs, given as JSON. */
static enum store_rc
run_all(struct store *st, enum sql_id id, const char *runs)
{
	sqlite3_stmt *q = stmt_get(st, id);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":runs", runs);
	return stmt_run(st, q, false);
}

enum store_rc
store_outbox_sent_all(struct store *st, const int64_t *runs, size_t n)
{
	struct buf list = BUF_INIT;
	enum store_rc rc;

	buf_char(&list, '[');
	for (size_t i = 0; i < n; i++)
		buf_printf(&list, "%s%" PRId64, i == 0 ? "" : ",", runs[i]);
	buf_char(&list, ']');
	rc = list.is_failed ? STORE_FULL :
			      run_all(st, SQL_OUTBOX_SAY_ALL, buf_cstr(&list));
	if (rc == STORE_OK)
		rc = run_all(st, SQL_OUTBOX_DELETE_ALL, buf_cstr(&list));
	buf_fini(&list);
	return rc;
}

enum store_rc
store_outbox_put_off(struct store *st, const struct outbox *o,
    enum run_state state, const char *reason)
{
	sqlite3_stmt *q = stmt_get(st, SQL_OUTBOX_PUT_OFF);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":run", o->run);
	stmt_int(q, ":attempt", o->attempt);
	stmt_int_or_null(q, ":next_us", o->next_us, OUTBOX_NEVER);
	rc = stmt_run(st, q, true);
	return rc == STORE_OK ? say(st, o->run, state, reason) : rc;
}

enum store_rc
store_outbox_replay(struct store *st, int64_t run, int64_t now_us,
    const char *reason)
{
	sqlite3_stmt *q = stmt_get(st, SQL_OUTBOX_REPLAY);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":run", run);
	stmt_int(q, ":now", now_us);
	rc = stmt_run(st, q, true);
	return rc == STORE_OK ? say(st, run, RUN_DUE, reason) : rc;
}

enum store_rc
store_outbox_count(struct store *st, const char *queue, int64_t *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_OUTBOX_COUNT);

	if (q != NULL)
		stmt_text(q, ":queue", queue);
	return stmt_scalar(st, q, out);
}

enum store_rc
store_outbox_clear(struct store *st, const char *queue, const char *reason,
    int64_t *out)
{
	enum store_rc rc = store_outbox_count(st, queue, out);
	sqlite3_stmt *q;

	if (rc != STORE_OK || *out == 0)
		return rc;
	if ((q = stmt_get(st, SQL_OUTBOX_CLEAR_SAY)) == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	stmt_text(q, ":reason", reason);
	if ((rc = stmt_run(st, q, false)) != STORE_OK)
		return rc;
	if ((q = stmt_get(st, SQL_OUTBOX_CLEAR)) == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	return stmt_run(st, q, false);
}
