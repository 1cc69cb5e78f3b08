/*
 * Whether a trigger that is given once more is the one a job has: clients
 * register their jobs again at every start, in whatever spelling, and a job
 * must not lose what is due by that.
 */
#include <string.h>

#include "lib/buf.h"
#include "lib/civil.h"
#include "lib/trigger_int.h"
#include "lib/trigger_same.h"
#include "lib/tz.h"

#include "lib/ban.h"

/* A date has one slot. */
static bool
date_is_same(struct trigger *t, const struct trigger *was,
    const struct trigger_place *at)
{
	(void)at;
	return t->u.date.run_us == was->u.date.run_us;
}

/*
 * Without a start an interval begins when it is added: that is no wish to
 * begin again.  One whose start is yet to come was given that on purpose.
 */
static bool
interval_is_same(struct trigger *t, const struct trigger *was,
    const struct trigger_place *at)
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
    const struct trigger_place *at)
{
	if (t->start_us != was->start_us && t->start_us > at->cursor_us)
		return false;
	return trigger_dst_of(t) == trigger_dst_of(was) &&
	    cron_is_same(&t->u.cron.set, &was->u.cron.set) &&
	    tz_is_same(t->tz, was->tz, at->cursor_us / US_PER_S - CIVIL_DAY_S);
}

/* Any other kind: as it is written. */
static bool
is_same_text(struct trigger *t, const struct trigger *was,
    const struct trigger_place *at)
{
	const struct trigger_ops *ops = trigger_ops_of(t);
	struct buf a = BUF_INIT, b = BUF_INIT;
	bool is_same;

	ops->spec(t, &a);
	ops->spec(was, &b);
	is_same = strcmp(buf_cstr(&a), buf_cstr(&b)) == 0 && !a.is_failed &&
	    !b.is_failed && t->start_us == was->start_us &&
	    t->dst == was->dst &&
	    tz_is_same(t->tz, was->tz, at->cursor_us / US_PER_S - CIVIL_DAY_S);
	buf_fini(&a);
	buf_fini(&b);
	return is_same;
}

/* May set the grid of t, a copy that owns nothing. */
static bool (*const same[TRIGGER__MAX])(struct trigger *t,
    const struct trigger *was, const struct trigger_place *at) = {
	[TRIGGER_DATE] = date_is_same,
	[TRIGGER_INTERVAL] = interval_is_same,
	[TRIGGER_CRON] = cron_is_same_trigger,
};

/* Does neither end part the slots that are due? */
static bool
has_same_end(const struct trigger *t, const struct trigger *was, int64_t now_us)
{
	return t->end_us == was->end_us ||
	    ((t->end_us == TRIGGER_NOT_GIVEN || t->end_us >= now_us) &&
		(was->end_us == TRIGGER_NOT_GIVEN || was->end_us >= now_us));
}

bool
trigger_is_same(const struct trigger *t, const struct trigger *was,
    const struct trigger_place *at, struct buf *spec)
{
	bool (*is_same)(struct trigger *, const struct trigger *,
	    const struct trigger_place *) = same[t->kind];
	struct trigger v = *t; /* owns nothing: never freed */

	if (is_same == NULL)
		is_same = is_same_text;
	if (t->kind != was->kind || at->cursor_us == TRIGGER_NONE ||
	    !has_same_end(t, was, at->now_us) || !is_same(&v, was, at) ||
	    trigger_next(&v, at->cursor_us - 1) !=
		trigger_next(was, at->cursor_us - 1))
		return false;
	trigger_spec(&v, spec);
	return true;
}
