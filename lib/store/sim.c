#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/store/sim.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

static enum store_rc
sim_script(struct store *st, const char *script)
{
	enum store_rc rc;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	rc = stmt_rc(st, sqlite3_exec(st->db, script, NULL, NULL, NULL));
	if (rc == STORE_OK)
		return store_commit(st);
	store_rollback(st);
	return rc;
}

enum store_rc
store_sim_begin(struct store *st)
{
	return sim_script(st, sql_sim_begin);
}

enum store_rc
store_sim_end(struct store *st)
{
	return sim_script(st, sql_sim_end);
}

enum store_rc
store_sim_consume(struct store *st)
{
	enum store_rc rc;

	if ((rc = store_begin(st)) != STORE_OK)
		return rc;
	rc = stmt_run(st, stmt_get(st, SQL_SIM_CONSUME), false);
	if (rc == STORE_OK)
		return store_commit(st);
	store_rollback(st);
	return rc;
}

/* All rows of q, which has state, count, late and worst; puts it back. */
static enum store_rc
sim_read_counts(struct store *st, sqlite3_stmt *q,
    struct store_sim_count out[STORE_SIM_STATES], size_t *n)
{
	enum store_rc rc;

	*n = 0;
	while ((rc = stmt_row(st, q)) == STORE_OK && *n < STORE_SIM_STATES) {
		(void)snprintf(out[*n].state, sizeof(out[*n].state), "%s",
		    (const char *)sqlite3_column_text(q, 0));
		out[*n].n = sqlite3_column_int64(q, 1);
		out[*n].late = sqlite3_column_int64(q, 2);
		out[(*n)++].worst_us = sqlite3_column_int64(q, 3);
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

static int64_t
sim_instant(sqlite3_stmt *q, int col)
{
	return sqlite3_column_type(q, col) == SQLITE_NULL ?
	    JOB_NEVER :
	    sqlite3_column_int64(q, col);
}

static enum store_rc
sim_read_job(struct store *st, sqlite3_stmt *q, struct store_sim_job *j)
{
	const char *is = (const char *)sqlite3_column_text(q, 6);
	sqlite3_stmt *c;

	memset(j, 0, sizeof(*j));
	j->id = sqlite3_column_int64(q, 0);
	j->queue = (const char *)sqlite3_column_text(q, 1);
	j->job_id = (const char *)sqlite3_column_text(q, 2);
	j->trigger = (const char *)sqlite3_column_text(q, 3);
	/* The schema allows the known words only. */
	(void)job_state_parse((const char *)sqlite3_column_text(q, 4), &j->was);
	j->from_us = sim_instant(q, 5);
	j->is_gone = is == NULL;
	if (is != NULL)
		(void)job_state_parse(is, &j->is);
	j->cursor_us = sim_instant(q, 7);
	j->next_run_us = sim_instant(q, 8);
	if ((c = stmt_get(st, SQL_SIM_COUNTS)) == NULL)
		return STORE_ERROR;
	stmt_int(c, ":job", j->id);
	return sim_read_counts(st, c, j->counts, &j->ncounts);
}

enum store_rc
store_sim_jobs(struct store *st, store_sim_each *each, void *arg)
{
	sqlite3_stmt *q = stmt_get(st, SQL_SIM_JOBS);
	struct store_sim_job j;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		if ((rc = sim_read_job(st, q, &j)) != STORE_OK ||
		    (rc = each(arg, &j)) != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_sim_totals(struct store *st, struct store_sim_count out[STORE_SIM_STATES],
    size_t *n)
{
	sqlite3_stmt *q = stmt_get(st, SQL_SIM_TOTALS);

	return q == NULL ? STORE_ERROR : sim_read_counts(st, q, out, n);
}
