/*
 * Counting slots of any trigger, and finding the last or n-th one by bisection
 * over counts.  Tested in t_trigger_count and t_vectors.
 */
#include "lib/trigger/count.h"
#include "lib/trigger/trigger_int.h"

#include "lib/base/ban.h"

/* The end of a range, limited to where slots can be. */
static int64_t
clip(const struct trigger *t, int64_t to_us)
{
	if (t->end_us != TRIGGER_NOT_GIVEN && to_us > t->end_us)
		to_us = t->end_us;
	return to_us < TRIGGER_LAST_US ? to_us : TRIGGER_LAST_US;
}

int64_t
trigger_count(const struct trigger *t, int64_t from_us, int64_t to_us)
{
	to_us = clip(t, to_us);
	return from_us > to_us ? 0 :
				 trigger_ops_of(t)->count(t, from_us, to_us);
}

/*
 * Both searches halve the range: low_us is always too early, and the slot
 * sought is at or before high_us.
 */

int64_t
trigger_last(const struct trigger *t, int64_t from_us, int64_t to_us)
{
	int64_t low_us, high_us = clip(t, to_us), mid_us;

	if (from_us < TRIGGER_FIRST_US)
		from_us = TRIGGER_FIRST_US;
	if (from_us > high_us || trigger_next(t, from_us - 1) > high_us)
		return TRIGGER_NONE;
	for (low_us = from_us - 1; high_us - low_us > 1;) {
		mid_us = low_us + (high_us - low_us) / 2;
		if (trigger_next(t, mid_us) <= clip(t, to_us))
			low_us = mid_us;
		else
			high_us = mid_us;
	}
	return trigger_next(t, low_us);
}

int64_t
trigger_nth(const struct trigger *t, int64_t from_us, int64_t to_us, int64_t n)
{
	int64_t low_us, high_us = clip(t, to_us), mid_us;

	if (from_us < TRIGGER_FIRST_US)
		from_us = TRIGGER_FIRST_US;
	if (n < 0 || trigger_count(t, from_us, high_us) <= n)
		return TRIGGER_NONE;
	for (low_us = from_us - 1; high_us - low_us > 1;) {
		mid_us = low_us + (high_us - low_us) / 2;
		if (trigger_count(t, from_us, mid_us) > n)
			high_us = mid_us;
		else
			low_us = mid_us;
	}
	return high_us;
}
