#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/store/delivery.h"
#include "lib/store/delivery_int.h"
#include "lib/store/run.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

#define S INT64_C(1000000)

/* What a job's `retry` leaves out (minutehand(1)). */
static const struct delivery_retry retry_default = {
	.max_attempts = 0,
	.max_age_us = 86400 * S,
	.base_us = 1 * S,
	.cap_us = 300 * S,
};

static const char *
text(sqlite3_stmt *q, int col)
{
	const char *s = (const char *)sqlite3_column_text(q, col);

	return s == NULL ? "" : s;
}

static int64_t
int_or(sqlite3_stmt *q, int col, int64_t none)
{
	return sqlite3_column_type(q, col) == SQLITE_NULL ?
	    none :
	    sqlite3_column_int64(q, col);
}

static void
read_retry(sqlite3_stmt *q, int col, struct delivery_retry *r)
{
	*r = retry_default;
	r->max_attempts = int_or(q, col, r->max_attempts);
	r->max_age_us = int_or(q, col + 1, r->max_age_us / S) * S;
	r->base_us = int_or(q, col + 2, r->base_us / S) * S;
	r->cap_us = int_or(q, col + 3, r->cap_us / S) * S;
}

/* What is handed over: columns 3 to 13. */
static void
read_target(sqlite3_stmt *q, struct delivery *d, bool *is_oom)
{
	(void)delivery_target_parse(text(q, 3), &d->target);
	d->service = stmt_copy(q, 4, is_oom);
	d->command = stmt_copy(q, 5, is_oom);
	d->plan = stmt_copy(q, 6, is_oom);
	(void)delivery_marker_parse(text(q, 7), &d->marker);
	(void)delivery_ambiguous_parse(text(q, 8), &d->on_ambiguous);
	d->retry_json = stmt_copy(q, 9, is_oom);
	read_retry(q, 10, &d->retry);
}

enum store_rc
delivery_read(sqlite3_stmt *q, struct delivery *d)
{
	bool is_oom = false;

	d->run = sqlite3_column_int64(q, 0);
	(void)snprintf(d->id, sizeof(d->id), "%s", text(q, 1));
	d->job = sqlite3_column_int64(q, 2);
	read_target(q, d, &is_oom);
	(void)run_state_parse(text(q, 14), &d->state);
	d->version = sqlite3_column_int64(q, 15);
	d->next_us = int_or(q, 16, DELIVERY_NEVER);
	d->is_waiting = sqlite3_column_int(q, 17) != 0;
	d->attempt = sqlite3_column_int64(q, 18);
	d->due_us = sqlite3_column_int64(q, 19);
	d->sent_us = sqlite3_column_int64(q, 20);
	d->doubt_us = sqlite3_column_int64(q, 21);
	d->looks = sqlite3_column_int64(q, 22);
	d->remote_id = stmt_copy(q, 23, &is_oom);
	d->created_us = sqlite3_column_int64(q, 24);
	d->started_us = sqlite3_column_int64(q, 25);
	d->finished_us = sqlite3_column_int64(q, 26);
	d->cancel_us = sqlite3_column_int64(q, 27);
	d->reason = stmt_copy(q, 28, &is_oom);
	d->decided_us = sqlite3_column_int64(q, 29);
	d->max_runtime_us = sqlite3_column_int64(q, 30);
	return is_oom ? STORE_FULL : STORE_OK;
}

enum store_rc
delivery_read_one(struct store *st, sqlite3_stmt *q, struct delivery *out)
{
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	if ((rc = stmt_row(st, q)) == STORE_OK)
		rc = delivery_read(q, out);
	stmt_put(q);
	return rc;
}

enum store_rc
delivery_read_all(struct store *st, sqlite3_stmt *q, struct delivery_list *out)
{
	struct delivery *d;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		d = delivery_list_add(out);
		rc = d == NULL ? STORE_FULL : delivery_read(q, d);
		if (rc != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_delivery_target(struct store *st, const char *render,
    struct delivery *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_TARGET);
	bool is_oom = false;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":render", render);
	rc = stmt_row(st, q);
	if (rc == STORE_OK) {
		out->target = DELIVERY_RENDER;
		out->service = stmt_copy(q, 0, &is_oom);
		out->command = stmt_copy(q, 1, &is_oom);
		out->plan = stmt_copy(q, 2, &is_oom);
		if (delivery_marker_parse(text(q, 3), &out->marker) != 0 ||
		    delivery_ambiguous_parse(text(q, 4), &out->on_ambiguous) !=
			0 ||
		    out->service == NULL || out->command == NULL)
			rc = STORE_CONFLICT;
	} else if (rc == STORE_ERROR)
		rc = STORE_CONFLICT;
	stmt_put(q);
	return is_oom ? STORE_FULL : rc;
}

enum store_rc
store_delivery_insert(struct store *st, const struct delivery *d)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_INSERT);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":run", d->run);
	stmt_int_or_null(q, ":job", d->job, 0);
	stmt_text(q, ":target", delivery_target_name(d->target));
	stmt_text(q, ":service", d->service);
	stmt_text(q, ":command", d->command);
	stmt_text(q, ":plan", d->plan);
	stmt_text(q, ":marker", delivery_marker_name(d->marker));
	stmt_text(q, ":on_ambiguous", delivery_ambiguous_name(d->on_ambiguous));
	stmt_text(q, ":retry", d->retry_json);
	stmt_int(q, ":fingerprint", delivery_fingerprint(d));
	stmt_int(q, ":due_us", d->due_us);
	stmt_int_or_null(q, ":max_runtime_us", d->max_runtime_us, 0);
	stmt_int(q, ":max_age_s", retry_default.max_age_us / S);
	return stmt_run(st, q, false);
}

enum store_rc
store_delivery_move(struct store *st, struct delivery *d)
{
	sqlite3_stmt *q = stmt_get(st, SQL_DELIVERY_MOVE);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":run", d->run);
	stmt_int(q, ":version", d->version);
	stmt_text(q, ":state", run_state_name(d->state));
	stmt_int_or_null(q, ":next_us", d->next_us, DELIVERY_NEVER);
	stmt_int(q, ":is_waiting", d->is_waiting);
	stmt_int(q, ":attempt", d->attempt);
	stmt_int_or_null(q, ":sent_us", d->sent_us, 0);
	stmt_int_or_null(q, ":doubt_us", d->doubt_us, 0);
	stmt_int(q, ":looks", d->looks);
	stmt_text(q, ":remote_id", d->remote_id);
	stmt_int_or_null(q, ":created_us", d->created_us, 0);
	stmt_int_or_null(q, ":started_us", d->started_us, 0);
	stmt_int_or_null(q, ":finished_us", d->finished_us, 0);
	if ((rc = stmt_run(st, q, true)) != STORE_OK)
		return rc;
	d->version++;
	return store_run_set(st,
	    &(struct store_run_set){ d->run, d->state, d->reason,
		d->next_us != DELIVERY_NEVER });
}
