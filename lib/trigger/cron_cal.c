/*
 * The calendar of cron expressions: which days match, and the next matching
 * civil time.  Which days of a year match depends only on its kind (21 of
 * them), so kinds without a match are found once and skipped, and times are
 * counted by kinds.  Zones are slot.c.  Tested in t_cron_cal, t_trigger_count
 * and t_vectors.
 */
#include <assert.h>
#include <limits.h>
#include <stdlib.h>

#include "lib/time/civil.h"
#include "lib/trigger/cron_cal.h"

#include "lib/base/ban.h"

/* Days that every month has. */
#define DAYS_ALWAYS UINT64_C(0x1ffffffe)

/* The years 2001 to 2040 contain every kind. */
#define KINDS_FROM 2001
#define KINDS_UNTIL 2041
/* All values of each field; the year has no set of bits. */
static const uint64_t full[CRON__MAX] = {
	[CRON_MONTH] = 0x1ffe,
	[CRON_DAY] = 0xfffffffe,
	[CRON_WEEK] = 0x3ffffffffffffe,
	[CRON_DOW] = 0x7f,
	[CRON_HOUR] = 0xffffff,
	[CRON_MINUTE] = 0xfffffffffffffff,
	[CRON_SECOND] = 0xfffffffffffffff,
};

/* The ISO weeks that can overlap each month. */
static const uint64_t month_weeks[] = {
	[1] = 0x3000000000003e,
	[2] = 0x3e0,
	[3] = 0x7e00,
	[4] = 0x7e000,
	[5] = 0xfe0000,
	[6] = 0xfc00000,
	[7] = 0xfc000000,
	[8] = 0x1fc0000000,
	[9] = 0x1f800000000,
	[10] = 0x1f8000000000,
	[11] = 0x3f00000000000,
	[12] = 0x3f000000000002,
};

/* The day to search from; may be one past the end of the month. */
struct cursor {
	int year;
	int month;
	int day;
};

void
cron_fini(struct cron *c)
{
	free(c->years);
	c->years = NULL;
}

void
cron_forget_full_years(struct cron *c)
{
	const uint64_t all = ~UINT64_C(0);
	int i;

	for (i = 0; i < CRON_YEAR_WORDS - 1; i++)
		if (c->years[i] != all)
			return;
	if (c->years[i] == all >> (63 - (CRON_YEAR_MAX - CRON_YEAR_MIN) % 64))
		cron_fini(c);
}

void
cron_fill(struct cron *c, enum cron_field f)
{
	c->bits[f] = full[f];
}

/* Lowest bit of set at or above v, or -1. */
static int
bit_from(uint64_t set, int v)
{
	assert(v >= 0);
	set = v < 64 ? set >> v << v : 0;
	return set != 0 ? __builtin_ctzll(set) : -1;
}

/* Weekdays (bit 0 = Monday) as offsets from a day whose weekday is wd. */
static uint64_t
days_behind(uint64_t weekdays, int wd)
{
	return (weekdays >> wd | weekdays << (7 - wd)) & 0x7f;
}

/* Days of the weekdays in dow, in a month whose 1st is weekday wd. */
static uint64_t
dow_days(uint64_t dow, int wd)
{
	/* Five consecutive weeks; day 1 is bit 1. */
	return days_behind(dow, wd) * UINT64_C(0x10204081) << 1;
}

/* Days at the given weekday positions in a month of len days. */
static uint64_t
nth_days(uint64_t nth, int wd, int len)
{
	uint64_t days = 0;
	int pos;

	for (pos = 0; pos < 5; pos++, nth >>= 7) /* a 5th may be past len */
		days |= days_behind(nth & 0x7f, wd) << (1 + 7 * pos);
	return days | days_behind(nth, (wd + len) % 7) << (len - 6);
}

/* Days whose ISO week is in weeks; first is the day number of the 1st. */
static uint64_t
week_days(uint64_t weeks, int64_t first, int month, int wd)
{
	uint64_t days = 0, span;
	int day, week = 0;

	for (day = 1 - wd; day <= 31; day += 7) {
		/* Week numbers ascend, except where an ISO year begins. */
		if (day <= 1 || month == 1 || month == 12)
			week = civil_iso_week(first + day - 1);
		else
			week++;
		span = day < 1 ? UINT64_C(0x7f) >> (1 - day) << 1 :
				 UINT64_C(0x7f) << day;
		if (weeks >> week & 1)
			days |= span;
	}
	return days;
}

/*
 * The working day, Monday to Friday, of the month that is nearest to day; wd
 * is the weekday of the 1st.
 */
static int
nearest_working(int day, int wd, int len)
{
	int dow = (wd + day - 1) % 7;

	if (dow == 5)
		return day > 1 ? day - 1 : day + 2;
	if (dow == 6)
		return day < len ? day + 1 : day - 2;
	return day;
}

/* Days counted from the end of the month, and working days nearest to a day. */
static uint64_t
moving_days(const struct cron *c, int wd, int len)
{
	uint64_t days = 0;
	int day;

	assert(len >= 28);
	for (day = 1; day <= len; day++) {
		if ((c->from_end >> (len - day) & 1) != 0)
			days |= UINT64_C(1) << day;
		if ((c->nearest >> day & 1) != 0 ||
		    (c->end_nearest >> (len - day) & 1) != 0)
			days |= UINT64_C(1) << nearest_working(day, wd, len);
	}
	return days;
}

uint64_t
cron_month_days(const struct cron *c, int year, int month)
{
	int len = civil_month_days(year, month);
	int64_t first = civil_days(year, month, 1);
	int wd = civil_weekday(first);
	uint64_t days = c->bits[CRON_DAY], dow = full[CRON_DAY];

	if ((c->bits[CRON_WEEK] & month_weeks[month]) == 0)
		return 0;
	if (days >> CRON_DAY_LAST & 1)
		days |= UINT64_C(1) << len;
	if (c->nth != 0)
		days |= nth_days(c->nth, wd, len);
	if ((c->from_end | c->nearest | c->end_nearest) != 0)
		days |= moving_days(c, wd, len);
	if (c->bits[CRON_DOW] != full[CRON_DOW])
		dow = dow_days(c->bits[CRON_DOW], wd);
	if (c->dow_nth != 0)
		dow |= nth_days(c->dow_nth, wd, len);
	days = c->is_day_or_dow ? days | dow : days & dow;
	days &= (UINT64_C(2) << len) - 2;
	if (days != 0 && c->bits[CRON_WEEK] != full[CRON_WEEK])
		days &= week_days(c->bits[CRON_WEEK], first, month, wd);
	return days;
}

int
cron_year_kind(int year)
{
	bool is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
	int y = year - 1; /* 1 January of the year 1 was a Monday */
	bool is_after = y % 4 == 0 && (y % 100 != 0 || y % 400 == 0);

	return (is_leap		? 7 :
		       is_after ? 14 :
				  0) +
	    (y + y / 4 - y / 100 + y / 400) % 7;
}

static bool
is_barren(const struct cron *c, int year)
{
	uint32_t kinds = year < c->late_year ? c->barren : c->barren_late;

	return kinds != 0 && (kinds >> cron_year_kind(year) & 1) != 0;
}

/* The first year at or after year that is in the set, or -1. */
static int
year_in_set(const uint64_t *years, int year)
{
	int v = year - CRON_YEAR_MIN, i = v / 64;
	uint64_t word = years[i] >> v % 64 << v % 64;

	while (word == 0) {
		if (++i == CRON_YEAR_WORDS)
			return -1;
		word = years[i];
	}
	return CRON_YEAR_MIN + i * 64 + __builtin_ctzll(word);
}

bool
cron_has_year(const struct cron *c, int year)
{
	return c->years == NULL || year_in_set(c->years, year) == year;
}

/* The first year at or after year that can match, or -1. */
static int
year_from(const struct cron *c, int year)
{
	if (year < CRON_YEAR_MIN)
		year = CRON_YEAR_MIN;
	if (c->barren == CRON_ALL_KINDS)
		return -1;
	for (; year <= CRON_YEAR_MAX; year++) {
		if (year >= c->late_year && c->barren_late == CRON_ALL_KINDS)
			return -1;
		if (c->years != NULL)
			year = year_in_set(c->years, year);
		if (year == -1 || !is_barren(c, year))
			return year;
	}
	return -1;
}

/* Move at to the first matching day at or after it within its year. */
static bool
find_in_year(const struct cron *c, struct cursor *at)
{
	uint64_t days;
	int month = at->month;

	while ((month = bit_from(c->bits[CRON_MONTH], month)) != -1) {
		if (month != at->month)
			at->day = 1;
		days = cron_month_days(c, at->year, month);
		at->month = month;
		at->day = bit_from(days, at->day);
		if (at->day != -1)
			return true;
		month++;
		at->month = 0;
	}
	return false;
}

/* Move at to the first matching day at or after it. */
static bool
find_day(const struct cron *c, struct cursor *at)
{
	int year = year_from(c, at->year);

	if (year == at->year) {
		if (find_in_year(c, at))
			return true;
		year = year_from(c, year + 1);
	}
	if (year == -1)
		return false;
	*at = (struct cursor){ year, 1, 1 };
	return find_in_year(c, at);
}

/* Has every month a matching day?  False also if that is not obvious. */
static bool
is_monthly(const struct cron *c)
{
	uint64_t days = c->bits[CRON_DAY] & DAYS_ALWAYS;

	if (c->bits[CRON_WEEK] != full[CRON_WEEK])
		return false;
	if (c->bits[CRON_DOW] == full[CRON_DOW])
		return days != 0;
	return c->bits[CRON_DOW] != 0 && days == DAYS_ALWAYS;
}

void
cron_settle(struct cron *c)
{
	uint32_t seen = 0, bit;
	int year;

	c->barren = 0;
	c->late_year = INT_MAX;
	for (year = KINDS_FROM; year < KINDS_UNTIL && !is_monthly(c); year++) {
		bit = UINT32_C(1) << cron_year_kind(year);
		if ((seen & bit) == 0 &&
		    !find_in_year(c, &(struct cursor){ year, 1, 1 }))
			c->barren |= bit;
		seen |= bit;
	}
	c->barren_late = c->barren;
}

void
cron_prune(struct cron *c)
{
	int year = CRON_YEAR_MIN - 1, v;

	if (c->years == NULL || (c->barren | c->barren_late) == 0)
		return;
	while (year < CRON_YEAR_MAX &&
	    (year = year_in_set(c->years, year + 1)) != -1) {
		v = year - CRON_YEAR_MIN;
		if (is_barren(c, year))
			c->years[v / 64] &= ~(UINT64_C(1) << v % 64);
	}
}

bool
cron_is_same(const struct cron *a, const struct cron *b)
{
	for (int f = CRON_YEAR + 1; f < CRON__MAX; f++)
		if (a->bits[f] != b->bits[f])
			return false;
	for (int year = CRON_YEAR_MIN;
	     a->years != b->years && year <= CRON_YEAR_MAX; year++)
		if (cron_has_year(a, year) != cron_has_year(b, year))
			return false;
	return a->nth == b->nth && a->dow_nth == b->dow_nth &&
	    a->from_end == b->from_end && a->nearest == b->nearest &&
	    a->end_nearest == b->end_nearest &&
	    a->is_day_or_dow == b->is_day_or_dow;
}

/* The first matching second of a day at or after that of v, or -1. */
static int
find_time(const struct cron *c, const struct civil *v)
{
	int h = bit_from(c->bits[CRON_HOUR], v->hour);
	int m = bit_from(c->bits[CRON_MINUTE], 0);
	int s = bit_from(c->bits[CRON_SECOND], 0);
	int same_m, same_s;

	if (h != v->hour)
		return h == -1 ? -1 : h * 3600 + m * 60 + s;
	same_m = bit_from(c->bits[CRON_MINUTE], v->minute);
	if (same_m == v->minute) {
		same_s = bit_from(c->bits[CRON_SECOND], v->second);
		if (same_s != -1)
			return h * 3600 + same_m * 60 + same_s;
		same_m = bit_from(c->bits[CRON_MINUTE], v->minute + 1);
	}
	if (same_m != -1)
		return h * 3600 + same_m * 60 + s;
	h = bit_from(c->bits[CRON_HOUR], v->hour + 1);
	return h == -1 ? -1 : h * 3600 + m * 60 + s;
}

int64_t
cron_wall_next(const struct cron *c, int64_t wall_s)
{
	static const struct civil midnight;
	struct civil v;
	struct cursor at;
	int sod;

	if (wall_s < 0)
		wall_s = 0; /* years begin with 1970 */
	civil_from_wall(wall_s, &v);
	sod = find_time(c, &v);
	at = (struct cursor){ v.year, v.month, v.day + (sod == -1) };
	if (!find_day(c, &at))
		return CRON_NEVER;
	if (sod == -1 || at.day != v.day || at.month != v.month ||
	    at.year != v.year)
		sod = find_time(c, &midnight);
	return civil_days(at.year, at.month, at.day) * CIVIL_DAY_S + sod;
}

#define NOT_COUNTED (-1)

static int
bits(uint64_t set)
{
	return __builtin_popcountll(set);
}

/* The number of values in set below v. */
static int
bits_below(uint64_t set, int v)
{
	return bits(set & ((UINT64_C(1) << v) - 1));
}

static bool
has(uint64_t set, int v)
{
	return (set >> v & 1) != 0;
}

/* The number of matching seconds of a matching day before its second sod. */
static int64_t
times_before(const struct cron *c, int sod)
{
	int h = sod / 3600, m = sod / 60 % 60;
	int64_t a_minute = bits(c->bits[CRON_SECOND]);
	int64_t an_hour = bits(c->bits[CRON_MINUTE]) * a_minute;
	int64_t n = bits_below(c->bits[CRON_HOUR], h) * an_hour;

	if (h > 23 || !has(c->bits[CRON_HOUR], h))
		return n;
	n += bits_below(c->bits[CRON_MINUTE], m) * a_minute;
	if (has(c->bits[CRON_MINUTE], m))
		n += bits_below(c->bits[CRON_SECOND], sod % 60);
	return n;
}

/*
 * The number of matching days of a year before a day of it, whether or not the
 * set of years contains it.
 */
static int
days_before(const struct cron *c, int year, int month, int day)
{
	int n = 0;

	for (int m = 1; m < month; m++) {
		if (has(c->bits[CRON_MONTH], m))
			n += bits(cron_month_days(c, year, m));
	}
	if (month <= 12 && has(c->bits[CRON_MONTH], month))
		n += bits_below(cron_month_days(c, year, month), day);
	return n;
}

/* The number of matching days from year on and before until. */
static int64_t
days_of_years(const struct cron *c, int year, int until)
{
	int16_t of_kind[CRON_YEAR_KINDS];
	int64_t n = 0;
	int k;

	for (k = 0; k < CRON_YEAR_KINDS; k++)
		of_kind[k] = NOT_COUNTED;
	for (; year < until; year++) {
		if (!cron_has_year(c, year))
			continue;
		k = cron_year_kind(year);
		if (of_kind[k] == NOT_COUNTED)
			of_kind[k] = (int16_t)days_before(c, year, 13, 1);
		n += of_kind[k];
	}
	return n;
}

/* The number of matching seconds of the year of v before v. */
static int64_t
seconds_before(const struct cron *c, const struct civil *v)
{
	int64_t n;

	if (!cron_has_year(c, v->year))
		return 0;
	n = days_before(c, v->year, v->month, v->day) * times_before(c, 86400);
	if (has(c->bits[CRON_MONTH], v->month) &&
	    has(cron_month_days(c, v->year, v->month), v->day))
		n += times_before(c,
		    v->hour * 3600 + v->minute * 60 + v->second);
	return n;
}

int64_t
cron_wall_count(const struct cron *c, int64_t from_s, int64_t until_s)
{
	int64_t end_s = civil_days(CRON_YEAR_MAX, 12, 31) * CIVIL_DAY_S;
	struct civil a, b;

	if (from_s < 0)
		from_s = 0; /* years begin with 1970 */
	if (until_s > end_s + CIVIL_DAY_S)
		until_s = end_s + CIVIL_DAY_S;
	if (from_s >= until_s)
		return 0;
	civil_from_wall(from_s, &a);
	civil_from_wall(until_s - 1, &b);
	return days_of_years(c, a.year, b.year) * times_before(c, 86400) +
	    seconds_before(c, &b) - seconds_before(c, &a) +
	    (cron_wall_next(c, until_s - 1) == until_s - 1);
}
