#ifndef LIB_TRIGGER_COUNT_H
#define LIB_TRIGGER_COUNT_H

#include "lib/trigger/trigger.h"

/*
 * Many slots at once, without a walk from each to the next: the cost of a
 * call is bounded, whatever the trigger and however long the range.  Ranges
 * include both ends; an empty one has its end before its beginning.  Pure.
 */

/* How many slots lie from from_us to to_us. */
int64_t trigger_count(const struct trigger *t, int64_t from_us, int64_t to_us);

/* The newest slot from from_us to to_us, or TRIGGER_NONE. */
int64_t trigger_last(const struct trigger *t, int64_t from_us, int64_t to_us);

/* The slot from from_us to to_us that has n slots before it there (0: the
 * first), or TRIGGER_NONE when there are not so many. */
int64_t trigger_nth(const struct trigger *t, int64_t from_us, int64_t to_us,
    int64_t n);

#endif
