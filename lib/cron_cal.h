#ifndef LIB_CRON_CAL_H
#define LIB_CRON_CAL_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A cron expression as sets of values, and the search for the next civil
 * time that is in all of them.  No zones: see trigger_cron.c for those.
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

struct cron {
	uint64_t bits[CRON__MAX]; /* value v is bit v; year: unused */
	uint64_t nth;		  /* weekdays by position, CRON_NTH */
	uint64_t *years;	  /* bit v - 1970; NULL: every year */
	bool is_day_or_dow;	  /* crontab's rule: either may match */
	bool is_hour_wide;	  /* hour: * or its steps, or 12 hours */
};

#define CRON_NEVER INT64_MAX

/* Free what c owns. */
void cron_fini(struct cron *c);

/* Put every value of a field but the year into its set. */
void cron_fill(struct cron *c, enum cron_field f);

/*
 * The first wall second (lib/civil.h) at or after wall_s that is in all sets,
 * or CRON_NEVER.  Looks no further than 400 years when every year will do:
 * the calendar repeats after that.
 */
int64_t cron_wall_next(const struct cron *c, int64_t wall_s);

#endif
