/* Cron expressions in English.  Tested in t_trigger_words. */
#include "lib/trigger/describe_int.h"

#include "lib/base/ban.h"

static void
add_number(struct buf *out, int v)
{
	buf_printf(out, "%d", v);
}

static void
add_ordinal(struct buf *out, int v)
{
	static const char *const ends[] = { "th", "st", "nd", "rd" };
	int last = v % 10;

	buf_printf(out, "%d%s", v,
	    ends[last > 3 || v / 10 % 10 == 1 ? 0 : last]);
}

void
describe_day_en(struct buf *out, int v)
{
	buf_str(out, "the ");
	add_ordinal(out, v);
}

void
describe_month_en(struct buf *out, int v)
{
	static const char *const names[] = { "", "January", "February", "March",
		"April", "May", "June", "July", "August", "September",
		"October", "November", "December" };

	buf_str(out, names[v]);
}

void
describe_weekday_en(struct buf *out, int v)
{
	static const char *const names[] = { "Monday", "Tuesday", "Wednesday",
		"Thursday", "Friday", "Saturday", "Sunday" };

	buf_str(out, names[v]);
}

static const struct describe_glue numbers = { add_number, " to ", ", ",
	" and " };
static const struct describe_glue days = { describe_day_en, " to ", ", ",
	" and " };
static const struct describe_glue months = { describe_month_en, " to ", ", ",
	" and " };
static const struct describe_glue weekdays = { describe_weekday_en, " to ",
	", ", " and " };

/* "every 2nd hour from 0 to 22"; false if s has no such steps. */
static bool
add_steps(struct buf *out, const struct describe_set *s, const char *noun,
    describe_value *value)
{
	int a, b, step = describe_steps(s, &a, &b);

	if (step == 0)
		return false;
	buf_str(out, "every ");
	add_ordinal(out, step);
	buf_printf(out, " %s from ", noun);
	value(out, a);
	buf_str(out, " to ");
	value(out, b);
	return true;
}

/* "at minute 30", "in hours 9 to 17", "in every 2nd hour from 0 to 22" */
static void
add_field(struct buf *out, const char *prep, const char *noun,
    const struct describe_set *s)
{
	if (out->len > 0)
		buf_char(out, ' ');
	buf_printf(out, "%s ", prep);
	if (add_steps(out, s, noun, add_number))
		return;
	buf_printf(out, "%s%s ", noun, describe_count(s) == 1 ? "" : "s");
	describe_list(out, s, &numbers);
}

/* "every minute", "every 15 minutes"; false if f has no such shape. */
static bool
add_every(struct buf *out, const struct describe_cron *w, enum cron_field f,
    const char *noun)
{
	if (w->shape[f] == SHAPE_ALL)
		buf_printf(out, "every %s", noun);
	else if (w->shape[f] == SHAPE_EVEN)
		buf_printf(out, "every %d %ss", w->step[f], noun);
	return w->shape[f] != SHAPE_SOME;
}

/*
 * The largest unit that repeats comes first; smaller ones say when within it.
 */
static void
add_time(const struct describe_cron *w, struct buf *out)
{
	const struct describe_set *f = w->field;
	bool has_second, has_minute, has_lead;

	has_second = add_every(out, w, CRON_SECOND, "second");
	has_minute = !has_second && add_every(out, w, CRON_MINUTE, "minute");
	has_lead =
	    has_second || has_minute || add_every(out, w, CRON_HOUR, "hour");
	if (!has_minute && !(has_second && w->shape[CRON_MINUTE] == SHAPE_ALL))
		add_field(out, has_second ? "in" : "at", "minute",
		    &f[CRON_MINUTE]);
	if (!has_second && !w->is_second_0)
		add_field(out, "at", "second", &f[CRON_SECOND]);
	if ((has_second || has_minute || !has_lead) &&
	    w->shape[CRON_HOUR] != SHAPE_ALL)
		add_field(out, "in", "hour", &f[CRON_HOUR]);
}

/* "the 2nd Friday or the last Monday"; comma precedes the first. */
static const char *
add_positions(uint64_t nth, const char *comma, struct buf *out)
{
	static const char *const positions[] = { "1st", "2nd", "3rd", "4th",
		"5th", "last" };
	int bit;

	for (; nth != 0; nth &= nth - 1) {
		bit = __builtin_ctzll(nth);
		buf_printf(out, "%sthe %s ", comma, positions[bit / 7]);
		describe_weekday_en(out, bit % 7);
		comma = " or ";
	}
	return comma;
}

/* Quartz' L-3, 15W, LW and L-3W. */
static const char *
add_moving(const struct cron *c, const char *comma, struct buf *out)
{
	int n;

	for (n = 1; n < 32; n++)
		if ((c->from_end >> n & 1) != 0) {
			buf_printf(out, "%sthe ", comma);
			add_ordinal(out, n + 1);
			buf_str(out, " day from the end");
			comma = " or ";
		}
	for (n = 1; n < 32; n++)
		if ((c->nearest >> n & 1) != 0) {
			buf_printf(out, "%sthe working day nearest to ", comma);
			describe_day_en(out, n);
			comma = " or ";
		}
	for (n = 0; n < 32; n++)
		if ((c->end_nearest >> n & 1) != 0) {
			buf_printf(out, "%sthe ", comma);
			if (n == 0)
				buf_str(out, "last working day");
			else {
				buf_str(out, "working day nearest to the ");
				add_ordinal(out, n + 1);
				buf_str(out, " day from the end");
			}
			comma = " or ";
		}
	return comma;
}

/* "the last Friday", "the 15th", "the last day", as one list. */
static void
add_days(const struct describe_cron *w, struct buf *out)
{
	const char *comma = "";

	if (describe_count(&w->field[CRON_DAY]) > 0) {
		if (!add_steps(out, &w->field[CRON_DAY], "day",
			describe_day_en))
			describe_list(out, &w->field[CRON_DAY], &days);
		comma = " or ";
	}
	comma = add_positions(w->set->nth, comma, out);
	comma = add_moving(w->set, comma, out);
	if ((w->set->bits[CRON_DAY] >> CRON_DAY_LAST & 1) != 0)
		buf_printf(out, "%sthe last day", comma);
}

/* After days: " of March", " of every month". */
static void
add_of_month(const struct describe_cron *w, struct buf *out)
{
	buf_str(out, " of ");
	if (w->shape[CRON_MONTH] == SHAPE_ALL)
		buf_str(out, "every month");
	else if (!add_steps(out, &w->field[CRON_MONTH], "month",
		     describe_month_en))
		describe_list(out, &w->field[CRON_MONTH], &months);
}

static void
add_date(const struct describe_cron *w, struct buf *out)
{
	bool is_run = describe_runs(&w->field[CRON_DOW]) == 1 &&
	    describe_count(&w->field[CRON_DOW]) > 2;

	if (!w->is_day_free) {
		buf_str(out, " on ");
		add_days(w, out);
		add_of_month(w, out);
	}
	if (!w->is_dow_free) {
		if (!w->is_day_free)
			buf_str(out,
			    w->set->is_day_or_dow ? " or on " : ", only on ");
		else
			buf_str(out, is_run ? ", " : " on ");
		describe_list(out, &w->field[CRON_DOW], &weekdays);
		(void)add_positions(w->set->dow_nth,
		    describe_count(&w->field[CRON_DOW]) > 0 ? " or " : "", out);
	}
	if (w->shape[CRON_MONTH] != SHAPE_ALL &&
	    (w->is_day_free || (w->set->is_day_or_dow && !w->is_dow_free))) {
		buf_str(out, w->is_dow_free ? " in " : ", in ");
		if (!add_steps(out, &w->field[CRON_MONTH], "month",
			describe_month_en))
			describe_list(out, &w->field[CRON_MONTH], &months);
	}
}

static void
add_weeks_and_years(const struct describe_cron *w, struct buf *out)
{
	const struct describe_set *years = &w->field[CRON_YEAR];

	if (w->shape[CRON_WEEK] != SHAPE_ALL) {
		buf_char(out, ',');
		add_field(out, "in", "ISO week", &w->field[CRON_WEEK]);
	}
	if (w->shape[CRON_YEAR] == SHAPE_ALL)
		return;
	buf_str(out, ", in ");
	if (w->years != NULL)
		buf_printf(out, "the years %s", w->years);
	else if (!add_steps(out, years, "year", add_number)) {
		if (describe_count(years) > 1)
			buf_str(out, "the years ");
		describe_list(out, years, &numbers);
	}
}

void
describe_cron_en(const struct describe_cron *w, struct buf *out)
{
	if (w->is_clock) {
		buf_str(out, "at ");
		describe_clock(out, w, &numbers);
	} else
		add_time(w, out);
	if (w->is_clock && w->is_day_free && w->is_dow_free &&
	    w->shape[CRON_WEEK] == SHAPE_ALL)
		buf_str(out, " every day");
	add_date(w, out);
	add_weeks_and_years(w, out);
}
