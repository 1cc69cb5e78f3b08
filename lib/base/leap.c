/* Whether a clock that went ahead is to be believed; see the header. */
#include <stddef.h>

#include "lib/base/leap.h"
#include "lib/base/ban.h"

/* Do both count time from one start of the host?  Where none says which start
 * it was, a count that went on is taken for the same. */
static bool
is_one_boot(const struct clock_sign *was, const struct clock_sign *is)
{
	if (was->boot_us < 0 || is->boot_us < was->boot_us)
		return false;
	return was->boot == is->boot;
}

int64_t
leap_ahead(const struct clock_sign *was, const struct clock_sign *is,
    int64_t usual_us)
{
	int64_t went_us = is->now_us - was->now_us;

	return went_us -
	    (is_one_boot(was, is) ? is->boot_us - was->boot_us : usual_us);
}

bool
leap_is_doubtful(const struct clock_sign *was, const struct clock_sign *doubted,
    const struct clock_sign *is, const struct leap_limits *limits)
{
	if (limits->leap_us == 0 || was == NULL ||
	    leap_ahead(was, is, limits->usual_us) <= limits->leap_us)
		return false;
	if (doubted == NULL)
		return true;
	/* It may be a host that starts for each tick: two that see no earlier
	 * time agree. */
	return is_one_boot(doubted, is) ?
	    leap_ahead(doubted, is, 0) > limits->leap_us ||
		is->now_us < doubted->now_us :
	    is->now_us < doubted->now_us;
}
