#ifndef LIB_TRIGGER_DESCRIBE_INT_H
#define LIB_TRIGGER_DESCRIBE_INT_H

#include "lib/trigger/trigger_int.h"

/* Private to lib/trigger/describe.c and lib/words_*.c: cron's sets in words. */

/* A set of numbers: v is bit v - base. */
struct describe_set {
	const uint64_t *words;
	int base;
	int min;
	int max;
};

/* How an expression's time of day is best told, unit by unit. */
enum describe_shape {
	WORDS_ALL,  /* every value */
	WORDS_EVEN, /* every step-th from 0 on, and step divides the whole */
	WORDS_SOME
};

/* Everything the languages need to know of an expression. */
struct describe_cron {
	const struct cron *set;
	struct describe_set field[CRON__MAX];
	enum describe_shape shape[CRON__MAX];
	int step[CRON__MAX]; /* of WORDS_EVEN */
	const char *years;   /* the year field as text, or NULL */
	bool is_day_free;    /* any day of the month */
	bool is_dow_free;    /* any weekday */
	bool is_second_0;    /* at second 0 only */
	bool is_clock;	     /* few enough times of day to list */
};

/* Value v in a language. */
typedef void describe_value(struct buf *out, int v);

/* The words between the values of a list. */
struct describe_glue {
	describe_value *value;
	const char *to;	   /* of a run: "1 to 5" */
	const char *comma; /* between pieces */
	const char *and;   /* before the last */
};

/* How many values, how many runs of neighbors are in s? */
int describe_count(const struct describe_set *s);
int describe_runs(const struct describe_set *s);

/*
 * Is s a, a + step … b, with four values or more and step at least 2?  Gives
 * step, or 0.
 */
int describe_steps(const struct describe_set *s, int *a, int *b);

/* Append the values of s as runs; two neighbors are not yet a run. */
void describe_list(struct buf *out, const struct describe_set *s,
    const struct describe_glue *g);

/* Append the times of day of w (is_clock): "03:00", "09:00:30". */
void describe_clock(struct buf *out, const struct describe_cron *w,
    const struct describe_glue *g);

/* One weekday (0 = Monday), day and month, as lists have them. */
void describe_weekday_en(struct buf *out, int v);
void describe_weekday_zh(struct buf *out, int v);
void describe_day_en(struct buf *out, int v);
void describe_month_en(struct buf *out, int v);

/* A calendarinterval in a language, zone and bounds left out. */
void describe_calendar_en(const struct trigger *t, struct buf *out);
void describe_calendar_zh(const struct trigger *t, struct buf *out);

/* A cron expression in a language, zone and bounds left out. */
void describe_cron_en(const struct describe_cron *w, struct buf *out);
void describe_cron_zh(const struct describe_cron *w, struct buf *out);

#endif
