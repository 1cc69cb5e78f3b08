/*
 * The sweep's judge: what was acknowledged is there once, every slot has its
 * row; written apart from lib/record/audit.c.
 */
#include "config.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <sqlite3.h>

#include "lib/trigger/due.h"
#include "lib/base/fault.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/sweep/audit.h"
#include "tests/sweep/fake.h"
#include "tests/sweep/old.h"
#include "tests/sweep/ours.h"
#include "lib/base/ban.h"

#define END_US (WORLD_START_US + 11 * 60 * SECOND_US)
#define NEW_PRIORITY 77

struct auditor {
	const struct scene *sc;
	struct world *w;
	sqlite3 *db;
	struct audit *out;
};

static void complain(struct auditor *a, unsigned *count, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

static void
complain(struct auditor *a, unsigned *count, const char *fmt, ...)
{
	va_list ap;

	(*count)++;
	if (a->out->why[0] != '\0')
		return;
	va_start(ap, fmt);
	(void)vsnprintf(a->out->why, sizeof(a->out->why), fmt, ap);
	va_end(ap);
}

/* A statement with its text parameters bound; NULL is told. */
static sqlite3_stmt *
ask(struct auditor *a, const char *sql, const char *p1, const char *p2)
{
	sqlite3_stmt *q = NULL;

	if (sqlite3_prepare_v2(a->db, sql, -1, &q, NULL) != SQLITE_OK) {
		complain(a, &a->out->unexplained, "%s", sqlite3_errmsg(a->db));
		return NULL;
	}
	(void)sqlite3_bind_text(q, 1, p1, -1, SQLITE_STATIC);
	(void)sqlite3_bind_text(q, 2, p2, -1, SQLITE_STATIC);
	return q;
}

/* The first column of the first row, or none. */
static int64_t
number(struct auditor *a, int64_t none, const char *sql, const char *p1,
    const char *p2)
{
	sqlite3_stmt *q = ask(a, sql, p1, p2);

	if (q != NULL && sqlite3_step(q) == SQLITE_ROW &&
	    sqlite3_column_type(q, 0) != SQLITE_NULL)
		none = sqlite3_column_int64(q, 0);
	(void)sqlite3_finalize(q);
	return none;
}

/* The newest op of that kind on that name, or NULL. */
static const struct world_op *
find_op(const struct auditor *a, enum op op, const char *queue,
    const char *name)
{
	const struct world_shared *sh = a->w->shared;

	for (unsigned i = sh->nops; i-- > 0;) {
		if (sh->ops[i].op == op &&
		    strcmp(sh->ops[i].queue, queue) == 0 &&
		    strcmp(sh->ops[i].name, name) == 0)
			return &sh->ops[i];
	}
	return NULL;
}

/* The slots from cursor_us to until_us, one by one, not as lib/ counts them. */
static void
slots_walk(const struct trigger *t, int64_t cursor_us, int64_t until_us,
    struct due_range *out)
{
	*out = (struct due_range){ 0, 0, 0 };
	for (int64_t slot = cursor_us; slot <= until_us && slot != TRIGGER_NONE;
	     slot = trigger_next(t, slot)) {
		if (out->count++ == 0)
			out->first_us = slot;
		out->last_us = slot;
	}
}

/* Every row of a job's ledger: no slot twice, none that is none. */
static int64_t
audit_rows(struct auditor *a, const struct world_job *j,
    const struct trigger *t)
{
	sqlite3_stmt *q = ask(a,
	    "SELECT slot_us, last_us, count FROM run"
	    " WHERE queue = ?1 AND job_id = ?2 ORDER BY slot_us",
	    j->queue, j->id);
	int64_t sum = 0, last = INT64_MIN, slot, count;
	struct due_range r;

	while (q != NULL && sqlite3_step(q) == SQLITE_ROW) {
		slot = sqlite3_column_int64(q, 0);
		count = sqlite3_column_int64(q, 2);
		if (slot <= last)
			complain(a, &a->out->doubles, "%s: slot %lld twice",
			    j->id, (long long)slot);
		last = sqlite3_column_int64(q, 1);
		slots_walk(t, slot, last, &r);
		if (r.count != count || r.first_us != slot || r.last_us != last)
			complain(a, &a->out->unexplained,
			    "%s: row of %lld for %lld slots from %lld", j->id,
			    (long long)count, (long long)r.count,
			    (long long)slot);
		sum += count;
	}
	(void)sqlite3_finalize(q);
	return sum;
}

static void
audit_cursor(struct auditor *a, const struct world_job *j,
    const struct trigger *t)
{
	int64_t next = trigger_next(t, END_US), cursor, run;

	cursor = number(a, TRIGGER_NONE,
	    "SELECT cursor_us FROM job WHERE queue = ?1 AND job_id = ?2",
	    j->queue, j->id);
	run = number(a, TRIGGER_NONE,
	    "SELECT next_run_us FROM job WHERE queue = ?1 AND job_id = ?2",
	    j->queue, j->id);
	if (cursor != next || run != next)
		complain(a, &a->out->unexplained,
		    "%s: cursor %lld, next run %lld, want %lld", j->id,
		    (long long)cursor, (long long)run, (long long)next);
}

static void
audit_slots(struct auditor *a, const struct world_job *j)
{
	struct faults fs = { .n = 0 };
	struct trigger *t = trigger_from_spec(j->spec, a->w->zones, &fs);
	struct due_range all;
	int64_t n;

	slots_walk(t, j->cursor_us, END_US, &all);
	n = audit_rows(a, j, t);
	if (n < all.count)
		complain(a, &a->out->lost, "%s: %lld slots decided, want %lld",
		    j->id, (long long)n, (long long)all.count);
	if (n > all.count)
		complain(a, &a->out->doubles,
		    "%s: %lld slots decided, want %lld", j->id, (long long)n,
		    (long long)all.count);
	audit_cursor(a, j, t);
	trigger_free(t);
}

static void
audit_jobs(struct auditor *a)
{
	const struct world_shared *sh = a->w->shared;
	const struct world_op *op;
	bool is_new;

	for (unsigned i = 0; i < a->w->njobs; i++) {
		is_new =
		    number(a, 0,
			"SELECT priority FROM job"
			" WHERE queue = ?1 AND job_id = ?2",
			a->w->jobs[i].queue, a->w->jobs[i].id) == NEW_PRIORITY;
		op = find_op(a, OP_REPLACE, a->w->jobs[i].queue,
		    a->w->jobs[i].id);
		if (op != NULL && op->is_done && !is_new)
			complain(a, &a->out->lost, "%s: not replaced",
			    a->w->jobs[i].id);
		audit_slots(a, is_new ? &sh->replaced : &a->w->jobs[i]);
	}
	for (unsigned i = 0; i < sh->nadded; i++) {
		op = find_op(a, OP_ADD, sh->added[i].queue, sh->added[i].id);
		if (number(a, 0,
			"SELECT 1 FROM job WHERE queue = ?1 AND job_id = ?2",
			sh->added[i].queue, sh->added[i].id) == 1)
			audit_slots(a, &sh->added[i]);
		else if (op != NULL && op->is_done)
			complain(a, &a->out->lost, "%s: acknowledged add lost",
			    op->name);
	}
}

#define TASKS "(SELECT json_extract(body, '$.task_id') FROM message)"

/* One message for each run that was sent, unless it was acknowledged. */
static void
audit_messages(struct auditor *a)
{
	const struct world_op *op;
	const char *task;
	sqlite3_stmt *q;

	if (number(a, 0,
		"SELECT 1 FROM message GROUP BY json_extract(body, '$.task_id')"
		" HAVING count(*) > 1",
		NULL, NULL) != 0)
		complain(a, &a->out->doubles, "a message twice");
	if (number(a, 0,
		"SELECT 1 FROM message WHERE json_extract(body, '$.task_id')"
		" NOT IN (SELECT task_id FROM run WHERE state = 'sent')",
		NULL, NULL) != 0)
		complain(a, &a->out->unexplained, "a message without run");
	q = ask(a,
	    "SELECT queue, task_id FROM run WHERE state = 'sent'"
	    " AND task_id NOT IN " TASKS,
	    NULL, NULL);
	while (q != NULL && sqlite3_step(q) == SQLITE_ROW) {
		task = (const char *)sqlite3_column_text(q, 1);
		op = find_op(a, OP_ACK, (const char *)sqlite3_column_text(q, 0),
		    task);
		if (op == NULL)
			complain(a, &a->out->lost, "%s: run without message",
			    task);
	}
	(void)sqlite3_finalize(q);
}

/* The work of a run and its message say the same. */
static void
audit_work(struct auditor *a)
{
	if (number(a, 0,
		"SELECT 1 FROM message AS m LEFT JOIN work AS w ON w.run = m.run"
		" WHERE w.outcome IS NOT CASE m.state WHEN 2 THEN 'dead'"
		" WHEN 1 THEN iif(m.lease IS NULL, 'queued', 'running')"
		" ELSE 'queued' END",
		NULL, NULL) != 0)
		complain(a, &a->out->unexplained,
		    "a message whose run stands otherwise");
	if (number(a, 0,
		"SELECT 1 FROM run AS r JOIN work AS w ON w.run = r.id"
		" WHERE r.state = 'sent' AND w.outcome <> 'succeeded'"
		" AND w.outcome <> 'canceled'"
		" AND r.id NOT IN (SELECT run FROM message)",
		NULL, NULL) != 0)
		complain(a, &a->out->lost, "a run whose message is gone");
}

/* What a job asks is of its run, and is looked at as long as it matters. */
static void
audit_policy(struct auditor *a)
{
	if (number(a, 0,
		"SELECT 1 FROM policy AS p LEFT JOIN run AS r ON r.id = p.run"
		" WHERE r.id IS NULL OR p.failures > p.max_attempts"
		" OR (p.expected_us IS NOT NULL AND p.overdue_us IS NULL"
		"  AND p.check_us IS NULL AND NOT EXISTS (SELECT 1 FROM work"
		"   WHERE run = p.run AND outcome IN"
		"   ('succeeded', 'canceled')))",
		NULL, NULL) != 0)
		complain(a, &a->out->unexplained,
		    "a run of which a limit is not looked at");
	if (number(a, 0,
		"SELECT 1 FROM message WHERE state = 1 AND lease IS NULL"
		" AND until_us IS NULL",
		NULL, NULL) != 0)
		complain(a, &a->out->lost, "a message that waits for ever");
	if (number(a, 0,
		"SELECT 1 FROM alert WHERE kind = 'overdue'"
		" AND subject NOT IN (SELECT run FROM policy"
		"  WHERE overdue_us IS NOT NULL)",
		NULL, NULL) != 0)
		complain(a, &a->out->unexplained,
		    "an alert of a run that is not overdue");
}

/* What was told about messages is still so. */
static void
audit_ops(struct auditor *a)
{
	const struct world_shared *sh = a->w->shared;
	const struct world_op *op;
	int64_t n;

	for (unsigned i = 0; i < sh->nops; i++) {
		op = &sh->ops[i];
		if (!op->is_done)
			continue;
		if (op->op == OP_ACK || op->op == OP_NACK) {
			n = number(a, -1,
			    "SELECT reason IS 'sweep' AND iif(run IN (SELECT run"
			    " FROM policy), state = 1 AND lease IS NULL AND"
			    " until_us IS NOT NULL, state = 0) FROM message"
			    " WHERE json_extract(body, '$.task_id') = ?1",
			    op->name, NULL);
			if (op->op == OP_ACK && n != -1)
				complain(a, &a->out->doubles,
				    "%s: acknowledged, and there", op->name);
			if (op->op == OP_NACK && n != 1)
				complain(a, &a->out->lost, "%s: nack lost",
				    op->name);
		}
		if (op->op == OP_PUBLISH &&
		    number(a, 0, "SELECT 1 FROM run WHERE task_id = ?1",
			op->name, NULL) != 1)
			complain(a, &a->out->lost, "%s: not published",
			    op->name);
	}
}

/* Switches, before they are all put back. */
static void
audit_switches(struct auditor *a, struct sched *s)
{
	const struct world_shared *sh = a->w->shared;
	const struct world_op *op, *later;
	bool is_held = false, is_paused;
	struct job j;

	for (unsigned i = 0; i < sh->nops; i++) {
		op = &sh->ops[i];
		if (!op->is_done)
			continue;
		if (op->op == OP_HOLD &&
		    (sched_queue_is_paused(s, op->queue, &is_held) !=
			    STORE_OK ||
			!is_held))
			complain(a, &a->out->lost, "%s: not held", op->queue);
		if (op->op != OP_PAUSE && op->op != OP_RESUME)
			continue;
		is_paused = op->op == OP_PAUSE;
		later = find_op(a, is_paused ? OP_RESUME : OP_PAUSE, op->queue,
		    op->name);
		if (later > op)
			continue;
		job_init(&j);
		if (sched_get(s, JOB_DURABLE, op->queue, op->name, &j) !=
			STORE_OK ||
		    (j.state == JOB_PAUSED) != is_paused)
			complain(a, &a->out->lost, "%s: switch lost", op->name);
		job_fini(&j);
	}
}

static enum store_rc
go_on(struct auditor *a, struct sched *s)
{
	static const char *const names[][2] = { { "q1", "one" },
		{ "q1", "newest" }, { "q3", "paused" } };
	int64_t now = WORLD_START_US + a->sc->at_us;
	enum store_rc rc;

	fake_clock(now);
	if ((rc = world_tick(s, now)) != STORE_OK)
		return rc;
	fake_clock(END_US - SECOND_US);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		rc = sched_resume(s, JOB_DURABLE, names[i][0], names[i][1],
		    NULL);
		if (rc != STORE_OK && !a->sc->is_empty)
			return rc;
	}
	fake_clock(END_US);
	return world_tick(s, END_US);
}

/* What `minutehand audit` says must be the same as what is seen here. */
static void
audit_ours(struct auditor *a, struct sched *s)
{
	unsigned *const counts[] = { &a->out->lost, &a->out->doubles,
		&a->out->unexplained };
	struct ours o;

	ours_audit(s, a->w->zones, &o);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		if (o.findings[i] > 0)
			complain(a, counts[i], "minutehand audit: %s", o.why);
	}
}

static void
audit_db(struct auditor *a)
{
	if (sqlite3_open_v2(world_store(a->w), &a->db, SQLITE_OPEN_READWRITE,
		NULL) != SQLITE_OK ||
	    number(a, 0,
		"SELECT integrity_check = 'ok' FROM"
		" pragma_integrity_check",
		NULL, NULL) != 1)
		complain(a, &a->out->unexplained, "damaged");
	else {
		audit_jobs(a);
		audit_messages(a);
		audit_work(a);
		audit_policy(a);
		audit_ops(a);
	}
	(void)sqlite3_close(a->db);
}

void
audit_store(const struct scene *sc, struct world *w, struct audit *out)
{
	struct auditor a = { sc, w, NULL, out };
	const char *whole;
	struct sched s;
	enum store_rc rc;

	memset(out, 0, sizeof(*out));
	if (sc->is_old && (whole = old_judge(w)) != NULL)
		complain(&a, &out->unexplained, "%s", whole);
	if ((rc = world_open(w, &s)) != STORE_OK) {
		complain(&a, &out->unexplained, "cannot be opened: %s",
		    store_strrc(rc));
		return;
	}
	audit_switches(&a, &s);
	if ((rc = go_on(&a, &s)) != STORE_OK)
		complain(&a, &out->unexplained, "cannot go on: %s",
		    store_strrc(rc));
	audit_ours(&a, &s);
	sched_close(&s);
	audit_db(&a);
}
