/*
 * Questions to the ledger: by service, by job and slot, by id
 * (lib/store/run.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/err.h"
#include "lib/store/job.h"
#include "lib/store/run.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "tests/unit/tap.h"

/* Questions to the ledger: by service, by job and instant, by id. */

static struct store *st;

/* A job of a name; its number. */
static int64_t
add_job(const char *queue, const char *job_id)
{
	struct job j;
	int64_t id;

	job_init(&j);
	j.queue = strdup(queue);
	j.job_id = strdup(job_id);
	j.trigger = strdup("text");
	(void)store_begin(st);
	(void)store_job_insert(st, &j);
	(void)store_commit(st);
	id = j.id;
	job_fini(&j);
	return id;
}

struct row {
	const char *id, *queue, *job_id;
	int64_t job, slot, last;
	enum run_state state;
};

static enum store_rc
insert(const struct row *w)
{
	struct run r = { .job = w->job,
		.queue = (char *)(uintptr_t)w->queue,
		.job_id = (char *)(uintptr_t)w->job_id,
		.slot_us = w->slot,
		.last_us = w->last,
		.count = 1,
		.state = w->state };
	enum store_rc rc;

	(void)snprintf(r.id, sizeof(r.id), "%s", w->id);
	(void)store_begin(st);
	rc = store_run_insert(st, &r);
	(void)store_commit(st);
	return rc;
}

/* Jobs 1 (q/a) and 2 (q/b); 3 is q/a again, after 1 was deleted. */
static const struct row rows[] = {
	{ "a1", "q", "a", 1, 100, 100, RUN_SENT },
	{ "a2", "q", "a", 1, 200, 400, RUN_MISSED },
	{ "b1", "q", "b", 2, 300, 300, RUN_SENT },
	{ "a3", "q", "a", 3, 500, 500, RUN_PAUSED },
	{ "a4", "q", "a", 3, 250, 250, RUN_SENT },
	{ "p1", "q", "", 0, 300, 300, RUN_SENT },
};

static void
fill(void)
{
	int64_t a = add_job("q", "a"), b = add_job("q", "b");

	ok(a == 1 && b == 2, "jobs are numbered from 1");
	for (size_t i = 0; i < 3; i++)
		is_int(insert(&rows[i]), STORE_OK, "row %s", rows[i].id);
	(void)store_begin(st);
	(void)store_job_delete(st, a, 9, JOB_EXPIRED);
	(void)store_commit(st);
	is_int(add_job("q", "a"), 3, "a number is never used again");
	for (size_t i = 3; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_int(insert(&rows[i]), STORE_OK, "row %s", rows[i].id);
}

/* The row that stands for an instant; "-" for none. */
static const struct {
	const char *job_id;
	int64_t at, until;
	const char *want, *what;
} at_cases[] = {
	{ "a", 100, 100, "a1", "a single slot" },
	{ "a", 99, 99, "-", "just before it" },
	{ "a", 101, 101, "-", "just behind it" },
	{ "a", 101, 199, "-", "up to just before the next" },
	{ "a", 101, 200, "a2", "up to the next" },
	{ "a", 200, 200, "a2", "the first of a range" },
	{ "a", 201, 201, "a2", "within a range" },
	{ "a", 400, 400, "a2", "the last of a range" },
	{ "a", 401, 401, "-", "behind a range" },
	{ "a", 250, 250, "a4", "the newest slot of two that hold it" },
	{ "a", 50, 600, "a3", "the newest of a long span" },
	{ "b", 300, 300, "b1", "another job's" },
	{ "b", 200, 200, "-", "not another job's" },
	{ "", 300, 300, "-", "a published message is no job's" },
	{ "c", 100, 100, "-", "a job nobody knows" },
};

static void
check_at(void)
{
	struct run r = { .row = 0 };
	enum store_rc rc;

	for (size_t i = 0; i < sizeof(at_cases) / sizeof(at_cases[0]); i++) {
		const struct store_run_at w = { "q", at_cases[i].job_id,
			at_cases[i].at, at_cases[i].until };

		rc = store_run_at(st, &w, &r);
		is_str(rc == STORE_NOTFOUND ? "-" : r.id, at_cases[i].want,
		    "%s: %s", at_cases[i].job_id, at_cases[i].what);
		run_fini(&r);
	}
}

static void
check_newest(void)
{
	const struct store_run_at a = { .queue = "q", .job_id = "a" },
				  z = { .queue = "z", .job_id = "a" };
	struct run r = { .row = 0 };

	is_int(store_run_newest(st, &a, &r), STORE_OK, "the newest row");
	is_str(r.id, "a3", "by slot, of all jobs that had the name");
	run_fini(&r);
	is_int(store_run_newest(st, &z, &r), STORE_NOTFOUND, "another queue");
	run_fini(&r);
}

/* Insert p into run_pruned as retention would. */
static void
pruned(int64_t job, int64_t last_us)
{
	char sql[256];

	(void)snprintf(sql, sizeof(sql),
	    "INSERT INTO run_pruned VALUES (%lld, 'q', 'sent', 1, 1, 1, %lld)",
	    (long long)job, (long long)last_us);
	is_int(sqlite3_exec(st->db, sql, NULL, NULL, NULL), SQLITE_OK,
	    "a sum of job %lld", (long long)job);
}

static void
check_pruned(void)
{
	const struct store_run_at a = { .queue = "q", .job_id = "a" },
				  b = { .queue = "q", .job_id = "b" };
	int64_t last = -1;

	is_int(store_run_pruned(st, &a, &last), STORE_OK, "asked");
	is_int(last, 0, "0: retention took none");
	pruned(1, 70);
	pruned(3, 60);
	(void)store_run_pruned(st, &a, &last);
	is_int(last, 70, "the last of all jobs that had the name");
	(void)store_run_pruned(st, &b, &last);
	is_int(last, 0, "and none of another");
}

/* The ids of a list. */
static const char *
list(const struct store_run_filter *f)
{
	static char text[256];
	struct run_list l = { NULL, 0, 0 };
	size_t n = 0;

	text[0] = '\0';
	(void)store_run_list(st, f, &l);
	for (size_t i = 0; i < l.n; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
		    i == 0 ? "" : " ", l.v[i].id);
	run_list_fini(&l);
	return text;
}

static void
check_list(void)
{
	struct store_run_filter f = { .state = RUN_STATE__MAX,
		.from_us = INT64_MIN,
		.below = { INT64_MAX, 0 },
		.limit = 100 };

	is_str(list(&f), "a3 p1 b1 a4 a2 a1",
	    "by slot, then number, newest first");
	f.job_id = "a";
	f.queue = "q";
	is_str(list(&f), "a3 a4 a2 a1",
	    "a job's, deleted ones of its name too");
	f.state = RUN_SENT;
	is_str(list(&f), "a4 a1", "and of one outcome");
	f.job_id = NULL;
	is_str(list(&f), "p1 b1 a4 a1", "one outcome of a queue");
	f.state = RUN_STATE__MAX;
	f.below = (struct store_run_cursor){ 300, 6 };
	is_str(list(&f), "b1 a4 a2 a1",
	    "below a service: same slot, lower number");
	f.below = (struct store_run_cursor){ 300, 3 };
	is_str(list(&f), "a4 a2 a1", "then lower slots");
	f.from_us = 200;
	is_str(list(&f), "a4 a2", "from a slot on, inclusive");
	f.from_us = 201;
	is_str(list(&f), "a4", "by the first slot of a range");
	f.limit = 0;
	is_str(list(&f), "", "a limit of none");
}

/* Lengthening a range keeps one row, and only for the same state and reason. */
static void
check_extend(void)
{
	struct run r = { .job = 9,
		.queue = (char *)(uintptr_t) "e",
		.job_id = (char *)(uintptr_t) "e",
		.slot_us = 10,
		.last_us = 10,
		.count = 1,
		.state = RUN_PAUSED,
		.id = "e1" },
		   got = { .row = 0 };

	(void)store_begin(st);
	is_int(store_run_extend(st, &r), STORE_NOTFOUND,
	    "a job without a row has none to lengthen");
	(void)store_run_insert(st, &r);
	r.slot_us = 20;
	r.last_us = 40;
	r.count = 3;
	r.decided_us = 50;
	is_int(store_run_extend(st, &r), STORE_OK,
	    "no reason and no reason are the same");
	r.reason = (char *)(uintptr_t) "x";
	is_int(store_run_extend(st, &r), STORE_NOTFOUND, "one and none differ");
	r.reason = NULL;
	r.state = RUN_MISSED;
	is_int(store_run_extend(st, &r), STORE_NOTFOUND, "so do states");
	r.job = 10;
	r.state = RUN_PAUSED;
	is_int(store_run_extend(st, &r), STORE_NOTFOUND, "and jobs");
	(void)store_commit(st);
	is_int(store_run_get(st, "e1", &got), STORE_OK, "the row");
	ok(got.slot_us == 10 && got.last_us == 40 && got.count == 4 &&
		got.decided_us == 50,
	    "from its first slot to the last, all counted, decided anew");
	run_fini(&got);
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	enum store_rc rc;
	struct err why;

	if ((st = store_open(&o, &rc, &why)) == NULL) {
		printf("Bail out! %s\n", why.text);
		return EXIT_FAILURE;
	}
	fill();
	check_at();
	check_newest();
	check_pruned();
	check_list();
	check_extend();
	store_close(st);
	return tap_done();
}
