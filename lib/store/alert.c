#include "config.h"

#include <stdio.h>

#include "lib/store/alert.h"
#include "lib/db/stmt.h"

#include "lib/base/ban.h"

static enum store_rc
alert_read(sqlite3_stmt *q, struct alert *a)
{
	const char *kind = (const char *)sqlite3_column_text(q, 2);
	bool is_oom = false;

	a->id = sqlite3_column_int64(q, 0);
	(void)snprintf(a->name, sizeof(a->name), "%s",
	    (const char *)sqlite3_column_text(q, 1));
	(void)alert_kind_parse(kind == NULL ? "" : kind, &a->kind);
	a->attempt = sqlite3_column_int64(q, 3);
	a->done = stmt_copy(q, 4, &is_oom);
	a->body = stmt_copy(q, 5, &is_oom);
	return is_oom ? STORE_FULL : STORE_OK;
}

enum store_rc
store_alert_due(struct store *st, int64_t now_us, int64_t limit,
    struct alert_list *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ALERT_DUE);
	struct alert *a;
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":now", now_us);
	stmt_int(q, ":limit", limit);
	while ((rc = stmt_row(st, q)) == STORE_OK) {
		a = alert_list_add(out);
		rc = a == NULL ? STORE_FULL : alert_read(q, a);
		if (rc != STORE_OK)
			break;
	}
	stmt_put(q);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_alert_next(struct store *st, int64_t *out_us)
{
	return stmt_scalar(st, stmt_get(st, SQL_ALERT_NEXT), out_us);
}

enum store_rc
store_alert_take(struct store *st, struct alert *a, int64_t until_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ALERT_TAKE);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":id", a->id);
	stmt_int(q, ":attempt", a->attempt);
	stmt_int(q, ":next_us", until_us);
	if ((rc = stmt_run(st, q, true)) == STORE_OK)
		a->attempt++;
	return rc;
}

enum store_rc
store_alert_settle(struct store *st, const struct alert *a,
    const struct store_alert_end *end)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ALERT_SETTLE);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":id", a->id);
	stmt_int(q, ":attempt", a->attempt);
	stmt_text(q, ":done", end->done);
	stmt_int_or_null(q, ":next_us", end->next_us, ALERT_NEVER);
	if (end->next_us == ALERT_NEVER)
		stmt_int(q, ":done_us", end->now_us);
	else
		stmt_null(q, ":done_us");
	stmt_text(q, ":reason", end->reason);
	return stmt_run(st, q, true);
}

static enum store_rc
write_alert(struct store *st, sqlite3_stmt *q, enum alert_about about,
    int64_t subject, enum alert_kind kind)
{
	static const char *const tables[ALERT_ABOUT__MAX] = {
		[ALERT_RUN] = "run",
		[ALERT_MESSAGE] = "message",
		[ALERT_KEY] = "key",
	};

	if (q == NULL)
		return st->refused;
	stmt_text(q, ":about", tables[about]);
	stmt_int(q, ":subject", subject);
	stmt_text(q, ":kind", alert_kind_name(kind));
	return stmt_run(st, q, false);
}

enum store_rc
store_alert_add(struct store *st, enum alert_about about, int64_t subject,
    enum alert_kind kind)
{
	return write_alert(st, stmt_get(st, SQL_ALERT_ADD), about, subject,
	    kind);
}

enum store_rc
store_alert_renew(struct store *st, enum alert_about about, int64_t subject,
    enum alert_kind kind)
{
	return write_alert(st, stmt_get(st, SQL_ALERT_RENEW), about, subject,
	    kind);
}

enum store_rc
store_alert_job(struct store *st, int64_t job)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ALERT_JOB);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":job", job);
	return stmt_run(st, q, false);
}

enum store_rc
store_alert_run(struct store *st, int64_t run, enum alert_kind kind)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ALERT_RUN);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":run", run);
	stmt_text(q, ":kind", alert_kind_name(kind));
	return stmt_run(st, q, false);
}

enum store_rc
store_alert_silence(struct store *st, int64_t id, int64_t gap_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ALERT_SILENCE);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":id", id);
	stmt_int(q, ":gap_us", gap_us);
	return stmt_run(st, q, false);
}

enum store_rc
store_alert_any(struct store *st, bool *out)
{
	int64_t n = 0;
	enum store_rc rc = stmt_scalar(st, stmt_get(st, SQL_ALERT_ANY), &n);

	*out = n != 0;
	return rc;
}

enum store_rc
store_alert_forget(struct store *st)
{
	return stmt_run(st, stmt_get(st, SQL_ALERT_FORGET), false);
}

enum store_rc
store_alert_prune(struct store *st, int64_t before_us, int64_t limit)
{
	sqlite3_stmt *q = stmt_get(st, SQL_ALERT_PRUNE);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":before_us", before_us);
	stmt_int(q, ":limit", limit);
	return stmt_run(st, q, false);
}
