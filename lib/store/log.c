/* The two journals: the tables audit and tick, and the mark of the clock. */
#include "config.h"

#include <stdlib.h>

#include "lib/store/columns.h"
#include "lib/store/log.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* Number of ticks over which intervals are measured. */
#define PACE_TICKS 12

/* clang-format off */
static const struct column audit_fields[] = {
	COLUMN_INT("at_us", struct store_audit, at_us),
	COLUMN_BORROWED("actor", struct store_audit, actor),
	COLUMN_BORROWED("action", struct store_audit, action),
	COLUMN_BORROWED("queue", struct store_audit, queue),
	COLUMN_BORROWED("job_id", struct store_audit, job_id),
};

static const struct column tick_fields[] = {
	COLUMN_INT("id", struct store_tick, id),
	COLUMN_INT("started_us", struct store_tick, started_us),
	COLUMN_INT("ended_us", struct store_tick, ended_us),
	COLUMN_INT("sent", struct store_tick, sent),
	COLUMN_INT("decided", struct store_tick, decided),
};

static const struct column tick_span_fields[] = {
	COLUMN_INT("started_us", struct store_tick, started_us),
	COLUMN_INT("until_us", struct store_tick, until_us),
	COLUMN_INT("ended_us", struct store_tick, ended_us),
};

/* The columns written of a tick. */
static const struct column tick_new_fields[] = {
	COLUMN_INT("started_us", struct store_tick, started_us),
	COLUMN_INT("until_us", struct store_tick, until_us),
	COLUMN_INT("kind", struct store_tick, kind),
	COLUMN_INT_OR("boot", struct store_tick, sign.boot, 0),
	COLUMN_INT("boot_us", struct store_tick, sign.boot_us),
	COLUMN_INT_OR("doubt_us", struct store_tick, doubt.now_us, 0),
	COLUMN_INT("uid", struct store_tick, uid),
	COLUMN_INT("id", struct store_tick, id),
	COLUMN_INT("ended_us", struct store_tick, ended_us),
	COLUMN_INT("sent", struct store_tick, sent),
	COLUMN_INT("decided", struct store_tick, decided),
};

static const struct column sign_fields[] = {
	COLUMN_INT("now_us", struct clock_reading, now_us),
	COLUMN_INT("boot", struct clock_reading, boot),
	COLUMN_INT_OR("boot_us", struct clock_reading, boot_us, -1),
};
/* clang-format on */

static const struct columns columns_audit = COLUMNS(NULL, audit_fields);
static const struct columns columns_tick_new = COLUMNS(NULL, tick_new_fields);
const struct columns columns_tick = COLUMNS("tick", tick_fields);
const struct columns columns_tick_span = COLUMNS("tick_span", tick_span_fields);
const struct columns columns_tick_believed =
    COLUMNS("tick_believed", sign_fields);
const struct columns columns_tick_doubted =
    COLUMNS("tick_doubted", sign_fields);

enum store_rc
store_audit_add(struct store *st, const struct store_audit *a)
{
	return stmt_exec(st, SQL_AUDIT_INSERT, ARGS(ROW(&columns_audit, a)));
}

/* Call a statement that writes t. */
static enum store_rc
tick_write(struct store *st, enum sql_id id, const struct store_tick *t)
{
	bool is_doubted = t->doubt.now_us != 0;

	return stmt_exec(st, id,
	    ARGS(ROW(&columns_tick_new, t),
		INT_OR_NULL(":doubt_boot_us",
		    is_doubted ? t->doubt.boot_us : INT64_MIN, INT64_MIN)));
}

enum store_rc
store_tick_start(struct store *st, struct store_tick *t)
{
	enum store_rc rc = tick_write(st, SQL_TICK_INSERT, t);

	if (rc == STORE_OK)
		t->id = stmt_last_id(st);
	return rc;
}

enum store_rc
store_tick_end(struct store *st, const struct store_tick *t)
{
	enum store_rc rc = tick_write(st, SQL_TICK_END, t);

	if (rc != STORE_OK)
		return rc;
	return stmt_exec(st, SQL_TICK_PRUNE, ARGS(INT(":id", t->id)));
}

enum store_rc
store_tick_foreign(struct store *st, int64_t uid, int64_t *other)
{
	return stmt_number(st, SQL_TICK_FOREIGN, ARGS(INT(":uid", uid)), other);
}

enum store_rc
store_tick_is_relieved(struct store *st, const struct store_tick *t, bool *out)
{
	return stmt_is(st, SQL_TICK_RELIEF,
	    ARGS(INT(":id", t->id), INT(":until_us", t->until_us)), out);
}

enum store_rc
store_tick_believed(struct store *st, struct clock_reading *out)
{
	return stmt_find(st, SQL_TICK_BELIEVED, NO_ARGS, &columns_tick_believed,
	    out);
}

enum store_rc
store_tick_doubted(struct store *st, struct clock_reading *out)
{
	return stmt_find(st, SQL_TICK_DOUBTED, NO_ARGS, &columns_tick_doubted,
	    out);
}

enum store_rc
store_tick_of_kind(struct store *st, enum tick_kind kind, int64_t *out)
{
	return stmt_number(st, SQL_TICK_OF_KIND, ARGS(INT(":kind", kind)), out);
}

enum store_rc
store_tick_newest_any(struct store *st, struct store_tick *out)
{
	return stmt_find(st, SQL_TICK_NEWEST_ANY, NO_ARGS, &columns_tick_span,
	    out);
}

enum store_rc
store_mark(struct store *st, int64_t *out)
{
	*out = 0;
	return stmt_optional(st, SQL_MARK_GET, NO_ARGS, out);
}

enum store_rc
store_mark_raise(struct store *st, int64_t at_us)
{
	return stmt_exec(st, SQL_MARK_RAISE, ARGS(INT(":at_us", at_us)));
}

enum store_rc
store_mark_set(struct store *st, int64_t at_us)
{
	return stmt_exec(st, SQL_MARK_SET, ARGS(INT(":at_us", at_us)));
}

enum store_rc
store_tick_last(struct store *st, struct store_tick *out)
{
	return stmt_find(st, SQL_TICK_NEWEST, ARGS(INT(":limit", 1)),
	    &columns_tick, out);
}

static int
order(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The median of n > 0 numbers, which are sorted in place. */
static int64_t
median(int64_t *v, size_t n)
{
	qsort(v, n, sizeof(v[0]), order);
	return v[n / 2];
}

/* The times of a tick. */
struct span {
	int64_t start_us;
	int64_t seen_us; /* its end or, if it was killed, its start */
};

/* The intervals between n spans, the newest first; return their number. */
static size_t
distances(const struct span *v, size_t n, int64_t *cadence, int64_t *gap)
{
	int64_t seen = INT64_MIN;
	size_t found = 0;

	while (n-- > 0) {
		/* None if the clock was set back in between. */
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
	struct stmt *q =
	    stmt_call(st, SQL_TICK_NEWEST, ARGS(INT(":limit", PACE_TICKS)));
	int64_t cadence[PACE_TICKS], gap[PACE_TICKS];
	struct span v[PACE_TICKS];
	struct store_tick t;
	enum store_rc rc;
	size_t n = 0;

	for (; n < PACE_TICKS && stmt_next(q); n++) {
		(void)row_read(q, &columns_tick, &t);
		v[n].start_us = t.started_us;
		v[n].seen_us =
		    t.ended_us < t.started_us ? t.started_us : t.ended_us;
	}
	if ((rc = stmt_end(q)) != STORE_OK)
		return rc;
	if ((n = distances(v, n, cadence, gap)) < 2)
		return STORE_NOTFOUND;
	*out = (struct store_pace){ median(cadence, n), median(gap, n) };
	return STORE_OK;
}
