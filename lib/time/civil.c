/*
 * Days, dates and weekdays of the proleptic Gregorian calendar, in integers.
 * Both directions count years from 1 March, so that the leap day is the last
 * day of its year, and group them in eras of 400 years, after which the
 * calendar repeats (146,097 days, a whole number of weeks).
 */
#include "lib/time/civil.h"

#include "lib/base/ban.h"

#define DAYS_PER_ERA 146097
#define EPOCH_FROM_0000_03_01 719468

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

static int
is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int64_t
civil_days(int year, int month, int day)
{
	int y = month > 2 ? year : year - 1;
	int64_t era = floor_div(y, 400);
	int yoe = (int)(y - era * 400);
	int mp = month > 2 ? month - 3 : month + 9;
	/* (153 * mp + 2) / 5: lengths 31 30 31 30 31, twice, from March on. */
	int doy = (153 * mp + 2) / 5 + day - 1;
	int doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * DAYS_PER_ERA + doe - EPOCH_FROM_0000_03_01;
}

void
civil_from_days(int64_t days, struct civil *out)
{
	int64_t z = days + EPOCH_FROM_0000_03_01;
	int64_t era = floor_div(z, DAYS_PER_ERA);
	int doe = (int)(z - era * DAYS_PER_ERA);
	/* Subtract the leap days of 4 and 400 years, add those of 100. */
	int yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int mp = (5 * doy + 2) / 153;

	out->day = doy - (153 * mp + 2) / 5 + 1;
	out->month = mp < 10 ? mp + 3 : mp - 9;
	out->year = (int)(yoe + era * 400) + (out->month <= 2);
	out->hour = 0;
	out->minute = 0;
	out->second = 0;
}

int64_t
civil_to_wall(const struct civil *c)
{
	return civil_days(c->year, c->month, c->day) * CIVIL_DAY_S +
	    c->hour * 3600 + c->minute * 60 + c->second;
}

void
civil_from_wall(int64_t wall_s, struct civil *out)
{
	int64_t days = floor_div(wall_s, CIVIL_DAY_S);
	int sod = (int)(wall_s - days * CIVIL_DAY_S);

	civil_from_days(days, out);
	out->hour = sod / 3600;
	out->minute = sod / 60 % 60;
	out->second = sod % 60;
}

int
civil_month_days(int year, int month)
{
	static const signed char len[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30,
		31, 30, 31 };

	return len[month - 1] + (month == 2 && is_leap(year));
}

int
civil_weekday(int64_t days)
{
	/* 1970-01-01 was a Thursday. */
	int64_t d = (days + 3) % 7;

	return (int)(d < 0 ? d + 7 : d);
}

int
civil_iso_week(int64_t days)
{
	/* A week belongs to the year of its Thursday (ISO 8601). */
	int64_t thursday = days - civil_weekday(days) + 3;
	struct civil c;

	civil_from_days(thursday, &c);
	return (int)(thursday - civil_days(c.year, 1, 1)) / 7 + 1;
}
