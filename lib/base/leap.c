/*
 * Whether a tick trusts a clock that jumped ahead; the header says why it may
 * not.  Pure.
 */
#include <stddef.h>

#include "lib/base/leap.h"
#include "lib/base/ban.h"

/*
 * Were both read during one boot of the host?  Without boot ids, a boot time
 * that has not decreased means the same boot.
 */
static bool
is_one_boot(const struct clock_reading *was, const struct clock_reading *is)
{
	if (was->boot_us < 0 || is->boot_us < was->boot_us)
		return false;
	return was->boot == is->boot;
}

int64_t
leap_ahead(const struct clock_reading *was, const struct clock_reading *is,
    int64_t usual_us)
{
	int64_t passed_us = is->now_us - was->now_us;

	return passed_us -
	    (is_one_boot(was, is) ? is->boot_us - was->boot_us : usual_us);
}

bool
leap_is_doubtful(const struct clock_reading *was,
    const struct clock_reading *doubted, const struct clock_reading *is,
    const struct leap_limits *limits)
{
	if (limits->leap_us == 0 || was == NULL ||
	    leap_ahead(was, is, limits->usual_us) <= limits->leap_us)
		return false;
	if (doubted == NULL)
		return true;
	/*
	 * The host may boot for every tick: two readings in a row that do not
	 * go back confirm each other.
	 */
	return is_one_boot(doubted, is) ?
	    leap_ahead(doubted, is, 0) > limits->leap_us ||
		is->now_us < doubted->now_us :
	    is->now_us < doubted->now_us;
}
