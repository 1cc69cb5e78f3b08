#include "config.h"

#include <stdlib.h>

#include "lib/store_log.h"
#include "lib/store_stmt.h"
#include "tests/unit/tap.h"

/* The journals: audit rows and ticks (lib/store_log.h). */

static struct store *st;

static int64_t
ask(const char *sql)
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
check_audit(void)
{
	const struct store_audit full = { 5, "web", "job.add", "q", "j" },
				 bare = { 6, "owner", "token.make", NULL,
					 NULL };

	(void)store_begin(st);
	is_int(store_audit_add(st, &full), STORE_OK, "a row of all");
	is_int(store_audit_add(st, &bare), STORE_OK, "a row of the least");
	is_int(store_audit_add(st, &bare), STORE_OK, "as often as it happens");
	(void)store_commit(st);
	is_int(
	    ask("SELECT count(*) FROM audit WHERE at_us = 5 AND actor = 'web'"
		" AND action = 'job.add' AND queue = 'q' AND job_id = 'j'"),
	    1, "who, what, where, when");
	is_int(ask("SELECT count(*) FROM audit WHERE queue IS NULL AND job_id"
		   " IS NULL"),
	    2, "what does not apply is null");
	(void)store_begin(st);
	(void)store_audit_add(st, &full);
	store_rollback(st);
	is_int(ask("SELECT count(*) FROM audit"), 3,
	    "what was rolled back was not done, and is not told");
}

static int64_t
start(int64_t started_us, int64_t until_us)
{
	struct store_tick t = { .started_us = started_us,
		.until_us = until_us };

	(void)store_begin(st);
	is_int(store_tick_start(st, &t), STORE_OK, "a tick at %lld",
	    (long long)started_us);
	(void)store_commit(st);
	return t.id;
}

static void
end(int64_t id, int64_t ended_us)
{
	const struct store_tick t = { .id = id, .ended_us = ended_us };

	(void)store_begin(st);
	is_int(store_tick_end(st, &t), STORE_OK, "tick %lld ends",
	    (long long)id);
	(void)store_commit(st);
}

static bool
is_relieved(int64_t id, int64_t until_us)
{
	const struct store_tick t = { .id = id, .until_us = until_us };
	bool out = false;

	is_int(store_tick_is_relieved(st, &t, &out), STORE_OK,
	    "is tick %lld relieved?", (long long)id);
	return out;
}

/* By one that began after it, means to stay longer, and has not ended. */
static void
check_relief(void)
{
	int64_t a = start(0, 100), b, c;

	ok(!is_relieved(a, 100), "not by itself");
	b = start(10, 100);
	ok(b > a, "numbers ascend");
	ok(!is_relieved(a, 100), "not by one that stays as long");
	ok(!is_relieved(b, 100), "nor by an earlier one");
	c = start(20, 101);
	ok(is_relieved(a, 100), "by one that stays longer");
	ok(is_relieved(b, 100), "each of those before it");
	ok(!is_relieved(c, 101), "but not that one");
	end(c, 30);
	ok(!is_relieved(a, 100), "not by one that has left");
}

/* Distances; their median with odd and even numbers, and at most 12 ticks. */
static const struct {
	const char *what;
	int64_t gaps[14]; /* 0 ends */
	int64_t want;	  /* 0: STORE_NOTFOUND */
} cadences[] = {
	{ "one tick", { 0 }, 0 },
	{ "two ticks", { 60 }, 0 },
	{ "three ticks", { 60, 60 }, 60 },
	{ "the middle of three distances", { 60, 300, 61 }, 61 },
	{ "the upper middle of two", { 60, 300 }, 300 },
	{ "the upper middle of four", { 10, 40, 20, 30 }, 30 },
	{ "one outage among many", { 60, 60, 9000, 60, 60 }, 60 },
	{ "the oldest of thirteen does not count",
	    { 9, 1, 1, 1, 1, 1, 2, 9, 9, 9, 9, 9 }, 2 },
};

static void
check_cadence(void)
{
	int64_t now, got;
	enum store_rc rc;

	for (size_t i = 0; i < sizeof(cadences) / sizeof(cadences[0]); i++) {
		(void)sqlite3_exec(st->db, "DELETE FROM tick", NULL, NULL,
		    NULL);
		now = 1000;
		(void)start(now, 0);
		for (const int64_t *g = cadences[i].gaps; *g != 0; g++)
			(void)start(now += *g, 0);
		got = -1;
		rc = store_tick_cadence(st, &got);
		is_int(rc, cadences[i].want == 0 ? STORE_NOTFOUND : STORE_OK,
		    "cadence of %s", cadences[i].what);
		is_int(got, cadences[i].want == 0 ? -1 : cadences[i].want,
		    "cadence: %s", cadences[i].what);
	}
}

/* The newest thousand rows stay. */
static void
check_drop(void)
{
	struct store_tick t = { .id = 0 };
	int64_t first, last = 0;

	(void)sqlite3_exec(st->db, "DELETE FROM tick", NULL, NULL, NULL);
	is_int(store_tick_last(st, &t), STORE_NOTFOUND, "no tick");
	(void)store_begin(st);
	t.started_us = 1;
	(void)store_tick_start(st, &t);
	first = t.id;
	for (int i = 1; i < 1000; i++) {
		(void)store_tick_start(st, &t);
		last = t.id;
	}
	(void)store_commit(st);
	end(last, 2);
	is_int(ask("SELECT count(*) FROM tick"), 1000, "a thousand rows stay");
	last = start(3, 0);
	is_int(ask("SELECT count(*) FROM tick"), 1001,
	    "a start does not drop any: it must be quick");
	end(last, 4);
	is_int(ask("SELECT count(*) FROM tick"), 1000, "an end does");
	is_int(ask("SELECT min(id) FROM tick"), first + 1, "the oldest");
	is_int(store_tick_last(st, &t), STORE_OK, "the newest");
	ok(t.id == last && t.started_us == 3 && t.ended_us == 4, "is known");
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	enum store_rc rc;
	char why[256];

	if ((st = store_open(&o, &rc, why, sizeof(why))) == NULL) {
		printf("Bail out! %s\n", why);
		return EXIT_FAILURE;
	}
	check_audit();
	check_relief();
	check_cadence();
	check_drop();
	store_close(st);
	return tap_done();
}
