#ifndef LIB_TRIGGER_SLOT_H
#define LIB_TRIGGER_SLOT_H

#include "lib/trigger/calendar.h"
#include "lib/trigger/trigger_int.h"

/*
 * The wall seconds (lib/time/civil.h) of a trigger: next is the first at or
 * after wall_s, or CRON_NEVER; count is their number from from_s on and before
 * until_s.
 */
struct slot_set {
	const void *of;
	int64_t (*next)(const void *of, int64_t wall_s);
	int64_t (*count)(const void *of, int64_t from_s, int64_t until_s);
};

/* State that a set keeps from one query to the next. */
struct slot_state {
	struct calendar_walk walk;
	struct calendar_walk *of;
};

/*
 * The slots of such a set in a zone.  dst is DST_WALL, DST_SKIP or DST_ONCE:
 * what happens when the clock changes.  Slots begin with the year 1970.
 */

/*
 * Call when the sets of a cron expression are complete: finds the kinds of
 * year without a slot, so that searches skip them (see cron_settle).
 */
void trigger_slot_settle(struct cron *set, const struct tz *tz,
    enum trigger_dst dst);

/* The first slot after after_s, in epoch seconds, or TRIGGER_NONE. */
int64_t trigger_slot_next(const struct slot_set *set, const struct tz *tz,
    enum trigger_dst dst, int64_t after_s);

/* The number of slots from range_s[0] on and before range_s[1]. */
int64_t trigger_slot_count(const struct slot_set *set, const struct tz *tz,
    enum trigger_dst dst, const int64_t range_s[2]);

#endif
