#ifndef CTL_QUEUE_KNOWN_H
#define CTL_QUEUE_KNOWN_H

#include "ctl/ctl.h"

/*
 * Has the queue ever been used, or does a section of the configuration name
 * it?  The stores are open.  CTL_OK; CTL_NO after an error that names a queue
 * of a similar name, if there is one; or another status after an error.
 */
int queue_known(struct ctl *c, const char *queue);

#endif
