#ifndef LIB_TRIGGER_CRON_CAL_H
#define LIB_TRIGGER_CRON_CAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A cron expression as sets of values, and the search for the next civil time
 * that is in all of them.  No zones: slot.c has those.
 */

enum cron_field { /* most significant first, as APScheduler orders */
	CRON_YEAR,
	CRON_MONTH,
	CRON_DAY,
	CRON_WEEK,
	CRON_DOW,
	CRON_HOUR,
	CRON_MINUTE,
	CRON_SECOND,
	CRON__MAX
};

#define CRON_YEAR_MIN 1970
#define CRON_YEAR_MAX 9999
#define CRON_YEAR_WORDS ((CRON_YEAR_MAX - CRON_YEAR_MIN) / 64 + 1)

/* Bit 0 of the day set: the last day of the month. */
#define CRON_DAY_LAST 0

/* Bit of weekday wd (0 = Monday) at position pos (0 = 1st … 5 = last). */
#define CRON_NTH(pos, wd) (UINT64_C(1) << ((pos)*7 + (wd)))

/*
 * Which days of a year match depends on its being a leap year, on the weekday
 * of 1 January, and, for the ISO week that 1 January belongs to, on whether
 * the year before was a leap year: 21 kinds of year.
 */
#define CRON_YEAR_KINDS 21
#define CRON_ALL_KINDS ((UINT32_C(1) << CRON_YEAR_KINDS) - 1)

struct cron {
	uint64_t bits[CRON__MAX]; /* value v is bit v; year: unused */
	uint64_t nth;		  /* weekdays by position, CRON_NTH */
	uint64_t dow_nth;	  /* the same, besides days of the week */
	uint32_t from_end;	  /* bit n: n days before the month's last */
	uint32_t nearest;	  /* bit d: the working day nearest to day d, */
	uint32_t end_nearest;	  /* bit n: to n days before the last */
	uint64_t *years;	  /* bit v - 1970; NULL: every year */
	uint32_t barren;	  /* kinds of year without a matching day, */
	uint32_t barren_late;	  /* and further ones from late_year on */
	int late_year;
	bool is_day_or_dow; /* crontab's rule: day or weekday may match */
	bool is_hour_wide;  /* hour: *, its steps, or 12 hours */
};

#define CRON_NEVER INT64_MAX

/* Free what c owns. */
void cron_fini(struct cron *c);

/* If the set of years contains every year, free it and set it to NULL. */
void cron_forget_full_years(struct cron *c);

/* Add every value of a field, except the year, to its set. */
void cron_fill(struct cron *c, enum cron_field f);

/* The kind of a year, 0 to CRON_YEAR_KINDS - 1. */
int cron_year_kind(int year);

/*
 * Call when the sets are complete: finds the kinds of year in which no day
 * matches, so that searches skip them.  A caller that knows more about the
 * years from late_year on may then add to barren_late.
 */
void cron_settle(struct cron *c);

/* Remove barren years from the set of years, if there is one. */
void cron_prune(struct cron *c);

/*
 * Do the sets of both match the same seconds?  Both must be settled and
 * pruned.  A new member of struct cron that changes what matches must be
 * compared here.
 */
bool cron_is_same(const struct cron *a, const struct cron *b);

/*
 * The days of a month that match, day d as bit d.  Of the year only its kind
 * matters; whether it is in the set of years is cron_has_year.
 */
uint64_t cron_month_days(const struct cron *c, int year, int month);
bool cron_has_year(const struct cron *c, int year);

/*
 * The first wall second (lib/time/civil.h) at or after wall_s that is in all
 * sets, or CRON_NEVER.  c must be settled.  Examines at most 24 months, and
 * the set of years or the 40 years between two of a kind.
 */
int64_t cron_wall_next(const struct cron *c, int64_t wall_s);

/*
 * The number of wall seconds from from_s on and before until_s that are in all
 * sets.  Examines a few months, whatever the range.
 */
int64_t cron_wall_count(const struct cron *c, int64_t from_s, int64_t until_s);

#endif
