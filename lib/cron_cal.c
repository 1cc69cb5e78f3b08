#include <assert.h>
#include <stdlib.h>

#include "lib/civil.h"
#include "lib/cron_cal.h"

#include "lib/ban.h"

#define CYCLE_YEARS 400

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

/* A day to search from; day may lie one behind the month's end. */
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

/* Days whose weekday is in dow, in a month whose 1st is weekday wd. */
static uint64_t
dow_days(uint64_t dow, int wd)
{
	uint64_t from_1st = (dow >> wd | dow << (7 - wd)) & 0x7f;

	/* Five weeks in a row; day 1 is bit 1. */
	return from_1st * UINT64_C(0x10204081) << 1;
}

/* Days at the wanted positions in a month of len days. */
static uint64_t
nth_days(uint64_t nth, int wd, int len)
{
	uint64_t days = 0;
	int bit, pos, day;

	for (; nth != 0; nth &= nth - 1) {
		bit = __builtin_ctzll(nth);
		pos = bit / 7;
		day = 1 + (bit % 7 - wd + 7) % 7;
		if (pos < 5)
			day += 7 * pos;
		else
			day += (len - day) / 7 * 7;
		days |= UINT64_C(1) << day; /* a 5th may lie behind len */
	}
	return days;
}

/* Days whose ISO week is in weeks; first is the day number of the 1st. */
static uint64_t
week_days(uint64_t weeks, int64_t first, int month, int wd)
{
	uint64_t days = 0, span;
	int day, week = 0;

	for (day = 1 - wd; day <= 31; day += 7) {
		/* Numbers run on but where an ISO year may change. */
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

/* The matching days of a month; day d is bit d. */
static uint64_t
month_days(const struct cron *c, int year, int month)
{
	int len = civil_month_days(year, month);
	int64_t first = civil_days(year, month, 1);
	int wd = civil_weekday(first);
	uint64_t days = c->bits[CRON_DAY], dow = full[CRON_DAY];

	if (days >> CRON_DAY_LAST & 1)
		days |= UINT64_C(1) << len;
	if (c->nth != 0)
		days |= nth_days(c->nth, wd, len);
	if (c->bits[CRON_DOW] != full[CRON_DOW])
		dow = dow_days(c->bits[CRON_DOW], wd);
	days = c->is_day_or_dow ? days | dow : days & dow;
	days &= (UINT64_C(2) << len) - 2;
	if (days != 0 && c->bits[CRON_WEEK] != full[CRON_WEEK])
		days &= week_days(c->bits[CRON_WEEK], first, month, wd);
	return days;
}

/* The first year at or after year that is in the set, or -1. */
static int
year_from(const struct cron *c, int year)
{
	uint64_t word;
	int i, v;

	if (year < CRON_YEAR_MIN)
		year = CRON_YEAR_MIN;
	if (year > CRON_YEAR_MAX)
		return -1;
	if (c->years == NULL)
		return year;
	v = year - CRON_YEAR_MIN;
	i = v / 64;
	word = c->years[i] >> v % 64 << v % 64;
	while (word == 0) {
		if (++i == CRON_YEAR_WORDS)
			return -1;
		word = c->years[i];
	}
	return CRON_YEAR_MIN + i * 64 + __builtin_ctzll(word);
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
		days = month_days(c, at->year, month);
		at->month = month;
		at->day = bit_from(days, at->day);
		if (at->day != -1)
			return true;
		month++;
		at->month = 0;
	}
	return false;
}

/*
 * Which days of a year match depends on its being a leap year, on the weekday
 * of 1 January, and, for the ISO week that 1 January belongs to, on whether
 * the year before was a leap year: 21 kinds of year.
 */
static int
year_kind(int year)
{
	int leap = civil_month_days(year, 2) == 29 ? 1 :
	    civil_month_days(year - 1, 2) == 29	   ? 2 :
						     0;

	return leap * 7 + civil_weekday(civil_days(year, 1, 1));
}

/* Move at to the first matching day at or after it. */
static bool
find_day(const struct cron *c, struct cursor *at)
{
	int last = CRON_YEAR_MAX, year = at->year, kind;
	uint32_t hopeless = 0; /* kinds of year tried in vain, as bits */

	if (c->years == NULL && year < CRON_YEAR_MAX - CYCLE_YEARS)
		last = year + CYCLE_YEARS;
	if (year_from(c, year) == year && find_in_year(c, at))
		return true;
	while ((year = year_from(c, year + 1)) != -1 && year <= last) {
		kind = year_kind(year);
		if (hopeless >> kind & 1)
			continue;
		*at = (struct cursor){ year, 1, 1 };
		if (find_in_year(c, at))
			return true;
		hopeless |= UINT32_C(1) << kind;
	}
	return false;
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
