/*
 * The table of runs for external targets.  Each has a row of the ledger, with
 * the same state.
 */
#include "config.h"

#include <stdio.h>

#include "lib/store/columns.h"
#include "lib/store/delivery.h"
#include "lib/store/run.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* clang-format off */
static const struct column delivery_fields[] = {
	COLUMN_INT("run", struct delivery, run),
	COLUMN_CHARS("task_id", struct delivery, id),
	COLUMN_INT_OR("job", struct delivery, job, 0),
	COLUMN_NAME("target", struct delivery, target, delivery_target_names),
	COLUMN_TEXT("service", struct delivery, service),
	COLUMN_TEXT("command", struct delivery, command),
	COLUMN_TEXT("plan", struct delivery, plan),
	COLUMN_NAME("marker", struct delivery, marker, delivery_marker_names),
	COLUMN_NAME("on_ambiguous", struct delivery, on_ambiguous,
	    delivery_ambiguous_names),
	COLUMN_INT_OR("max_attempts", struct delivery, retry.max_attempts,
	    RETRY_MAX_ATTEMPTS),
	COLUMN_INT_OR("max_age_us", struct delivery, retry.max_age_us,
	    RETRY_MAX_AGE_US),
	COLUMN_INT_OR("base_us", struct delivery, retry.base_us,
	    RETRY_BASE_US),
	COLUMN_INT_OR("cap_us", struct delivery, retry.cap_us, RETRY_CAP_US),
	COLUMN_NAME("state", struct delivery, state, run_state_names),
	COLUMN_INT("version", struct delivery, version),
	COLUMN_INT_OR("next_us", struct delivery, next_us, DELIVERY_NEVER),
	COLUMN_BOOL("is_waiting", struct delivery, is_waiting),
	COLUMN_INT("attempt", struct delivery, attempt),
	COLUMN_INT("due_us", struct delivery, due_us),
	COLUMN_INT_OR("sent_us", struct delivery, sent_us, 0),
	COLUMN_INT_OR("doubt_us", struct delivery, doubt_us, 0),
	COLUMN_INT("looks", struct delivery, lookups),
	COLUMN_TEXT("remote_id", struct delivery, remote_id),
	COLUMN_INT_OR("created_us", struct delivery, created_us, 0),
	COLUMN_INT_OR("started_us", struct delivery, started_us, 0),
	COLUMN_INT_OR("finished_us", struct delivery, finished_us, 0),
	COLUMN_INT_OR("cancel_us", struct delivery, cancel_us, 0),
	COLUMN_TEXT("reason", struct delivery, reason),
	COLUMN_INT("decided_us", struct delivery, decided_us),
	COLUMN_INT_OR("max_runtime_us", struct delivery, max_runtime_us, 0),
};

static const struct column target_fields[] = {
	COLUMN_TEXT("service", struct delivery, service),
	COLUMN_TEXT("command", struct delivery, command),
	COLUMN_TEXT("plan", struct delivery, plan),
	COLUMN_NAME("marker", struct delivery, marker, delivery_marker_names),
	COLUMN_NAME("on_ambiguous", struct delivery, on_ambiguous,
	    delivery_ambiguous_names),
};

static const struct column filter_fields[] = {
	COLUMN_BORROWED("service", struct store_delivery_filter, service),
	COLUMN_BORROWED("statuses", struct store_delivery_filter, statuses),
	COLUMN_INT("below", struct store_delivery_filter, below),
	COLUMN_INT("limit", struct store_delivery_filter, limit),
	COLUMN_INT("created_after", struct store_delivery_filter,
	    created_after),
	COLUMN_INT("created_before", struct store_delivery_filter,
	    created_before),
	COLUMN_INT("started_after", struct store_delivery_filter,
	    started_after),
	COLUMN_INT("started_before", struct store_delivery_filter,
	    started_before),
	COLUMN_INT("finished_after", struct store_delivery_filter,
	    finished_after),
	COLUMN_INT("finished_before", struct store_delivery_filter,
	    finished_before),
};
/* clang-format on */

const struct columns columns_delivery = COLUMNS("delivery", delivery_fields);
const struct columns columns_target = COLUMNS("target", target_fields);
static const struct columns columns_filter = COLUMNS(NULL, filter_fields);

/* Add all rows of a statement. */
static enum store_rc
delivery_list(struct store *st, enum sql_id id, const struct arg *args,
    struct delivery_list *out)
{
	struct stmt *q = stmt_call(st, id, args);

	while (stmt_next(q))
		(void)row_read(q, &columns_delivery, delivery_list_add(out));
	return stmt_end(q);
}

enum store_rc
store_delivery_target(struct store *st, const char *render,
    struct delivery *out)
{
	enum store_rc rc;

	/* An unknown name leaves these unchanged. */
	out->marker = DELIVERY_MARKER__MAX;
	out->on_ambiguous = DELIVERY_AMBIGUOUS__MAX;
	out->target = DELIVERY_RENDER;
	rc = stmt_find(st, SQL_DELIVERY_TARGET, ARGS(TEXT(":render", render)),
	    &columns_target, out);
	if (rc == STORE_ERROR)
		return STORE_CONFLICT;
	if (rc == STORE_OK &&
	    (out->marker == DELIVERY_MARKER__MAX ||
		out->on_ambiguous == DELIVERY_AMBIGUOUS__MAX ||
		out->service == NULL || out->command == NULL))
		return STORE_CONFLICT;
	return rc;
}

enum store_rc
store_delivery_insert(struct store *st, const struct delivery *d)
{
	int64_t age_us = d->retry.max_age_us;

	return stmt_exec(st, SQL_DELIVERY_INSERT,
	    ARGS(ROW(&columns_delivery, d),
		INT(":fingerprint", delivery_fingerprint(d)),
		INT_OR_NULL(":until_us", age_us == 0 ? 0 : d->due_us + age_us,
		    0)));
}

enum store_rc
store_delivery_move(struct store *st, struct delivery *d)
{
	enum store_rc rc;

	rc = stmt_exec_one(st, SQL_DELIVERY_MOVE,
	    ARGS(ROW(&columns_delivery, d)));
	if (rc != STORE_OK)
		return rc;
	d->version++;
	return store_run_set(st,
	    &(struct store_run_set){
		.run = d->run,
		.state = d->state,
		.reason = d->reason,
		.is_open = d->next_us != DELIVERY_NEVER,
		.attempts = d->attempt,
		.started_us = d->started_us,
		.finished_us = d->finished_us,
	    });
}

enum store_rc
store_delivery_get(struct store *st, const char *id, struct delivery *out)
{
	return stmt_find(st, SQL_DELIVERY_GET, ARGS(TEXT(":task_id", id)),
	    &columns_delivery, out);
}

enum store_rc
store_delivery_of_remote(struct store *st, const char *remote_id,
    struct delivery *out)
{
	return stmt_find(st, SQL_DELIVERY_OF_REMOTE,
	    ARGS(TEXT(":remote_id", remote_id)), &columns_delivery, out);
}

enum store_rc
store_delivery_due_service(struct store *st, const char *after, char **out)
{
	return stmt_string(st, SQL_DELIVERY_DUE_SERVICE,
	    ARGS(TEXT(":service", after)), out);
}

enum store_rc
store_delivery_due(struct store *st, const char *service, int64_t now_us,
    int64_t limit, struct delivery_list *out)
{
	return delivery_list(st, SQL_DELIVERY_DUE,
	    ARGS(TEXT(":service", service), INT(":now", now_us),
		INT(":limit", limit)),
	    out);
}

enum store_rc
store_delivery_wait(struct store *st, const char *service, int64_t now_us,
    const char *reason)
{
	enum store_rc rc;

	rc = stmt_exec(st, SQL_DELIVERY_WAIT_SAY,
	    ARGS(TEXT(":service", service), INT(":now", now_us),
		TEXT(":reason", reason)));
	if (rc != STORE_OK)
		return rc;
	return stmt_exec(st, SQL_DELIVERY_WAIT,
	    ARGS(TEXT(":service", service), INT(":now", now_us)));
}

enum store_rc
store_delivery_in_state(struct store *st, enum run_state state, int64_t now_us,
    int64_t limit, struct delivery_list *out)
{
	return delivery_list(st, SQL_DELIVERY_IN_STATE,
	    ARGS(TEXT(":state", run_state_name(state)), INT(":now", now_us),
		INT(":limit", limit)),
	    out);
}

enum store_rc
store_delivery_away_count(struct store *st, const char *service, int64_t *out)
{
	return stmt_number(st, SQL_DELIVERY_AWAY_COUNT,
	    ARGS(TEXT(":service", service)), out);
}

enum store_rc
store_delivery_doubt_count(struct store *st, const char *service, int64_t *out)
{
	return stmt_number(st, SQL_DELIVERY_DOUBT_COUNT,
	    ARGS(TEXT(":service", service)), out);
}

/* Call see with each service and count of a statement. */
static enum store_rc
each_service(struct store *st, enum sql_id id,
    void (*visit)(void *arg, const char *service, int64_t n), void *arg)
{
	struct stmt *q = stmt_call(st, id, NO_ARGS);

	while (stmt_next(q))
		visit(arg, row_text(q, 0), row_int(q, 1));
	return stmt_end(q);
}

enum store_rc
store_delivery_away_services(struct store *st,
    void (*visit)(void *arg, const char *service, int64_t n), void *arg)
{
	return each_service(st, SQL_DELIVERY_AWAY_SERVICES, visit, arg);
}

enum store_rc
store_delivery_due_services(struct store *st,
    void (*visit)(void *arg, const char *service, int64_t n), void *arg)
{
	return each_service(st, SQL_DELIVERY_DUE_COUNT, visit, arg);
}

enum store_rc
store_delivery_job_services(struct store *st,
    void (*visit)(void *arg, const char *service, int64_t n), void *arg)
{
	return each_service(st, SQL_DELIVERY_JOB_COUNT, visit, arg);
}

enum store_rc
store_delivery_expired(struct store *st, int64_t now_us, int64_t limit,
    struct delivery_list *out)
{
	return delivery_list(st, SQL_DELIVERY_EXPIRED,
	    ARGS(INT(":now", now_us), INT(":limit", limit)), out);
}

enum store_rc
store_delivery_of_job(struct store *st, int64_t job, int64_t *n,
    char id[RUN_ID_LEN + 1])
{
	struct stmt *q =
	    stmt_call(st, SQL_DELIVERY_OF_JOB, ARGS(INT(":job", job)));
	const char *s;

	if (stmt_next(q)) {
		*n = row_int(q, 0);
		s = row_text(q, 1);
		(void)snprintf(id, RUN_ID_LEN + 1, "%s", s == NULL ? "" : s);
	} else
		stmt_fail(q, STORE_NOTFOUND);
	return stmt_end(q);
}

enum store_rc
store_delivery_cancel(struct store *st, int64_t run, int64_t now_us)
{
	return stmt_exec_one(st, SQL_DELIVERY_CANCEL,
	    ARGS(INT(":run", run), INT(":now", now_us)));
}

enum store_rc
store_delivery_to_cancel(struct store *st, int64_t now_us, int64_t limit,
    struct delivery_list *out)
{
	return delivery_list(st, SQL_DELIVERY_TO_CANCEL,
	    ARGS(INT(":now", now_us), INT(":limit", limit)), out);
}

enum store_rc
store_delivery_put_off(struct store *st, int64_t run, int64_t at_us)
{
	return stmt_exec(st, SQL_DELIVERY_PUT_OFF,
	    ARGS(INT(":run", run), INT(":at_us", at_us)));
}

enum store_rc
store_delivery_has_work(struct store *st, int64_t now_us, bool *out)
{
	return stmt_is(st, SQL_DELIVERY_WORK, ARGS(INT(":now", now_us)), out);
}

enum store_rc
store_delivery_next(struct store *st, int64_t now_us, int64_t *out_us)
{
	*out_us = DELIVERY_NEVER;
	return stmt_optional(st, SQL_DELIVERY_NEXT, ARGS(INT(":now", now_us)),
	    out_us);
}

enum store_rc
store_delivery_list(struct store *st, const struct store_delivery_filter *f,
    struct delivery_list *out)
{
	bool is_any_start =
	    f->started_after == INT64_MIN && f->started_before == INT64_MAX;
	bool is_any_finish =
	    f->finished_after == INT64_MIN && f->finished_before == INT64_MAX;

	return delivery_list(st, SQL_DELIVERY_LIST,
	    ARGS(ROW(&columns_filter, f), INT(":is_any_start", is_any_start),
		INT(":is_any_finish", is_any_finish)),
	    out);
}
