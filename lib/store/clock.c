/* Rows that were written by a clock that was ahead, brought back. */
#include "config.h"

#include "lib/record/job.h"
#include "lib/store/clock.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

enum store_rc
store_clock_rows(struct store *st, int64_t job, int64_t now_us,
    struct run_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_CLOCK_ROWS);
	enum store_rc rc;
	struct run *r;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":job", job);
	stmt_int(q, ":now", now_us);
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		if ((r = run_list_add(out)) == NULL) {
			rc = STORE_FULL;
			break;
		}
		r->row = sqlite3_column_int64(q, 0);
		r->slot_us = sqlite3_column_int64(q, 1);
		(void)run_state_parse((const char *)sqlite3_column_text(q, 2),
		    &r->state);
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_clock_cut(struct store *st, int64_t row, int64_t last_us, int64_t count)
{
	sqlite3_stmt *q =
	    stmt_get(st, count > 0 ? SQL_CLOCK_ROW_CUT : SQL_PRUNE_ROW);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":id", row);
	if (count > 0) {
		stmt_int(q, ":last_us", last_us);
		stmt_int(q, ":count", count);
	}
	return stmt_run(st, q, true);
}

enum store_rc
store_clock_keep(struct store *st, int64_t row)
{
	sqlite3_stmt *q = stmt_get(st, SQL_CLOCK_ROW_KEEP);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":id", row);
	return stmt_run(st, q, true);
}

/* A statement on what a job was before. */
static enum store_rc
end_history(struct store *st, enum sql_id id, int64_t job, int64_t now_us)
{
	sqlite3_stmt *q = stmt_get(st, id);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":job", job);
	if (id == SQL_CLOCK_HISTORY)
		stmt_int(q, ":now", now_us);
	return stmt_run(st, q, false);
}

enum store_rc
store_clock_job(struct store *st, const struct job *j, int64_t now_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_CLOCK_JOB);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":id", j->id);
	stmt_int(q, ":now", now_us);
	stmt_text(q, ":trigger", j->trigger);
	stmt_int(q, ":cursor_us", j->cursor_us);
	stmt_int_or_null(q, ":next_run_us", j->next_run_us, JOB_NEVER);
	rc = stmt_run(st, q, true);
	if (rc == STORE_OK)
		rc = end_history(st, SQL_CLOCK_HISTORY, j->id, now_us);
	if (rc == STORE_OK)
		rc = end_history(st, SQL_CLOCK_HISTORY_NONE, j->id, now_us);
	return rc;
}

enum store_rc
store_clock_gone(struct store *st, int64_t now_us, int64_t *n)
{
	sqlite3_stmt *q = stmt_get(st, SQL_CLOCK_GONE_COUNT);

	if (q != NULL)
		stmt_int(q, ":now", now_us);
	return stmt_scalar(st, q, n);
}

enum store_rc
store_clock_queues(struct store *st, int64_t now_us, int64_t mark_us,
    struct run_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_CLOCK_QUEUES);
	bool is_oom = false;
	enum store_rc rc;
	struct run *r;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":now", now_us);
	stmt_int(q, ":mark", mark_us);
	while ((rc = stmt_row(st, q)) == STORE_OK && !is_oom) {
		if ((r = run_list_add(out)) == NULL) {
			is_oom = true;
			break;
		}
		r->queue = stmt_copy(q, 0, &is_oom);
		r->count = sqlite3_column_int64(q, 1);
	}
	stmt_put(q);
	return is_oom ? STORE_FULL : rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_clock_delays(struct store *st, int64_t now_us, int64_t mark_us)
{
	static const struct {
		enum sql_id id;
		bool has_mark, has_since;
	} steps[] = {
		{ SQL_CLOCK_MESSAGES, true, false },
		{ SQL_CLOCK_OUTBOX, false, false },
		{ SQL_CLOCK_DELIVERY, false, true },
		{ SQL_CLOCK_FOLLOW, false, true },
		{ SQL_CLOCK_LANE, false, false },
		{ SQL_CLOCK_ALERT, false, false },
		{ SQL_CLOCK_JOBS, false, false },
		{ SQL_CLOCK_RUNS, false, false },
		{ SQL_CLOCK_ENQUEUED, false, false },
		{ SQL_CLOCK_QUEUE, false, false },
		{ SQL_CLOCK_DENIAL, false, false },
		{ SQL_CLOCK_GONE, false, false },
		{ SQL_CLOCK_TOLD, false, false },
		{ SQL_CLOCK_TOKEN, false, false },
		{ SQL_CLOCK_TICK, false, false },
	};
	sqlite3_stmt *q = stmt_get(st, SQL_CLOCK_SINCE);
	int64_t since_us = now_us;
	enum store_rc rc;

	if (q != NULL)
		stmt_int(q, ":now", now_us);
	rc = stmt_scalar(st, q, &since_us);
	for (size_t i = 0;
	     i < sizeof(steps) / sizeof(steps[0]) && rc == STORE_OK; i++) {
		if ((q = stmt_get(st, steps[i].id)) == NULL)
			return st->refused;
		stmt_int(q, ":now", now_us);
		if (steps[i].has_mark)
			stmt_int(q, ":mark", mark_us);
		if (steps[i].has_since)
			stmt_int(q, ":since", since_us);
		rc = stmt_run(st, q, false);
	}
	return rc;
}
