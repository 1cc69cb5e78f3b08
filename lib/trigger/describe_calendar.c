/*
 * Calendarintervals as sentences, in each language: how often, on which day,
 * at what time, and what happens in months without the day.  Tested in
 * t_trigger_words.
 */
#include "lib/time/civil.h"
#include "lib/trigger/describe_int.h"

#include "lib/base/ban.h"

#define UNITS 4
#define WEEK 7

static void
add_time(const struct calendar *c, struct buf *out)
{
	buf_printf(out, "%02d:%02d", c->sod / 3600, c->sod / 60 % 60);
	if (c->sod % 60 != 0)
		buf_printf(out, ":%02d", c->sod % 60);
}

/*
 * What the dates have in common: a weekday, a day of the month, or a day of
 * the year.
 */
enum common { COMMON_NONE, COMMON_WEEKDAY, COMMON_DAY, COMMON_DATE };

static enum common
common_of(const struct calendar *c)
{
	if (c->months == 0)
		return c->days % WEEK == 0 ? COMMON_WEEKDAY : COMMON_NONE;
	if (c->days != 0)
		return COMMON_NONE;
	return c->months % 12 == 0 ? COMMON_DATE : COMMON_DAY;
}

/* "every 2 weeks", "every month", "every 1 month 2 days" */
static void
add_every_en(const struct trigger *t, struct buf *out)
{
	static const char *const names[UNITS] = { "year", "month", "week",
		"day" };
	const uint16_t *unit = t->u.calendar.unit;
	int n = 0, i;

	for (i = 0; i < UNITS; i++)
		n += unit[i] != 0;
	buf_str(out, "every");
	for (i = 0; i < UNITS; i++) {
		if (unit[i] == 0)
			continue;
		if (unit[i] != 1 || n > 1)
			buf_printf(out, " %d", unit[i]);
		buf_printf(out, " %s%s", names[i], unit[i] == 1 ? "" : "s");
	}
}

void
describe_calendar_en(const struct trigger *t, struct buf *out)
{
	const struct calendar *c = &t->u.calendar.dates;
	enum common common = common_of(c);
	struct civil v;

	civil_from_wall(c->first * CIVIL_DAY_S, &v);
	add_every_en(t, out);
	if (common != COMMON_NONE)
		buf_str(out, " on ");
	if (common == COMMON_WEEKDAY)
		describe_weekday_en(out, civil_weekday(c->first));
	else if (common != COMMON_NONE)
		describe_day_en(out, v.day);
	if (common == COMMON_DATE) {
		buf_str(out, " of ");
		describe_month_en(out, v.month);
	}
	buf_str(out, " at ");
	add_time(c, out);
	if (calendar_has_missing(c))
		buf_str(out,
		    c->is_last ? ", on the last day of months without the day" :
				 ", not in months without the day");
}

static void
add_every_zh(const struct trigger *t, struct buf *out)
{
	static const char *const names[UNITS] = { "年", "个月", "周", "天" };
	const uint16_t *unit = t->u.calendar.unit;
	int n = 0, i;

	for (i = 0; i < UNITS; i++)
		n += unit[i] != 0;
	buf_str(out, "每");
	for (i = 0; i < UNITS; i++) {
		if (unit[i] == 0)
			continue;
		if (unit[i] != 1 || n > 1)
			buf_printf(out, "%d", unit[i]);
		/* "每月", not "每个月". */
		buf_str(out,
		    i == 1 && unit[i] == 1 && n == 1 ? "月" : names[i]);
	}
}

void
describe_calendar_zh(const struct trigger *t, struct buf *out)
{
	const struct calendar *c = &t->u.calendar.dates;
	enum common common = common_of(c);
	struct civil v;

	civil_from_wall(c->first * CIVIL_DAY_S, &v);
	add_every_zh(t, out);
	if (common != COMMON_NONE)
		buf_str(out, "的");
	if (common == COMMON_WEEKDAY)
		describe_weekday_zh(out, civil_weekday(c->first));
	if (common == COMMON_DATE)
		buf_printf(out, "%d月", v.month);
	if (common == COMMON_DAY || common == COMMON_DATE)
		buf_printf(out, "%d日", v.day);
	buf_char(out, ' ');
	add_time(c, out);
	if (calendar_has_missing(c))
		buf_str(out,
		    c->is_last ? "（没有该日的月份取最后一天）" :
				 "（没有该日的月份跳过）");
}
