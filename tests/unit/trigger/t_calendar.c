/*
 * Dates of a calendarinterval (lib/trigger/calendar.h): in closed form they are
 * those that stepping from one to the next gives, and as many.
 */
#include "config.h"

#include <string.h>

#include "lib/trigger/calendar.h"
#include "lib/time/civil.h"
#include "lib/trigger/cron_cal.h"
#include "tests/unit/tap.h"

#define STEPS_MAX 1500

/*
 * A length, a first date, and whether months without the day take their last.
 */
static const struct {
	int months, days;
	int year, month, day;
	bool is_last;
	bool has_missing;
} rows[] = {
	{ 0, 1, 2026, 1, 1, false, false },
	{ 0, 14, 2026, 12, 1, false, false },
	{ 0, 36525, 1999, 1, 1, false, false },
	{ 1, 0, 2026, 1, 1, false, false },
	{ 1, 0, 2026, 1, 28, false, false },
	{ 1, 0, 2026, 1, 29, false, true },
	{ 1, 0, 2024, 1, 30, false, true },
	{ 1, 0, 2026, 1, 31, false, true },
	{ 1, 0, 2026, 1, 31, true, true },
	{ 1, 0, 2024, 2, 29, true, true },
	{ 2, 0, 2026, 1, 31, false, true },
	{ 3, 0, 2026, 10, 31, false, true },
	{ 3, 0, 2026, 8, 31, true, true },
	{ 5, 0, 2026, 5, 31, false, true },
	{ 7, 0, 1970, 7, 31, true, true },
	{ 12, 0, 2024, 2, 29, false, true },
	{ 12, 0, 2024, 2, 29, true, true },
	{ 12, 0, 2026, 1, 31, false, false },
	{ 48, 0, 2024, 2, 29, false, true },
	{ 36, 0, 1896, 2, 29, false, true },
	{ 1200, 0, 2000, 2, 29, false, true },
	{ 4800 / 4, 0, 1600, 2, 29, false, true },
	{ 11, 0, 2023, 12, 30, false, true },
	{ 1, 1, 2026, 1, 31, false, true },
	{ 1, 31, 2026, 1, 31, true, true },
	{ 13, 10, 1995, 3, 30, false, true },
	{ 12, 365, 2024, 2, 29, false, true },
};

/* The dates as the contract tells them, one from the other. */
static int64_t
step(size_t i, int64_t day)
{
	struct civil v, first;
	int64_t month;
	int len;

	civil_from_wall(day * CIVIL_DAY_S, &v);
	first = v;
	if (rows[i].days == 0)
		first.day = rows[i].day;
	month = (int64_t)v.year * 12 + v.month - 1;
	do {
		month += rows[i].months;
		len =
		    civil_month_days((int)(month / 12), (int)(month % 12) + 1);
	} while (rows[i].months > 0 && first.day > len && !rows[i].is_last);
	return civil_days((int)(month / 12), (int)(month % 12) + 1,
		   first.day < len ? first.day : len) +
	    rows[i].days;
}

/* Asked anew, and by a walk that was asked before: both agree. */
static int64_t
next_of(struct calendar_walk *w, int64_t wall_s)
{
	struct calendar_walk fresh;
	int64_t next;

	calendar_walk_begin(&fresh, w->c);
	next = calendar_wall_next(&fresh, wall_s);
	return next == calendar_wall_next(w, wall_s) ? next : -1;
}

static int64_t
count_of(struct calendar_walk *w, int64_t from_s, int64_t until_s)
{
	struct calendar_walk fresh;
	int64_t n;

	calendar_walk_begin(&fresh, w->c);
	n = calendar_wall_count(&fresh, from_s, until_s);
	return n == calendar_wall_count(w, from_s, until_s) ? n : -1;
}

static void
check(size_t i)
{
	const struct calendar c = {
		.first = civil_days(rows[i].year, rows[i].month, rows[i].day),
		.months = rows[i].months,
		.days = rows[i].days,
		.sod = 9 * 3600,
		.is_last = rows[i].is_last,
	};
	int64_t end = civil_days(CRON_YEAR_MAX, 12, 31), from_s, wall_s;
	int64_t day = c.first, n, mid_s;
	bool is_next = true, is_count = true, is_between = true;
	struct calendar_walk w;

	calendar_walk_begin(&w, &c);
	from_s = c.first * CIVIL_DAY_S - 1;
	for (n = 0; n < STEPS_MAX && day <= end; n++) {
		wall_s = day * CIVIL_DAY_S + c.sod;
		is_next &= next_of(&w, wall_s) == wall_s;
		is_count &= count_of(&w, from_s, wall_s) == n;
		is_count &= count_of(&w, from_s, wall_s + 1) == n + 1;
		day = step(i, day);
		if (day > end)
			day = INT64_MAX / CIVIL_DAY_S;
		mid_s = wall_s + 1;
		is_between &= next_of(&w, mid_s) ==
		    (day > end ? CRON_NEVER : day * CIVIL_DAY_S + c.sod);
		mid_s +=
		    (day < end ? day * CIVIL_DAY_S + c.sod - wall_s : 2) / 2;
		is_between &= next_of(&w, mid_s) ==
		    (day > end ? CRON_NEVER : day * CIVIL_DAY_S + c.sod);
	}
	ok(is_next && is_between, "row %zu: the next of %lld dates", i,
	    (long long)n);
	ok(is_count, "row %zu: counted", i);
	ok(calendar_has_missing(&c) == rows[i].has_missing,
	    "row %zu: does a month lack the day?", i);
}

/* The whole of the years, where no walk could end in time. */
static void
check_far(void)
{
	struct calendar c = { civil_days(1970, 1, 31), 1, 0, 0, false };
	int64_t end_s = (civil_days(9999, 12, 31) + 1) * CIVIL_DAY_S;
	struct calendar_walk w;

	calendar_walk_begin(&w, &c);
	is_int(count_of(&w, 0, end_s), INT64_C(8030) * 7,
	    "the 31st of every month: seven a year");
	c.is_last = true;
	is_int(count_of(&w, 0, end_s), INT64_C(8030) * 12,
	    "or the last day: twelve");
	c = (struct calendar){ civil_days(1970, 1, 29), 1, 0, 0, false };
	is_int(count_of(&w, 0, end_s),
	    INT64_C(8030) * 11 + 9999 / 4 - 9999 / 100 + 9999 / 400 -
		(1969 / 4 - 1969 / 100 + 1969 / 400),
	    "the 29th: eleven, and one in a leap year");
	c = (struct calendar){ 0, 0, 1, 0, false };
	is_int(count_of(&w, 0, end_s), civil_days(9999, 12, 31) + 1,
	    "every day");
	c = (struct calendar){ civil_days(1970, 1, 28), 1, 5, 0, true };
	is_int(count_of(&w, 0, end_s), 82976, "a month and five days");
	is_int(count_of(&w, end_s / 2, end_s), 41488, "half of them");
	is_int(next_of(&w, 0), civil_days(1970, 1, 28) * CIVIL_DAY_S, "first");
	ok(next_of(&w, end_s) == CRON_NEVER, "none after 9999");
	ok(next_of(&w, INT64_MAX / 2) == CRON_NEVER, "nor later");
}

int
main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(i);
	check_far();
	return tap_done();
}
