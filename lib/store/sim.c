/* Counting in a copy of a store that is simulated on. */
#include "config.h"

#include <string.h>

#include "lib/store/columns.h"
#include "lib/store/sim.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* clang-format off */
static const struct column sim_job_fields[] = {
	COLUMN_INT("id", struct store_sim_job, id),
	COLUMN_NEEDED("queue", struct store_sim_job, queue),
	COLUMN_NEEDED("job_id", struct store_sim_job, job_id),
	COLUMN_NEEDED("trigger", struct store_sim_job, trigger),
	COLUMN_NAME("was", struct store_sim_job, was, job_state_names),
	COLUMN_INT_OR("from_us", struct store_sim_job, from_us, JOB_NEVER),
	COLUMN_BOOL("is_gone", struct store_sim_job, is_gone),
	COLUMN_NAME("state", struct store_sim_job, is, job_state_names),
	COLUMN_INT_OR("cursor_us", struct store_sim_job, cursor_us, JOB_NEVER),
	COLUMN_INT_OR("next_run_us", struct store_sim_job, next_run_us,
	    JOB_NEVER),
};

static const struct column count_fields[] = {
	COLUMN_CHARS("state", struct store_sim_count, state),
	COLUMN_INT("n", struct store_sim_count, n),
	COLUMN_INT("late", struct store_sim_count, late),
	COLUMN_INT("worst_us", struct store_sim_count, worst_us),
};
/* clang-format on */

const struct columns columns_sim_job = COLUMNS("sim_job", sim_job_fields);
const struct columns columns_sim_count = COLUMNS("sim_count", count_fields);
const struct columns columns_sim_total = COLUMNS("sim_total", count_fields);

enum store_rc
store_sim_begin(struct store *st)
{
	return store_script(st, sql_sim_begin);
}

enum store_rc
store_sim_end(struct store *st)
{
	return store_script(st, sql_sim_end);
}

enum store_rc
store_sim_consume(struct store *st)
{
	enum store_rc rc;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	rc = stmt_exec(st, SQL_SIM_WORK, NO_ARGS);
	if (rc == STORE_OK)
		rc = stmt_exec(st, SQL_SIM_CONSUME, NO_ARGS);
	if (rc == STORE_OK)
		return store_commit(st);
	store_rollback(st);
	return rc;
}

static enum store_rc
read_counts(struct stmt *q, const struct columns *columns,
    struct store_sim_count out[STORE_SIM_STATES], size_t *n)
{
	*n = 0;
	while (*n < STORE_SIM_STATES && stmt_next(q)) {
		(void)row_read(q, columns, &out[*n]);
		(*n)++;
	}
	return stmt_end(q);
}

static enum store_rc
count_job(struct store *st, struct store_sim_job *j)
{
	return read_counts(stmt_call(st, SQL_SIM_COUNTS,
			       ARGS(INT(":job", j->id))),
	    &columns_sim_count, j->counts, &j->ncounts);
}

enum store_rc
store_sim_jobs(struct store *st, store_sim_each *each, void *arg)
{
	struct stmt *q = stmt_call(st, SQL_SIM_JOBS, NO_ARGS);
	enum store_rc rc = STORE_OK;
	struct store_sim_job j;

	while (stmt_next(q)) {
		memset(&j, 0, sizeof(j));
		if (row_read(q, &columns_sim_job, &j) &&
		    (rc = count_job(st, &j)) == STORE_OK)
			rc = each(arg, &j);
		stmt_fail(q, rc);
	}
	return stmt_end(q);
}

enum store_rc
store_sim_totals(struct store *st, struct store_sim_count out[STORE_SIM_STATES],
    size_t *n)
{
	return read_counts(stmt_call(st, SQL_SIM_TOTALS, NO_ARGS),
	    &columns_sim_total, out, n);
}
