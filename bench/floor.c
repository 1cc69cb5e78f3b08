/*
 * The floors under the store: what bare SQLite does with the same rows.
 *
 *   floor commits FILE SECONDS   one job row with its three indexes a durable
 *                                commit; prints commits per second
 *   floor due FILE JOBS          the rows of JOBS due jobs (ledger, message,
 *                                next run) in transactions of 1,000; prints
 *                                seconds
 */
#include "config.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "sql/sql_gen.h"
#include "lib/base/ban.h"

#define KWARGS "'{\"x\":1,\"y\":2}'"
#define BODY \
	"'{\"task_id\":\"01a20613-e034-74a9-a80a-8c0c409273b9\"," \
	"\"queue_name\":\"bench\",\"job_id\":\"job-000001\"," \
	"\"scheduled_at\":\"2026-11-22T03:30:00Z\"," \
	"\"enqueued_at\":\"2026-11-23T01:44:55.604494Z\",\"attempt\":1," \
	"\"args\":[],\"kwargs\":{\"x\":1,\"y\":2}}'"

static sqlite3 *db;

static void
check(int rc, const char *what)
{
	if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
		return;
	(void)fprintf(stderr, "floor: %s: %s\n", what, sqlite3_errmsg(db));
	exit(1);
}

static sqlite3_stmt *
prepare(const char *sql)
{
	sqlite3_stmt *q;

	check(sqlite3_prepare_v2(db, sql, -1, &q, NULL), sql);
	return q;
}

static void
step(sqlite3_stmt *q, int64_t i)
{
	if (sqlite3_bind_parameter_count(q) > 0)
		check(sqlite3_bind_int64(q, 1, i), "bind");
	check(sqlite3_step(q), sqlite3_sql(q));
	check(sqlite3_reset(q), sqlite3_sql(q));
}

static sqlite3_stmt *
insert_job(void)
{
	return prepare(
	    "INSERT INTO job (queue, job_id, trigger, kwargs, "
	    "priority, coalesce, max_catchup, max_instances, state, "
	    "next_run_us, cursor_us, created_us, changed_us) VALUES ('bench', "
	    "printf('job-%06d', ?1), 'cron;timezone=UTC;hour=3;minute=30', " KWARGS
	    ", 0, 1, 100, 1, 'active', 1795318200000000 + ?1, "
	    "1795318200000000, 1795318200000000, 1795318200000000)");
}

static void
commits(int64_t seconds)
{
	sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE");
	sqlite3_stmt *commit = prepare("COMMIT"), *insert = insert_job();
	int64_t began = clock_mono_us(), n = 0, us;

	do {
		step(begin, 0);
		step(insert, ++n);
		step(commit, 0);
		us = clock_mono_us() - began;
	} while (us < seconds * CLOCK_US_PER_S);
	(void)printf("%.0f\n", (double)n * 1e6 / (double)us);
}

static void
due(int64_t jobs)
{
	sqlite3_stmt *begin = prepare("BEGIN IMMEDIATE");
	sqlite3_stmt *commit = prepare("COMMIT"), *insert = insert_job();
	sqlite3_stmt *run = prepare(
	    "INSERT INTO run (task_id, job, queue, "
	    "job_id, slot_us, last_us, count, state, decided_us) VALUES ("
	    "printf('01a20613-e034-74a9-a80a-%012d', ?1), ?1, 'bench', "
	    "printf('job-%06d', ?1), 1795318200000000, 1795318200000000, 1, "
	    "'sent', 1795318200000000)");
	sqlite3_stmt *message = prepare(
	    "INSERT INTO message (queue, priority, "
	    "state, attempt, enqueued_us, body) VALUES ('bench', 0, 0, 0, "
	    "1795318200000000, " BODY ")");
	sqlite3_stmt *next = prepare("UPDATE job SET next_run_us = "
				     "1795404600000000 WHERE id = ?1");
	int64_t began;

	step(begin, 0);
	for (int64_t i = 1; i <= jobs; i++)
		step(insert, i);
	step(commit, 0);
	began = clock_mono_us();
	for (int64_t i = 1; i <= jobs; i++) {
		if (i % 1000 == 1)
			step(begin, 0);
		step(run, i);
		step(message, i);
		step(next, i);
		if (i % 1000 == 0 || i == jobs)
			step(commit, 0);
	}
	(void)printf("%.3f\n", (double)(clock_mono_us() - began) / 1e6);
}

int
main(int argc, char *argv[])
{
	int64_t n;

	if (argc != 4 || num_parse(argv[3], 1, 10000000, &n) != 0)
		return 64;
	check(sqlite3_open(argv[2], &db), "open");
	check(sqlite3_exec(db,
		  "PRAGMA journal_mode = WAL; "
		  "PRAGMA synchronous = FULL;",
		  NULL, NULL, NULL),
	    "pragma");
	check(sqlite3_exec(db, sql_schema, NULL, NULL, NULL), "schema");
	if (strcmp(argv[1], "commits") == 0)
		commits(n);
	else if (strcmp(argv[1], "due") == 0)
		due(n);
	else
		return 64;
	return 0;
}
