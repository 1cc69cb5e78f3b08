#ifndef LIB_TRIGGER_SLOT_H
#define LIB_TRIGGER_SLOT_H

#include "lib/trigger_int.h"

/*
 * The slots of a cron expression in a zone.  dst is DST_WALL, DST_SKIP or
 * DST_ONCE: what happens where the clock changes.
 */

/*
 * The sets are complete: find the kinds of year without a slot, so that no
 * search looks at them (see cron_settle).
 */
void trigger_slot_settle(struct cron *set, const struct tz *tz,
    enum trigger_dst dst);

/* The first slot after after_s, in whole seconds, or TRIGGER_NONE. */
int64_t trigger_slot_next(const struct cron *set, const struct tz *tz,
    enum trigger_dst dst, int64_t after_s);

/* How many slots there are from range_s[0] on and before range_s[1]. */
int64_t trigger_slot_count(const struct cron *set, const struct tz *tz,
    enum trigger_dst dst, const int64_t range_s[2]);

#endif
