/*
 * What cron and calendarinterval have in common: both give wall times, and the
 * rule for clock changes turns these into slots (slot.c).  Tested in
 * t_trigger_dst and by tests/proof.
 */
#include "lib/trigger/trigger_int.h"
#include "lib/trigger/slot.h"

#include "lib/base/ban.h"

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
