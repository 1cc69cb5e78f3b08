/*
 * The dates of a calendarinterval.  Days alone and months alone are computed
 * in closed form; no such form is known for both together, as the length of a
 * step depends on the date before.  Those are walked from the first date,
 * month by month without computing day numbers: half a millisecond up to the
 * year 10000.  Tested in t_calendar, t_vectors and calendar.bats.
 */
#include <limits.h>

#include "lib/trigger/calendar.h"
#include "lib/time/civil.h"
#include "lib/trigger/cron_cal.h"

#include "lib/base/ban.h"

/* Months after which the calendar, except for weekdays, repeats. */
#define CYCLE_MONTHS 4800
#define YEAR_MONTHS 12

#define FEBRUARY 0 /* the length of February depends on the year */

/* Days that every month has. */
#define DAY_ALWAYS_MAX 28

/*
 * Months between marks: more than between two clock changes, so that a walk of
 * slots that steps back over a change still finds a mark.
 */
#define MARK_MONTHS 24

/* A month, counted from the year 0, and a day in it. */
struct date {
	int64_t month;
	int day;
};

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static struct date
date_of(int64_t day)
{
	struct civil v;

	civil_from_wall(day * CIVIL_DAY_S, &v);
	return (
	    struct date){ (int64_t)v.year * YEAR_MONTHS + v.month - 1, v.day };
}

/* Called for each month of a walk: only February needs the year. */
static inline int
length_of(int64_t month)
{
	static const signed char len[YEAR_MONTHS] = { 31, FEBRUARY, 31, 30, 31,
		30, 31, 31, 30, 31, 30, 31 };
	int m = (int)month % YEAR_MONTHS;

	return len[m] != FEBRUARY ?
	    len[m] :
	    civil_month_days((int)month / YEAR_MONTHS, 2);
}

/* The last month that can have slots. */
static int64_t
last_month(void)
{
	return (int64_t)CRON_YEAR_MAX * YEAR_MONTHS + YEAR_MONTHS - 1;
}

static int64_t
day_number(int64_t month, int day)
{
	return civil_days((int)(month / YEAR_MONTHS),
	    (int)(month % YEAR_MONTHS) + 1, day);
}

/* The day of the month's date, 0 if the month has none. */
static int
day_in(const struct calendar *c, int64_t month, int day)
{
	int len = length_of(month);

	return day <= len ? day : c->is_last ? len : 0;
}

/*
 * The number of steps from the first date to the month or, if no step reaches
 * it, to the first month after it that one does.
 */
static int64_t
steps_to(const struct calendar *c, const struct date *first, int64_t month)
{
	if (month <= first->month)
		return 0;
	return (month - first->month - 1) / c->months + 1;
}

static int64_t
next_by_months(const struct calendar *c, int64_t from)
{
	struct date first = date_of(c->first), at = date_of(from);
	int64_t month = first.month + steps_to(c, &first, at.month) * c->months,
		number;
	int day;

	for (; month <= last_month(); month += c->months) {
		day = day_in(c, month, first.day);
		if (day == 0)
			continue;
		number = day_number(month, day);
		if (number >= from)
			return number;
	}
	return CRON_NEVER;
}

/* How many of the first n steps reach a month without the day. */
static int64_t
missing_in(const struct calendar *c, const struct date *first, int64_t n)
{
	int64_t missing = 0, i;

	for (i = 0; i < n; i++)
		missing +=
		    length_of(first->month % CYCLE_MONTHS + CYCLE_MONTHS +
			i * c->months % CYCLE_MONTHS) < first->day;
	return missing;
}

static int
gcd(int a, int b)
{
	return b == 0 ? a : gcd(b, a % b);
}

/*
 * The number of steps after which month lengths repeat; leap years do not
 * matter for a day that February never has.
 */
static int64_t
period(const struct calendar *c, const struct date *first)
{
	int cycle =
	    first->day == DAY_ALWAYS_MAX + 1 ? CYCLE_MONTHS : YEAR_MONTHS;

	return cycle / gcd(cycle, c->months);
}

/* The number of dates before the day. */
static int64_t
before_by_months(const struct calendar *c, int64_t until)
{
	struct date first = date_of(c->first), at = date_of(until);
	int64_t n = steps_to(c, &first, at.month), p, missing = 0;
	int64_t month = first.month + n * c->months;
	int day;

	if (first.day > DAY_ALWAYS_MAX && !c->is_last) {
		p = period(c, &first);
		if (n >= p)
			missing = n / p * missing_in(c, &first, p);
		missing += missing_in(c, &first, n % p);
	}
	n -= missing;
	/* The month that contains until. */
	if (month == at.month) {
		day = day_in(c, month, first.day);
		n += day != 0 && day < at.day;
	}
	return n;
}

/* Move to the date after one, adding months and days; false past the last. */
static bool
step(const struct calendar *c, struct calendar_mark *at)
{
	int d = 0, len;

	at->n++;
	while (d == 0) {
		at->month += c->months;
		if (at->month > last_month())
			return false;
		d = day_in(c, at->month, at->day);
	}
	for (at->day = d + c->days; at->day > (len = length_of(at->month));) {
		at->day -= len;
		at->month++;
	}
	return true;
}

static bool
is_before(const struct calendar_mark *at, const struct date *to)
{
	return at->month < to->month ||
	    (at->month == to->month && at->day < to->day);
}

/* The latest mark not after a day; the first date is always one. */
static struct calendar_mark
mark_before(const struct calendar_walk *w, const struct date *to)
{
	struct date first = date_of(w->c->first);

	for (int i = 0; i < CALENDAR_MARKS_MAX; i++)
		if (w->mark[i].month != 0 &&
		    (is_before(&w->mark[i], to) ||
			(w->mark[i].month == to->month &&
			    w->mark[i].day == to->day)))
			return w->mark[i];
	return (struct calendar_mark){ first.month, first.day, 0 };
}

static void
set_mark(struct calendar_walk *w, const struct calendar_mark *at)
{
	if (at->month < w->mark[0].month)
		return;
	if (w->mark[1].month == 0 ||
	    w->mark[0].month - w->mark[1].month > MARK_MONTHS) {
		w->mark[2] = w->mark[1];
		w->mark[1] = w->mark[0];
	}
	w->mark[0] = *at;
}

/*
 * Walk to the first date at or after day; *n is the number of dates before it.
 */
static int64_t
walk_to(struct calendar_walk *w, int64_t day, int64_t *n)
{
	struct date to = date_of(day);
	struct calendar_mark at = mark_before(w, &to);
	bool is_there = true;

	while (is_there && is_before(&at, &to))
		is_there = step(w->c, &at);
	*n = at.n;
	if (!is_there)
		return CRON_NEVER;
	set_mark(w, &at);
	return day_number(at.month, at.day);
}

static int64_t
next_date(struct calendar_walk *w, int64_t day)
{
	const struct calendar *c = w->c;
	int64_t n;

	if (day <= c->first)
		return c->first;
	if (c->months == 0)
		return c->first +
		    ((day - c->first - 1) / c->days + 1) * c->days;
	return c->days == 0 ? next_by_months(c, day) : walk_to(w, day, &n);
}

static int64_t
dates_before(struct calendar_walk *w, int64_t day)
{
	const struct calendar *c = w->c;
	int64_t n;

	if (day <= c->first)
		return 0;
	if (c->months == 0)
		return (day - c->first - 1) / c->days + 1;
	if (c->days == 0)
		return before_by_months(c, day);
	(void)walk_to(w, day, &n);
	return n;
}

/*
 * The first day whose second sod is at or after wall_s, within the range of
 * slots.
 */
static int64_t
day_from(const struct calendar *c, int64_t wall_s)
{
	int64_t day = floor_div(wall_s - c->sod + CIVIL_DAY_S - 1, CIVIL_DAY_S);
	int64_t end = civil_days(CRON_YEAR_MAX, 12, 31) + 1;

	return day < end ? day : end;
}

void
calendar_walk_begin(struct calendar_walk *w, const struct calendar *c)
{
	*w = (struct calendar_walk){ .c = c };
}

int64_t
calendar_wall_next(struct calendar_walk *w, int64_t wall_s)
{
	int64_t end = civil_days(CRON_YEAR_MAX, 12, 31) + 1;
	const struct calendar *c = w->c;
	int64_t day = day_from(c, wall_s);

	if (day >= end)
		return CRON_NEVER;
	day = next_date(w, day);
	return day >= end ? CRON_NEVER : day * CIVIL_DAY_S + c->sod;
}

int64_t
calendar_wall_count(struct calendar_walk *w, int64_t from_s, int64_t until_s)
{
	int64_t before;

	if (from_s >= until_s)
		return 0;
	before = dates_before(w, day_from(w->c, from_s));
	return dates_before(w, day_from(w->c, until_s)) - before;
}

bool
calendar_has_missing(const struct calendar *c)
{
	struct date first = date_of(c->first);

	if (c->months == 0)
		return false;
	if (c->days != 0)
		return true;
	return first.day > DAY_ALWAYS_MAX &&
	    missing_in(c, &first, period(c, &first)) > 0;
}
