#ifndef LIB_TRIGGER_CALENDAR_H
#define LIB_TRIGGER_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The dates of a calendarinterval: a number of months and days apart, from a
 * first date on, at one time of day, as wall seconds (lib/time/civil.h).  No
 * zones.
 */
struct calendar {
	int64_t first; /* day number of the first date */
	int months;    /* years and months, added first */
	int days;      /* weeks and days, added then; one of both is not 0 */
	int sod;       /* second of the day */
	bool is_last;  /* a missing day becomes the month's last */
};

/*
 * With months alone each date has the day of the first one; a month without
 * that day has no date (or, with is_last, its last day, and the next date has
 * the original day again).  With both, each step begins at the date before:
 * months are added until there is a date, then the days (APScheduler's
 * CalendarIntervalTrigger).
 */

/*
 * A cache for consecutive queries about one calendar.  With months and days
 * together it keeps the positions of dates reached by walking, so that the
 * next query continues from there.  Results do not depend on it.
 */
#define CALENDAR_MARKS_MAX 3 /* positions kept */

struct calendar_walk {
	const struct calendar *c;
	struct calendar_mark {
		int64_t month; /* since the year 0 */
		int day;
		int64_t n;	    /* number of dates before it */
	} mark[CALENDAR_MARKS_MAX]; /* the latest date first */
};

/* Begin to query c, which is borrowed for as long as w is used. */
void calendar_walk_begin(struct calendar_walk *w, const struct calendar *c);

/* The first date at or after wall_s, or CRON_NEVER (after the year 9999). */
int64_t calendar_wall_next(struct calendar_walk *w, int64_t wall_s);

/* The number of dates from from_s on and before until_s. */
int64_t calendar_wall_count(struct calendar_walk *w, int64_t from_s,
    int64_t until_s);

/* Does some month of the series lack the day of the first date? */
bool calendar_has_missing(const struct calendar *c);

#endif
