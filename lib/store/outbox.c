/* The table of messages on their way to brokers. */
#include "config.h"

#include <inttypes.h>

#include "lib/base/buf.h"
#include "lib/store/alert.h"
#include "lib/store/columns.h"
#include "lib/store/outbox.h"
#include "lib/store/run.h"
#include "lib/store/work.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* clang-format off */
static const struct column outbox_fields[] = {
	COLUMN_INT("run", struct outbox, run),
	COLUMN_CHARS("task_id", struct outbox, id),
	COLUMN_INT("job", struct outbox, job),
	COLUMN_TEXT("queue", struct outbox, queue),
	COLUMN_TEXT("job_id", struct outbox, job_id),
	COLUMN_TEXT("args", struct outbox, args),
	COLUMN_TEXT("kwargs", struct outbox, kwargs),
	COLUMN_INT("priority", struct outbox, priority),
	COLUMN_INT_OR("max_attempts", struct outbox, retry.max_attempts, 0),
	COLUMN_INT_OR("max_age_us", struct outbox, retry.max_age_us, 0),
	COLUMN_INT("base_us", struct outbox, retry.base_us),
	COLUMN_INT("cap_us", struct outbox, retry.cap_us),
	COLUMN_INT("due_us", struct outbox, due_us),
	COLUMN_INT("attempt", struct outbox, attempt),
	COLUMN_INT_OR("next_us", struct outbox, next_us, OUTBOX_NEVER),
	COLUMN_INT("slot_us", struct outbox, slot_us),
	COLUMN_NAME("state", struct outbox, state, run_state_names),
	COLUMN_TEXT("reason", struct outbox, reason),
	COLUMN_INT_OR("max_runtime_us", struct outbox, max_runtime_us, 0),
	COLUMN_INT_OR("failures", struct outbox, failures, 0),
};

static const struct column outbox_new_fields[] = {
	COLUMN_INT("run", struct store_outbox_new, run),
	COLUMN_BORROWED("queue", struct store_outbox_new, queue),
	COLUMN_BORROWED("args", struct store_outbox_new, args),
	COLUMN_BORROWED("kwargs", struct store_outbox_new, kwargs),
	COLUMN_INT("priority", struct store_outbox_new, priority),
	COLUMN_INT_OR("max_attempts", struct store_outbox_new,
	    retry.max_attempts, 0),
	COLUMN_INT_OR("max_age_us", struct store_outbox_new, retry.max_age_us,
	    0),
	COLUMN_INT("base_us", struct store_outbox_new, retry.base_us),
	COLUMN_INT("cap_us", struct store_outbox_new, retry.cap_us),
	COLUMN_INT("now", struct store_outbox_new, now_us),
};
/* clang-format on */

const struct columns columns_outbox = COLUMNS("outbox", outbox_fields);
static const struct columns columns_outbox_new =
    COLUMNS(NULL, outbox_new_fields);

enum store_rc
store_outbox_insert(struct store *st, const struct store_outbox_new *n)
{
	return stmt_exec(st, SQL_OUTBOX_INSERT,
	    ARGS(ROW(&columns_outbox_new, n)));
}

enum store_rc
store_outbox_any(struct store *st, bool *out)
{
	return stmt_is(st, SQL_OUTBOX_ANY, NO_ARGS, out);
}

enum store_rc
store_outbox_queue(struct store *st, const char *after, char **out,
    int64_t *next_us)
{
	struct stmt *q =
	    stmt_call(st, SQL_OUTBOX_QUEUE, ARGS(TEXT(":queue", after)));

	*out = NULL;
	/* A sum returns a row even without rows. */
	if (stmt_next(q) && !row_is_null(q, 0)) {
		*out = row_copy(q, 0);
		*next_us = row_int(q, 1);
	} else
		stmt_fail(q, STORE_NOTFOUND);
	return stmt_end(q);
}

/* A skipped message costs a step in the index, without reading its row. */
enum store_rc
store_outbox_due(struct store *st, const struct store_outbox_ask *ask,
    struct outbox_list *out)
{
	struct stmt *q = stmt_call(st, SQL_OUTBOX_DUE,
	    ARGS(TEXT(":queue", ask->queue), INT(":now", ask->now_us)));
	int64_t left = ask->limit, run;
	size_t bytes = 0;
	enum store_rc rc;
	struct outbox *o;

	while (left > 0 && bytes < OUTBOX_BYTES_MAX && stmt_next(q)) {
		run = row_int(q, 0);
		if (ask->skip != NULL && ask->skip(ask->cookie, run))
			continue;
		o = outbox_list_add(out);
		rc = o == NULL ?
		    STORE_FULL :
		    stmt_find(st, SQL_OUTBOX_ROW, ARGS(INT(":run", run)),
			&columns_outbox, o);
		/* Damage: a row without its run cannot be sent. */
		if (rc == STORE_NOTFOUND) {
			out->n--;
			continue;
		}
		if (rc != STORE_OK) {
			stmt_fail(q, rc);
			break;
		}
		left--;
		bytes += outbox_bytes(o);
	}
	return stmt_end(q);
}

enum store_rc
store_outbox_dead(struct store *st, const char *queue, int64_t after,
    int64_t limit, struct outbox_list *out)
{
	struct stmt *q = stmt_call(st, SQL_OUTBOX_DEAD,
	    ARGS(TEXT(":queue", queue), INT(":after", after),
		INT(":limit", limit)));

	while (stmt_next(q))
		(void)row_read(q, &columns_outbox, outbox_list_add(out));
	return stmt_end(q);
}

enum store_rc
store_outbox_get(struct store *st, const char *queue, const char *id,
    struct outbox *out)
{
	return stmt_find(st, SQL_OUTBOX_GET,
	    ARGS(TEXT(":queue", queue), TEXT(":task_id", id)), &columns_outbox,
	    out);
}

/* Set the run's state in the ledger. */
static enum store_rc
set_state(struct store *st, const struct outbox *o, enum run_state state,
    const char *reason)
{
	return store_run_set(st,
	    &(struct store_run_set){ .run = o->run,
		.state = state,
		.reason = reason,
		.attempts = o->attempt });
}

enum store_rc
store_outbox_purge(struct store *st, int64_t run)
{
	return stmt_exec_one(st, SQL_OUTBOX_DELETE, ARGS(INT(":run", run)));
}

enum store_rc
store_outbox_sent(struct store *st, int64_t run, const char *reason)
{
	enum store_rc rc = store_outbox_purge(st, run);

	if (rc == STORE_OK)
		rc = store_alert_sent(st, &run, 1);
	return rc == STORE_OK ?
	    set_state(st, &(const struct outbox){ .run = run }, RUN_SENT,
		reason) :
	    rc;
}

enum store_rc
store_outbox_sent_all(struct store *st, const int64_t *runs, size_t n)
{
	struct buf list = BUF_INIT;
	enum store_rc rc = STORE_FULL;

	buf_char(&list, '[');
	for (size_t i = 0; i < n; i++)
		buf_printf(&list, "%s%" PRId64, i == 0 ? "" : ",", runs[i]);
	buf_char(&list, ']');
	if (!list.is_failed)
		rc = stmt_exec(st, SQL_OUTBOX_SAY_ALL,
		    ARGS(TEXT(":runs", buf_cstr(&list))));
	if (rc == STORE_OK)
		rc = stmt_exec(st, SQL_OUTBOX_DELETE_ALL,
		    ARGS(TEXT(":runs", buf_cstr(&list))));
	buf_fini(&list);
	return rc == STORE_OK ? store_alert_sent(st, runs, n) : rc;
}

enum store_rc
store_outbox_put_off(struct store *st, const struct outbox *o,
    enum run_state state, const char *reason)
{
	enum store_rc rc = stmt_exec_one(st, SQL_OUTBOX_PUT_OFF,
	    ARGS(ROW(&columns_outbox, o)));

	return rc == STORE_OK ? set_state(st, o, state, reason) : rc;
}

enum store_rc
store_outbox_renew(struct store *st, int64_t run, int64_t now_us)
{
	return stmt_exec(st, SQL_OUTBOX_RENEW,
	    ARGS(INT(":run", run), INT(":now", now_us)));
}

enum store_rc
store_outbox_replay(struct store *st, int64_t run, int64_t now_us,
    const char *reason)
{
	enum store_rc rc = stmt_exec_one(st, SQL_OUTBOX_REPLAY,
	    ARGS(INT(":run", run), INT(":now", now_us)));

	if (rc == STORE_OK)
		rc = store_work_replay(st, run);
	return rc == STORE_OK ?
	    set_state(st, &(const struct outbox){ .run = run }, RUN_DUE,
		reason) :
	    rc;
}

enum store_rc
store_outbox_count(struct store *st, const char *queue, int64_t *out)
{
	return stmt_number(st, SQL_OUTBOX_COUNT, ARGS(TEXT(":queue", queue)),
	    out);
}

enum store_rc
store_outbox_clear(struct store *st, const char *queue, const char *reason,
    int64_t *out)
{
	enum store_rc rc = store_outbox_count(st, queue, out);

	if (rc != STORE_OK || *out == 0)
		return rc;
	rc = stmt_exec(st, SQL_OUTBOX_CLEAR_SAY,
	    ARGS(TEXT(":queue", queue), TEXT(":reason", reason)));
	if (rc == STORE_OK)
		rc = stmt_exec(st, SQL_OUTBOX_CLEAR_WORK,
		    ARGS(TEXT(":queue", queue), TEXT(":reason", reason)));
	if (rc != STORE_OK)
		return rc;
	return stmt_exec(st, SQL_OUTBOX_CLEAR, ARGS(TEXT(":queue", queue)));
}
