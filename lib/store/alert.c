/* The table of alerts that are to be sent. */
#include "config.h"

#include "lib/record/job.h"
#include "lib/store/alert.h"
#include "lib/store/columns.h"
#include "lib/db/stmt.h"

#include "lib/base/ban.h"

/* Flags of a store (store_set_flags). */
#define FLAG_SUCCESSES 1U

/* clang-format off */
static const struct column alert_fields[] = {
	COLUMN_INT("id", struct alert, id),
	COLUMN_CHARS("name", struct alert, name),
	COLUMN_NAME("kind", struct alert, kind, alert_kind_names),
	COLUMN_INT("attempt", struct alert, attempt),
	COLUMN_TEXT("done", struct alert, done),
	COLUMN_TEXT("body", struct alert, body),
	COLUMN_INT("about_us", struct alert, about_us),
	COLUMN_TEXT("trigger", struct alert, trigger),
	COLUMN_INT_OR("streak", struct alert, streak, 0),
	COLUMN_TEXT("kinds", struct alert, kinds),
	COLUMN_TEXT("queue", struct alert, queue),
	COLUMN_INT_OR("alerts", struct alert, alerts, JOB_ALERTS_QUEUE),
	COLUMN_TEXT("job_id", struct alert, job_id),
	COLUMN_INT("subject", struct alert, subject),
	COLUMN_TEXT("receiver", struct alert, receiver),
};
/* clang-format on */

const struct columns columns_alert = COLUMNS("alert", alert_fields);

enum store_rc
store_alert_due(struct store *st, int64_t now_us, int64_t limit,
    struct alert_list *out)
{
	struct stmt *q = stmt_call(st, SQL_ALERT_DUE,
	    ARGS(INT(":now", now_us), INT(":limit", limit)));

	while (stmt_next(q))
		(void)row_read(q, &columns_alert, alert_list_add(out));
	return stmt_end(q);
}

enum store_rc
store_alert_next(struct store *st, int64_t *out_us)
{
	return stmt_number(st, SQL_ALERT_NEXT, NO_ARGS, out_us);
}

enum store_rc
store_alert_take(struct store *st, struct alert *a, int64_t until_us)
{
	enum store_rc rc;

	rc = stmt_exec_one(st, SQL_ALERT_TAKE,
	    ARGS(ROW(&columns_alert, a), INT(":next_us", until_us)));
	if (rc == STORE_OK)
		a->attempt++;
	return rc;
}

enum store_rc
store_alert_settle(struct store *st, const struct alert *a,
    const struct store_alert_end *end)
{
	bool is_done = end->next_us == ALERT_NEVER;

	return stmt_exec_one(st, SQL_ALERT_SETTLE,
	    ARGS(INT(":id", a->id), INT(":attempt", a->attempt),
		TEXT(":done", end->done),
		INT_OR_NULL(":next_us", end->next_us, ALERT_NEVER),
		INT_OR_NULL(":done_us", is_done ? end->now_us : ALERT_NEVER,
		    ALERT_NEVER),
		TEXT(":reason", end->reason)));
}

/* The names of the tables in the store. */
static const char *const about_names[ALERT_ABOUT__MAX] = {
	[ALERT_RUN] = "run",
	[ALERT_KEY] = "key",
};

enum store_rc
store_alert_add(struct store *st, enum alert_about about, int64_t subject,
    enum alert_kind kind)
{
	return stmt_exec(st, SQL_ALERT_ADD,
	    ARGS(TEXT(":about", about_names[about]), INT(":subject", subject),
		TEXT(":kind", alert_kind_name(kind))));
}

enum store_rc
store_alert_job(struct store *st, int64_t job)
{
	return stmt_exec(st, SQL_ALERT_JOB, ARGS(INT(":job", job)));
}

/* Count the run among the failures of its job in a row, or note the trouble. */
static enum store_rc
count_trouble(struct store *st, int64_t run, enum alert_kind kind)
{
	if (run == 0 || !alert_is_trouble(kind))
		return STORE_OK;
	return stmt_exec(st, SQL_STREAK_ADD,
	    ARGS(INT(":run", run), INT(":count", alert_is_failure(kind)),
		TEXT(":kind", alert_kind_name(kind))));
}

enum store_rc
store_alert_message(struct store *st, int64_t message, int64_t run)
{
	enum store_rc rc = count_trouble(st, run, ALERT_DEAD);

	return rc == STORE_OK ?
	    stmt_exec(st, SQL_ALERT_MESSAGE,
		ARGS(INT(":message", message), INT(":run", run))) :
	    rc;
}

enum store_rc
store_alert_run(struct store *st, int64_t run, enum alert_kind kind)
{
	enum store_rc rc = count_trouble(st, run, kind);

	return rc == STORE_OK ?
	    stmt_exec(st, SQL_ALERT_RUN,
		ARGS(INT(":run", run), TEXT(":kind", alert_kind_name(kind)))) :
	    rc;
}

/* End the streaks of the jobs of runs, if there are any. */
static enum store_rc
end_streaks(struct store *st, const int64_t *runs, size_t n, bool is_work)
{
	bool is_any = false;
	enum store_rc rc = stmt_is(st, SQL_STREAK_ANY, NO_ARGS, &is_any);

	for (size_t i = 0; i < n && is_any && rc == STORE_OK; i++) {
		rc = stmt_exec(st, SQL_STREAK_RECOVERED,
		    ARGS(INT(":run", runs[i]), INT(":is_work", is_work)));
		if (rc == STORE_OK && stmt_changes(st) > 0)
			rc = stmt_exec(st, SQL_STREAK_END,
			    ARGS(INT(":run", runs[i])));
	}
	return rc;
}

enum store_rc
store_alert_success(struct store *st, int64_t run)
{
	enum store_rc rc = end_streaks(st, &run, 1, true);

	return rc == STORE_OK && (store_flags(st) & FLAG_SUCCESSES) != 0 ?
	    store_alert_add(st, ALERT_RUN, run, ALERT_SUCCEEDED) :
	    rc;
}

enum store_rc
store_alert_sent(struct store *st, const int64_t *runs, size_t n)
{
	return end_streaks(st, runs, n, false);
}

void
store_alert_successes(struct store *st, bool are_wanted)
{
	store_set_flags(st, are_wanted ? FLAG_SUCCESSES : 0);
}

enum store_rc
store_streak_list(struct store *st, store_streak_see *visit, void *cookie)
{
	struct stmt *q = stmt_call(st, SQL_STREAK_LIST, NO_ARGS);

	while (stmt_next(q)) {
		const struct store_streak s = { row_text(q, 0), row_text(q, 1),
			row_int(q, 2), row_int(q, 3) };

		visit(cookie, &s);
	}
	return stmt_end(q);
}

enum store_rc
store_alert_silence(struct store *st, int64_t id, int64_t gap_us)
{
	return stmt_exec(st, SQL_ALERT_SILENCE,
	    ARGS(INT(":id", id), INT(":gap_us", gap_us)));
}

enum store_rc
store_alert_sent_since(struct store *st, const char *receiver, int64_t since_us,
    struct store_alert_sent *out)
{
	struct stmt *q = stmt_call(st, SQL_ALERT_SENT_SINCE,
	    ARGS(TEXT(":receiver", receiver), INT(":since_us", since_us)));

	if (stmt_next(q)) {
		out->n = row_int(q, 0);
		out->first_us = row_int(q, 1);
	}
	return stmt_end(q);
}

enum store_rc
store_alert_note(struct store *st, const char *receiver, int64_t id,
    int64_t now_us)
{
	enum store_rc rc = stmt_exec(st, SQL_ALERT_SENT_PRUNE,
	    ARGS(TEXT(":receiver", receiver),
		INT(":since_us", now_us - STORE_ALERT_HOUR_US)));

	return rc == STORE_OK ? stmt_exec(st, SQL_ALERT_SENT_NOTE,
				    ARGS(TEXT(":receiver", receiver),
					INT(":id", id), INT(":now", now_us))) :
				rc;
}

enum store_rc
store_digest_get(struct store *st, const char *receiver, int64_t *id)
{
	*id = 0;
	return stmt_optional(st, SQL_DIGEST_GET,
	    ARGS(TEXT(":receiver", receiver)), id);
}

/* Open a digest, and write the alert that it is sent by. */
static enum store_rc
digest_new(struct store *st, const struct store_digest *d, int64_t *id)
{
	enum store_rc rc = stmt_exec(st, SQL_DIGEST_INSERT,
	    ARGS(TEXT(":receiver", d->receiver), INT(":now", d->now_us)));

	if (rc != STORE_OK)
		return rc;
	*id = stmt_last_id(st);
	return stmt_exec(st, SQL_DIGEST_ALERT,
	    ARGS(INT(":digest", *id), INT(":next_us", d->due_us)));
}

enum store_rc
store_digest_add(struct store *st, const struct store_digest *d,
    const struct alert *a)
{
	int64_t id;
	enum store_rc rc = store_digest_get(st, d->receiver, &id);

	if (rc == STORE_OK)
		rc = id == 0 ?
		    digest_new(st, d, &id) :
		    stmt_exec(st, SQL_DIGEST_EXTEND,
			ARGS(INT(":digest", id), INT(":now", d->now_us)));
	return rc == STORE_OK ?
	    stmt_exec(st, SQL_DIGEST_COUNT,
		ARGS(INT(":digest", id),
		    TEXT(":kind", alert_kind_name(a->kind)),
		    TEXT(":queue", a->queue), TEXT(":job_id", a->job_id))) :
	    rc;
}

enum store_rc
store_digest_close(struct store *st, int64_t id)
{
	return stmt_exec(st, SQL_DIGEST_CLOSE, ARGS(INT(":digest", id)));
}

/* Delete digests whose alert is gone. */
static enum store_rc
prune_digests(struct store *st, int64_t limit)
{
	return stmt_exec(st, SQL_DIGEST_PRUNE, ARGS(INT(":limit", limit)));
}

enum store_rc
store_alert_any(struct store *st, bool *out)
{
	return stmt_is(st, SQL_ALERT_ANY, NO_ARGS, out);
}

enum store_rc
store_alert_forget(struct store *st)
{
	enum store_rc rc = stmt_exec(st, SQL_ALERT_FORGET, NO_ARGS);

	return rc == STORE_OK ? prune_digests(st, INT64_MAX) : rc;
}

enum store_rc
store_alert_prune(struct store *st, int64_t before_us, int64_t limit)
{
	enum store_rc rc = stmt_exec(st, SQL_ALERT_PRUNE,
	    ARGS(INT(":before_us", before_us), INT(":limit", limit)));

	return rc == STORE_OK ? prune_digests(st, limit) : rc;
}
