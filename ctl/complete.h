#ifndef CTL_COMPLETE_H
#define CTL_COMPLETE_H

#include "ctl/ctl.h"

/*
 * `minutehand complete WORD ...`, for shells: the words typed after the name
 * of the program, the last one being completed, perhaps "".  Print what it may
 * become, a line each: commands, options, and the names of queues and jobs
 * where the usage of the command has QUEUE, JOB or ID.  Nothing for a file, or
 * if the store cannot be read.  CTL_OK.
 */
int complete(struct ctl *c, int argc, char **argv);

#endif
