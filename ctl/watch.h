#ifndef CTL_WATCH_H
#define CTL_WATCH_H

#include "ctl/ctl.h"

/*
 * Run the command every 2 s, each time in a process of its own, until a signal
 * or a failure; on a terminal each output replaces the last.  Return the exit
 * status of the run that failed.
 */
int watch(struct ctl *c, const struct ctl_command *cmd,
    const struct ctl_args *a);

#endif
