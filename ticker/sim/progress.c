/* Shows on a terminal how far a simulation is. */
#include "config.h"

#include <stdio.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/text.h"
#include "lib/time/tz.h"
#include "ticker/sim/sim.h"
#include "lib/base/ban.h"

/* Interval between updates. */
#define SHOW_US (CLOCK_US_PER_S / 5)

void
sim_progress(struct sim *m, bool is_last)
{
	int64_t now = clock_mono_us();
	struct buf b = BUF_INIT;

	if (!isatty(STDERR_FILENO) || (!is_last && now < m->shown_us))
		return;
	m->shown_us = now + SHOW_US;
	tz_format(m->zone, m->at.now_us, &b);
	if (is_last)
		text_progress(stderr, "%s", "");
	else
		text_progress(stderr, "%3.0f %%  %s, %lld ticks",
		    100.0 * (double)(m->at.now_us - m->from_us) /
			(double)(m->to_us - m->from_us),
		    buf_cstr(&b), (long long)m->ticks);
	buf_fini(&b);
}
