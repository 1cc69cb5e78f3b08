/*
 * The trigger calendarinterval: its fields, its texts, and its dates
 * (calendar.c) as wall times.  Tested in t_calendar and t_trigger_spec.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/time/civil.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/base/num.h"
#include "lib/trigger/trigger_int.h"
#include "lib/trigger/slot.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

static const struct {
	enum trigger_in in;
	int max; /* 100 years, as for intervals */
} units[] = {
	{ IN_YEARS, 100 },
	{ IN_MONTHS, 1200 },
	{ IN_WEEKS, 5217 },
	{ IN_DAYS, 36525 },
};
#define UNITS ((int)(sizeof(units) / sizeof(units[0])))

static const struct {
	enum trigger_in in;
	int max;
	int s;
} times[] = {
	{ IN_HOUR, 23, 3600 },
	{ IN_MINUTE, 59, 60 },
	{ IN_SECOND, 59, 1 },
};
#define TIMES ((int)(sizeof(times) / sizeof(times[0])))

/* An integer from 0 to max; 0 if it is not given. */
static int
read_number(const struct trigger_args *args, enum trigger_in in, int max,
    int *out)
{
	int64_t v = 0;

	*out = 0;
	if (args->in[in] != NULL &&
	    num_parse_whole(args->in[in], 0, max, &v) == -1)
		return fault_add(args->fs, trigger_in_name(in),
		    "must be a whole number from 0 to %d", max);
	*out = (int)v;
	return 0;
}

static int
read_units(struct trigger *t, const struct trigger_args *args)
{
	struct calendar *c = &t->u.calendar.dates;
	int v[UNITS], i, rc = 0;

	for (i = 0; i < UNITS; i++)
		rc |= read_number(args, units[i].in, units[i].max, &v[i]);
	if (rc == -1)
		return -1;
	for (i = 0; i < UNITS; i++)
		t->u.calendar.unit[i] = (uint16_t)v[i];
	c->months = v[0] * 12 + v[1];
	c->days = v[2] * 7 + v[3];
	if (c->months == 0 && c->days == 0)
		return fault_add(args->fs, "trigger",
		    "interval must be at least 1 day: give years, "
		    "months, weeks or days");
	return 0;
}

static int
read_time(struct trigger *t, const struct trigger_args *args)
{
	int i, v, rc = 0;

	t->u.calendar.dates.sod = 0;
	for (i = 0; i < TIMES; i++) {
		rc |= read_number(args, times[i].in, times[i].max, &v);
		t->u.calendar.dates.sod += v * times[i].s;
	}
	return rc;
}

static int
read_missing_day(struct trigger *t, const struct trigger_args *args)
{
	const char *s = args->in[IN_ON_MISSING_DAY];

	t->u.calendar.dates.is_last = s != NULL && strcmp(s, "last") == 0;
	if (s != NULL && strcmp(s, "last") != 0 && strcmp(s, "skip") != 0)
		return fault_add(args->fs, "on_missing_day",
		    "must be skip or last");
	return 0;
}

/*
 * Read "2026-12-1" at s as a day number; what follows it, or NULL if it is not
 * a date.
 */
static const char *
read_date(const char *s, int64_t *day)
{
	long part[3] = { 0, 0, 0 };
	char *end;

	for (int i = 0; i < 3; i++) {
		if (*s < '0' || *s > '9')
			return NULL;
		part[i] = strtol(s, &end, 10);
		if (part[i] < 1 || part[i] > CIVIL_YEAR_MAX ||
		    (i < 2 && *end != '-'))
			return NULL;
		s = i < 2 ? end + 1 : end;
	}
	if (part[1] > 12 ||
	    part[2] > civil_month_days((int)part[0], (int)part[1]))
		return NULL;
	*day = civil_days((int)part[0], (int)part[1], (int)part[2]);
	return s;
}

/* The first date in a spec. */
static int
read_anchor(struct trigger *t, const struct trigger_args *args)
{
	const char *s = args->in[IN_ANCHOR];
	int64_t day = 0;

	if (s == NULL || (s = read_date(s, &day)) == NULL || *s != '\0')
		return fault_add(args->fs, "trigger", "damaged anchor");
	t->u.calendar.dates.first = day;
	return 0;
}

/* The local date of a time. */
static int64_t
date_at(const struct tz *tz, int64_t t_us)
{
	int64_t t_s = t_us / US_PER_S - (t_us % US_PER_S < 0), wall_s;
	struct tz_period p;

	tz_at(tz, t_s, &p);
	wall_s = t_s + p.offset_s;
	return wall_s / CIVIL_DAY_S - (wall_s % CIVIL_DAY_S < 0);
}

/* Is the text a date without a time? */
static bool
is_date_alone(const char *s)
{
	return strchr(s, '-') > s && strpbrk(s, ":Tt") == NULL;
}

/*
 * The last date is included as a whole day, as in APScheduler; for other
 * triggers it is a time.
 */
static int
read_end(struct trigger *t, const struct trigger_args *args)
{
	const char *s = args->in[IN_END_DATE];
	int64_t day;

	if (s == NULL || t->end_us == TRIGGER_NOT_GIVEN)
		return 0;
	if (is_date_alone(s)) {
		day = date_at(t->tz, t->end_us) + 1;
		t->end_us = tz_instant(t->tz, day * CIVIL_DAY_S) * US_PER_S - 1;
	}
	if (t->start_us != TRIGGER_NOT_GIVEN && t->end_us < t->start_us)
		return fault_add(args->fs, "end_date",
		    "end_date cannot be earlier than start_date");
	return 0;
}

/*
 * The date in the text of the start, for its time may be one that the zone's
 * clock skips; without a start, today.
 */
static int64_t
first_date(const struct trigger *t, const struct trigger_args *args)
{
	const char *s = args->in[IN_START_DATE];
	int32_t offset_s = DATETIME_NO_OFFSET;
	int64_t unused_us, day;

	if (t->start_us == TRIGGER_NOT_GIVEN)
		return date_at(t->tz, args->now_us);
	if (s != NULL &&
	    datetime_parse(s, t->tz, &unused_us, &offset_s) == NULL &&
	    offset_s == DATETIME_NO_OFFSET &&
	    read_date(s + strspn(s, " \t"), &day) != NULL)
		return day;
	return date_at(t->tz, t->start_us);
}

static int
calendar_make(struct trigger *t, const struct trigger_args *args)
{
	int rc = 0;

	rc |= read_units(t, args);
	rc |= read_time(t, args);
	rc |= read_missing_day(t, args);
	if (args->is_spec)
		return rc | read_anchor(t, args);
	t->u.calendar.dates.first = first_date(t, args);
	return rc | read_end(t, args);
}

static int
calendar_check(const struct trigger *t, const struct trigger_args *args)
{
	struct trigger v = *t;

	if (trigger_next(t, args->now_us - 1) != TRIGGER_NONE)
		return 0;
	v.end_us = TRIGGER_NOT_GIVEN;
	if (trigger_next(&v, args->now_us - 1) != TRIGGER_NONE)
		return fault_add_never(args->fs, "end_date",
		    "it has no slot at or before end_date");
	return fault_add_never(args->fs, "trigger",
	    "no date of it has this time");
}

static int64_t
set_next(const void *set, int64_t wall_s)
{
	struct calendar_walk *const *walk = set;

	return calendar_wall_next(*walk, wall_s);
}

static int64_t
set_count(const void *set, int64_t from_s, int64_t until_s)
{
	struct calendar_walk *const *walk = set;

	return calendar_wall_count(*walk, from_s, until_s);
}

static struct slot_set
calendar_walls(const struct trigger *t, struct slot_state *room)
{
	calendar_walk_begin(&room->walk, &t->u.calendar.dates);
	room->of = &room->walk;
	return (struct slot_set){ &room->of, set_next, set_count };
}

static void
add_date(const struct trigger *t, struct buf *out)
{
	struct civil v;

	civil_from_wall(t->u.calendar.dates.first * CIVIL_DAY_S, &v);
	buf_printf(out, "%04d-%02d-%02d", v.year, v.month, v.day);
}

/* As APScheduler prints it, without the brackets. */
static void
calendar_print(const struct trigger *t, struct buf *out)
{
	const struct calendar *c = &t->u.calendar.dates;
	int i;

	for (i = 0; i < UNITS; i++)
		if (t->u.calendar.unit[i] != 0)
			buf_printf(out, "%s=%d, ", trigger_in_name(units[i].in),
			    t->u.calendar.unit[i]);
	buf_printf(out, "time='%02d:%02d:%02d', start_date='", c->sod / 3600,
	    c->sod / 60 % 60, c->sod % 60);
	add_date(t, out);
	buf_char(out, '\'');
	if (c->is_last)
		buf_str(out, ", on_missing_day='last'");
}

static void
calendar_spec(const struct trigger *t, struct buf *out)
{
	int i, left = t->u.calendar.dates.sod, v;

	for (i = 0; i < UNITS; i++)
		if (t->u.calendar.unit[i] != 0)
			buf_printf(out, ";%s=%d", trigger_in_name(units[i].in),
			    t->u.calendar.unit[i]);
	for (i = 0; i < TIMES; i++, left %= times[i - 1].s) {
		v = left / times[i].s;
		if (v != 0)
			buf_printf(out, ";%s=%d", trigger_in_name(times[i].in),
			    v);
	}
	if (t->u.calendar.dates.is_last)
		buf_str(out, ";on_missing_day=last");
	buf_str(out, ";anchor=");
	add_date(t, out);
}

const struct trigger_ops trigger_calendar_ops = {
	.name = "calendarinterval",
	.make = calendar_make,
	.check = calendar_check,
	.walls = calendar_walls,
	.next = trigger_wall_next,
	.count = trigger_wall_count,
	.print = calendar_print,
	.spec = calendar_spec,
};
