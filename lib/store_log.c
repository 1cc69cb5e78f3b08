#include "config.h"

#include <stdlib.h>

#include "lib/store_log.h"
#include "lib/store_stmt.h"
#include "lib/ban.h"

/* The cadence is measured over the starts of this many ticks. */
#define CADENCE_TICKS 12

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

enum store_rc
store_tick_start(struct store *st, struct store_tick *t)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TICK_INSERT);
	enum store_rc rc;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":started_us", t->started_us);
	stmt_int(q, ":until_us", t->until_us);
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
	if ((rc = stmt_run(st, q, false)) != STORE_OK)
		return rc;
	if ((q = stmt_get(st, SQL_TICK_PRUNE)) == NULL)
		return st->refused;
	stmt_int(q, ":id", t->id);
	return stmt_run(st, q, false);
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
cadence_order(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

enum store_rc
store_tick_cadence(struct store *st, int64_t *out_us)
{
	sqlite3_stmt *q = stmt_get(st, SQL_TICK_NEWEST);
	int64_t gaps[CADENCE_TICKS], later = 0, t;
	enum store_rc rc;
	size_t rows = 0;

	if (q == NULL)
		return st->refused;
	stmt_int(q, ":limit", CADENCE_TICKS);
	for (; (rc = stmt_row(st, q)) == STORE_OK; rows++) {
		t = sqlite3_column_int64(q, 1);
		if (rows > 0)
			gaps[rows - 1] = later - t;
		later = t;
	}
	stmt_put(q);
	if (rc != STORE_NOTFOUND)
		return rc;
	if (rows < 3)
		return STORE_NOTFOUND;
	qsort(gaps, rows - 1, sizeof(gaps[0]), cadence_order);
	*out_us = gaps[(rows - 1) / 2];
	return STORE_OK;
}
