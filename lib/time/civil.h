#ifndef LIB_TIME_CIVIL_H
#define LIB_TIME_CIVIL_H

#include <stdint.h>

/*
 * Proleptic Gregorian calendar arithmetic, years 1 to 9999; no zone, no
 * clock.  A wall second is a civil time counted in seconds since
 * 1970-01-01 00:00:00 as if every day had 86,400 of them.
 */
#define CIVIL_DAY_S 86400
#define CIVIL_YEAR_MIN 1
#define CIVIL_YEAR_MAX 9999

struct civil {
	int year;   /* 1..9999 */
	int month;  /* 1..12 */
	int day;    /* 1..31 */
	int hour;   /* 0..23 */
	int minute; /* 0..59 */
	int second; /* 0..59 */
};

/* Days from 1970-01-01 to the given date, which must exist. */
int64_t civil_days(int year, int month, int day);

/* The date days after 1970-01-01; hour, minute and second become 0. */
void civil_from_days(int64_t days, struct civil *out);

/* The wall second of c, and the civil time of a wall second. */
int64_t civil_to_wall(const struct civil *c);
void civil_from_wall(int64_t wall_s, struct civil *out);

/* Number of days in a month: 28..31. */
int civil_month_days(int year, int month);

/* Weekday of a day number (civil_days), 0 = Monday, as APScheduler counts. */
int civil_weekday(int64_t days);

/* ISO 8601 week of the year of a day number: 1..53. */
int civil_iso_week(int64_t days);

#endif
