/*
 * A clock that was 30 days ahead for a while, and set right: what it decided is
 * taken back, nothing runs twice, and the ledger is whole.
 */
#include "config.h"

#include <stdlib.h>

#include "lib/sched/audit_walk.h"
#include "lib/base/clock.h"
#include "lib/sched/clock.h"
#include "lib/store/log.h"
#include "tests/unit/clock.h"
#include "tests/unit/rig.h"
#include "ticker/tick/claim.h"

#define MINUTE (60 * RIG_S)
#define DAY (1440 * MINUTE)
#define AHEAD (30 * DAY)

static struct rig r;
static struct claim claim;

static struct store *
store(void)
{
	return r.s.stores[JOB_DURABLE];
}

static int64_t
ask(const char *sql)
{
	return rig_ask(r.conf->store, sql);
}

/* What a tick does at that instant. */
static void
tick(int64_t at_us)
{
	int64_t next = 0;

	now = at_us;
	(void)store_begin(store());
	(void)store_mark_raise(store(), now);
	(void)store_commit(store());
	for (int k = 0; k < JOB_KIND__MAX; k++)
		while (store_job_next(r.s.stores[k], &next) == STORE_OK &&
		    next <= now &&
		    claim_batch(&claim, r.s.stores[k], now) == STORE_OK)
			continue;
}

static void
on_finding(void *cookie, const struct audit_report *n)
{
	(void)cookie;
	printf("# %s: %s of %s, %lld..%lld\n", n->queue,
	    audit_kind_name(n->f->kind), n->job_id,
	    (long long)(n->f->first_us - RIG_2030) / RIG_S,
	    (long long)(n->f->last_us - RIG_2030) / RIG_S);
}

static void
check_audit(const char *what)
{
	const struct audit_opts o = { .zones = r.s.zones,
		.since_us = INT64_MIN,
		.report = on_finding };
	struct audit_sum sum = { .jobs = 0 };

	is_int(audit_walk(store(), &o, &sum), STORE_OK, "%s: audited", what);
	is_int(sum.findings[0] + sum.findings[1] + sum.findings[2], 0,
	    "%s: the ledger is whole", what);
}

/* What is to come runs, what ran ahead of time does not again. */
static void
check_onwards(void)
{
	struct sched_clock c = { .is_dry = false };
	int64_t sent = ask("SELECT count(*) FROM message WHERE queue = 'q'");

	is_int(ask("SELECT next_run_us FROM job WHERE job_id = 'minute'"),
	    RIG_2030 + 11 * MINUTE, "a minute later");
	for (int i = 11; i <= 15; i++)
		tick(RIG_2030 + i * MINUTE + RIG_S);
	is_int(ask("SELECT count(*) FROM message WHERE queue = 'q'"), sent + 5,
	    "it runs again");
	check_audit("and on");
	/* Up to and past the slots that ran already. */
	tick(RIG_2030 + AHEAD + 5 * MINUTE + RIG_S);
	sent = ask("SELECT count(*) FROM message WHERE queue = 'q'");
	for (int i = 6; i <= 9; i++)
		tick(RIG_2030 + AHEAD + i * MINUTE + RIG_S);
	is_int(ask("SELECT count(*) FROM message WHERE queue = 'q'"), sent + 1,
	    "three of four ran before, and not again");
	is_int(ask("SELECT count(*) - count(DISTINCT job * 1e9 + slot_us / 1e6)"
		   " FROM run WHERE job IS NOT NULL"),
	    0, "no slot twice");
	check_audit("past it");
	is_int(sched_clock_reset(&r.s, &c), STORE_OK, "once more");
	is_int(c.ahead_us, 0, "has nothing to do");
}

/* Columns that may lie ahead after all, and why. */
static const char *const may_lie_ahead[] = { "job.next_run_us", "job.cursor_us",
	"job.since_us",				      /* of the yearly */
	"run.slot_us", "run.last_us",		      /* launched */
	"work.due_us",				      /* its slot */
	"run_pruned.first_us", "run_pruned.last_us",  /* as launched */
	"history.until_us", "history.since_us",	      /* of those that ended */
	"delivery.created_us", "delivery.started_us", /* by Render's clock */
	"delivery.finished_us", "delivery.until_us",  /* looked at below */
	"token.expires_us",			      /* the owner's wish */
	"audit.at_us", "tick.started_us", "tick.until_us", /* journals */
	"tick.ended_us", "tick.doubt_us", "tick.doubt_boot_us",
	/* lengths */
	"delivery.max_runtime_us", "job.max_runtime_us", "job.misfire_grace_us",
	"outbox.base_us", "outbox.cap_us", "outbox.max_age_us",
	"policy.expected_us", /* of its slot */
	"tick.boot_us" };

static bool
may(const char *column)
{
	for (size_t i = 0; i < sizeof(may_lie_ahead) / sizeof(char *); i++)
		if (strcmp(column, may_lie_ahead[i]) == 0)
			return true;
	return false;
}

/* No instant of any column of the schema lies behind the limit. */
static void
each_instant(int64_t limit_us)
{
	sqlite3_stmt *q = NULL;
	char sql[400];
	int n = 0;

	(void)sqlite3_prepare_v2(store()->db,
	    "SELECT t.name, c.name FROM sqlite_schema AS t, "
	    "pragma_table_info(t.name) AS c "
	    "WHERE t.type = 'table' AND c.name LIKE '%\\_us' ESCAPE '\\'",
	    -1, &q, NULL);
	while (sqlite3_step(q) == SQLITE_ROW) {
		const char *table = (const char *)sqlite3_column_text(q, 0);
		const char *column = (const char *)sqlite3_column_text(q, 1);

		(void)snprintf(sql, sizeof(sql), "%s.%s", table, column);
		n++;
		if (may(sql))
			continue;
		(void)snprintf(sql, sizeof(sql),
		    "SELECT count(*) FROM %s WHERE %s > %lld", table, column,
		    (long long)limit_us);
		is_int(ask(sql), 0, "%s.%s", table, column);
	}
	(void)sqlite3_finalize(q);
	printf("# %d columns of instants\n", n);
}

/* What ticks, consumers and clients write by a clock that is ahead. */
static const char ahead_rows[] =
    "CREATE TEMP TABLE t AS SELECT 1893456000000000 + 30 * 86400000000 AS at;"
    "INSERT INTO run (id, task_id, queue, job_id, slot_us, last_us, count, "
    " state, decided_us) SELECT 900, 'x900', 'q', 'x', at, at, 1, 'due', at "
    " FROM t;"
    "INSERT INTO run (id, task_id, queue, job_id, slot_us, last_us, count, "
    " state, decided_us) SELECT 901, 'x901', 'q', 'x', at, at, 1, 'due', at "
    " FROM t;"
    "INSERT INTO delivery (run, target, service, command, marker, on_ambiguous, "
    " fingerprint, state, version, next_us, is_waiting, attempt, due_us, sent_us, "
    " doubt_us, looks, cancel_us, until_us) SELECT 900, 'render', 's', 'c', "
    " 'none', 'retry', 1, 'due', 0, at + 60000000, 0, 1, at, at, at, 0, "
    " at + 86400000000, at + 86400000000 FROM t;"
    "INSERT INTO outbox SELECT 901, 'q', NULL, NULL, 1, NULL, 86400000000, "
    " 1000000, 1000000, at, 1, at + 60000000 FROM t;"
    "INSERT INTO policy (run, max_runtime_us, expected_us, check_us, "
    " overdue_us, overlong_us, failures) "
    " SELECT 901, 60000000, at, at, at, at, 0 FROM t;"
    "INSERT INTO follow SELECT 's', at, at, 0 FROM t;"
    "INSERT INTO denial (key, service, reason, since_us, ended_us) "
    " SELECT 'k', 's', 'no', at, at FROM t;"
    "INSERT INTO job_gone SELECT 'q', 'gone', 77, at, 'expired', NULL FROM t;"
    "INSERT INTO queue SELECT 'z', 1, at, 'me', at FROM t;"
    "INSERT INTO endpoint SELECT 'l', 1, at, 3, at, at, 'down' FROM t;"
    "INSERT INTO token (id, hash, name, scopes, queues, created_us, "
    " expires_us, used_us) SELECT 't', x'00', 'n', 1, '*', at, "
    " at + 86400000000, at FROM t;"
    "INSERT INTO alert (about, subject, kind, next_us, done_us) "
    " SELECT 'run', 900, 'x', at, at FROM t;"
    "INSERT INTO message (queue, priority, state, attempt, until_us, "
    " enqueued_us, body) SELECT 'q', 1, 1, 1, at - 3600000000, at, '{}' "
    " FROM t;"
    "INSERT INTO tick (started_us, until_us, sent, decided) "
    " SELECT at - 7200000000, at, 0, 0 FROM t;"
    "DROP TABLE t;";

static void
check_columns(void)
{
	each_instant(now + 60 * MINUTE);
	is_int(ask("SELECT until_us - due_us FROM delivery"), DAY,
	    "given up as long after it was due");
	is_int(ask("SELECT due_us FROM delivery"), now, "which is now");
	is_int(ask("SELECT expires_us FROM token"), RIG_2030 + AHEAD + DAY,
	    "a token ends when its owner said");
}

/* Add a job as of now; it has no field but one, or none. */
static enum store_rc
add_now(const struct rig_job *what)
{
	const struct trigger_env env = { r.s.zones, "UTC", now, false };
	const struct trigger_field f = { what->name, what->value };
	struct faults fs = { .n = 0 };
	struct trigger *t =
	    trigger_new(what->kind, &f, what->name != NULL, &env, &fs);
	struct buf spec = BUF_INIT;
	enum store_rc rc;
	struct job j;

	if (t == NULL)
		rig_bail(fs.v[0].text);
	trigger_spec(t, &spec);
	trigger_free(t);
	job_init(&j);
	j.queue = strdup(what->queue);
	j.job_id = strdup(what->job_id);
	j.trigger = buf_take(&spec);
	rc = sched_add(&r.s, &j, false, now);
	job_fini(&j);
	return rc;
}

/* Given while the clock was ahead. */
static void
add_ahead(void)
{
	static const struct rig_job jobs[] = {
		{ JOB_DURABLE, "a", "i", "interval", "hours", "1" },
		{ JOB_DURABLE, "a", "i2", "interval", "days", "3" },
		{ JOB_DURABLE, "a", "d", "calendarinterval", "days", "1" },
		{ JOB_DURABLE, "a", "m", "calendarinterval", "months", "1" },
		{ JOB_DURABLE, "a", "date", "date", NULL, NULL },
		{ JOB_DURABLE, "a", "later", "date", "run_date",
		    "2030-03-01 00:00:00" },
	};

	now = RIG_2030 + AHEAD + 8 * MINUTE + 20 * RIG_S;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		is_int(add_now(&jobs[i]), STORE_OK, "%s", jobs[i].job_id);
}

static void
check_added(void)
{
	is_int(ask("SELECT cursor_us FROM job WHERE job_id = 'i'"),
	    RIG_2030 + 68 * MINUTE + 20 * RIG_S, "an hour from when it was");
	is_int(ask("SELECT cursor_us FROM job WHERE job_id = 'i2'"),
	    RIG_2030 + 3 * DAY + 8 * MINUTE + 20 * RIG_S, "back by 30 days");
	is_int(ask("SELECT cursor_us FROM job WHERE job_id = 'd'"),
	    RIG_2030 + DAY, "a day is the next one");
	is_int(ask("SELECT cursor_us FROM job WHERE job_id = 'm'"),
	    RIG_2030 + 30 * DAY, "a month is that of the date");
	ok(ask("SELECT cursor_us FROM job WHERE job_id = 'date'") <= now + 1,
	    "at once is now");
	is_int(ask("SELECT cursor_us FROM job WHERE job_id = 'later'"),
	    RIG_2030 + 59 * DAY, "an instant is one");
	is_int(ask("SELECT count(*) FROM job WHERE queue = 'a' "
		   "AND cursor_us < since_us"),
	    0, "what they were begins with them");
}

/* A look, and the deed. */
static void
check_reset(void)
{
	struct sched_clock c = { .is_dry = true };
	struct sched_health h;

	/* The clock is right again. */
	now = RIG_2030 + 10 * MINUTE;
	(void)sched_health(&r.s, now, &h);
	ok(h.is_late && h.ahead_us > AHEAD - DAY, "late, and ahead");
	check_audit("ahead");
	is_int(sched_clock_reset(&r.s, &c), STORE_OK, "a look");
	ok(c.jobs == 3 + 5 && c.messages == 2, "%lld jobs, %lld messages",
	    (long long)c.jobs, (long long)c.messages);
	(void)sched_health(&r.s, now, &h);
	ok(h.ahead_us > 0, "changes nothing");
	c = (struct sched_clock){ .is_dry = false };
	is_int(sched_clock_reset(&r.s, &c), STORE_OK, "brought back");
	is_int(c.jobs, 3 + 5, "three jobs: one was not ahead; and those given");
	is_int(c.gone, 1, "one that ended");
	check_columns();
	check_added();
	is_int(c.kept, 7, "what ran ahead of time");
	(void)sched_health(&r.s, now, &h);
	is_int(h.ahead_us, 0, "nothing lies ahead");
	is_int(ask("SELECT count(*) FROM audit "
		   "WHERE action = 'job.clock-reset'"),
	    2 + 5, "a row of the audit for each");
	is_int(ask("SELECT count(*) FROM audit "
		   "WHERE action = 'queue.clock-reset' AND queue = 'q'"),
	    1, "and for the queue");
	ok(ask("SELECT max(until_us) FROM message") <= now + 60 * MINUTE,
	    "the lease ends soon");
}

/* A job whose zone cannot be read then is brought back by another reset. */
static void
check_unread(void)
{
	static const struct rig_job job = { JOB_DURABLE, "z", "berlin", "cron",
		"hour", "3" };
	struct sched_clock c = { .is_dry = false };
	struct tz_cache *zones = r.s.zones,
			*none = tz_cache_new("/nonexistent");
	struct sched_health h;

	is_int(rig_add(&r, &job), STORE_OK, "added");
	rig_meddle(r.conf->store,
	    "UPDATE job SET trigger = replace(trigger, 'UTC', 'Europe/Berlin'),"
	    "cursor_us = cursor_us + 365 * 86400000000 WHERE queue = 'z';"
	    "UPDATE mark SET at_us = at_us + 86400000000");
	r.s.zones = none;
	is_int(sched_clock_reset(&r.s, &c), STORE_OK, "without its file");
	is_int(c.unread, 1, "it cannot be brought back");
	(void)sched_health(&r.s, now, &h);
	ok(h.ahead_us > 0, "which is not forgotten");
	r.s.zones = zones;
	c = (struct sched_clock){ .is_dry = false };
	is_int(sched_clock_reset(&r.s, &c), STORE_OK, "with it");
	is_int(c.unread, 0, "it is");
	ok(ask("SELECT cursor_us FROM job WHERE queue = 'z'") < now + DAY,
	    "and fires within a day");
	(void)sched_health(&r.s, now, &h);
	is_int(h.ahead_us, 0, "so that nothing lies ahead");
	tz_cache_free(none);
}

int
main(void)
{
	static const struct rig_job jobs[] = {
		{ JOB_DURABLE, "q", "minute", "interval", "seconds", "60" },
		{ JOB_DURABLE, "q", "daily", "cron", "hour", "3" },
		{ JOB_DURABLE, "q", "yearly", "cron", "month", "7" },
		{ JOB_MEMORY, "q", "memory", "interval", "seconds", "60" },
	};

	folder_init("t_clock_reset");
	rig_open(&r, "");
	r.s.clock = &clock_test;
	claim = (struct claim){ .clock = &clock_test,
		.zones = r.s.zones,
		.conf = r.conf };
	now = RIG_2030;
	for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
		is_int(rig_add(&r, &jobs[i]), STORE_OK, "%s", jobs[i].job_id);
	for (int i = 1; i <= 5; i++)
		tick(RIG_2030 + i * MINUTE + RIG_S);
	for (int i = 6; i <= 8; i++)
		tick(RIG_2030 + AHEAD + i * MINUTE + RIG_S);
	rig_meddle(r.conf->store,
	    "UPDATE message SET state = 1, lease = 'x', until_us = "
	    "1893456000000000 + 30 * 86400000000 + 600000000 "
	    "WHERE id = (SELECT min(id) FROM message)");
	add_ahead();
	rig_meddle(r.conf->store, ahead_rows);
	check_reset();
	check_audit("brought back");
	check_onwards();
	check_unread();
	buf_fini(&claim.scratch);
	rig_close(&r);
	folder_fini();
	return tap_done();
}
