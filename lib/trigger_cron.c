#include <string.h>

#include "lib/cron_field.h"
#include "lib/crontab.h"
#include "lib/fault.h"
#include "lib/trigger_int.h"
#include "lib/tz.h"

#include "lib/ban.h"

/*
 * Within one period of a zone local time is instant + offset, so the next
 * match is one calendar search (cron_wall_next) away.  Only where a period
 * ends is there more to do: its successor may repeat wall times (a fold) or
 * leave some out (a gap).
 */

/* No offset is larger (RFC 9636), so no wall time is further from UTC. */
#define OFFSET_MAX_S (INT64_C(26) * 3600)

/* Two periods that share a wall time lie no further apart than this. */
#define REACH_S (2 * OFFSET_MAX_S)

/* By 2100-01-01 every zone follows its footer's rules, which, like the
 * calendar, repeat after 400 years: what has not matched by then never will. */
#define FOOTER_S INT64_C(4102444800)
#define CYCLE_S (INT64_C(146097) * 86400)

struct walk {
	const struct cron *set;
	const struct tz *tz;
	bool is_once;	    /* a gap fires at its end */
	bool is_first_only; /* a fold fires at its first pass only */
};

/* Does period p hold wall second wall_s? */
static bool
holds(const struct tz_period *p, int64_t wall_s)
{
	int64_t t_s = wall_s - p->offset_s;

	return t_s >= p->from_s && t_s < p->until_s;
}

/*
 * If wall second wall_s also occurs in a period before p, the wall second at
 * which that one ends; else INT64_MIN.
 */
static int64_t
seen_before(const struct walk *w, const struct tz_period *p, int64_t wall_s)
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

/* The same for the periods after p. */
static int64_t
seen_after(const struct walk *w, const struct tz_period *p, int64_t wall_s)
{
	int64_t last_s = wall_s - p->offset_s + REACH_S;
	struct tz_period q = *p;

	while (q.until_s < last_s) {
		tz_at(w->tz, q.until_s, &q);
		if (holds(&q, wall_s))
			return q.until_s + q.offset_s;
	}
	return INT64_MIN;
}

/* The first slot at or after low_s within p, or TRIGGER_NONE. */
static int64_t
find_in_period(const struct walk *w, const struct tz_period *p, int64_t low_s)
{
	int64_t wall_s, again_s;

	for (;;) {
		wall_s = cron_wall_next(w->set, low_s + p->offset_s);
		if (wall_s == CRON_NEVER || wall_s - p->offset_s >= p->until_s)
			return TRIGGER_NONE;
		if (!w->is_first_only)
			return wall_s - p->offset_s;
		again_s = seen_before(w, p, wall_s);
		if (again_s == INT64_MIN)
			return wall_s - p->offset_s;
		/* Second pass of a fold: go on behind the first's end. */
		low_s = again_s - p->offset_s;
	}
}

/*
 * Does a matching wall second that never exists lie in the gap at the end of
 * p?  One that exists in another period near by (two changes within hours)
 * has its slot there.
 */
static bool
fires_in_gap(const struct walk *w, const struct tz_period *p)
{
	struct tz_period next;
	int64_t wall_s, again_s;

	tz_at(w->tz, p->until_s, &next);
	if (next.offset_s <= p->offset_s)
		return false;
	wall_s = p->until_s + p->offset_s;
	for (;;) {
		wall_s = cron_wall_next(w->set, wall_s);
		if (wall_s >= p->until_s + next.offset_s)
			return false;
		again_s = seen_before(w, p, wall_s);
		if (again_s == INT64_MIN)
			again_s = seen_after(w, p, wall_s);
		if (again_s == INT64_MIN)
			return true;
		wall_s = again_s;
	}
}

/* The first slot after after_s in whole seconds, or TRIGGER_NONE. */
static int64_t
find_slot(const struct walk *w, int64_t after_s)
{
	int64_t until_s = CYCLE_S + (after_s > FOOTER_S ? after_s : FOOTER_S);
	int64_t low_s = after_s + 1, t_s, wall_s;
	struct tz_period p;

	/* The period of after_s itself: its end may be the very next slot. */
	for (tz_at(w->tz, after_s, &p); low_s < until_s;
	     tz_at(w->tz, low_s, &p)) {
		t_s = find_in_period(w, &p, low_s);
		if (t_s != TRIGGER_NONE)
			return t_s;
		if (p.until_s == INT64_MAX)
			return TRIGGER_NONE;
		if (w->is_once && fires_in_gap(w, &p))
			return p.until_s;
		/*
		 * No match has a lower wall time than this from here on; go
		 * to the period shortly before it, past all those between.
		 */
		wall_s = cron_wall_next(w->set, p.until_s - OFFSET_MAX_S);
		if (wall_s == CRON_NEVER)
			return TRIGGER_NONE;
		low_s = p.until_s;
		if (wall_s - OFFSET_MAX_S - 1 > low_s)
			low_s = wall_s - OFFSET_MAX_S - 1;
	}
	return TRIGGER_NONE;
}

static int64_t
cron_next(const struct trigger *t, int64_t after_us)
{
	const struct cron *set = &t->u.cron.set;
	bool is_wall =
	    t->dst == DST_WALL || (t->dst == DST_AUTO && set->is_hour_wide);
	struct walk w = { set, t->tz, false, !is_wall };
	int64_t after_s, slot_s;

	w.is_once = !is_wall && t->dst != DST_SKIP;
	if (t->start_us != TRIGGER_NOT_GIVEN && after_us < t->start_us)
		after_us = t->start_us - 1;
	after_s = after_us / US_PER_S - (after_us % US_PER_S < 0);
	if (after_s < -REACH_S)
		after_s = -REACH_S; /* years begin with 1970 */
	slot_s = find_slot(&w, after_s);
	return slot_s == TRIGGER_NONE ? TRIGGER_NONE : slot_s * US_PER_S;
}

static int
make_crontab(struct trigger *t, const struct trigger_args *args)
{
	int i;

	for (i = 0; i < CRON__MAX; i++)
		if (args->in[i] != NULL)
			return fault_add(args->fs, "crontab",
			    "crontab and "
			    "%s cannot be given together",
			    trigger_in_name((enum trigger_in)i));
	t->u.cron.is_crontab = true;
	return crontab_parse(args->in[IN_CRONTAB], &t->u.cron.set,
	    &t->u.cron.text, args->fs);
}

/*
 * A field left out: what is less significant than the least one given takes
 * its minimum, the rest is free (APScheduler, CronTrigger).
 */
static void
set_default(struct cron *c, int f, int least)
{
	if (f == CRON_WEEK || f == CRON_DOW || f < least)
		cron_fill(c, (enum cron_field)f);
	else
		c->bits[f] = f == CRON_MONTH || f == CRON_DAY ? 2 : 1;
	if (f == CRON_HOUR)
		c->is_hour_wide = f < least;
}

static int
make_fields(struct trigger *t, const struct trigger_args *args)
{
	struct cron *c = &t->u.cron.set;
	struct buf *text = &t->u.cron.text;
	int f, least = -1, rc = 0;

	for (f = 0; f < CRON__MAX; f++) {
		t->u.cron.at[f] = CRON_NOT_GIVEN;
		if (args->in[f] == NULL)
			continue;
		least = f;
		if (text->len < CRON_NOT_GIVEN)
			t->u.cron.at[f] = (uint16_t)text->len;
		else
			rc = fault_add(args->fs, "trigger", "is too long");
		if (cron_field_parse((enum cron_field)f, args->in[f], c, text,
			args->fs) == -1)
			rc = -1;
		buf_char(text, '\0');
	}
	if (least == -1)
		return fault_add(args->fs, "trigger",
		    "a cron trigger needs "
		    "at least one of year, month, day, week, day_of_week, "
		    "hour, minute, second, or crontab");
	for (f = 0; f < CRON__MAX; f++)
		if (args->in[f] == NULL)
			set_default(c, f, least);
	return rc;
}

static int
cron_make(struct trigger *t, const struct trigger_args *args)
{
	int rc;

	if (args->in[IN_CRONTAB] != NULL)
		rc = make_crontab(t, args);
	else
		rc = make_fields(t, args);
	if (rc == 0 && t->u.cron.text.is_failed)
		rc = fault_add(args->fs, "trigger", "out of memory");
	return rc;
}

static void
cron_fini_trigger(struct trigger *t)
{
	cron_fini(&t->u.cron.set);
	buf_fini(&t->u.cron.text);
}

/* Would t fire if field f admitted every value? */
static bool
fires_without(const struct trigger *t, int f, int64_t after_us)
{
	struct trigger v = *t; /* owns nothing: never freed */

	if (f == CRON_YEAR)
		v.u.cron.set.years = NULL;
	else
		cron_fill(&v.u.cron.set, (enum cron_field)f);
	return trigger_next(&v, after_us) != TRIGGER_NONE;
}

/* Which field keeps a trigger from ever firing, in the order asked. */
static int
cron_check(const struct trigger *t, const struct trigger_args *args)
{
	static const struct {
		int f;
		const char *reason;
	} rows[] = {
		{ CRON_YEAR, "no matching time is left in these years" },
		{ CRON_HOUR, "the zone's clock skips this time every time" },
		{ CRON_DAY, "no such day in any month it asks for" },
		{ CRON_WEEK, "no day it asks for lies in these weeks" },
		{ CRON_DOW, "no day it asks for is such a weekday" },
	};
	int64_t after_us = args->now_us - 1;
	struct trigger v = *t;
	const char *name;
	size_t i;

	if (trigger_next(t, after_us) != TRIGGER_NONE)
		return 0;
	v.end_us = TRIGGER_NOT_GIVEN;
	if (trigger_next(&v, after_us) != TRIGGER_NONE)
		return fault_add(args->fs, "end_date",
		    "the trigger can never "
		    "fire: no time of it is left at or before end_date");
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!fires_without(&v, rows[i].f, after_us))
			continue;
		name = cron_field_name((enum cron_field)rows[i].f);
		if (t->u.cron.is_crontab)
			name = "crontab";
		return fault_add(args->fs, name,
		    "the trigger can never fire: "
		    "%s",
		    rows[i].reason);
	}
	return fault_add(args->fs, "trigger",
	    "the trigger can never fire: its fields exclude each other");
}

static void
cron_print(const struct trigger *t, struct buf *out)
{
	const char *text = buf_cstr(&t->u.cron.text), *comma = "";
	int f;

	if (t->u.cron.is_crontab) {
		buf_str(out, text);
		return;
	}
	for (f = 0; f < CRON__MAX; f++) {
		if (t->u.cron.at[f] == CRON_NOT_GIVEN)
			continue;
		buf_printf(out, "%s%s='%s'", comma,
		    cron_field_name((enum cron_field)f),
		    text + t->u.cron.at[f]);
		comma = ", ";
	}
}

static void
cron_spec(const struct trigger *t, struct buf *out)
{
	const char *text = buf_cstr(&t->u.cron.text);
	int f;

	if (t->u.cron.is_crontab) {
		buf_printf(out, ";crontab=%s", text);
		return;
	}
	for (f = 0; f < CRON__MAX; f++)
		if (t->u.cron.at[f] != CRON_NOT_GIVEN)
			buf_printf(out, ";%s=%s",
			    cron_field_name((enum cron_field)f),
			    text + t->u.cron.at[f]);
}

const struct trigger_ops trigger_cron_ops = {
	.name = "cron",
	.make = cron_make,
	.check = cron_check,
	.fini = cron_fini_trigger,
	.next = cron_next,
	.print = cron_print,
	.spec = cron_spec,
};
