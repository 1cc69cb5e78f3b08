/* Rows that were written by a clock that was ahead, brought back. */
#include "config.h"

#include "lib/record/job.h"
#include "lib/store/clock.h"
#include "lib/store/columns.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* clang-format off */
static const struct column clock_row_fields[] = {
	COLUMN_INT("id", struct run, row),
	COLUMN_INT("slot_us", struct run, slot_us),
	COLUMN_NAME("state", struct run, state, run_state_names),
};

static const struct column clock_queue_fields[] = {
	COLUMN_TEXT("queue", struct run, queue),
	COLUMN_INT("count", struct run, count),
};

/* Parameters of the statements. */
struct instants {
	int64_t now_us;
	int64_t mark_us;
	int64_t since_us;
};

static const struct column instants_fields[] = {
	COLUMN_INT("now", struct instants, now_us),
	COLUMN_INT("mark", struct instants, mark_us),
	COLUMN_INT("since", struct instants, since_us),
};
/* clang-format on */

const struct columns columns_clock_row = COLUMNS("clock_row", clock_row_fields);
const struct columns columns_clock_queue =
    COLUMNS("clock_queue", clock_queue_fields);
static const struct columns columns_instants = COLUMNS(NULL, instants_fields);

enum store_rc
store_clock_rows(struct store *st, int64_t job, int64_t now_us,
    struct run_list *out)
{
	struct stmt *q = stmt_call(st, SQL_CLOCK_ROWS,
	    ARGS(INT(":job", job), INT(":now", now_us)));

	while (stmt_next(q))
		(void)row_read(q, &columns_clock_row, run_list_add(out));
	return stmt_end(q);
}

enum store_rc
store_clock_cut(struct store *st, int64_t row, int64_t last_us, int64_t count)
{
	if (count == 0)
		return stmt_exec_one(st, SQL_PRUNE_ROW, ARGS(INT(":id", row)));
	return stmt_exec_one(st, SQL_CLOCK_ROW_CUT,
	    ARGS(INT(":id", row), INT(":last_us", last_us),
		INT(":count", count)));
}

enum store_rc
store_clock_keep(struct store *st, int64_t row)
{
	return stmt_exec_one(st, SQL_CLOCK_ROW_KEEP, ARGS(INT(":id", row)));
}

enum store_rc
store_clock_job(struct store *st, const struct job *j, int64_t now_us)
{
	enum store_rc rc;

	rc = stmt_exec_one(st, SQL_CLOCK_JOB,
	    ARGS(ROW(&columns_job, j), INT(":cursor_us", j->cursor_us),
		INT(":now", now_us)));
	if (rc == STORE_OK)
		rc = stmt_exec(st, SQL_CLOCK_HISTORY,
		    ARGS(INT(":job", j->id), INT(":now", now_us)));
	if (rc == STORE_OK)
		rc = stmt_exec(st, SQL_CLOCK_HISTORY_NONE,
		    ARGS(INT(":job", j->id)));
	return rc;
}

enum store_rc
store_clock_gone(struct store *st, int64_t now_us, int64_t *n)
{
	return stmt_number(st, SQL_CLOCK_GONE_COUNT, ARGS(INT(":now", now_us)),
	    n);
}

enum store_rc
store_clock_queues(struct store *st, int64_t now_us, int64_t mark_us,
    struct run_list *out)
{
	struct stmt *q = stmt_call(st, SQL_CLOCK_QUEUES,
	    ARGS(INT(":now", now_us), INT(":mark", mark_us)));

	while (stmt_next(q))
		(void)row_read(q, &columns_clock_queue, run_list_add(out));
	return stmt_end(q);
}

enum store_rc
store_clock_delays(struct store *st, int64_t now_us, int64_t mark_us)
{
	static const enum sql_id steps[] = {
		SQL_CLOCK_MESSAGES,
		SQL_CLOCK_OUTBOX,
		SQL_CLOCK_DELIVERY,
		SQL_CLOCK_FOLLOW,
		SQL_CLOCK_ENDPOINT,
		SQL_CLOCK_ALERT,
		SQL_CLOCK_JOBS,
		SQL_CLOCK_RUNS,
		SQL_CLOCK_ENQUEUED,
		SQL_CLOCK_QUEUE,
		SQL_CLOCK_DENIAL,
		SQL_CLOCK_POLICY,
		SQL_CLOCK_WORK,
		SQL_CLOCK_ATTEMPT,
		SQL_CLOCK_OUTPUT,
		SQL_CLOCK_GONE,
		SQL_CLOCK_TOLD,
		SQL_CLOCK_TOKEN,
		SQL_CLOCK_TICK,
	};
	struct instants in = { now_us, mark_us, now_us };
	enum store_rc rc;

	rc = stmt_number(st, SQL_CLOCK_SINCE, ARGS(ROW(&columns_instants, &in)),
	    &in.since_us);
	for (size_t i = 0;
	     i < sizeof(steps) / sizeof(steps[0]) && rc == STORE_OK; i++)
		rc = stmt_exec(st, steps[i], ARGS(ROW(&columns_instants, &in)));
	return rc;
}
