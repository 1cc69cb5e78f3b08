#include "config.h"

#include <stdio.h>

#include "lib/store_run.h"
#include "lib/store_stmt.h"
#include "lib/ban.h"

enum store_rc
store_run_insert(struct store *st, const struct run *r)
{
	sqlite3_stmt *q = stmt_get(st, SQL_RUN_INSERT);

	if (q == NULL)
		return STORE_ERROR;
	stmt_text(q, ":task_id", r->id);
	stmt_int_or_null(q, ":job", r->job, 0);
	stmt_text(q, ":queue", r->queue);
	stmt_text(q, ":job_id", r->job_id);
	stmt_int(q, ":slot_us", r->slot_us);
	stmt_int(q, ":last_us", r->last_us);
	stmt_int(q, ":count", r->count);
	stmt_text(q, ":state", run_state_name(r->state));
	stmt_text(q, ":reason", r->reason);
	stmt_int(q, ":decided_us", r->decided_us);
	return stmt_run(st, q, false);
}

/* Number of the row that ends a job's ledger, if it says the same as r. */
static enum store_rc
run_find_last(struct store *st, const struct run *r, int64_t *id)
{
	sqlite3_stmt *q = stmt_get(st, SQL_RUN_LAST);
	enum store_rc rc;

	if (q == NULL)
		return STORE_ERROR;
	stmt_int(q, ":job", r->job);
	stmt_text(q, ":state", run_state_name(r->state));
	stmt_text(q, ":reason", r->reason);
	rc = stmt_row(st, q);
	if (rc == STORE_OK && sqlite3_column_int(q, 1) == 0)
		rc = STORE_NOTFOUND;
	if (rc == STORE_OK)
		*id = sqlite3_column_int64(q, 0);
	stmt_put(q);
	return rc;
}

enum store_rc
store_run_extend(struct store *st, const struct run *r)
{
	enum store_rc rc;
	sqlite3_stmt *q;
	int64_t id;

	if ((rc = run_find_last(st, r, &id)) != STORE_OK)
		return rc;
	if ((q = stmt_get(st, SQL_RUN_EXTEND)) == NULL)
		return STORE_ERROR;
	stmt_int(q, ":id", id);
	stmt_int(q, ":last_us", r->last_us);
	stmt_int(q, ":count", r->count);
	stmt_int(q, ":decided_us", r->decided_us);
	return stmt_run(st, q, true);
}

static enum store_rc
run_read(sqlite3_stmt *q, struct run *r)
{
	bool is_oom = false;

	(void)snprintf(r->id, sizeof(r->id), "%s",
	    (const char *)sqlite3_column_text(q, 0));
	r->job = sqlite3_column_int64(q, 1);
	r->queue = stmt_copy(q, 2, &is_oom);
	r->job_id = stmt_copy(q, 3, &is_oom);
	r->slot_us = sqlite3_column_int64(q, 4);
	r->last_us = sqlite3_column_int64(q, 5);
	r->count = sqlite3_column_int64(q, 6);
	(void)run_state_parse((const char *)sqlite3_column_text(q, 7),
	    &r->state);
	r->reason = stmt_copy(q, 8, &is_oom);
	r->decided_us = sqlite3_column_int64(q, 9);
	return is_oom ? STORE_FULL : STORE_OK;
}

enum store_rc
store_run_list(struct store *st, const struct store_run_filter *f,
    struct run_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_RUN_LIST);
	enum store_rc rc;
	struct run *r;

	if (q == NULL)
		return STORE_ERROR;
	stmt_text(q, ":queue", f->queue);
	stmt_text(q, ":job_id", f->job_id);
	stmt_int(q, ":limit", f->limit);
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		r = run_list_add(out);
		rc = r == NULL ? STORE_FULL : run_read(q, r);
		if (rc != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}
