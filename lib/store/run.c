/* The table of runs: the ledger, and the one-offs that it remembers. */
#include "config.h"

#include <stdlib.h>

#include "lib/store/alert.h"
#include "lib/store/columns.h"
#include "lib/store/run.h"
#include "lib/store/work.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* A run that did not succeed. */
struct bad {
	const char *queue;
	int64_t slot_us;
	enum outcome outcome;
};

/* clang-format off */
static const struct column run_fields[] = {
	COLUMN_CHARS("task_id", struct run, id),
	COLUMN_INT_OR("job", struct run, job, 0),
	COLUMN_TEXT("queue", struct run, queue),
	COLUMN_TEXT("job_id", struct run, job_id),
	COLUMN_INT("slot_us", struct run, slot_us),
	COLUMN_INT("last_us", struct run, last_us),
	COLUMN_INT("count", struct run, count),
	COLUMN_NAME("state", struct run, state, run_state_names),
	COLUMN_TEXT("reason", struct run, reason),
	COLUMN_INT("decided_us", struct run, decided_us),
	COLUMN_INT("id", struct run, row),
	COLUMN_NAME("outcome", struct run, work.outcome, outcome_names),
	COLUMN_INT_OR("attempts", struct run, work.last.n, 0),
	COLUMN_INT_OR("started_us", struct run, work.last.started_us, 0),
	COLUMN_INT_OR("finished_us", struct run, work.last.finished_us, 0),
	COLUMN_INT_OR("status", struct run, work.last.status, WORK_NO_STATUS),
	COLUMN_TEXT("worker", struct run, work.last.worker),
	COLUMN_TEXT("error", struct run, work.last.error),
	COLUMN_INT_OR("percent", struct run, work.percent, WORK_NO_PERCENT),
	COLUMN_TEXT("progress", struct run, work.progress),
};

static const struct column filter_fields[] = {
	COLUMN_BORROWED("queue", struct store_run_filter, queue),
	COLUMN_BORROWED("job_id", struct store_run_filter, job_id),
	COLUMN_NAME("state", struct store_run_filter, state, run_state_names),
	COLUMN_INT("from_us", struct store_run_filter, from_us),
	COLUMN_INT("to_us", struct store_run_filter, to_us),
	COLUMN_INT("slot_us", struct store_run_filter, below.slot_us),
	COLUMN_INT("id", struct store_run_filter, below.row),
	COLUMN_INT("limit", struct store_run_filter, limit),
};

static const struct column window_fields[] = {
	COLUMN_BORROWED("queue", struct store_run_window, queue),
	COLUMN_BORROWED("job_id", struct store_run_window, job_id),
	COLUMN_INT("from_us", struct store_run_window, from_us),
	COLUMN_INT("to_us", struct store_run_window, to_us),
};

static const struct column bad_fields[] = {
	COLUMN_BORROWED("queue", struct bad, queue),
	COLUMN_INT("due_us", struct bad, slot_us),
	COLUMN_NAME("outcome", struct bad, outcome, outcome_names),
};

static const struct column at_fields[] = {
	COLUMN_BORROWED("queue", struct store_run_at, queue),
	COLUMN_BORROWED("job_id", struct store_run_at, job_id),
	COLUMN_INT("at_us", struct store_run_at, at_us),
	COLUMN_INT("until_us", struct store_run_at, until_us),
};
/* clang-format on */

const struct columns columns_run = COLUMNS("run", run_fields);
const struct columns columns_run_bad = COLUMNS("run_bad", bad_fields);
static const struct columns columns_window = COLUMNS(NULL, window_fields);
static const struct columns columns_filter = COLUMNS(NULL, filter_fields);
static const struct columns columns_at = COLUMNS(NULL, at_fields);

enum store_rc
store_run_insert(struct store *st, struct run *r)
{
	enum alert_kind news = alert_of_run(r->state, true);
	enum store_rc rc;

	rc = stmt_exec(st, SQL_RUN_INSERT,
	    ARGS(ROW(&columns_run, r),
		INT_OR_NULL(":is_extra", r->is_extra, false)));
	if (rc == STORE_OK)
		r->row = stmt_last_id(st);
	if (rc != STORE_OK || news == ALERT_KIND__MAX)
		return rc;
	return alert_is_failure(news) ?
	    store_alert_run(st, r->row, news) :
	    store_alert_add(st, ALERT_RUN, r->row, news);
}

enum store_rc
store_run_set(struct store *st, const struct store_run_set *s)
{
	enum alert_kind news = alert_of_run(s->state, s->is_open);
	enum store_rc rc = STORE_OK;

	if (news != ALERT_KIND__MAX)
		rc = store_alert_run(st, s->run, news);
	if (rc != STORE_OK)
		return rc;
	rc = stmt_exec_one(st, SQL_RUN_SET,
	    ARGS(INT(":run", s->run), TEXT(":state", run_state_name(s->state)),
		TEXT(":reason", s->reason)));
	if (rc != STORE_OK || s->state < RUN_CREATED)
		return rc;
	return store_work_follow(st,
	    &(const struct run){
		.row = s->run,
		.state = s->state,
		.reason = (char *)s->reason,
		.work.last = {
			.n = s->attempts,
			.started_us = s->started_us,
			.finished_us = s->finished_us,
		},
	    });
}

/* Find the last row of a job's ledger, if it has the state and reason of r. */
static enum store_rc
run_find_last(struct store *st, const struct run *r, int64_t *id)
{
	struct stmt *q =
	    stmt_call(st, SQL_RUN_LAST, ARGS(ROW(&columns_run, r)));

	if (!stmt_next(q) || row_int(q, 1) == 0)
		stmt_fail(q, STORE_NOTFOUND);
	else
		*id = row_int(q, 0);
	return stmt_end(q);
}

enum store_rc
store_run_extend(struct store *st, const struct run *r)
{
	enum store_rc rc;
	int64_t id = 0;

	if ((rc = run_find_last(st, r, &id)) != STORE_OK)
		return rc;
	return stmt_exec_one(st, SQL_RUN_EXTEND,
	    ARGS(ROW(&columns_run, r), INT(":id", id)));
}

enum store_rc
store_run_free(struct store *st, int64_t job, int64_t from_us,
    int64_t *begin_us, int64_t *end_us)
{
	int64_t covered_us = INT64_MIN, next_us = INT64_MAX;
	enum store_rc rc;

	*begin_us = from_us;
	*end_us = INT64_MAX;
	rc = stmt_optional(st, SQL_RUN_BEFORE,
	    ARGS(INT(":job", job), INT(":at_us", from_us)), &covered_us);
	if (rc != STORE_OK)
		return rc;
	if (covered_us >= from_us)
		*begin_us = covered_us + 1;
	rc = stmt_optional(st, SQL_RUN_AFTER,
	    ARGS(INT(":job", job), INT(":at_us", *begin_us)), &next_us);
	if (rc == STORE_OK && next_us != INT64_MAX)
		*end_us = next_us - 1;
	return rc;
}

/* The statements of lists: newest first, oldest first. */
enum { LIST_ALL, LIST_STATE, LIST_QUEUE, LIST_QUEUE_STATE, LIST_JOB, LIST_BAD };
static const enum sql_id lists[][2] = {
	[LIST_ALL] = { SQL_RUN_LIST, SQL_RUN_LIST_ASC },
	[LIST_STATE] = { SQL_RUN_LIST_STATE, SQL_RUN_LIST_STATE_ASC },
	[LIST_QUEUE] = { SQL_RUN_LIST_QUEUE, SQL_RUN_LIST_QUEUE_ASC },
	[LIST_QUEUE_STATE] = { SQL_RUN_LIST_QUEUE_STATE,
	    SQL_RUN_LIST_QUEUE_STATE_ASC },
	[LIST_JOB] = { SQL_RUN_LIST_JOB, SQL_RUN_LIST_JOB_ASC },
	[LIST_BAD] = { SQL_RUN_LIST_BAD, SQL_RUN_LIST_BAD_ASC },
};

/*
 * The statement of a filter.  Most rows are "sent": these are found quickly
 * among all, the others by an index without them.
 */
static enum sql_id
run_list_sql(const struct store_run_filter *f)
{
	bool is_rare = f->state < RUN_STATE__MAX && f->state != RUN_SENT;
	int list;

	if (f->outcomes != 0 && (f->outcomes & ~OUTCOMES_ENDED_BADLY) == 0)
		list = LIST_BAD;
	else if (f->job_id != NULL)
		list = LIST_JOB;
	else if (f->queue != NULL)
		list = is_rare ? LIST_QUEUE_STATE : LIST_QUEUE;
	else
		list = is_rare ? LIST_STATE : LIST_ALL;
	return lists[list][f->is_oldest_first];
}

/* Add all rows of a statement. */
static enum store_rc
run_list(struct store *st, enum sql_id id, const struct arg *args,
    struct run_list *out)
{
	struct stmt *q = stmt_call(st, id, args);

	while (stmt_next(q))
		(void)row_read(q, &columns_run, run_list_add(out));
	return stmt_end(q);
}

/* Add the rows of one state, or of all. */
static enum store_rc
list_state(struct store *st, const struct store_run_filter *f,
    struct run_list *out)
{
	char outcomes[OUTCOMES_LEN];

	outcomes_print(f->outcomes, outcomes);
	return run_list(st, run_list_sql(f),
	    ARGS(ROW(&columns_filter, f),
		TEXT(":outcomes", outcomes[0] == '\0' ? NULL : outcomes)),
	    out);
}

static int
by_slot(const void *a, const void *b)
{
	const struct run *x = a, *y = b;

	return x->slot_us != y->slot_us ?
	    (x->slot_us > y->slot_us) - (x->slot_us < y->slot_us) :
	    (x->row > y->row) - (x->row < y->row);
}

static int
by_slot_backwards(const void *a, const void *b)
{
	return by_slot(b, a);
}

/* Sort rows from had on, drop what is there twice, and cut them to limit. */
static void
tidy(struct run_list *l, size_t had, const struct store_run_filter *f)
{
	size_t n = had;

	if (l->n > had)
		qsort(l->v + had, l->n - had, sizeof(l->v[0]),
		    f->is_oldest_first ? by_slot : by_slot_backwards);
	for (size_t i = had; i < l->n; i++) {
		if ((int64_t)(n - had) == f->limit ||
		    (n > had && l->v[n - 1].row == l->v[i].row))
			run_fini(&l->v[i]);
		else
			l->v[n++] = l->v[i];
	}
	l->n = n;
}

enum store_rc
store_run_list(struct store *st, const struct store_run_filter *f,
    struct run_list *out)
{
	struct store_run_filter one = *f;
	enum store_rc rc = STORE_OK;
	size_t had = out->n;

	if (f->states == 0)
		return list_state(st, f, out);
	for (int i = 0; i < RUN_STATE__MAX && rc == STORE_OK; i++) {
		one.state = (enum run_state)i;
		if ((f->states >> i & 1) != 0)
			rc = list_state(st, &one, out);
	}
	one.state = RUN_STATE__MAX;
	one.outcomes = f->outcomes == 0 ? OUTCOMES_ENDED_BADLY :
					  f->outcomes & OUTCOMES_ENDED_BADLY;
	if (rc == STORE_OK && f->is_bad_too && one.outcomes != 0)
		rc = list_state(st, &one, out);
	tidy(out, had, f);
	return rc;
}

enum store_rc
store_run_after(struct store *st, const struct store_run_after *w,
    struct run_list *out)
{
	return run_list(st, SQL_RUN_AFTER_ROW,
	    ARGS(INT(":id", w->row), TEXT(":queue", w->queue),
		TEXT(":job_id", w->job_id)),
	    out);
}

enum store_rc
store_run_row(struct store *st, int64_t row, struct run *out)
{
	return stmt_find(st, SQL_RUN_ROW, ARGS(INT(":id", row)), &columns_run,
	    out);
}

enum store_rc
store_run_newest_row(struct store *st, int64_t *out)
{
	return stmt_number(st, SQL_PRUNE_NEWEST, NO_ARGS, out);
}

enum store_rc
store_run_count(struct store *st, const struct store_run_window *w,
    enum run_state state, int64_t *out)
{
	static const enum sql_id all[] = { SQL_RUN_COUNT, SQL_RUN_COUNT_QUEUE,
		SQL_RUN_COUNT_JOB };
	static const enum sql_id rare[] = { SQL_RUN_COUNT_STATE,
		SQL_RUN_COUNT_QUEUE_STATE, SQL_RUN_COUNT_JOB_STATE };
	int i = (w->queue != NULL) + (w->job_id != NULL);

	return state == RUN_STATE__MAX ?
	    stmt_number(st, all[i], ARGS(ROW(&columns_window, w)), out) :
	    stmt_number(st, rare[i],
		ARGS(ROW(&columns_window, w),
		    TEXT(":state", run_state_name(state))),
		out);
}

enum store_rc
store_run_bad(struct store *st, const struct store_run_window *w,
    store_run_visit *visit, void *cookie)
{
	struct stmt *q =
	    stmt_call(st, SQL_RUN_BAD_IN, ARGS(ROW(&columns_window, w)));
	struct bad b;

	while (stmt_next(q)) {
		if (row_read(q, &columns_run_bad, &b))
			visit(cookie, b.queue, b.slot_us, b.outcome);
	}
	return stmt_end(q);
}

enum store_rc
store_run_took(struct store *st, const struct store_run_newest *w,
    store_run_took_visit *visit, void *cookie)
{
	struct stmt *q = stmt_call(st, SQL_RUN_TOOK,
	    ARGS(INT(":from_us", w->from_us), INT(":limit", w->limit)));

	while (stmt_next(q))
		visit(cookie, row_text(q, 0), row_int(q, 1) != 0,
		    row_int(q, 2));
	return stmt_end(q);
}

enum store_rc
store_run_last_success(struct store *st, int64_t job, int64_t *out_us)
{
	return stmt_number(st, SQL_RUN_LAST_SUCCESS, ARGS(INT(":job", job)),
	    out_us);
}

enum store_rc
store_run_last_end(struct store *st, int64_t job, enum outcome *out)
{
	char *name = NULL;
	enum store_rc rc =
	    stmt_string(st, SQL_RUN_LAST_END, ARGS(INT(":job", job)), &name);

	if (rc == STORE_OK && name != NULL)
		(void)outcome_parse(name, out);
	free(name);
	return rc == STORE_NOTFOUND ? STORE_OK : rc;
}

enum store_rc
store_run_queue(struct store *st, const char *after, char **out)
{
	return stmt_string(st, SQL_RUN_NEXT_QUEUE, ARGS(TEXT(":queue", after)),
	    out);
}

enum store_rc
store_run_is_direct(struct store *st, const char *queue, bool *out)
{
	return stmt_is(st, SQL_RUN_IS_DIRECT, ARGS(TEXT(":queue", queue)), out);
}

enum store_rc
store_run_named(struct store *st, const char *id, struct run_list *out)
{
	return run_list(st, SQL_RUN_GET, ARGS(TEXT(":task_id", id)), out);
}

enum store_rc
store_run_get(struct store *st, const char *id, struct run *out)
{
	return stmt_find(st, SQL_RUN_GET, ARGS(TEXT(":task_id", id)),
	    &columns_run, out);
}

enum store_rc
store_run_at(struct store *st, const struct store_run_at *w, struct run *out)
{
	return stmt_find(st, SQL_RUN_AT, ARGS(ROW(&columns_at, w)),
	    &columns_run, out);
}

enum store_rc
store_run_newest(struct store *st, const struct store_run_at *w,
    struct run *out)
{
	return stmt_find(st, SQL_RUN_NEWEST, ARGS(ROW(&columns_at, w)),
	    &columns_run, out);
}

enum store_rc
store_run_success_after(struct store *st, const struct store_run_at *w,
    bool *out)
{
	return stmt_is(st, SQL_RUN_SUCCESS_AFTER, ARGS(ROW(&columns_at, w)),
	    out);
}

enum store_rc
store_run_newest_of(struct store *st, int64_t job, struct run *out)
{
	return stmt_find(st, SQL_RUN_NEWEST_OF, ARGS(INT(":job", job)),
	    &columns_run, out);
}

static int64_t
once_key(const struct store_run_at *w)
{
	return run_once_key(w->queue, w->job_id, w->at_us);
}

enum store_rc
store_run_once_exists(struct store *st, const struct store_run_at *w,
    int64_t now_us)
{
	return stmt_exec(st, SQL_ONCE_SEEN,
	    ARGS(INT(":id", once_key(w)), INT(":now", now_us)));
}

enum store_rc
store_run_once(struct store *st, const struct store_run_at *w, struct run *out)
{
	enum store_rc rc;
	int64_t at_us;

	rc = stmt_find(st, SQL_RUN_ONCE, ARGS(ROW(&columns_at, w)),
	    &columns_run, out);
	if (rc != STORE_NOTFOUND)
		return rc;
	/* The run may have been removed by retention. */
	return stmt_number(st, SQL_ONCE_HAS, ARGS(INT(":id", once_key(w))),
	    &at_us);
}

enum store_rc
store_run_pruned(struct store *st, const struct store_run_at *w,
    int64_t *last_us)
{
	return stmt_number(st, SQL_RUN_PRUNED_OF, ARGS(ROW(&columns_at, w)),
	    last_us);
}

enum store_rc
store_run_decided(struct store *st, int64_t job, int64_t *out_us)
{
	return stmt_optional(st, SQL_RUN_DECIDED, ARGS(INT(":job", job)),
	    out_us);
}
