#ifndef CTL_RENDER_H
#define CTL_RENDER_H

#include <stdint.h>
#include <stdio.h>

#include "ctl/ctl.h"

/* Private to `minutehand render`. */

/* Report rc, not STORE_OK, for the one-off job id; an exit status. */
int render_fail(enum store_rc rc, const char *id);

/* How to wait for the end of a one-off job. */
struct render_watch {
	int64_t timeout_us; /* INT64_MAX: no limit */
	FILE *out;	    /* for a line per change of state; NULL: none */
};

/*
 * Wait until the one-off job id has ended; warn on standard error if no tick
 * has ever run, or none for a long time, to hand it over.  CTL_OK if it
 * succeeded, CTL_NO if it ended otherwise, CTL_TIMEOUT, or another status after
 * an error.
 */
int render_watch(struct ctl *c, const char *id, const struct render_watch *how);

#endif
