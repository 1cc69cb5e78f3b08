#include "config.h"

#include "lib/store/history.h"
#include "lib/store/job.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* Columns of a job row, in the order every SELECT of sql/job.sql has. */
enum job_column {
	COL_ID,
	COL_QUEUE,
	COL_JOB_ID,
	COL_TRIGGER,
	COL_ARGS,
	COL_KWARGS,
	COL_RENDER,
	COL_RETRY,
	COL_DESCRIPTION,
	COL_PRIORITY,
	COL_MISFIRE_GRACE,
	COL_COALESCE,
	COL_MAX_CATCHUP,
	COL_MAX_INSTANCES,
	COL_STATE,
	COL_REASON,
	COL_NEXT_RUN,
	COL_CURSOR,
	COL_CREATED,
	COL_CHANGED,
	COL_MAX_RUNTIME
};

static int64_t
column_or(sqlite3_stmt *q, int col, int64_t none)
{
	return sqlite3_column_type(q, col) == SQLITE_NULL ?
	    none :
	    sqlite3_column_int64(q, col);
}

/* The current row into the initialised *j; STORE_FULL without memory. */
static enum store_rc
job_read(sqlite3_stmt *q, struct job *j)
{
	bool is_oom = false;

	j->id = sqlite3_column_int64(q, COL_ID);
	j->queue = stmt_copy(q, COL_QUEUE, &is_oom);
	j->job_id = stmt_copy(q, COL_JOB_ID, &is_oom);
	j->trigger = stmt_copy(q, COL_TRIGGER, &is_oom);
	j->args = stmt_copy(q, COL_ARGS, &is_oom);
	j->kwargs = stmt_copy(q, COL_KWARGS, &is_oom);
	j->render = stmt_copy(q, COL_RENDER, &is_oom);
	j->retry = stmt_copy(q, COL_RETRY, &is_oom);
	j->description = stmt_copy(q, COL_DESCRIPTION, &is_oom);
	j->priority = sqlite3_column_int64(q, COL_PRIORITY);
	j->misfire_grace_us = column_or(q, COL_MISFIRE_GRACE, JOB_NO_GRACE);
	j->coalesce = sqlite3_column_int(q, COL_COALESCE) != 0;
	j->max_catchup = sqlite3_column_int64(q, COL_MAX_CATCHUP);
	j->max_instances = sqlite3_column_int64(q, COL_MAX_INSTANCES);
	/* The schema allows the three known words only. */
	(void)job_state_parse((const char *)sqlite3_column_text(q, COL_STATE),
	    &j->state);
	j->reason = stmt_copy(q, COL_REASON, &is_oom);
	j->next_run_us = column_or(q, COL_NEXT_RUN, JOB_NEVER);
	j->cursor_us = column_or(q, COL_CURSOR, JOB_NEVER);
	j->created_us = sqlite3_column_int64(q, COL_CREATED);
	j->changed_us = sqlite3_column_int64(q, COL_CHANGED);
	j->max_runtime_us = column_or(q, COL_MAX_RUNTIME, 0);
	return is_oom ? STORE_FULL : STORE_OK;
}

/* All rows of a list statement, which is put back. */
static enum store_rc
job_read_all(struct store *st, sqlite3_stmt *q, struct job_list *out)
{
	enum store_rc rc;
	struct job *j;

	while ((rc = stmt_row(st, q)) == STORE_OK) {
		j = job_list_add(out);
		rc = j == NULL ? STORE_FULL : job_read(q, j);
		if (rc != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

static void
job_bind_definition(sqlite3_stmt *q, const struct job *j)
{
	stmt_text(q, ":trigger", j->trigger);
	stmt_text(q, ":args", j->args);
	stmt_text(q, ":kwargs", j->kwargs);
	stmt_text(q, ":render", j->render);
	stmt_text(q, ":retry", j->retry);
	stmt_text(q, ":description", j->description);
	stmt_int(q, ":priority", j->priority);
	stmt_int_or_null(q, ":misfire_grace_us", j->misfire_grace_us,
	    JOB_NO_GRACE);
	stmt_int(q, ":coalesce", j->coalesce);
	stmt_int(q, ":max_catchup", j->max_catchup);
	stmt_int(q, ":max_instances", j->max_instances);
	stmt_int_or_null(q, ":max_runtime_us", j->max_runtime_us, 0);
}

static void
job_bind_progress(sqlite3_stmt *q, const struct job *j)
{
	stmt_text(q, ":state", job_state_name(j->state));
	stmt_text(q, ":reason", j->reason);
	stmt_int_or_null(q, ":next_run_us", j->next_run_us, JOB_NEVER);
	stmt_int_or_null(q, ":cursor_us", j->cursor_us, JOB_NEVER);
	stmt_int(q, ":changed_us", j->changed_us);
}

enum store_rc
store_job_insert(struct store *st, struct job *j)
{
	sqlite3_stmt *q = stmt_get(st, SQL_JOB_INSERT);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", j->queue);
	stmt_text(q, ":job_id", j->job_id);
	stmt_int(q, ":created_us", j->created_us);
	job_bind_definition(q, j);
	job_bind_progress(q, j);
	if ((rc = stmt_run(st, q, false)) == STORE_OK)
		j->id = sqlite3_last_insert_rowid(st->db);
	return rc;
}

enum store_rc
store_job_update(struct store *st, const struct job *j)
{
	sqlite3_stmt *q = stmt_get(st, SQL_JOB_UPDATE);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":id", j->id);
	job_bind_definition(q, j);
	job_bind_progress(q, j);
	return stmt_run(st, q, true);
}

enum store_rc
store_job_advance(struct store *st, int64_t id, int64_t next_run_us,
    int64_t cursor_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_JOB_ADVANCE);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":id", id);
	stmt_int_or_null(q, ":next_run_us", next_run_us, JOB_NEVER);
	stmt_int(q, ":cursor_us", cursor_us);
	return stmt_run(st, q, true);
}

enum store_rc
store_job_move(struct store *st, const struct job *j)
{
	sqlite3_stmt *q = stmt_get(st, SQL_JOB_MOVE);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":id", j->id);
	job_bind_progress(q, j);
	return stmt_run(st, q, true);
}

/* Its name stays with its runs, and its trigger with its slots. */
static enum store_rc
job_bury(struct store *st, int64_t id, int64_t now_us, const char *reason)
{
	sqlite3_stmt *q = stmt_get(st, SQL_JOB_MARK_GONE);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":id", id);
	stmt_int(q, ":now", now_us);
	stmt_text(q, ":reason", reason);
	return stmt_run(st, q, false);
}

enum store_rc
store_job_delete(struct store *st, int64_t id, int64_t now_us,
    const char *reason)
{
	enum store_rc rc = job_bury(st, id, now_us, reason);
	sqlite3_stmt *q;

	if (rc == STORE_OK)
		rc = store_history_end(st, id, now_us + 1);
	if (rc != STORE_OK)
		return rc;
	if ((q = stmt_get(st, SQL_JOB_DELETE)) == NULL)
		return st->refused;
	stmt_int(q, ":id", id);
	return stmt_run(st, q, true);
}

enum store_rc
store_job_gone(struct store *st, const char *queue, const char *job_id,
    struct store_gone *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_JOB_GONE_LAST);
	bool is_oom = false;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	stmt_text(q, ":job_id", job_id);
	if ((rc = stmt_row(st, q)) == STORE_OK) {
		out->at_us = column_or(q, 0, 0);
		out->reason = stmt_copy(q, 1, &is_oom);
	}
	stmt_put(q);
	return is_oom ? STORE_FULL : rc;
}

enum store_rc
store_job_quarantined(struct store *st, int limit, struct job_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_JOB_QUARANTINED);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":limit", limit);
	return job_read_all(st, q, out);
}

enum store_rc
store_job_quarantined_queues(struct store *st,
    void (*see)(void *arg, const char *queue, int64_t n), void *arg)
{
	sqlite3_stmt *q = stmt_get(st, SQL_JOB_QUARANTINED_QUEUES);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	while ((rc = stmt_row(st, q)) == STORE_OK)
		see(arg, (const char *)sqlite3_column_text(q, 0),
		    sqlite3_column_int64(q, 1));
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_job_count_quarantined(struct store *st, int64_t *out)
{
	return stmt_scalar(st, stmt_get(st, SQL_JOB_COUNT_QUARANTINED), out);
}

enum store_rc
store_job_count_grace(struct store *st, int64_t grace_us, int64_t *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_JOB_COUNT_GRACE);

	if (q != NULL)
		stmt_int(q, ":grace_us", grace_us);
	return stmt_scalar(st, q, out);
}

enum store_rc
store_job_count_other_zone(struct store *st, const char *zone, int64_t *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_JOB_COUNT_OTHER_ZONE);

	if (q != NULL)
		stmt_text(q, ":zone", zone);
	return stmt_scalar(st, q, out);
}

enum store_rc
store_job_newest(struct store *st, int64_t *out)
{
	return stmt_scalar(st, stmt_get(st, SQL_JOB_NEWEST), out);
}

enum store_rc
store_job_services(struct store *st, const char *queue,
    bool (*see)(void *arg, const char *service), void *arg, bool *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_JOB_SERVICES);
	enum store_rc rc = STORE_OK;

	*out = false;
	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	while (!*out && (rc = stmt_row(st, q)) == STORE_OK)
		*out = see(arg, (const char *)sqlite3_column_text(q, 0));
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_job_batch(struct store *st, const char *queue, int64_t id, int limit,
    struct job_list *out)
{
	sqlite3_stmt *q;

	q = stmt_get(st, queue == NULL ? SQL_JOB_BATCH : SQL_JOB_BATCH_QUEUE);
	if (q == NULL)
		return st->refused;
	if (queue != NULL)
		stmt_text(q, ":queue", queue);
	stmt_int(q, ":id", id);
	stmt_int(q, ":limit", limit);
	return job_read_all(st, q, out);
}

enum store_rc
store_job_get(struct store *st, const char *queue, const char *job_id,
    struct job *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_JOB_GET);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":queue", queue);
	stmt_text(q, ":job_id", job_id);
	if ((rc = stmt_row(st, q)) == STORE_OK)
		rc = job_read(q, out);
	stmt_put(q);
	return rc;
}

enum store_rc
store_job_due(struct store *st, int64_t now_us, int limit, struct job_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_JOB_DUE);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":now", now_us);
	stmt_int(q, ":limit", limit);
	return job_read_all(st, q, out);
}

enum store_rc
store_job_next(struct store *st, int64_t *out_us)
{
	enum store_rc rc;

	*out_us = JOB_NEVER;
	rc = stmt_scalar(st, stmt_get(st, SQL_JOB_NEXT), out_us);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* Those with a next run, or those without, that come after *after. */
static enum store_rc
job_list_part(struct store *st, const char *queue,
    const struct store_job_cursor *after, int64_t limit, struct job_list *out)
{
	bool is_timed = after->next_run_us != JOB_NEVER;
	sqlite3_stmt *q;

	if (queue == NULL)
		q = stmt_get(st,
		    is_timed ? SQL_JOB_LIST_TIMED : SQL_JOB_LIST_IDLE);
	else
		q = stmt_get(st,
		    is_timed ? SQL_JOB_LIST_QUEUE_TIMED :
			       SQL_JOB_LIST_QUEUE_IDLE);
	if (q == NULL)
		return st->refused;
	if (queue != NULL)
		stmt_text(q, ":queue", queue);
	if (is_timed)
		stmt_int(q, ":next_run_us", after->next_run_us);
	stmt_int(q, ":id", after->id);
	stmt_int(q, ":limit", limit);
	return job_read_all(st, q, out);
}

enum store_rc
store_job_list(struct store *st, const char *queue,
    const struct store_job_cursor *after, int64_t limit, struct job_list *out)
{
	const struct store_job_cursor idle = { JOB_NEVER, 0 };
	size_t had = out->n;
	enum store_rc rc;

	rc = job_list_part(st, queue, after, limit, out);
	limit -= (int64_t)(out->n - had);
	if (rc == STORE_OK && limit > 0 && after->next_run_us != JOB_NEVER)
		rc = job_list_part(st, queue, &idle, limit, out);
	return rc;
}

enum store_rc
store_job_count(struct store *st, const char *queue, int64_t *out)
{
	sqlite3_stmt *q;

	q = stmt_get(st, queue == NULL ? SQL_JOB_COUNT : SQL_JOB_COUNT_QUEUE);
	if (q != NULL && queue != NULL)
		stmt_text(q, ":queue", queue);
	return stmt_scalar(st, q, out);
}
