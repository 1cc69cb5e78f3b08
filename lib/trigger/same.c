/*
 * Whether a trigger that is given again is the one a job has: clients register
 * their jobs at every start, in any spelling, and a job must not lose due
 * slots by that.  Tested in t_trigger_same.
 */
#include "lib/base/buf.h"
#include "lib/time/civil.h"
#include "lib/trigger/trigger_int.h"
#include "lib/trigger/same.h"
#include "lib/time/tz.h"

#include "lib/base/ban.h"

/* A date has one slot. */
static bool
date_is_same(struct trigger *t, const struct trigger *was,
    const struct trigger_progress *at)
{
	(void)at;
	return t->u.date.run_us == was->u.date.run_us;
}

/*
 * An interval without a start begins when it is added; adding it again is no
 * request to begin anew.  A start in the future was given on purpose.
 */
static bool
interval_is_same(struct trigger *t, const struct trigger *was,
    const struct trigger_progress *at)
{
	int64_t length_us = t->u.interval.length_us;
	int64_t grid_us = was->u.interval.grid_us;

	if (length_us != was->u.interval.length_us)
		return false;
	if (t->start_us == TRIGGER_NOT_GIVEN) {
		t->u.interval.grid_us = grid_us;
		return was->start_us == TRIGGER_NOT_GIVEN ||
		    grid_us <= at->now_us;
	}
	return t->start_us == grid_us ||
	    (t->start_us <= at->cursor_us &&
		(t->start_us - grid_us) % length_us == 0);
}

static bool
cron_is_same_trigger(struct trigger *t, const struct trigger *was,
    const struct trigger_progress *at)
{
	if (t->start_us != was->start_us && t->start_us > at->cursor_us)
		return false;
	return trigger_dst_of(t) == trigger_dst_of(was) &&
	    cron_is_same(&t->u.cron.set, &was->u.cron.set) &&
	    tz_is_same(t->tz, was->tz, at->cursor_us / US_PER_S - CIVIL_DAY_S);
}

/* Do both have the same dates from the later of their first ones on? */
static bool
is_same_chain(const struct calendar *a, const struct calendar *b)
{
	const struct calendar *late = a->first > b->first ? a : b;
	struct calendar_walk w;
	struct civil va, vb;

	calendar_walk_begin(&w, a->first > b->first ? b : a);
	if (a->first == b->first)
		return true;
	if (a->months == 0)
		return (a->first - b->first) % a->days == 0;
	if (a->days != 0)
		return calendar_wall_next(&w,
			   late->first * CIVIL_DAY_S + late->sod) ==
		    late->first * CIVIL_DAY_S + late->sod;
	civil_from_wall(a->first * CIVIL_DAY_S, &va);
	civil_from_wall(b->first * CIVIL_DAY_S, &vb);
	return va.day == vb.day &&
	    ((va.year - vb.year) * 12 + va.month - vb.month) % a->months == 0;
}

/* As for an interval: without a start the first date is implied. */
static bool
calendar_is_same(struct trigger *t, const struct trigger *was,
    const struct trigger_progress *at)
{
	struct calendar *c = &t->u.calendar.dates;
	const struct calendar *w = &was->u.calendar.dates;

	if (c->months != w->months || c->days != w->days || c->sod != w->sod ||
	    (c->is_last != w->is_last &&
		(calendar_has_missing(c) || calendar_has_missing(w))) ||
	    trigger_dst_of(t) != trigger_dst_of(was) ||
	    !tz_is_same(t->tz, was->tz, at->cursor_us / US_PER_S - CIVIL_DAY_S))
		return false;
	if (t->start_us == TRIGGER_NOT_GIVEN) {
		c->first = w->first;
		return was->start_us == TRIGGER_NOT_GIVEN ||
		    was->start_us <= at->now_us;
	}
	return (t->start_us == was->start_us || t->start_us <= at->cursor_us) &&
	    is_same_chain(c, w);
}

/* Each may set the grid of t, a copy that owns nothing. */
static bool (*const same[TRIGGER__MAX])(struct trigger *t,
    const struct trigger *was, const struct trigger_progress *at) = {
	[TRIGGER_DATE] = date_is_same,
	[TRIGGER_INTERVAL] = interval_is_same,
	[TRIGGER_CRON] = cron_is_same_trigger,
	[TRIGGER_CALENDAR] = calendar_is_same,
};

/* Do both ends allow the same due slots? */
static bool
has_same_end(const struct trigger *t, const struct trigger *was, int64_t now_us)
{
	return t->end_us == was->end_us ||
	    ((t->end_us == TRIGGER_NOT_GIVEN || t->end_us >= now_us) &&
		(was->end_us == TRIGGER_NOT_GIVEN || was->end_us >= now_us));
}

bool
trigger_is_same(const struct trigger *t, const struct trigger *was,
    const struct trigger_progress *at, struct buf *spec)
{
	struct trigger v = *t; /* owns nothing: never freed */

	if (t->kind != was->kind || at->cursor_us == TRIGGER_NONE ||
	    !has_same_end(t, was, at->now_us) || !same[t->kind](&v, was, at) ||
	    trigger_next(&v, at->cursor_us - 1) !=
		trigger_next(was, at->cursor_us - 1))
		return false;
	trigger_spec(&v, spec);
	return true;
}

/* A date without a time is read as now, shortly before it is stored. */
#define AT_ONCE_US (5 * US_PER_S)

/* The date of a time in the zone. */
static int64_t
date_of(const struct tz *tz, int64_t us)
{
	struct tz_period p;
	int64_t s = us / US_PER_S;

	tz_at(tz, s, &p);
	return (s + p.offset_s) / CIVIL_DAY_S;
}

/*
 * The same dates, from one that is not after today, if they can be moved back.
 */
static int64_t
first_back(const struct calendar *c, int64_t today)
{
	struct civil v;
	int64_t month;

	if (c->months == 0)
		return c->first -
		    ((c->first - today - 1) / c->days + 1) * c->days;
	civil_from_wall(c->first * CIVIL_DAY_S, &v);
	month = (int64_t)v.year * 12 + v.month - 1 - c->months;
	for (; c->days == 0 && month > 0; month -= c->months) {
		int y = (int)(month / 12), m = (int)(month % 12) + 1;

		if (v.day <= civil_month_days(y, m) &&
		    civil_days(y, m, v.day) <= today)
			return civil_days(y, m, v.day);
	}
	return today;
}

static bool
bring_grid_back(struct trigger *t, int64_t now_us)
{
	int64_t length_us = t->u.interval.length_us;
	int64_t *grid_us = &t->u.interval.grid_us;

	if (t->start_us != TRIGGER_NOT_GIVEN || *grid_us - now_us <= length_us)
		return false;
	*grid_us -= (*grid_us - now_us - 1) / length_us * length_us;
	return true;
}

static bool
bring_dates_back(struct trigger *t, int64_t now_us)
{
	int64_t today = date_of(t->tz, now_us);

	if (t->start_us != TRIGGER_NOT_GIVEN ||
	    t->u.calendar.dates.first <= today)
		return false;
	t->u.calendar.dates.first = first_back(&t->u.calendar.dates, today);
	return true;
}

bool
trigger_bring_back(const struct trigger *t, const struct trigger_given *g,
    struct buf *spec)
{
	struct trigger v = *t; /* owns nothing: never freed */
	bool is_back = false;

	if (t->kind == TRIGGER_INTERVAL)
		is_back = bring_grid_back(&v, g->now_us);
	else if (t->kind == TRIGGER_CALENDAR)
		is_back = bring_dates_back(&v, g->now_us);
	else if (t->kind == TRIGGER_DATE && g->at_us > g->now_us &&
	    t->u.date.run_us <= g->at_us &&
	    t->u.date.run_us > g->at_us - AT_ONCE_US) {
		v.u.date.run_us = g->now_us + 1;
		is_back = true;
	}
	if (is_back)
		trigger_spec(&v, spec);
	return is_back;
}
