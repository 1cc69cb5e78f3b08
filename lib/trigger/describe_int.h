#ifndef LIB_TRIGGER_DESCRIBE_INT_H
#define LIB_TRIGGER_DESCRIBE_INT_H

#include "lib/trigger/trigger_int.h"

/* Private to lib/trigger/describe*.c: the sets of a cron expression. */

/* A set of numbers: v is bit v - base. */
struct describe_set {
	const uint64_t *words;
	int base;
	int min;
	int max;
};

/* How a unit of the time of day is best expressed. */
enum describe_shape {
	SHAPE_ALL,  /* every value */
	SHAPE_EVEN, /* every step-th from 0 on; step divides the unit */
	SHAPE_SOME
};

/* What the languages need to know about an expression. */
struct describe_cron {
	const struct cron *set;
	struct describe_set field[CRON__MAX];
	enum describe_shape shape[CRON__MAX];
	int step[CRON__MAX]; /* of SHAPE_EVEN */
	const char *years;   /* the year field as text, or NULL */
	bool is_day_free;    /* any day of the month */
	bool is_dow_free;    /* any weekday */
	bool is_second_0;    /* at second 0 only */
	bool is_clock;	     /* few enough times of day to list */
};

/* Append value v in a language. */
typedef void describe_value(struct buf *out, int v);

/* The text between the values of a list. */
struct describe_glue {
	describe_value *value;
	const char *to;	   /* within a run: "1 to 5" */
	const char *comma; /* between pieces */
	const char *and;   /* before the last */
};

/* The number of values in s, and of runs of consecutive values. */
int describe_count(const struct describe_set *s);
int describe_runs(const struct describe_set *s);

/*
 * Is s a, a + step, … b, with at least four values and a step of at least 2?
 * Returns the step, or 0.
 */
int describe_steps(const struct describe_set *s, int *a, int *b);

/* Append the values of s as runs; two consecutive values are listed singly. */
void describe_list(struct buf *out, const struct describe_set *s,
    const struct describe_glue *g);

/* Append the times of day of w (is_clock): "03:00", "09:00:30". */
void describe_clock(struct buf *out, const struct describe_cron *w,
    const struct describe_glue *g);

/* Append one weekday (0 = Monday), day or month as in lists. */
void describe_weekday_en(struct buf *out, int v);
void describe_weekday_zh(struct buf *out, int v);
void describe_day_en(struct buf *out, int v);
void describe_month_en(struct buf *out, int v);

/* Append a calendarinterval, without zone and bounds. */
void describe_calendar_en(const struct trigger *t, struct buf *out);
void describe_calendar_zh(const struct trigger *t, struct buf *out);

/* Append a cron expression, without zone and bounds. */
void describe_cron_en(const struct describe_cron *w, struct buf *out);
void describe_cron_zh(const struct describe_cron *w, struct buf *out);

#endif
