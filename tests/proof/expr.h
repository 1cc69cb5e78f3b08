#ifndef TESTS_PROOF_EXPR_H
#define TESTS_PROOF_EXPR_H

#include <stdbool.h>
#include <stdint.h>

/*
 * A cron expression, a crontab line or a calendarinterval as the proof
 * understands it, read by its own few lines: nothing of lib/ is used.  Seconds
 * are always 0.
 */

enum {
	EXPR_YEAR,
	EXPR_MONTH,
	EXPR_DAY,
	EXPR_WEEK,
	EXPR_DOW,
	EXPR_HOUR,
	EXPR_MINUTE,
	EXPR__MAX
};

#define EXPR_TEXT_SIZE 32
#define EXPR_YEARS 128 /* 1970 to 2097 */

/* What a day is to an expression. */
struct expr_date {
	int year;
	int month;
	int day;
	int month_days;
	int week;
	int dow; /* 0 = Monday */
};

/* A calendarinterval's dates, from the first on. */
struct expr_calendar {
	int months;
	int days;
	bool is_last; /* on_missing_day */
	int year, month, day;
};

struct expr {
	bool is_calendar; /* then text has hour and minute alone */
	struct expr_calendar calendar;
	char text[EXPR__MAX][EXPR_TEXT_SIZE]; /* "": not given */
	char crontab[80];		      /* if not "", instead */
	uint64_t mask[EXPR__MAX];	      /* bit v; year: unused */
	bool years[EXPR_YEARS];
	bool is_last_day;
	bool nth[6][7]; /* 1st to 5th, last */
	int from_last;	/* L-3; 0: none */
	int nearest;	/* 15W; 32: LW; 0: none */
	bool is_or;	/* crontab, day and day of week both restricted */
	bool is_wide;	/* the policy auto takes it as wall */
};

/* A day and an hour that a random expression aims at. */
struct expr_aim {
	const struct expr_date *date;
	int hour;
	int minute;
};

/* How many fixed expressions there are. */
int expr_fixed_count(void);

/* Number i of them. */
void expr_fixed(int i, struct expr *out);

/* One at random, near the aim more often than not; *seed moves on. */
void expr_random(uint64_t *seed, const struct expr_aim *aim, struct expr *out);

/* Does it fire on the date, at some time? */
bool expr_has_date(const struct expr *e, const struct expr_date *d);

/* A number from 0 to n - 1; *seed moves on. */
int expr_pick(uint64_t *seed, int n);

/* "hour=2 minute=*" "/10", for people; out has 200 bytes. */
void expr_print(const struct expr *e, char *out);

#endif
