/* The table of jobs, and what is left of those that are gone. */
#include "config.h"

#include "lib/store/alert.h"
#include "lib/store/columns.h"
#include "lib/store/history.h"
#include "lib/store/job.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* clang-format off */
static const struct column job_fields[] = {
	COLUMN_INT("id", struct job, id),
	COLUMN_TEXT("queue", struct job, queue),
	COLUMN_TEXT("job_id", struct job, job_id),
	COLUMN_INT("created_us", struct job, created_us),
	COLUMN_TEXT("trigger", struct job, trigger),
	COLUMN_TEXT("args", struct job, args),
	COLUMN_TEXT("kwargs", struct job, kwargs),
	COLUMN_TEXT("render", struct job, render),
	COLUMN_INT_OR("max_attempts", struct job, retry.max_attempts,
	    RETRY_UNSET),
	COLUMN_INT_OR("max_age_us", struct job, retry.max_age_us, RETRY_UNSET),
	COLUMN_INT_OR("base_us", struct job, retry.base_us, RETRY_UNSET),
	COLUMN_INT_OR("cap_us", struct job, retry.cap_us, RETRY_UNSET),
	COLUMN_TEXT("description", struct job, description),
	COLUMN_INT("priority", struct job, priority),
	COLUMN_INT_OR("misfire_grace_us", struct job, misfire_grace_us,
	    JOB_NO_GRACE),
	COLUMN_BOOL("coalesce", struct job, coalesce),
	COLUMN_INT("max_catchup", struct job, max_catchup),
	COLUMN_INT("max_instances", struct job, max_instances),
	COLUMN_INT_OR("max_runtime_us", struct job, max_runtime_us, 0),
	COLUMN_TEXT("owner", struct job, owner),
	COLUMN_INT_OR("alerts", struct job, alerts, JOB_ALERTS_QUEUE),
	COLUMN_INT_OR("expect_within_us", struct job, expect_within_us, 0),
	COLUMN_INT_OR("failed_max_attempts", struct job,
	    retry_failed.max_attempts, RETRY_UNSET),
	COLUMN_INT_OR("failed_base_us", struct job, retry_failed.base_us,
	    RETRY_UNSET),
	COLUMN_INT_OR("failed_cap_us", struct job, retry_failed.cap_us,
	    RETRY_UNSET),
	COLUMN_BOOL("badge", struct job, has_badge),
	COLUMN_NAME("state", struct job, state, job_state_names),
	COLUMN_TEXT("reason", struct job, reason),
	COLUMN_INT_OR("next_run_us", struct job, next_run_us, JOB_NEVER),
	COLUMN_INT_OR("cursor_us", struct job, cursor_us, JOB_NEVER),
	COLUMN_INT("changed_us", struct job, changed_us),
};

static const struct column gone_fields[] = {
	COLUMN_INT("gone_us", struct store_gone, at_us),
	COLUMN_TEXT("reason", struct store_gone, reason),
};
/* clang-format on */

const struct columns columns_job = COLUMNS("job", job_fields);
const struct columns columns_gone = COLUMNS("gone", gone_fields);

/* Add all rows of a statement. */
static enum store_rc
job_list(struct store *st, enum sql_id id, const struct arg *args,
    struct job_list *out)
{
	struct stmt *q = stmt_call(st, id, args);

	while (stmt_next(q))
		(void)row_read(q, &columns_job, job_list_add(out));
	return stmt_end(q);
}

enum store_rc
store_job_insert(struct store *st, struct job *j)
{
	enum store_rc rc;

	rc = stmt_exec(st, SQL_JOB_INSERT, ARGS(ROW(&columns_job, j)));
	if (rc == STORE_OK)
		j->id = stmt_last_id(st);
	return rc;
}

/* Called before its row changes: add an alert if j becomes quarantined. */
static enum store_rc
job_alert(struct store *st, const struct job *j)
{
	return j->state == JOB_QUARANTINED ? store_alert_job(st, j->id) :
					     STORE_OK;
}

enum store_rc
store_job_update(struct store *st, const struct job *j)
{
	enum store_rc rc = job_alert(st, j);

	return rc == STORE_OK ?
	    stmt_exec_one(st, SQL_JOB_UPDATE, ARGS(ROW(&columns_job, j))) :
	    rc;
}

enum store_rc
store_job_advance(struct store *st, int64_t id, int64_t next_run_us,
    int64_t cursor_us)
{
	return stmt_exec_one(st, SQL_JOB_ADVANCE,
	    ARGS(INT(":id", id),
		INT_OR_NULL(":next_run_us", next_run_us, JOB_NEVER),
		INT(":cursor_us", cursor_us)));
}

enum store_rc
store_job_move(struct store *st, const struct job *j)
{
	enum store_rc rc = job_alert(st, j);

	return rc == STORE_OK ?
	    stmt_exec_one(st, SQL_JOB_MOVE, ARGS(ROW(&columns_job, j))) :
	    rc;
}

/* Keep its name for its runs, and its trigger for its slots. */
enum store_rc
store_job_delete(struct store *st, int64_t id, int64_t now_us,
    const char *reason)
{
	enum store_rc rc;

	rc = stmt_exec(st, SQL_JOB_MARK_GONE,
	    ARGS(INT(":id", id), INT(":now", now_us), TEXT(":reason", reason)));
	if (rc == STORE_OK)
		rc = store_history_end(st, id, now_us + 1);
	if (rc == STORE_OK)
		rc = stmt_exec_one(st, SQL_JOB_DELETE, ARGS(INT(":id", id)));
	return rc;
}

enum store_rc
store_job_gone(struct store *st, const char *queue, const char *job_id,
    struct store_gone *out)
{
	return stmt_find(st, SQL_JOB_GONE_LAST,
	    ARGS(TEXT(":queue", queue), TEXT(":job_id", job_id)), &columns_gone,
	    out);
}

enum store_rc
store_job_gone_any(struct store *st, const char *queue, bool *out)
{
	return stmt_is(st, SQL_JOB_GONE_ANY, ARGS(TEXT(":queue", queue)), out);
}

enum store_rc
store_job_quarantined(struct store *st, int limit, struct job_list *out)
{
	return job_list(st, SQL_JOB_QUARANTINED, ARGS(INT(":limit", limit)),
	    out);
}

enum store_rc
store_job_quarantined_queues(struct store *st,
    void (*visit)(void *arg, const char *queue, int64_t n), void *arg)
{
	struct stmt *q = stmt_call(st, SQL_JOB_QUARANTINED_QUEUES, NO_ARGS);

	while (stmt_next(q))
		visit(arg, row_text(q, 0), row_int(q, 1));
	return stmt_end(q);
}

enum store_rc
store_job_count_quarantined(struct store *st, int64_t *out)
{
	return stmt_number(st, SQL_JOB_COUNT_QUARANTINED, NO_ARGS, out);
}

enum store_rc
store_job_names(struct store *st, const char *queue, int64_t limit,
    store_job_visit *visit, void *cookie)
{
	struct stmt *q = stmt_call(st, SQL_JOB_NAMES,
	    ARGS(TEXT(":queue", queue), INT(":limit", limit)));

	while (stmt_next(q) &&
	    visit(cookie, row_int(q, 0), row_text(q, 1), row_text(q, 2)))
		;
	return stmt_end(q);
}

enum store_rc
store_job_queue(struct store *st, const char *after, char **out)
{
	return stmt_string(st, SQL_JOB_NEXT_QUEUE, ARGS(TEXT(":queue", after)),
	    out);
}

enum store_rc
store_job_count_overdue(struct store *st, const char *queue, int64_t before_us,
    int64_t limit, int64_t *out)
{
	if (queue == NULL)
		return stmt_number(st, SQL_JOB_COUNT_OVERDUE,
		    ARGS(INT(":before_us", before_us), INT(":limit", limit)),
		    out);
	return stmt_number(st, SQL_JOB_COUNT_OVERDUE_QUEUE,
	    ARGS(TEXT(":queue", queue), INT(":before_us", before_us),
		INT(":limit", limit)),
	    out);
}

enum store_rc
store_job_count_paused(struct store *st, int64_t *out)
{
	return stmt_number(st, SQL_JOB_COUNT_PAUSED, NO_ARGS, out);
}

enum store_rc
store_job_count_grace(struct store *st, int64_t grace_us, int64_t *out)
{
	return stmt_number(st, SQL_JOB_COUNT_GRACE,
	    ARGS(INT(":grace_us", grace_us)), out);
}

enum store_rc
store_job_count_other_zone(struct store *st, const char *zone, int64_t *out)
{
	return stmt_number(st, SQL_JOB_COUNT_OTHER_ZONE,
	    ARGS(TEXT(":zone", zone)), out);
}

enum store_rc
store_job_newest(struct store *st, int64_t *out)
{
	return stmt_number(st, SQL_JOB_NEWEST, NO_ARGS, out);
}

enum store_rc
store_job_services(struct store *st, const char *queue,
    bool (*visit)(void *arg, const char *service), void *arg, bool *out)
{
	struct stmt *q =
	    stmt_call(st, SQL_JOB_SERVICES, ARGS(TEXT(":queue", queue)));

	*out = false;
	while (!*out && stmt_next(q))
		*out = visit(arg, row_text(q, 0));
	return stmt_end(q);
}

enum store_rc
store_job_services_some(struct store *st, const char *queue, int limit,
    bool (*visit)(void *arg, const char *service), void *arg)
{
	struct stmt *q = stmt_call(st, SQL_JOB_SERVICES_SOME,
	    ARGS(TEXT(":queue", queue), INT(":limit", limit)));
	bool has_ended = false;

	while (!has_ended && stmt_next(q))
		has_ended =
		    row_text(q, 0) != NULL && visit(arg, row_text(q, 0));
	return stmt_end(q);
}

enum store_rc
store_job_batch(struct store *st, const char *queue, int64_t id, int limit,
    struct job_list *out)
{
	if (queue == NULL)
		return job_list(st, SQL_JOB_BATCH,
		    ARGS(INT(":id", id), INT(":limit", limit)), out);
	return job_list(st, SQL_JOB_BATCH_QUEUE,
	    ARGS(TEXT(":queue", queue), INT(":id", id), INT(":limit", limit)),
	    out);
}

enum store_rc
store_job_get(struct store *st, const char *queue, const char *job_id,
    struct job *out)
{
	return stmt_find(st, SQL_JOB_GET,
	    ARGS(TEXT(":queue", queue), TEXT(":job_id", job_id)), &columns_job,
	    out);
}

enum store_rc
store_job_list_owned(struct store *st, const char *owner, struct job_list *out)
{
	return job_list(st, SQL_JOB_LIST_OWNED, ARGS(TEXT(":owner", owner)),
	    out);
}

enum store_rc
store_job_named(struct store *st, const char *const after[2], int limit,
    struct job_list *out)
{
	return job_list(st, SQL_JOB_NAMED,
	    ARGS(TEXT(":queue", after[0]), TEXT(":job_id", after[1]),
		INT(":limit", limit)),
	    out);
}

enum store_rc
store_job_due(struct store *st, int64_t now_us, int limit, struct job_list *out)
{
	return job_list(st, SQL_JOB_DUE,
	    ARGS(INT(":now", now_us), INT(":limit", limit)), out);
}

enum store_rc
store_job_due_queue(struct store *st, const char *queue, int64_t now_us,
    int limit, struct job_list *out)
{
	return job_list(st, SQL_JOB_DUE_QUEUE,
	    ARGS(TEXT(":queue", queue), INT(":now", now_us),
		INT(":limit", limit)),
	    out);
}

enum store_rc
store_job_next(struct store *st, int64_t *out_us)
{
	*out_us = JOB_NEVER;
	return stmt_optional(st, SQL_JOB_NEXT, NO_ARGS, out_us);
}

/* A part of a list, after a position. */
struct part {
	const char *queue;
	int64_t next_run_us;
	int64_t id;
	int64_t limit;
};

/* clang-format off */
static const struct column part_fields[] = {
	COLUMN_BORROWED("queue", struct part, queue),
	COLUMN_INT("next_run_us", struct part, next_run_us),
	COLUMN_INT("id", struct part, id),
	COLUMN_INT("limit", struct part, limit),
};
/* clang-format on */

static const struct columns columns_part = COLUMNS(NULL, part_fields);

/* List jobs with a next run, or those without. */
static enum store_rc
job_list_part(struct store *st, const struct part *p, struct job_list *out)
{
	bool is_timed = p->next_run_us != JOB_NEVER;
	enum sql_id id;

	if (p->queue == NULL)
		id = is_timed ? SQL_JOB_LIST_TIMED : SQL_JOB_LIST_IDLE;
	else
		id = is_timed ? SQL_JOB_LIST_QUEUE_TIMED :
				SQL_JOB_LIST_QUEUE_IDLE;
	return job_list(st, id, ARGS(ROW(&columns_part, p)), out);
}

enum store_rc
store_job_list(struct store *st, const char *queue,
    const struct store_job_cursor *after, int64_t limit, struct job_list *out)
{
	struct part p = { queue, after->next_run_us, after->id, limit };
	size_t had = out->n;
	enum store_rc rc;

	rc = job_list_part(st, &p, out);
	if (rc != STORE_OK || after->next_run_us == JOB_NEVER)
		return rc;
	p.next_run_us = JOB_NEVER;
	p.id = 0;
	p.limit -= (int64_t)(out->n - had);
	return p.limit > 0 ? job_list_part(st, &p, out) : rc;
}

enum store_rc
store_job_count(struct store *st, const char *queue, int64_t *out)
{
	if (queue == NULL)
		return stmt_number(st, SQL_JOB_COUNT, NO_ARGS, out);
	return stmt_number(st, SQL_JOB_COUNT_QUEUE, ARGS(TEXT(":queue", queue)),
	    out);
}

enum store_rc
store_job_services_first(struct store *st, int64_t limit,
    void (*visit)(void *arg, const char *service, int64_t n), void *arg)
{
	struct stmt *q =
	    stmt_call(st, SQL_JOB_SERVICES_FIRST, ARGS(INT(":limit", limit)));

	while (stmt_next(q))
		visit(arg, row_text(q, 0), row_int(q, 1));
	return stmt_end(q);
}
