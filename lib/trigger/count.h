#ifndef LIB_TRIGGER_COUNT_H
#define LIB_TRIGGER_COUNT_H

#include "lib/trigger/trigger.h"

/*
 * Counting and finding many slots at once, without a walk from slot to slot:
 * the cost of a call is bounded for every trigger and range.  Ranges include
 * both ends; one whose end is before its beginning is empty.  Pure.
 */

/* The number of slots from from_us to to_us. */
int64_t trigger_count(const struct trigger *t, int64_t from_us, int64_t to_us);

/* The last slot from from_us to to_us, or TRIGGER_NONE. */
int64_t trigger_last(const struct trigger *t, int64_t from_us, int64_t to_us);

/*
 * Slot number n (0 is the first) from from_us to to_us, or TRIGGER_NONE if
 * there are not that many.
 */
int64_t trigger_nth(const struct trigger *t, int64_t from_us, int64_t to_us,
    int64_t n);

#endif
