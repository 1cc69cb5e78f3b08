#ifndef CTL_RENDER_H
#define CTL_RENDER_H

#include <stdint.h>
#include <stdio.h>

#include "ctl/ctl.h"

/* Private to `minutehand render`. */

/* Tell what rc, no STORE_OK, means for the one-off job id; an exit status. */
int render_fail(enum store_rc rc, const char *id);

/* How the end of a one-off job is awaited. */
struct render_watch {
	int64_t timeout_us; /* INT64_MAX: for ever */
	FILE *out;	    /* for a line per change; NULL: none */
};

/*
 * Wait for the end of the one-off job id; says on standard error when nothing
 * will hand it over, for no tick has ever run or none for long.  CTL_OK when
 * it succeeded, CTL_NO when it ended otherwise, CTL_TIMEOUT; or what failed.
 */
int render_watch(struct ctl *c, const char *id, const struct render_watch *how);

#endif
