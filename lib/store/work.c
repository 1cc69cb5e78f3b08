/* The tables of the work of runs: work, attempt, output. */
#include "config.h"

#include "lib/store/alert.h"
#include "lib/store/columns.h"
#include "lib/store/policy.h"
#include "lib/store/work.h"
#include "lib/db/stmt.h"
#include "lib/base/utf8.h"
#include "lib/base/ban.h"

/* clang-format off */
static const struct column attempt_fields[] = {
	COLUMN_INT("n", struct attempt, n),
	COLUMN_INT_OR("started_us", struct attempt, started_us, 0),
	COLUMN_INT_OR("finished_us", struct attempt, finished_us, 0),
	COLUMN_INT_OR("status", struct attempt, status, WORK_NO_STATUS),
	COLUMN_TEXT("worker", struct attempt, worker),
	COLUMN_TEXT("error", struct attempt, error),
};

static const struct column output_fields[] = {
	COLUMN_TEXT("result", struct run_detail, result),
	COLUMN_TEXT("output", struct run_detail, output),
};

static const struct column end_fields[] = {
	COLUMN_NAME("outcome", struct work_end, outcome, outcome_names),
	COLUMN_INT("now", struct work_end, now_us),
	COLUMN_INT_OR("status", struct work_end, status, WORK_NO_STATUS),
	COLUMN_BORROWED("error", struct work_end, error),
};
/* clang-format on */

const struct columns columns_attempt = COLUMNS("attempt", attempt_fields);
const struct columns columns_output = COLUMNS("output", output_fields);
static const struct columns columns_end = COLUMNS(NULL, end_fields);

enum store_rc
store_work_insert(struct store *st, int64_t run, int64_t slot_us)
{
	return stmt_exec(st, SQL_WORK_INSERT,
	    ARGS(INT(":run", run), INT(":due_us", slot_us)));
}

enum store_rc
store_work_start(struct store *st, int64_t run, const char *worker,
    int64_t now_us)
{
	if (run == 0)
		return STORE_OK;
	return stmt_exec(st, SQL_WORK_START,
	    ARGS(INT(":run", run), TEXT(":worker", worker),
		INT(":now", now_us)));
}

static enum store_rc
set_output(struct store *st, int64_t run, const struct work_end *e)
{
	const char *tail =
	    e->output == NULL ? NULL : utf8_tail(e->output, WORK_OUTPUT_MAX);

	return stmt_exec(st, SQL_OUTPUT_SET,
	    ARGS(INT(":run", run), INT(":now", e->now_us),
		TEXT(":result", e->result), TEXT(":output", tail)));
}

enum store_rc
store_work_progress(struct store *st, int64_t run, int64_t now_us,
    const struct work_progress *p)
{
	enum store_rc rc = STORE_OK;

	if (p->percent != WORK_NO_PERCENT || p->text != NULL)
		rc = stmt_exec(st, SQL_WORK_PROGRESS,
		    ARGS(INT(":run", run),
			INT_OR_NULL(":percent", p->percent, WORK_NO_PERCENT),
			TEXT(":progress", p->text)));
	return rc == STORE_OK && p->output != NULL ?
	    set_output(st, run,
		&(const struct work_end){ .now_us = now_us,
		    .output = p->output }) :
	    rc;
}

/* An attempt has just ended so: keep it, and write its alert. */
static enum store_rc
end_attempt(struct store *st, int64_t run, enum outcome outcome)
{
	enum store_rc rc;

	if (outcome == OUTCOME_SUCCEEDED)
		return store_alert_success(st, run);
	rc = stmt_exec(st, SQL_WORK_KEEP, ARGS(INT(":run", run)));
	/* That of a dead letter is written with its message. */
	return rc == STORE_OK &&
		(outcome == OUTCOME_FAILED || outcome == OUTCOME_EXPIRED) ?
	    store_alert_run(st, run, ALERT_FAILED) :
	    rc;
}

enum store_rc
store_work_end(struct store *st, int64_t run, const struct work_end *e)
{
	enum store_rc rc = STORE_OK;

	if (run == 0)
		return STORE_OK;
	if (e->output != NULL || e->result != NULL)
		rc = set_output(st, run, e);
	if (rc != STORE_OK)
		return rc;
	rc = stmt_exec(st, SQL_WORK_END,
	    ARGS(INT(":run", run), ROW(&columns_end, e)));
	if (rc != STORE_OK)
		return rc;
	if (stmt_changes(st) > 0)
		return end_attempt(st, run, e->outcome);
	return e->outcome == OUTCOME_QUEUED || e->outcome == OUTCOME_DEAD ?
	    store_work_reopen(st, run, e->outcome) :
	    STORE_OK;
}

enum store_rc
store_work_reopen(struct store *st, int64_t run, enum outcome outcome)
{
	if (run == 0)
		return STORE_OK;
	return stmt_exec(st, SQL_WORK_REOPEN,
	    ARGS(INT(":run", run), TEXT(":outcome", outcome_names[outcome])));
}

enum store_rc
store_work_follow(struct store *st, const struct run *r)
{
	const struct attempt *a = &r->work.last;
	enum outcome o = run_outcome(r);
	bool has_ended = a->finished_us != 0 && o != OUTCOME_SUCCEEDED;
	enum store_rc rc;

	rc = stmt_exec(st, SQL_WORK_FOLLOW,
	    ARGS(INT(":run", r->row), TEXT(":outcome", outcome_names[o]),
		INT(":attempt", a->n),
		INT_OR_NULL(":started_us", a->started_us, 0),
		INT_OR_NULL(":finished_us", a->finished_us, 0),
		INT_OR_NULL(":status", a->status, WORK_NO_STATUS),
		TEXT(":error",
		    has_ended || outcome_is_bad(o) ? r->reason : NULL)));
	if (rc == STORE_OK && o == OUTCOME_SUCCEEDED)
		return store_alert_success(st, r->row);
	return rc == STORE_OK && has_ended ?
	    stmt_exec(st, SQL_WORK_KEEP, ARGS(INT(":run", r->row))) :
	    rc;
}

enum store_rc
store_work_replay(struct store *st, int64_t run)
{
	const struct policy_retry none = { .failures = 0 };
	enum store_rc rc =
	    stmt_exec(st, SQL_WORK_FORGET, ARGS(INT(":run", run)));

	/* As often as at first. */
	if (rc == STORE_OK)
		rc = store_policy_failed(st, run, &none);

	return rc == STORE_OK ? store_work_reopen(st, run, OUTCOME_QUEUED) : rc;
}

enum store_rc
store_work_clear(struct store *st, const char *queue, int64_t now_us,
    const char *reason)
{
	return stmt_exec(st, SQL_WORK_CLEAR,
	    ARGS(TEXT(":queue", queue), INT(":now", now_us),
		TEXT(":reason", reason)));
}

static enum store_rc
read_output(struct store *st, int64_t run, struct run_detail *out)
{
	struct stmt *q = stmt_call(st, SQL_OUTPUT_LAST, ARGS(INT(":run", run)));

	(void)stmt_next_row(q, &columns_output, out);
	return stmt_end(q);
}

enum store_rc
store_work_detail(struct store *st, int64_t run, struct run_detail *out)
{
	struct stmt *q =
	    stmt_call(st, SQL_WORK_ATTEMPTS, ARGS(INT(":run", run)));
	enum store_rc rc;

	while (stmt_next(q))
		(void)row_read(q, &columns_attempt,
		    attempt_list_add(&out->earlier));
	rc = stmt_end(q);
	if (rc == STORE_OK)
		rc = read_output(st, run, out);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}
