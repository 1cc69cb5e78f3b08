/* Retention: what is too old, or too much, leaves ledger and journal. */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/record/run.h"
#include "lib/store/columns.h"
#include "lib/store/prune.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

#define CLOCK_EVERY 64 /* rows between two readings of the clock */
#define SAMPLE_MAX 64
#define NEVER INT64_MIN
/* see lib/store/prune.h */
#define ONCE_US (INT64_C(366) * 86400 * CLOCK_US_PER_S)

/* A row to remove. */
struct victim {
	int64_t id;
	int64_t job;
};

struct step {
	struct store *st;
	const struct store_prune *p;
	struct victim *v; /* step_rows of them */
	int n;
	int64_t newest; /* id of the newest row, which is kept */
	const struct clock *clock;
	int64_t end_us; /* on the clock for timing */
	int64_t done;
	int64_t once; /* one-offs recorded by this step */
	bool is_more;
};

/* Columns of a row in a walk. */
struct seen {
	int64_t id;
	int64_t job;
	enum run_state state;
	int64_t decided_us;
	bool is_needed; /* the guard needs it */
};

/* The identity of a one-off. */
struct once {
	const char *queue;
	const char *job_id;
	int64_t slot_us;
};

/* Limits of remembered one-offs: by number, or by age. */
struct surplus {
	int64_t before_us;
	int64_t limit;
};

/* clang-format off */
static const struct column surplus_fields[] = {
	COLUMN_INT("before_us", struct surplus, before_us),
	COLUMN_INT("limit", struct surplus, limit),
};

static const struct column prune_seen_fields[] = {
	COLUMN_INT("id", struct seen, id),
	COLUMN_INT("job", struct seen, job),
	COLUMN_NAME("state", struct seen, state, run_state_names),
	COLUMN_INT("decided_us", struct seen, decided_us),
	COLUMN_BOOL("is_needed", struct seen, is_needed),
};

static const struct column prune_once_fields[] = {
	COLUMN_NEEDED("queue", struct once, queue),
	COLUMN_NEEDED("job_id", struct once, job_id),
	COLUMN_INT("slot_us", struct once, slot_us),
};
/* clang-format on */

static const struct columns columns_surplus = COLUMNS(NULL, surplus_fields);
const struct columns columns_prune_seen =
    COLUMNS("prune_seen", prune_seen_fields);
const struct columns columns_prune_once =
    COLUMNS("prune_once", prune_once_fields);

/* Decision about a row: remove it, keep it, or end the walk. */
enum verdict { VERDICT_TAKE, VERDICT_LEAVE, VERDICT_STOP };

static enum store_rc
prune_at(struct step *s, const char *name, int64_t *out)
{
	*out = 0;
	return stmt_optional(s->st, SQL_PRUNE_AT, ARGS(TEXT(":name", name)),
	    out);
}

static enum store_rc
prune_move(struct step *s, const char *name, int64_t at)
{
	return stmt_exec(s->st, SQL_PRUNE_MOVE,
	    ARGS(TEXT(":name", name), INT(":at", at)));
}

/* The job and its last row are removed: add its sums to the others. */
static enum store_rc
prune_fold(struct step *s, int64_t job)
{
	static const enum sql_id ids[] = { SQL_PRUNE_FOLD, SQL_PRUNE_SUMS,
		SQL_PRUNE_NAME, SQL_PRUNE_HISTORY };
	bool has_ended = false;
	enum store_rc rc;

	rc = stmt_is(s->st, SQL_PRUNE_IS_OVER, ARGS(INT(":job", job)),
	    &has_ended);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (rc == STORE_OK && has_ended)
			rc = stmt_exec(s->st, ids[i], ARGS(INT(":job", job)));
	}
	return rc;
}

/*
 * Return whether the id was generated, 32 digits of a UUIDv7, which no client
 * sends again.
 */
static bool
is_made_up(const char *job_id)
{
	return strlen(job_id) == 32 && job_id[12] == '7' &&
	    strspn(job_id, "0123456789abcdef") == 32;
}

static enum store_rc
remember(struct step *s, int64_t key)
{
	enum store_rc rc = stmt_exec(s->st, SQL_ONCE_ADD,
	    ARGS(INT(":id", key), INT(":now", clock_get_us(s->clock))));

	if (rc == STORE_OK)
		s->once += stmt_changes(s->st);
	return rc;
}

/* Record a one-off, so that it does not run again after its run is removed. */
static enum store_rc
prune_once(struct step *s, int64_t id)
{
	struct stmt *q = stmt_call(s->st, SQL_PRUNE_ONCE, ARGS(INT(":id", id)));
	struct once o;
	enum store_rc rc;
	int64_t key = 0;

	if (stmt_next(q) && row_read(q, &columns_prune_once, &o) &&
	    !is_made_up(o.job_id))
		key = run_once_key(o.queue, o.job_id, o.slot_us);
	rc = stmt_end(q);
	return rc == STORE_OK && key != 0 ? remember(s, key) : rc;
}

/* Remove a row, and add it to the sums. */
static enum store_rc
prune_row(struct step *s, int64_t id)
{
	static const enum sql_id ids[] = { SQL_PRUNE_SUM, SQL_PRUNE_VERSIONS,
		SQL_PRUNE_ROW };
	enum store_rc rc = prune_once(s, id);

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		if (rc == STORE_OK)
			rc = stmt_exec(s->st, ids[i], ARGS(INT(":id", id)));
	}
	return rc;
}

/* Remove the collected rows in order; *last is the last one removed. */
static enum store_rc
prune_take(struct step *s, int64_t *last)
{
	enum store_rc rc = STORE_OK;

	for (int i = 0; i < s->n && rc == STORE_OK; i++) {
		if (i % CLOCK_EVERY == CLOCK_EVERY - 1 &&
		    clock_get_mono_us(s->clock) > s->end_us) {
			s->is_more = true;
			break;
		}
		rc = prune_row(s, s->v[i].id);
		if (rc == STORE_OK && s->v[i].job != 0 &&
		    (i + 1 == s->n || s->v[i + 1].job != s->v[i].job))
			rc = prune_fold(s, s->v[i].job);
		*last = s->v[i].id;
		s->done++;
	}
	return rc;
}

static enum verdict
judge_age(const struct step *s, const struct seen *r)
{
	if (r->decided_us >= s->p->before_us)
		/* A paused row may be extended, and then counts as new. */
		return r->state == RUN_PAUSED ? VERDICT_LEAVE : VERDICT_STOP;
	return r->is_needed ? VERDICT_LEAVE : VERDICT_TAKE;
}

/*
 * Collect rows above *at, oldest first, that are too old (excess < 0) or too
 * many; *at becomes the position reached, 0 at the end.
 */
static enum store_rc
gather(struct step *s, int64_t excess, int64_t *at)
{
	struct stmt *q = stmt_call(s->st, SQL_PRUNE_WALK,
	    ARGS(INT(":id", *at), INT(":limit", s->p->step_rows)));
	enum verdict v = VERDICT_LEAVE;
	struct seen r = { .state = RUN_STATE__MAX };
	int rows = 0;

	s->n = 0;
	while (stmt_next(q)) {
		(void)row_read(q, &columns_prune_seen, &r);
		rows++;
		if (r.id >= s->newest || (excess >= 0 && s->n >= excess))
			v = VERDICT_STOP;
		else if (excess < 0)
			v = judge_age(s, &r);
		else
			v = r.is_needed ? VERDICT_LEAVE : VERDICT_TAKE;
		if (v == VERDICT_STOP)
			break;
		if (v == VERDICT_TAKE)
			s->v[s->n++] = (struct victim){ r.id, r.job };
		*at = r.id;
	}
	if (v == VERDICT_STOP || rows < s->p->step_rows)
		*at = 0;
	return stmt_end(q);
}

/* Walk through the oldest rows, from where the last walk stopped. */
static enum store_rc
prune_walk(struct step *s, const char *name, int64_t excess)
{
	int64_t at, last = 0;
	enum store_rc rc;
	bool is_more = s->is_more;

	if ((rc = prune_at(s, name, &at)) != STORE_OK ||
	    (rc = gather(s, excess, &at)) != STORE_OK)
		return rc;
	s->is_more = false;
	rc = prune_take(s, &last);
	if (s->is_more)
		at = last;
	s->is_more = s->is_more || is_more || at != 0;
	return rc == STORE_OK ? prune_move(s, name, at) : rc;
}

/* Row numbers are not reused: the highest is the number of rows added. */
static enum store_rc
prune_count(struct step *s)
{
	int64_t gone, before = s->done, excess;
	enum store_rc rc;

	if ((rc = prune_at(s, "rows", &gone)) != STORE_OK)
		return rc;
	excess = s->newest - gone - before - s->p->rows;
	return s->p->rows > 0 && excess > 0 ? prune_walk(s, "count", excess) :
					      STORE_OK;
}

/* Collect the rows of a job above its maximum. */
static enum store_rc
gather_job(struct step *s, int64_t job)
{
	struct stmt *q;
	enum store_rc rc;
	int64_t bound;

	s->n = 0;
	rc = stmt_number(s->st, SQL_PRUNE_JOB_BOUND,
	    ARGS(INT(":job", job), INT(":keep", s->p->rows_per_job)), &bound);
	if (rc != STORE_OK)
		return rc == STORE_NOTFOUND ? STORE_OK : rc;
	q = stmt_call(s->st, SQL_PRUNE_JOB_ROWS,
	    ARGS(INT(":job", job), INT(":slot_us", bound),
		INT(":limit", s->p->step_rows)));
	while (stmt_next(q)) {
		s->v[s->n] = (struct victim){ row_int(q, 0), job };
		if (s->v[s->n].id < s->newest)
			s->n++;
	}
	return stmt_end(q);
}

/*
 * Find the next job to examine after row *at: its number into *job, its row
 * into *at; 0: none.  Counting a job's rows takes time, and only a job with new
 * rows can have too many: so every 64th new row (more rarely if few are kept)
 * makes its job be examined.
 */
static enum store_rc
next_job(struct step *s, int64_t *at, int64_t *job)
{
	int64_t every = s->p->rows_per_job / 16;
	struct stmt *q;

	every = every < 1 ? 1 : every > SAMPLE_MAX ? SAMPLE_MAX : every;
	q = stmt_call(s->st, SQL_PRUNE_NEXT_JOB,
	    ARGS(INT(":id", *at), INT(":every", every)));
	*job = 0;
	*at = s->newest;
	if (stmt_next(q)) {
		*at = row_int(q, 0);
		*job = row_int(q, 1);
	}
	return stmt_end(q);
}

/* Read how far jobs were examined; from the start if the limit has changed. */
static enum store_rc
job_at(struct step *s, int64_t *at)
{
	enum store_rc rc;
	int64_t keep;

	if ((rc = prune_at(s, "job", at)) != STORE_OK ||
	    (rc = prune_at(s, "keep", &keep)) != STORE_OK ||
	    keep == s->p->rows_per_job)
		return rc;
	*at = 0;
	return prune_move(s, "keep", s->p->rows_per_job);
}

/*
 * Examine jobs in the order of their new rows, until one uses the whole step.
 */
static enum store_rc
prune_jobs(struct step *s)
{
	int64_t at, from, job = 0, last, before;
	enum store_rc rc;
	bool is_full = false;

	if ((rc = job_at(s, &at)) != STORE_OK)
		return rc;
	while (rc == STORE_OK && !is_full) {
		from = at;
		if ((rc = next_job(s, &at, &job)) != STORE_OK || job == 0)
			break;
		before = s->done;
		if ((rc = gather_job(s, job)) == STORE_OK)
			rc = prune_take(s, &last);
		is_full = clock_get_mono_us(s->clock) > s->end_us;
		/* Examine it again, if it may have more. */
		if (s->done - before < s->n || s->n == s->p->step_rows) {
			is_full = true;
			at = from;
		}
	}
	s->is_more = s->is_more || is_full;
	return rc == STORE_OK ? prune_move(s, "job", at) : rc;
}

static enum store_rc
prune_audit(struct step *s)
{
	enum store_rc rc;

	rc = stmt_exec(s->st, SQL_AUDIT_PRUNE,
	    ARGS(INT(":before_us", s->p->before_us),
		INT(":limit", s->p->step_rows)));
	if (rc == STORE_OK && stmt_changes(s->st) == s->p->step_rows)
		s->is_more = true;
	return rc;
}

/* Forget at most limit one-offs; *n is reduced by their number. */
static enum store_rc
forget(struct step *s, enum sql_id id, int64_t limit, int64_t *n)
{
	const struct surplus u = { clock_get_us(s->clock) - ONCE_US, limit };
	enum store_rc rc =
	    stmt_exec(s->st, id, ARGS(ROW(&columns_surplus, &u)));

	if (rc == STORE_OK) {
		*n -= stmt_changes(s->st);
		s->is_more =
		    s->is_more || stmt_changes(s->st) == s->p->step_rows;
	}
	return rc;
}

/* Forget one-offs not requested for a year, and the oldest of too many. */
static enum store_rc
prune_remembered(struct step *s)
{
	int64_t was, n, most = s->p->rows;
	enum store_rc rc = prune_at(s, "once", &was);

	n = was + s->once;
	if (rc == STORE_OK && n > 0)
		rc = forget(s, SQL_ONCE_PRUNE, s->p->step_rows, &n);
	if (rc == STORE_OK && most > 0 && n > most)
		rc = forget(s, SQL_ONCE_SURPLUS,
		    n - most < s->p->step_rows ? n - most : s->p->step_rows,
		    &n);
	return rc == STORE_OK && n != was ? prune_move(s, "once", n) : rc;
}

static enum store_rc
prune_rules(struct step *s)
{
	int64_t gone;
	enum store_rc rc = STORE_OK;

	if (s->p->before_us != NEVER)
		rc = prune_walk(s, "age", -1);
	if (rc == STORE_OK && s->p->rows_per_job > 0)
		rc = prune_jobs(s);
	if (rc == STORE_OK)
		rc = prune_count(s);
	if (rc == STORE_OK && s->p->before_us != NEVER)
		rc = prune_audit(s);
	if (rc == STORE_OK)
		rc = prune_remembered(s);
	if (rc == STORE_OK && s->done > 0 &&
	    (rc = prune_at(s, "rows", &gone)) == STORE_OK)
		rc = prune_move(s, "rows", gone + s->done);
	return rc;
}

enum store_rc
store_prune_step(struct store *st, const struct store_prune *p, int64_t *done,
    bool *is_more)
{
	struct step s = {
		.st = st,
		.p = p,
		.clock = p->clock,
	};
	enum store_rc rc;

	*is_more = false;
	s.end_us = clock_get_mono_us(s.clock) + p->step_us;
	s.v = calloc((size_t)p->step_rows, sizeof(s.v[0]));
	if (s.v == NULL)
		return STORE_FULL;
	rc = stmt_number(st, SQL_PRUNE_NEWEST, NO_ARGS, &s.newest);
	if (rc == STORE_OK)
		rc = prune_rules(&s);
	*done += s.done;
	*is_more = s.is_more;
	free(s.v);
	return rc;
}
