/*
 * The number of civil times of a cron expression in a range: by years of one
 * kind, months, and times of day, without walking.  Tested in t_trigger_count.
 */
#include "lib/time/civil.h"
#include "lib/trigger/cron_cal.h"

#include "lib/base/ban.h"

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
