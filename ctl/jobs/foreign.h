#ifndef CTL_JOBS_FOREIGN_H
#define CTL_JOBS_FOREIGN_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct err;
struct tz;

/* Schedules of other programs, read and computed without lib/trigger/. */

/* The fields of cron-like programs. */
enum foreign_field {
	FOREIGN_MINUTE,
	FOREIGN_HOUR,
	FOREIGN_DAY,
	FOREIGN_MONTH,
	FOREIGN_WEEKDAY, /* bit 0: Sunday */
	FOREIGN__MAX
};

/* A schedule.  set has a bit per value. */
struct foreign {
	uint64_t set[FOREIGN__MAX];
	bool is_star[FOREIGN__MAX]; /* the text begins with "*" */
	bool is_either;		    /* day or weekday is enough (crontab(5)) */
	const char *aws_day, *aws_weekday, *aws_year; /* or NULL: by the sets */
};

/*
 * Read a field: a list of "*", numbers, names (jan, sun) and ranges, each
 * perhaps with a step; a range may wrap around, as in Celery.  0, or -1 with
 * the reason in why.
 */
int foreign_field_read(struct foreign *f, enum foreign_field i,
    const char *text, struct err *why);

/*
 * Append the field as APScheduler writes it: "*", or a list; weekdays by
 * names.
 */
void foreign_field_print(const struct foreign *f, enum foreign_field i,
    struct buf *out);

/* Read the five fields of a crontab line, and "@daily" and the like. */
int foreign_crontab_read(struct foreign *f, const char *text, struct err *why);

/*
 * Read the inside of AWS' cron(…), six fields; text is changed, and must
 * outlive f.
 */
int foreign_aws_read(struct foreign *f, char *text, struct err *why);

/*
 * The first max fires after now_us in the zone tz, as cron has them: of a time
 * that a change of clocks skips at the change if minute and hour are fixed,
 * else not; of one that comes twice once, or else twice.  Returns their
 * number; a schedule is followed for 40 years.
 */
int foreign_fires(const struct foreign *f, const struct tz *tz, int64_t now_us,
    int64_t *fires, int max);

#endif
