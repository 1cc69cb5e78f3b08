#ifndef LIB_TRIGGER_SLOT_H
#define LIB_TRIGGER_SLOT_H

#include "lib/trigger/calendar.h"
#include "lib/trigger/trigger_int.h"

/*
 * Wall seconds (lib/time/civil.h) at which a trigger means to fire: the first at or
 * after wall_s, or CRON_NEVER, and how many there are from from_s on and
 * before until_s.
 */
struct slot_set {
	const void *of;
	int64_t (*next)(const void *of, int64_t wall_s);
	int64_t (*count)(const void *of, int64_t from_s, int64_t until_s);
};

/* What a set remembers from one question to the next, for a while. */
struct slot_room {
	struct calendar_walk walk;
	struct calendar_walk *of;
};

/*
 * The slots that such a set has in a zone.  dst is DST_WALL, DST_SKIP or
 * DST_ONCE: what happens where the clock changes.  Slots begin with 1970.
 */

/*
 * The sets of a cron expression are complete: find the kinds of year without
 * a slot, so that no search looks at them (see cron_settle).
 */
void trigger_slot_settle(struct cron *set, const struct tz *tz,
    enum trigger_dst dst);

/* The first slot after after_s, in whole seconds, or TRIGGER_NONE. */
int64_t trigger_slot_next(const struct slot_set *set, const struct tz *tz,
    enum trigger_dst dst, int64_t after_s);

/* How many slots there are from range_s[0] on and before range_s[1]. */
int64_t trigger_slot_count(const struct slot_set *set, const struct tz *tz,
    enum trigger_dst dst, const int64_t range_s[2]);

#endif
