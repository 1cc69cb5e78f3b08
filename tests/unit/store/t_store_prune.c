/*
 * Retention: what goes, what stays, and that the sums have the rest
 * (lib/store/prune.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/store/job.h"
#include "lib/store/log.h"
#include "lib/store/prune.h"
#include "lib/store/run.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "tests/unit/tap.h"

/* Retention: what goes, what stays, and that the sums tell the rest. */

static struct store *st;

static int64_t
number(const char *sql)
{
	sqlite3_stmt *q = NULL;
	int64_t v = -1;

	if (sqlite3_prepare_v2(st->db, sql, -1, &q, NULL) == SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW)
		v = sqlite3_column_int64(q, 0);
	(void)sqlite3_finalize(q);
	return v;
}

static void
begin(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	enum store_rc rc;
	struct err why;

	if ((st = store_open(&o, &rc, &why)) == NULL) {
		printf("Bail out! %s\n", why.text);
		exit(EXIT_FAILURE);
	}
	(void)store_begin(st);
}

static void
end(void)
{
	(void)store_commit(st);
	store_close(st);
}

/* Rows from first to last of a job, a slot each, decided at their slot. */
static void
fill(int64_t job, int64_t first, int64_t last, enum run_state state)
{
	struct run r = {
		.job = job,
		.queue = (char *)(uintptr_t) "q",
		.job_id = (char *)(uintptr_t) "j",
		.count = 1,
		.state = state,
	};

	for (int64_t s = first; s <= last; s++) {
		run_make_id(s, r.id);
		r.slot_us = r.last_us = r.decided_us = s;
		(void)store_run_insert(st, &r);
	}
}

static int64_t
add_job(const char *name, int64_t cursor_us)
{
	struct job j;
	int64_t id;

	job_init(&j);
	j.queue = strdup("q");
	j.job_id = strdup(name);
	j.trigger = strdup("interval;length_us=60000000;start_us=0");
	j.cursor_us = j.next_run_us = cursor_us;
	(void)store_job_insert(st, &j);
	id = j.id;
	job_fini(&j);
	return id;
}

/* Steps until there is no more to do; how many they were. */
static int
prune(const struct store_prune *p, int64_t *done)
{
	bool is_more = true;
	int steps = 0;

	*done = 0;
	for (; is_more && steps < 1000; steps++)
		if (store_prune_step(st, p, done, &is_more) != STORE_OK)
			return -1;
	return steps;
}

static void
check_age(void)
{
	const struct store_prune p = { 500, 0, 0, 64, 1000000, &clock_host };
	int64_t done, job;

	begin();
	job = add_job("j", 5000);
	fill(job, 1, 1000, RUN_SENT);
	is_int(prune(&p, &done), 8, "499 old rows are 8 steps of 64");
	is_int(done, 499, "all of them go");
	is_int(number("SELECT min(slot_us) FROM run"), 500, "none but them");
	is_int(number("SELECT sum(count) FROM run_pruned"), 499, "summed");
	is_int(number("SELECT last_us FROM run_pruned WHERE first_us = 1"), 499,
	    "with first and last slot");
	is_int(prune(&p, &done), 1, "then one look is enough");
	is_int(done, 0, "and changes nothing");
	end();
}

/* A paused range that still grows does not keep the others. */
static void
check_paused(void)
{
	const struct store_prune p = { 500, 0, 0, 10, 1000000, &clock_host };
	int64_t done, job;

	begin();
	job = add_job("j", 5000);
	fill(job, 1, 30, RUN_PAUSED);
	fill(job, 31, 600, RUN_SENT);
	(void)sqlite3_exec(st->db,
	    "UPDATE run SET decided_us = 900 WHERE state = 'paused'", NULL,
	    NULL, NULL);
	(void)prune(&p, &done);
	is_int(done, 469, "the old ones behind 30 young ranges");
	is_int(number("SELECT count(*) FROM run WHERE state = 'paused'"), 30,
	    "the ranges stay");
	(void)sqlite3_exec(st->db,
	    "UPDATE run SET decided_us = 400 WHERE state = 'paused'", NULL,
	    NULL, NULL);
	(void)prune(&p, &done);
	is_int(done, 30, "until they are old themselves");
	end();
}

/* The guard on (job, slot) is not weakened. */
static void
check_guard(void)
{
	const struct store_prune p = { 5000, 10, 5, 64, 1000000, &clock_host };
	int64_t done, job;
	struct run r;

	begin();
	job = add_job("j", 300);
	fill(job, 1, 1000, RUN_SENT);
	(void)prune(&p, &done);
	is_int(number("SELECT count(*) FROM run WHERE slot_us >= 300"), 701,
	    "no slot at or after the cursor goes");
	is_int(number("SELECT count(*) FROM run WHERE slot_us < 300"), 0,
	    "all before it do");
	r = (struct run){
		.id = "again",
		.job = job,
		.queue = (char *)(uintptr_t) "q",
		.job_id = (char *)(uintptr_t) "j",
		.slot_us = 300,
		.last_us = 300,
		.count = 1,
	};
	is_int(store_run_insert(st, &r), STORE_CONFLICT, "it cannot run twice");
	end();
}

static void
check_per_job(void)
{
	struct store_prune p = { INT64_MIN, 0, 10, 64, 1000000, &clock_host };
	int64_t done, few, many;

	begin();
	few = add_job("few", 5000);
	many = add_job("many", 5000);
	fill(few, 1, 10, RUN_SENT);
	fill(many, 1, 300, RUN_SENT);
	fill(0, 2000, 2050, RUN_SENT);
	(void)prune(&p, &done);
	is_int(done, 290, "what one job has too many");
	is_int(number("SELECT min(slot_us) FROM run WHERE job = 2"), 291,
	    "the newest stay");
	is_int(number("SELECT count(*) FROM run WHERE job = 1"), 10,
	    "the other job keeps all it may");
	is_int(number("SELECT count(*) FROM run WHERE job IS NULL"), 51,
	    "published messages are nobody's");
	fill(many, 301, 305, RUN_SENT);
	(void)prune(&p, &done);
	is_int(done, 5, "later rows push others out");
	is_int(number("SELECT rows FROM run_pruned WHERE job = 2"), 295,
	    "sums grow");
	p.rows_per_job = 4;
	(void)prune(&p, &done);
	is_int(done, 12, "a lower limit counts at once, for every job");
	end();
}

/*
 * Found by a simulated year: where every 64th row was of the same job, the
 * others were never looked at.
 */
static void
check_regular(int jobs)
{
	const struct store_prune p = { INT64_MIN, 0, 1024, 1000, 1000000,
		&clock_host };
	const int64_t rows = 3072;
	int64_t done;

	begin();
	for (int64_t s = 1; s <= rows; s++) {
		for (int64_t job = 1; job <= jobs; job++)
			fill(job, s, s, RUN_SENT);
	}
	(void)prune(&p, &done);
	ok(number("SELECT max(n) FROM (SELECT count(*) AS n FROM run"
		  " GROUP BY job)") <= 1024 + 512,
	    "%d jobs in turn keep about what they may", jobs);
	is_int(number("SELECT min(n) FROM (SELECT count(*) AS n FROM run"
		      " GROUP BY job)") >= 1024,
	    1, "and not less");
	is_int(number("SELECT (SELECT count(*) FROM run) +"
		      " (SELECT sum(rows) FROM run_pruned)"),
	    rows * jobs, "and the others are summed");
	end();
}

static void
check_rows(void)
{
	const struct store_prune p = { INT64_MIN, 100, 0, 64, 1000000,
		&clock_host };
	int64_t done, job;

	begin();
	job = add_job("j", 5000);
	fill(job, 1, 1000, RUN_SENT);
	(void)prune(&p, &done);
	is_int(done, 900, "all but so many");
	is_int(number("SELECT count(*) FROM run"), 100, "are left");
	fill(job, 1001, 1001, RUN_SENT);
	(void)prune(&p, &done);
	is_int(done, 1, "one in, one out");
	is_int(number("SELECT sum(r) FROM (SELECT count(*) AS r FROM run "
		      "UNION ALL SELECT sum(rows) FROM run_pruned)"),
	    1001, "rows and sums are all there ever were");
	end();
}

/* Of a job that is gone nothing stays for ever. */
static void
check_gone(void)
{
	const struct store_prune p = { 500, 0, 0, 64, 1000000, &clock_host };
	int64_t done, job;

	begin();
	job = add_job("j", 5000);
	fill(job, 1, 20, RUN_SENT);
	(void)store_job_delete(st, job, 1, "deleted by owner");
	fill(0, 600, 600, RUN_SENT);
	is_int(number("SELECT count(*) FROM job_gone"), 1, "its name is kept");
	(void)prune(&p, &done);
	is_int(done, 20, "its rows go");
	is_int(number("SELECT count(*) FROM job_gone"), 0, "then its name");
	is_int(number("SELECT count FROM run_pruned WHERE job = 0"), 20,
	    "its sums join those of all such jobs");
	is_int(number("SELECT count(*) FROM run_pruned"), 1, "one row");
	end();
}

static void
check_audit(void)
{
	const struct store_prune p = { 50, 0, 0, 16, 1000000, &clock_host };
	struct store_audit a = { 0, "owner", "job.add", "q", "j" };
	int64_t done;

	begin();
	for (a.at_us = 0; a.at_us < 100; a.at_us++)
		(void)store_audit_add(st, &a);
	(void)prune(&p, &done);
	is_int(number("SELECT count(*) FROM audit"), 50, "the audit by age");
	end();
}

int
main(void)
{
	check_age();
	check_paused();
	check_guard();
	check_per_job();
	check_regular(8);
	check_regular(13);
	check_regular(64);
	check_rows();
	check_gone();
	check_audit();
	return tap_done();
}
