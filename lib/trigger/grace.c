/*
 * How late a run may be, given the gaps between ticks; the header has the
 * reason.  Tested in t_due and t_store_log.
 */
#include "lib/trigger/grace.h"
#include "lib/base/ban.h"

int64_t
grace_effective(int64_t grace_us, int64_t gap_us)
{
	if (grace_us < 0 || gap_us < GRACE_GAP_MIN_US ||
	    grace_us >= gap_us + GRACE_SLACK_US)
		return grace_us;
	return gap_us + GRACE_SLACK_US;
}

bool
grace_allows(int64_t grace_us, int64_t late_us)
{
	return grace_us < 0 || late_us <= grace_us;
}
