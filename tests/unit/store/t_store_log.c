/* The journals: audit rows and ticks (lib/store/log.h). */
#include "config.h"

#include <stdlib.h>

#include "lib/base/err.h"
#include "lib/trigger/grace.h"
#include "lib/store/log.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "tests/unit/tap.h"

/* The journals: audit rows and ticks (lib/store/log.h). */

#define S_US INT64_C(1000000)

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

/* Ticks in seconds, the end 0 where they were killed; what is measured. */
static const struct sample {
	const char *what;
	struct {
		int start, end;
	} ticks[13];
	int cadence, gap; /* -1: not known */
} samples[] = {
	{ "each minute, staying for the next",
	    { { 1, 62 }, { 61, 122 }, { 121, 182 }, { 181, 0 } }, 60, 0 },
	{ "each minute, over at once",
	    { { 1, 2 }, { 61, 62 }, { 121, 122 }, { 181, 0 } }, 60, 59 },
	{ "each minute, for half of it",
	    { { 1, 31 }, { 61, 91 }, { 121, 151 }, { 181, 0 } }, 60, 30 },
	{ "each five minutes, killed", { { 1, 0 }, { 301, 0 }, { 601, 0 } },
	    300, 300 },
	{ "each quarter, one pass",
	    { { 10, 11 }, { 910, 911 }, { 1810, 1811 }, { 2710, 0 } }, 900,
	    899 },
	{ "an outage does not count",
	    { { 1, 62 }, { 61, 122 }, { 9000, 9061 }, { 9060, 9121 },
		{ 9120, 0 } },
	    60, 0 },
	{ "nor does a pass by hand within another tick",
	    { { 1, 62 }, { 30, 31 }, { 61, 122 }, { 90, 91 }, { 121, 182 },
		{ 181, 0 } },
	    31, 0 },
	{ "a clock set back by an hour",
	    { { 7201, 7202 }, { 7261, 7262 }, { 7321, 7322 }, { 3781, 3782 },
		{ 3841, 3842 }, { 3901, 0 } },
	    60, 59 },
	{ "two are too few", { { 1, 2 }, { 61, 0 } }, -1, -1 },
	{ "so are three around a clock set back",
	    { { 101, 0 }, { 161, 0 }, { 1, 0 } }, -1, -1 },
	{ "the newest twelve count",
	    { { 1, 0 }, { 9, 0 }, { 61, 0 }, { 121, 0 }, { 181, 0 }, { 241, 0 },
		{ 301, 0 }, { 361, 0 }, { 421, 0 }, { 481, 0 }, { 541, 0 },
		{ 601, 0 }, { 661, 0 } },
	    60, 60 },
};

static void
check_sample(const struct sample *s)
{
	struct store_pace pace = { -1, -1 };
	struct store_tick t;

	(void)store_begin(st);
	for (size_t i = 0; i < 13 && s->ticks[i].start != 0; i++) {
		t = (struct store_tick){ .started_us = s->ticks[i].start,
			.ended_us = s->ticks[i].end };
		(void)store_tick_start(st, &t);
		if (t.ended_us != 0)
			(void)store_tick_end(st, &t);
	}
	is_int(store_tick_pace(st, &pace),
	    s->gap < 0 ? STORE_NOTFOUND : STORE_OK, "%s", s->what);
	is_int(pace.cadence_us, s->cadence, "cadence");
	is_int(pace.gap_us, s->gap, "gap");
	store_rollback(st);
}

/* A grace is stretched by what the host's cron takes, and never cut. */
static void
check_grace(void)
{
	static const struct {
		int own_s, gap_s, want_s;
	} rows[] = {
		{ -1, 300, -1 },
		{ 0, 300, 330 },
		{ 1, 60, 90 },
		{ 89, 60, 90 },
		{ 90, 60, 90 },
		{ 91, 60, 91 },
		{ 3600, 300, 3600 },
		{ 1, 0, 1 },
		{ 1, -1, 1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		is_int(grace_effective(rows[i].own_s < 0 ? -1 :
							   rows[i].own_s * S_US,
			   rows[i].gap_s < 0 ? -1 : rows[i].gap_s * S_US),
		    rows[i].want_s < 0 ? -1 : rows[i].want_s * S_US,
		    "own %d s, gap %d s", rows[i].own_s, rows[i].gap_s);
	ok(grace_allows(-1, 99 * S_US) && grace_allows(9, 9) &&
		!grace_allows(9, 10),
	    "its own grace alone");
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
	check_audit();
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check_sample(&samples[i]);
	check_relief();
	check_grace();
	check_drop();
	store_close(st);
	return tap_done();
}
