#include "config.h"

#include <stdlib.h>

#include "lib/grace.h"
#include "lib/store_log.h"
#include "tests/unit/tap.h"

/* The journal of ticks, and what it tells of the host. */

#define S_US INT64_C(1000000)

static struct store *st;

/* The cadence is the median distance: one long gap does not move it. */
static void
check_ticks(void)
{
	static const int64_t starts[] = { 0, 60, 120, 4000, 4060, 4120 };
	struct store_tick t = { .id = 0 };
	struct store_pace pace = { 0, 0 };

	is_int(store_tick_last(st, &t), STORE_NOTFOUND, "no tick yet");
	for (size_t i = 0; i < sizeof(starts) / sizeof(starts[0]); i++) {
		if (i == 2)
			is_int(store_tick_pace(st, &pace), STORE_NOTFOUND,
			    "two ticks tell no cadence");
		t = (struct store_tick){ .started_us = starts[i] };
		(void)store_begin(st);
		(void)store_tick_start(st, &t);
		(void)store_commit(st);
	}
	is_int(store_tick_pace(st, &pace), STORE_OK, "six do");
	is_int(pace.cadence_us, 60, "the median");
	t.ended_us = 4130;
	t.sent = 3;
	t.decided = 4;
	(void)store_begin(st);
	is_int(store_tick_end(st, &t), STORE_OK, "a tick ends");
	(void)store_commit(st);
	memset(&t, 0, sizeof(t));
	is_int(store_tick_last(st, &t), STORE_OK, "the newest is known");
	ok(t.started_us == 4120 && t.ended_us == 4130 && t.sent == 3 &&
		t.decided == 4,
	    "with its counts");
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
		is_int(grace_of(rows[i].own_s < 0 ? -1 : rows[i].own_s * S_US,
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
	char why[256];

	if ((st = store_open(&o, &rc, why, sizeof(why))) == NULL) {
		printf("Bail out! %s\n", why);
		return EXIT_FAILURE;
	}
	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
		check_sample(&samples[i]);
	check_grace();
	check_ticks();
	store_close(st);
	return tap_done();
}
