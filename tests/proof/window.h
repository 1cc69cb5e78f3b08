#ifndef TESTS_PROOF_WINDOW_H
#define TESTS_PROOF_WINDOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tests/proof/expr.h"

/*
 * The days around a transition, minute by minute, as libc's localtime_r shows
 * them in the zone that TZ names.
 */

/* What is looked at on each side of the transition. */
#define WINDOW_S (INT64_C(3) * 86400)

/* What is walked besides, to know which local times occur nearby: no two
 * offsets of a zone are further apart than a day. */
#define WINDOW_MARGIN_S (INT64_C(26) * 3600)

/* A local minute: one that exists, or one in a gap, which the clock jumps
 * over at t_s. */
struct window_minute {
	int64_t t_s;	/* its instant; gap: the first instant behind it */
	int64_t wall_s; /* its civil time, as if in UTC */
	int date;	/* in dates */
	int hour;
	int minute;
	bool is_gap;
	bool is_again; /* the civil time has occurred before: a fold */
};

#define WINDOW_MINUTES_MAX 16384
#define WINDOW_DATES_MAX 16

/* Minutes that follow each other within an hour of a date. */
struct window_run {
	int first;
	int n;
};

#define WINDOW_RUNS_MAX 1024

struct window {
	int64_t at_s; /* the transition */
	int64_t from_s;
	int64_t until_s; /* from_s <= slot < until_s are compared */
	struct window_minute m[WINDOW_MINUTES_MAX];
	int n;
	struct window_run run[WINDOW_RUNS_MAX];
	int runs;
	struct expr_date dates[WINDOW_DATES_MAX];
	int64_t date_wall_s[WINDOW_DATES_MAX];
	int ndates;
};

/* Make libc use the zone. */
void window_set_zone(const char *name);

/*
 * The instants from from_s to until_s at which the zone's offset or DST
 * changes; at most max, their number.
 */
int window_transitions(int64_t from_s, int64_t until_s, int64_t *out, int max);

/* Walk around the transition at_s. */
void window_fill(struct window *w, int64_t at_s);

enum window_policy {
	WINDOW_WALL,
	WINDOW_SKIP,
	WINDOW_ONCE,
	WINDOW_AUTO,
	WINDOW__MAX
};

/*
 * The slots of e in the window by the table of spec/triggers.md, ascending:
 * their number; slots has WINDOW_MINUTES_MAX.
 */
int window_slots(const struct window *w, const struct expr *e,
    enum window_policy policy, int64_t *slots);

#endif
