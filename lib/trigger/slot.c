/*
 * Wall times as instants in a zone.  Within one period local time is instant +
 * offset, so the next match is one search of the set.  Only the end of a
 * period needs more: the next period may repeat wall times (a fold) or skip
 * some (a gap).  Tested in t_trigger_dst and t_vectors.
 */
#include <stdlib.h>

#include "lib/time/civil.h"
#include "lib/time/tz.h"
#include "lib/trigger/slot.h"
#include "lib/trigger/trigger_int.h"

#include "lib/base/ban.h"

/*
 * Upper bound of offsets (RFC 9636), so of the distance of wall time from UTC.
 */
#define OFFSET_MAX_S (INT64_C(26) * 3600)

/* Two periods that share a wall time are at most this far apart. */
#define REACH_S (2 * OFFSET_MAX_S)

/*
 * From here on the year is past CRON_YEAR_MAX in every zone: no slots.  A
 * damaged zone may have later transitions, too large to compute with.
 */
#define END_S (INT64_C(253402300800) + OFFSET_MAX_S)

/* The result of the latest search: no match from from_s to match_s. */
struct found {
	int64_t from_s;
	int64_t match_s;
};

struct walk {
	const struct slot_set *set;
	const struct tz *tz;
	struct found found;
	bool is_once;	    /* a gap fires at its end */
	bool is_first_only; /* a fold fires at its first pass only */
};

/* The set's next, which is not repeated for the range just searched. */
static int64_t
match_from(struct walk *w, int64_t wall_s)
{
	if (wall_s < w->found.from_s || wall_s > w->found.match_s) {
		w->found.match_s = w->set->next(w->set->of, wall_s);
		w->found.from_s = wall_s;
	}
	return w->found.match_s;
}

/* Does period p contain wall second wall_s? */
static bool
holds(const struct tz_period *p, int64_t wall_s)
{
	int64_t t_s = wall_s - p->offset_s;

	return t_s >= p->from_s && t_s < p->until_s;
}

/*
 * If wall second wall_s also occurs in a period before p, the wall second at
 * which that period ends; else INT64_MIN.
 */
static int64_t
end_of_earlier(const struct walk *w, const struct tz_period *p, int64_t wall_s)
{
	int64_t first_s = wall_s - p->offset_s - REACH_S;
	struct tz_period q = *p;

	while (q.from_s > first_s) {
		tz_at(w->tz, q.from_s - 1, &q);
		if (holds(&q, wall_s))
			return q.until_s + q.offset_s;
	}
	return INT64_MIN;
}

/* The same for the periods after p; INT64_MAX for one that never ends. */
static int64_t
end_of_later(const struct walk *w, const struct tz_period *p, int64_t wall_s)
{
	int64_t last_s = wall_s - p->offset_s + REACH_S;
	struct tz_period q = *p;

	while (q.until_s < last_s) {
		tz_at(w->tz, q.until_s, &q);
		if (holds(&q, wall_s))
			return q.until_s == INT64_MAX ? INT64_MAX :
							q.until_s + q.offset_s;
	}
	return INT64_MIN;
}

/* The first slot at or after low_s within p, or TRIGGER_NONE. */
static int64_t
find_in_period(struct walk *w, const struct tz_period *p, int64_t low_s)
{
	int64_t wall_s, again_s;

	for (;;) {
		wall_s = match_from(w, low_s + p->offset_s);
		if (wall_s == CRON_NEVER || wall_s - p->offset_s >= p->until_s)
			return TRIGGER_NONE;
		if (!w->is_first_only)
			return wall_s - p->offset_s;
		again_s = end_of_earlier(w, p, wall_s);
		if (again_s == INT64_MIN)
			return wall_s - p->offset_s;
		/*
		 * The second pass of a fold: continue after the end of the
		 * first.
		 */
		low_s = again_s - p->offset_s;
	}
}

/*
 * Is a matching wall second that never exists in the gap at the end of p?  One
 * that exists in another period nearby (two changes within hours) has its slot
 * there.
 */
static bool
fires_in_gap(struct walk *w, const struct tz_period *p)
{
	struct tz_period next;
	int64_t wall_s, again_s, end_s;

	tz_at(w->tz, p->until_s, &next);
	wall_s = p->until_s + p->offset_s;
	end_s = p->until_s + next.offset_s;
	for (; wall_s < end_s; wall_s = again_s) {
		wall_s = match_from(w, wall_s);
		if (wall_s >= end_s)
			return false;
		again_s = end_of_earlier(w, p, wall_s);
		if (again_s == INT64_MIN)
			again_s = end_of_later(w, p, wall_s);
		if (again_s == INT64_MIN)
			return true;
	}
	return false;
}

int64_t
trigger_slot_next(const struct slot_set *set, const struct tz *tz,
    enum trigger_dst dst, int64_t after_s)
{
	struct walk w = {
		.set = set,
		.tz = tz,
		.found = { INT64_MAX, INT64_MIN },
		.is_once = dst == DST_ONCE,
		.is_first_only = dst != DST_WALL,
	};
	int64_t low_s, from_s, match_s, slot_s;
	struct tz_period p;

	if (after_s < -REACH_S)
		after_s = -REACH_S; /* years begin with 1970 */
	low_s = after_s + 1;

	/* The period of after_s itself: its end may be the next slot. */
	for (from_s = after_s; low_s < END_S; from_s = low_s) {
		tz_at(w.tz, from_s, &p);
		slot_s = find_in_period(&w, &p, low_s);
		if (slot_s != TRIGGER_NONE)
			return slot_s;
		if (p.until_s >= END_S)
			return TRIGGER_NONE;
		match_s = w.found.match_s;
		if (w.is_once && fires_in_gap(&w, &p))
			return p.until_s;
		/*
		 * From low_s's wall time to match_s nothing matches.  If no
		 * later period can show an earlier wall time than low_s's,
		 * continue shortly before match_s, skipping the periods
		 * between.
		 */
		from_s = low_s;
		low_s = p.until_s;
		if (low_s - from_s > REACH_S &&
		    match_s - OFFSET_MAX_S - 1 > low_s)
			low_s = match_s - OFFSET_MAX_S - 1;
	}
	return TRIGGER_NONE;
}

/*
 * From which instant on p needs no special treatment: the clock shows no wall
 * time that it showed before, and a gap at the beginning of p has fired.
 */
static int64_t
plain_from(const struct walk *w, const struct tz_period *p)
{
	int64_t plain_s = p->from_s, again_s;
	struct tz_period q = *p;

	if (p->from_s == INT64_MIN)
		return INT64_MIN;
	if (w->is_once)
		plain_s++;
	while (w->is_first_only && q.from_s > p->from_s - REACH_S) {
		tz_at(w->tz, q.from_s - 1, &q);
		again_s = q.until_s + q.offset_s - p->offset_s;
		if (again_s > plain_s)
			plain_s = again_s;
	}
	return plain_s;
}

/* Count the slots from from_s on and before until_s one by one. */
static int64_t
count_walking(const struct walk *w, enum trigger_dst dst, int64_t from_s,
    int64_t until_s)
{
	int64_t n = 0, s = from_s - 1;

	while ((s = trigger_slot_next(w->set, w->tz, dst, s)) < until_s)
		n++;
	return n;
}

int64_t
trigger_slot_count(const struct slot_set *set, const struct tz *tz,
    enum trigger_dst dst, const int64_t range_s[2])
{
	const struct walk w = {
		.set = set,
		.tz = tz,
		.is_once = dst == DST_ONCE,
		.is_first_only = dst != DST_WALL,
	};
	int64_t from_s = range_s[0], until_s, plain_s, n = 0;
	struct tz_period p;

	if (from_s < -REACH_S)
		from_s = -REACH_S; /* years begin with 1970 */
	for (; from_s < range_s[1]; from_s = p.until_s) {
		tz_at(tz, from_s, &p);
		until_s = p.until_s < range_s[1] ? p.until_s : range_s[1];
		plain_s = plain_from(&w, &p);
		if (plain_s > until_s)
			plain_s = until_s;
		if (plain_s > from_s)
			n += count_walking(&w, dst, from_s, plain_s);
		else
			plain_s = from_s;
		n += set->count(set->of, plain_s + p.offset_s,
		    until_s + p.offset_s);
	}
	return n;
}

/* Does any match of the year exist, outside of gaps? */
static bool
exists_in_year(const struct cron *set, const struct tz *tz, int year)
{
	int64_t end_s = civil_days(year + 1, 1, 1) * CIVIL_DAY_S;
	int64_t wall_s = civil_days(year, 1, 1) * CIVIL_DAY_S;
	struct tz_period p;

	while ((wall_s = cron_wall_next(set, wall_s)) < end_s) {
		tz_at(tz, tz_instant(tz, wall_s), &p);
		if (holds(&p, wall_s))
			return true;
		wall_s = p.from_s + p.offset_s;
	}
	return false;
}

/*
 * Can all matches be in the gap of the zone's yearly rule?  Then the gap is
 * longer than the time from the first matching hour to the last.
 */
static bool
fits_gap(const struct cron *set, const struct tz *tz)
{
	uint64_t hours = set->bits[CRON_HOUR];
	struct tz_period p, q;
	int spread_h;

	if (hours == 0)
		return false;
	tz_at(tz, tz_rule_from(tz), &p);
	tz_at(tz, p.until_s, &q);
	spread_h = 63 - __builtin_clzll(hours) - __builtin_ctzll(hours);
	return (spread_h - 1) * 3600 < abs(q.offset_s - p.offset_s);
}

/*
 * Years under the zone's rule are alike within each kind of year, so one of
 * them decides for all.  Without this, a match that the clock skips every year
 * would be tried year by year.
 */
void
trigger_slot_settle(struct cron *set, const struct tz *tz, enum trigger_dst dst)
{
	struct cron probe; /* owns nothing: never freed */
	uint32_t seen, bit;
	struct civil c;
	int year;

	cron_settle(set);
	if (dst == DST_ONCE || tz_rule_from(tz) == INT64_MAX ||
	    !fits_gap(set, tz))
		return;
	civil_from_wall(tz_rule_from(tz), &c);
	probe = *set;
	probe.years = NULL;
	seen = set->barren;
	set->late_year = c.year + 2;
	for (year = set->late_year; seen != CRON_ALL_KINDS; year++) {
		bit = UINT32_C(1) << cron_year_kind(year);
		if ((seen & bit) == 0 && !exists_in_year(&probe, tz, year))
			set->barren_late |= bit;
		seen |= bit;
	}
}

enum trigger_dst
trigger_dst_of(const struct trigger *t)
{
	if (t->dst != DST_AUTO)
		return t->dst;
	return t->kind == TRIGGER_CRON && t->u.cron.set.is_hour_wide ?
	    DST_WALL :
	    DST_ONCE;
}

int64_t
trigger_wall_next(const struct trigger *t, int64_t after_us)
{
	struct slot_state room;
	const struct slot_set set = trigger_ops_of(t)->walls(t, &room);
	int64_t after_s, slot_s;

	if (t->start_us != TRIGGER_NOT_GIVEN && after_us < t->start_us)
		after_us = t->start_us - 1;
	after_s = after_us / US_PER_S - (after_us % US_PER_S < 0);
	slot_s = trigger_slot_next(&set, t->tz, trigger_dst_of(t), after_s);
	return slot_s == TRIGGER_NONE ? TRIGGER_NONE : slot_s * US_PER_S;
}

/* Slots are whole seconds: the first at or after us. */
static int64_t
second_from(int64_t us)
{
	return us / US_PER_S + (us % US_PER_S > 0);
}

int64_t
trigger_wall_count(const struct trigger *t, int64_t from_us, int64_t to_us)
{
	struct slot_state room;
	const struct slot_set set = trigger_ops_of(t)->walls(t, &room);

	if (t->start_us != TRIGGER_NOT_GIVEN && from_us < t->start_us)
		from_us = t->start_us;
	return trigger_slot_count(&set, t->tz, trigger_dst_of(t),
	    (const int64_t[]){ second_from(from_us), second_from(to_us + 1) });
}
