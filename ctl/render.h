#ifndef CTL_RENDER_H
#define CTL_RENDER_H

#include "ctl/ctl.h"

/* Private to `minutehand render`. */

/* Tell what rc, no STORE_OK, means for the one-off job id; an exit status. */
int render_fail(enum store_rc rc, const char *id);

#endif
