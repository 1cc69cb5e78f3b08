#ifndef LIB_TRIGGER_CRONTAB_H
#define LIB_TRIGGER_CRONTAB_H

#include <stdint.h>

struct buf;
struct cron;
struct faults;

/*
 * What the reader of a line should know: bits of crontab.notes.  Where
 * programs disagree on the meaning of a line, the note says which one was
 * used.
 */
enum crontab_note {
	CRONTAB_STEP = 1 << 0,	    /* a step is larger than its range */
	CRONTAB_QUARTZ = 1 << 1,    /* weekday 1 is Sunday */
	CRONTAB_SUNDAY_0 = 1 << 2,  /* six or seven fields, and 0 is Sunday */
	CRONTAB_SECONDS = 1 << 3,   /* six fields begin with the second */
	CRONTAB_YEAR_LAST = 1 << 4, /* six fields end with the year */
	CRONTAB_POSITION = 1 << 5,  /* fri#2 */
	CRONTAB_RANDOM = 1 << 6,    /* a ~ b */
	CRONTAB_CHOICE = 1 << 7,    /* H or ~ was resolved for the job */
	CRONTAB_JUNK = 1 << 8,	    /* text after a range is ignored */
	CRONTAB_EMPTY = 1 << 9,	    /* a range ends before it begins: empty */
	CRONTAB_WRAP = 1 << 10,	    /* such a range wraps around (Quartz) */
	CRONTAB_WEEK_END = 1 << 11, /* fri-sun ends with Sunday */
	CRONTAB_EITHER = 1 << 12,   /* day or weekday; elsewhere both */
	CRONTAB_SATURDAY = 1 << 13, /* L for a weekday */
	CRONTAB_SECONDS_LAST = 1 << 14, /* six fields end with the second */
	CRONTAB_NOTES = 15
};

struct crontab {
	struct cron *set; /* receives the values; zero before */
	struct buf *norm; /* receives the normal form */
	uint64_t choice;  /* resolves H and ~: a number for the job */
	unsigned notes;	  /* enum crontab_note */
};

/*
 * Read text, the time of a crontab line: five fields as Debian's cron reads
 * them (minute, hour, day of month, month, day of week with 0 and 7 = Sunday);
 * six or seven with seconds and year as in Quartz; the signs H ~ L W # ?  of
 * other programs; or one of @hourly, @daily, @midnight, @weekly, @monthly,
 * @yearly, @annually.  minutehand-triggers(7) documents the dialects.  The
 * normal form has single spaces, as few fields as possible, and nothing left
 * to choose; read again it means the same.  0, or -1 with a fault about
 * "crontab"; norm is then unchanged.
 */
int crontab_parse(const char *text, struct crontab *ct, struct faults *fs);

#endif
