#include "config.h"

#include <stdio.h>

#include "lib/store/delivery.h"
#include "lib/store/delivery_int.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

enum store_rc
store_delivery_get(struct store *st, const char *id, struct delivery *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_GET);

	if (q != NULL)
		stmt_text(q, ":task_id", id);
	return delivery_read_one(st, q, out);
}

enum store_rc
store_delivery_of_remote(struct store *st, const char *remote_id,
    struct delivery *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_OF_REMOTE);

	if (q != NULL)
		stmt_text(q, ":remote_id", remote_id);
	return delivery_read_one(st, q, out);
}

enum store_rc
store_delivery_due_service(struct store *st, const char *after, char **out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_DUE_SERVICE);
	bool is_oom = false;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":service", after);
	if ((rc = stmt_row(st, q)) == STORE_OK)
		*out = stmt_copy(q, 0, &is_oom);
	stmt_put(q);
	return is_oom ? STORE_FULL : rc;
}

enum store_rc
store_delivery_due(struct store *st, const char *service, int64_t now_us,
    int64_t limit, struct delivery_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_DUE);

	if (q != NULL) {
		stmt_text(q, ":service", service);
		stmt_int(q, ":now", now_us);
		stmt_int(q, ":limit", limit);
	}
	return delivery_read_all(st, q, out);
}

enum store_rc
store_delivery_wait(struct store *st, const char *service, int64_t now_us,
    const char *reason)
{
	static const enum sql_id ids[] = { SQL_DELIVERY_WAIT_SAY,
		SQL_DELIVERY_WAIT };
	enum store_rc rc = STORE_OK;
	sqlite3_stmt *q;

	for (int i = 0; i < 2 && rc == STORE_OK; i++) {
		if ((q = stmt_get(st, ids[i])) == NULL)
			return STORE_ERROR;
		stmt_text(q, ":service", service);
		stmt_int(q, ":now", now_us);
		if (ids[i] == SQL_DELIVERY_WAIT_SAY)
			stmt_text(q, ":reason", reason);
		rc = stmt_run(st, q, false);
	}
	return rc;
}

enum store_rc
store_delivery_in_state(struct store *st, enum run_state state, int64_t now_us,
    int64_t limit, struct delivery_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_IN_STATE);

	if (q != NULL) {
		stmt_text(q, ":state", run_state_name(state));
		stmt_int(q, ":now", now_us);
		stmt_int(q, ":limit", limit);
	}
	return delivery_read_all(st, q, out);
}

enum store_rc
store_delivery_away_count(struct store *st, const char *service, int64_t *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_AWAY_COUNT);

	if (q != NULL)
		stmt_text(q, ":service", service);
	return stmt_scalar(st, q, out);
}

enum store_rc
store_delivery_doubt_count(struct store *st, const char *service, int64_t *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_DOUBT_COUNT);

	if (q != NULL)
		stmt_text(q, ":service", service);
	return stmt_scalar(st, q, out);
}

/* Each place a statement counts at. */
static enum store_rc
each_service(struct store *st, enum sql_id id,
    void (*see)(void *arg, const char *service, int64_t n), void *arg)
{
	sqlite3_stmt *q = stmt_get(st, id);
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
store_delivery_away_services(struct store *st,
    void (*see)(void *arg, const char *service, int64_t n), void *arg)
{
	return each_service(st, SQL_DELIVERY_AWAY_SERVICES, see, arg);
}

enum store_rc
store_delivery_due_services(struct store *st,
    void (*see)(void *arg, const char *service, int64_t n), void *arg)
{
	return each_service(st, SQL_DELIVERY_DUE_COUNT, see, arg);
}

enum store_rc
store_delivery_job_services(struct store *st,
    void (*see)(void *arg, const char *service, int64_t n), void *arg)
{
	return each_service(st, SQL_DELIVERY_JOB_COUNT, see, arg);
}

enum store_rc
store_delivery_expired(struct store *st, int64_t now_us, int64_t limit,
    struct delivery_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_EXPIRED);

	if (q != NULL) {
		stmt_int(q, ":now", now_us);
		stmt_int(q, ":limit", limit);
	}
	return delivery_read_all(st, q, out);
}

enum store_rc
store_delivery_of_job(struct store *st, int64_t job, int64_t *n,
    char id[RUN_ID_LEN + 1])
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_OF_JOB);
	const char *s;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":job", job);
	if ((rc = stmt_row(st, q)) == STORE_OK) {
		*n = sqlite3_column_int64(q, 0);
		s = (const char *)sqlite3_column_text(q, 1);
		(void)snprintf(id, RUN_ID_LEN + 1, "%s", s == NULL ? "" : s);
	}
	stmt_put(q);
	return rc;
}

enum store_rc
store_delivery_cancel(struct store *st, int64_t run, int64_t now_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_CANCEL);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":run", run);
	stmt_int(q, ":now", now_us);
	return stmt_run(st, q, true);
}

enum store_rc
store_delivery_to_cancel(struct store *st, int64_t now_us, int64_t limit,
    struct delivery_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_TO_CANCEL);

	if (q != NULL) {
		stmt_int(q, ":now", now_us);
		stmt_int(q, ":limit", limit);
	}
	return delivery_read_all(st, q, out);
}

enum store_rc
store_delivery_put_off(struct store *st, int64_t run, int64_t at_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_PUT_OFF);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":run", run);
	stmt_int(q, ":at_us", at_us);
	return stmt_run(st, q, false);
}

enum store_rc
store_delivery_has_work(struct store *st, int64_t now_us, bool *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_WORK);
	enum store_rc rc;
	int64_t v = 0;

	if (q != NULL)
		stmt_int(q, ":now", now_us);
	rc = stmt_scalar(st, q, &v);
	*out = v != 0;
	return rc;
}

enum store_rc
store_delivery_next(struct store *st, int64_t now_us, int64_t *out_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_NEXT);
	enum store_rc rc;

	if (q != NULL)
		stmt_int(q, ":now", now_us);
	rc = stmt_scalar(st, q, out_us);
	/* No row has that instant: the least of none is null, read as 0. */
	if (rc == STORE_OK && *out_us == 0)
		*out_us = DELIVERY_NEVER;
	return rc;
}

enum store_rc
store_delivery_list(struct store *st, const struct store_delivery_filter *f,
    struct delivery_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_LIST);

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":service", f->service);
	stmt_text(q, ":statuses", f->statuses);
	stmt_int(q, ":below", f->below);
	stmt_int(q, ":limit", f->limit);
	stmt_int(q, ":created_after", f->created_after);
	stmt_int(q, ":created_before", f->created_before);
	stmt_int(q, ":is_any_start",
	    f->started_after == INT64_MIN && f->started_before == INT64_MAX);
	stmt_int(q, ":is_any_finish",
	    f->finished_after == INT64_MIN && f->finished_before == INT64_MAX);
	stmt_int(q, ":started_after", f->started_after);
	stmt_int(q, ":started_before", f->started_before);
	stmt_int(q, ":finished_after", f->finished_after);
	stmt_int(q, ":finished_before", f->finished_before);
	return delivery_read_all(st, q, out);
}
