#ifndef LIB_TRIGGER_CALENDAR_H
#define LIB_TRIGGER_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Every so many months and days from a first date on, at one time of day: the
 * wall seconds (lib/time/civil.h) of a calendarinterval.  No zones.
 */
struct calendar {
	int64_t first; /* day number of the first date */
	int months;    /* years and months, added first … */
	int days;      /* … then weeks and days; one of both is not 0 */
	int sod;       /* second of the day */
	bool is_last;  /* a day that a month lacks: its last one, not none */
};

/*
 * With months alone each date has the day of the first one; where a month
 * lacks it, there is none (or its last day is taken, and the next date has the
 * day again).  With both, each step begins at the date before: months are
 * added until there is a date, then the days (APScheduler's
 * CalendarIntervalTrigger).
 */

/*
 * Questions about one calendar, one after another: of months and days together
 * it is kept where the dates lie that were walked to, so that the next
 * question walks on from there.  Answers do not depend on it.
 */
#define CALENDAR_MARKS 3

struct calendar_walk {
	const struct calendar *c;
	struct calendar_mark {
		int64_t month; /* since the year 0 */
		int day;
		int64_t n;	/* dates before it */
	} mark[CALENDAR_MARKS]; /* the newest first, each well behind */
};

/* Begin to ask about c, which must stay. */
void calendar_walk_begin(struct calendar_walk *w, const struct calendar *c);

/* The first at or after wall_s, or CRON_NEVER (after the year 9999). */
int64_t calendar_wall_next(struct calendar_walk *w, int64_t wall_s);

/* How many there are from from_s on and before until_s. */
int64_t calendar_wall_count(struct calendar_walk *w, int64_t from_s,
    int64_t until_s);

/* Is the day of the first date one that some month it comes to lacks? */
bool calendar_has_missing(const struct calendar *c);

#endif
