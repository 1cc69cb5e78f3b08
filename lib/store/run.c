#include "config.h"

#include <stdio.h>

#include "lib/store/alert.h"
#include "lib/store/run.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

enum store_rc
store_run_insert(struct store *st, struct run *r)
{
	sqlite3_stmt *q = stmt_get(st, SQL_RUN_INSERT);
	enum alert_kind news = alert_of_run(r->state, true);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
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
	stmt_int_or_null(q, ":is_extra", r->is_extra, 0);
	rc = stmt_run(st, q, false);
	if (rc == STORE_OK)
		r->row = sqlite3_last_insert_rowid(st->db);
	return rc == STORE_OK && news != ALERT_KIND__MAX ?
	    store_alert_add(st, ALERT_RUN, r->row, news) :
	    rc;
}

enum store_rc
store_run_set(struct store *st, const struct store_run_set *s)
{
	enum alert_kind news = alert_of_run(s->state, s->is_open);
	enum store_rc rc = STORE_OK;
	sqlite3_stmt *q;

	if (news != ALERT_KIND__MAX)
		rc = store_alert_run(st, s->run, news);
	if (rc != STORE_OK)
		return rc;
	if ((q = stmt_get(st, SQL_RUN_SET)) == NULL)
		return st->refused;
	stmt_int(q, ":run", s->run);
	stmt_text(q, ":state", run_state_name(s->state));
	stmt_text(q, ":reason", s->reason);
	return stmt_run(st, q, true);
}

/* Number of the row that ends a job's ledger, if it says the same as r. */
static enum store_rc
run_find_last(struct store *st, const struct run *r, int64_t *id)
{
	sqlite3_stmt *q = stmt_get(st, SQL_RUN_LAST);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":job", r->job);
	stmt_text(q, ":state", run_state_name(r->state));
	stmt_text(q, ":reason", r->reason);
	stmt_int(q, ":slot_us", r->slot_us);
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
	int64_t id = 0;

	if ((rc = run_find_last(st, r, &id)) != STORE_OK)
		return rc;
	if ((q = stmt_get(st, SQL_RUN_EXTEND)) == NULL)
		return st->refused;
	stmt_int(q, ":id", id);
	stmt_int(q, ":last_us", r->last_us);
	stmt_int(q, ":count", r->count);
	stmt_int(q, ":decided_us", r->decided_us);
	return stmt_run(st, q, true);
}

/* One of the instants that the row beside at_us has; *out stays without. */
static enum store_rc
run_beside(struct store *st, enum sql_id id, int64_t job, int64_t at_us,
    int64_t *out)
{
	sqlite3_stmt *q = stmt_get(st, id);
	enum store_rc rc;

	if (q != NULL) {
		stmt_int(q, ":job", job);
		stmt_int(q, ":at_us", at_us);
	}
	rc = stmt_scalar(st, q, out);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_run_free(struct store *st, int64_t job, int64_t from_us,
    int64_t *begin_us, int64_t *end_us)
{
	int64_t covered_us = INT64_MIN, next_us = INT64_MAX;
	enum store_rc rc;

	*begin_us = from_us;
	*end_us = INT64_MAX;
	rc = run_beside(st, SQL_RUN_BEFORE, job, from_us, &covered_us);
	if (rc != STORE_OK)
		return rc;
	if (covered_us >= from_us)
		*begin_us = covered_us + 1;
	rc = run_beside(st, SQL_RUN_AFTER, job, *begin_us, &next_us);
	if (rc == STORE_OK && next_us != INT64_MAX)
		*end_us = next_us - 1;
	return rc;
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
	r->row = sqlite3_column_int64(q, 10);
	return is_oom ? STORE_FULL : STORE_OK;
}

/* A filter that varies is a statement of its own.  Most rows are "sent":
 * those are found fast among all, the others by an index without them. */
static enum sql_id
run_list_sql(const struct store_run_filter *f)
{
	bool is_rare = f->state < RUN_STATE__MAX && f->state != RUN_SENT;

	if (f->job_id != NULL)
		return SQL_RUN_LIST_JOB;
	if (f->queue != NULL)
		return is_rare ? SQL_RUN_LIST_QUEUE_STATE : SQL_RUN_LIST_QUEUE;
	return is_rare ? SQL_RUN_LIST_STATE : SQL_RUN_LIST;
}

enum store_rc
store_run_list(struct store *st, const struct store_run_filter *f,
    struct run_list *out)
{
	sqlite3_stmt *q = stmt_get(st, run_list_sql(f));
	enum store_rc rc;
	struct run *r;

	if (q == NULL)
		return st->refused;
	if (f->queue != NULL)
		stmt_text(q, ":queue", f->queue);
	if (f->job_id != NULL)
		stmt_text(q, ":job_id", f->job_id);
	stmt_text(q, ":state",
	    f->state < RUN_STATE__MAX ? run_state_name(f->state) : NULL);
	stmt_int(q, ":from_us", f->from_us);
	stmt_int(q, ":slot_us", f->below.slot_us);
	stmt_int(q, ":id", f->below.row);
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

/* Read the one row of q, which is put back. */
static enum store_rc
run_read_one(struct store *st, sqlite3_stmt *q, struct run *out)
{
	enum store_rc rc;

	if ((rc = stmt_row(st, q)) == STORE_OK)
		rc = run_read(q, out);
	stmt_put(q);
	return rc;
}

enum store_rc
store_run_named(struct store *st, const char *id, struct run_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_RUN_GET);
	enum store_rc rc;
	struct run *r;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":task_id", id);
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		r = run_list_add(out);
		rc = r == NULL ? STORE_FULL : run_read(q, r);
		if (rc != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_run_get(struct store *st, const char *id, struct run *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_RUN_GET);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":task_id", id);
	return run_read_one(st, q, out);
}

/* A statement about one job's rows, by name; NULL when it cannot be had. */
static sqlite3_stmt *
run_of_job(struct store *st, enum sql_id id, const struct store_run_at *w)
{
	sqlite3_stmt *q = stmt_get(st, id);

	if (q != NULL) {
		stmt_text(q, ":queue", w->queue);
		stmt_text(q, ":job_id", w->job_id);
	}
	return q;
}

enum store_rc
store_run_at(struct store *st, const struct store_run_at *w, struct run *out)
{
	sqlite3_stmt *q = run_of_job(st, SQL_RUN_AT, w);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":at_us", w->at_us);
	stmt_int(q, ":until_us", w->until_us);
	return run_read_one(st, q, out);
}

enum store_rc
store_run_newest(struct store *st, const struct store_run_at *w,
    struct run *out)
{
	sqlite3_stmt *q = run_of_job(st, SQL_RUN_NEWEST, w);

	if (q == NULL)
		return st->refused;
	return run_read_one(st, q, out);
}

/* Was there such a run, which is kept no more? */
static enum store_rc
run_once_known(struct store *st, const struct store_run_at *w)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ONCE_HAS);
	int64_t one;

	if (q != NULL)
		stmt_int(q, ":id", run_once_key(w->queue, w->job_id, w->at_us));
	return stmt_scalar(st, q, &one);
}

enum store_rc
store_run_once_exists(struct store *st, const struct store_run_at *w,
    int64_t now_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ONCE_SEEN);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":id", run_once_key(w->queue, w->job_id, w->at_us));
	stmt_int(q, ":now", now_us);
	return stmt_run(st, q, false);
}

enum store_rc
store_run_once(struct store *st, const struct store_run_at *w, struct run *out)
{
	sqlite3_stmt *q = run_of_job(st, SQL_RUN_ONCE, w);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":at_us", w->at_us);
	rc = run_read_one(st, q, out);
	return rc == STORE_NOTFOUND ? run_once_known(st, w) : rc;
}

enum store_rc
store_run_pruned(struct store *st, const struct store_run_at *w,
    int64_t *last_us)
{
	return stmt_scalar(st, run_of_job(st, SQL_RUN_PRUNED_OF, w), last_us);
}

enum store_rc
store_run_decided(struct store *st, int64_t job, int64_t *out_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_RUN_DECIDED);
	enum store_rc rc;

	if (q != NULL)
		stmt_int(q, ":job", job);
	rc = stmt_scalar(st, q, out_us);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}
