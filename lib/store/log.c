#include "config.h"

#include <stdlib.h>

#include "lib/store/log.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* The pace is measured over this many ticks. */
#define PACE_TICKS 12

enum store_rc
store_audit_add(struct store *st, const struct store_audit *a)
{
	sqlite3_stmt *q = stmt_get(st, SQL_AUDIT_INSERT);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":at_us", a->at_us);
	stmt_text(q, ":actor", a->actor);
	stmt_text(q, ":action", a->action);
	stmt_text(q, ":queue", a->queue);
	stmt_text(q, ":job_id", a->job_id);
	return stmt_run(st, q, false);
}

static void
bind_doubt(sqlite3_stmt *q, const struct store_tick *t)
{
	stmt_int_or_null(q, ":doubt_us", t->doubt.now_us, 0);
	if (t->doubt.now_us == 0)
		stmt_null(q, ":doubt_boot_us");
	else
		stmt_int(q, ":doubt_boot_us", t->doubt.boot_us);
}

enum store_rc
store_tick_start(struct store *st, struct store_tick *t)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TICK_INSERT);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":started_us", t->started_us);
	stmt_int(q, ":until_us", t->until_us);
	stmt_int(q, ":by_hand", t->is_by_hand);
	stmt_int_or_null(q, ":boot", t->sign.boot, 0);
	stmt_int(q, ":boot_us", t->sign.boot_us);
	stmt_int(q, ":uid", t->uid);
	bind_doubt(q, t);
	if ((rc = stmt_run(st, q, false)) == STORE_OK)
		t->id = sqlite3_last_insert_rowid(st->db);
	return rc;
}

enum store_rc
store_tick_end(struct store *st, const struct store_tick *t)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TICK_END);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":id", t->id);
	stmt_int(q, ":ended_us", t->ended_us);
	stmt_int(q, ":sent", t->sent);
	stmt_int(q, ":decided", t->decided);
	bind_doubt(q, t);
	if ((rc = stmt_run(st, q, false)) != STORE_OK)
		return rc;
	if ((q = stmt_get(st, SQL_TICK_PRUNE)) == NULL)
		return st->refused;
	stmt_int(q, ":id", t->id);
	return stmt_run(st, q, false);
}

enum store_rc
store_tick_foreign(struct store *st, int64_t uid, int64_t *other)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TICK_FOREIGN);

	if (q != NULL)
		stmt_int(q, ":uid", uid);
	return stmt_scalar(st, q, other);
}

enum store_rc
store_tick_is_relieved(struct store *st, const struct store_tick *t, bool *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TICK_RELIEF);
	enum store_rc rc;
	int64_t one = 0;

	if (q != NULL) {
		stmt_int(q, ":id", t->id);
		stmt_int(q, ":until_us", t->until_us);
	}
	rc = stmt_scalar(st, q, &one);
	*out = one != 0;
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

/* The one row of a statement as a sign. */
static enum store_rc
read_sign(struct store *st, enum sql_id id, struct clock_reading *out)
{
	sqlite3_stmt *q = stmt_get(st, id);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	if ((rc = stmt_row(st, q)) == STORE_OK) {
		out->now_us = sqlite3_column_int64(q, 0);
		out->boot = sqlite3_column_int64(q, 1);
		out->boot_us = sqlite3_column_int64(q, 2);
	}
	stmt_put(q);
	return rc;
}

enum store_rc
store_tick_believed(struct store *st, struct clock_reading *out)
{
	return read_sign(st, SQL_TICK_BELIEVED, out);
}

enum store_rc
store_tick_doubted(struct store *st, struct clock_reading *out)
{
	return read_sign(st, SQL_TICK_DOUBTED, out);
}

enum store_rc
store_tick_by_hand(struct store *st, int64_t *out)
{
	*out = 0;
	return stmt_scalar(st, stmt_get(st, SQL_TICK_BY_HAND), out);
}

enum store_rc
store_mark(struct store *st, int64_t *out)
{
	enum store_rc rc;

	*out = 0;
	rc = stmt_scalar(st, stmt_get(st, SQL_MARK_GET), out);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

static enum store_rc
mark(struct store *st, enum sql_id id, int64_t at_us)
{
	sqlite3_stmt *q = stmt_get(st, id);

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":at_us", at_us);
	return stmt_run(st, q, false);
}

enum store_rc
store_mark_raise(struct store *st, int64_t at_us)
{
	return mark(st, SQL_MARK_RAISE, at_us);
}

enum store_rc
store_mark_set(struct store *st, int64_t at_us)
{
	return mark(st, SQL_MARK_SET, at_us);
}

enum store_rc
store_tick_last(struct store *st, struct store_tick *out)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TICK_NEWEST);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":limit", 1);
	if ((rc = stmt_row(st, q)) == STORE_OK) {
		out->id = sqlite3_column_int64(q, 0);
		out->started_us = sqlite3_column_int64(q, 1);
		out->ended_us = sqlite3_column_int64(q, 2);
		out->sent = sqlite3_column_int64(q, 3);
		out->decided = sqlite3_column_int64(q, 4);
	}
	stmt_put(q);
	return rc;
}

static int
order(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The middle one of n > 0 numbers, which are sorted. */
static int64_t
median(int64_t *v, size_t n)
{
	qsort(v, n, sizeof(v[0]), order);
	return v[n / 2];
}

/* A tick as far as it tells of the pace. */
struct span {
	int64_t start_us;
	int64_t seen_us; /* its end or, if it was killed, its start */
};

/* The distances of n spans, the newest first; how many. */
static size_t
distances(const struct span *v, size_t n, int64_t *cadence, int64_t *gap)
{
	int64_t seen = INT64_MIN;
	size_t found = 0;

	while (n-- > 0) {
		/* None where the clock was set back in between. */
		if (seen != INT64_MIN && v[n].start_us <= v[n + 1].start_us)
			seen = INT64_MIN;
		if (seen != INT64_MIN) {
			cadence[found] = v[n].start_us - v[n + 1].start_us;
			gap[found++] =
			    v[n].start_us > seen ? v[n].start_us - seen : 0;
		}
		if (v[n].seen_us > seen)
			seen = v[n].seen_us;
	}
	return found;
}

enum store_rc
store_tick_pace(struct store *st, struct store_pace *out)
{
	int64_t cadence[PACE_TICKS], gap[PACE_TICKS];
	sqlite3_stmt *q = stmt_get(st, SQL_TICK_NEWEST);
	struct span v[PACE_TICKS];
	enum store_rc rc;
	size_t n = 0;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":limit", PACE_TICKS);
	for (; (rc = stmt_row(st, q)) == STORE_OK; n++) {
		v[n].start_us = sqlite3_column_int64(q, 1);
		v[n].seen_us = sqlite3_column_int64(q, 2);
		if (v[n].seen_us < v[n].start_us)
			v[n].seen_us = v[n].start_us;
	}
	stmt_put(q);
	if (rc == STORE_NOTFOUND && (n = distances(v, n, cadence, gap)) > 1) {
		*out =
		    (struct store_pace){ median(cadence, n), median(gap, n) };
		rc = STORE_OK;
	}
	return rc;
}
