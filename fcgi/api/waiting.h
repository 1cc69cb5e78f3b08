#ifndef FCGI_API_WAITING_H
#define FCGI_API_WAITING_H

#include "fcgi/api/http.h"

/*
 * How many clients wait for something at once, each of which holds a process
 * of the web server's.  They are counted over all processes by locks on bytes
 * of an empty file beside the store (STORE-waiting): the system takes them
 * away from a process however it ends.
 */

/*
 * May this request wait, by max_waiting and max_waiting_per_token?  A handle
 * for waiting_leave; or -1 and the response (NULL: not wanted) is a 429 about
 * the field that asked for it.
 */
int waiting_enter(const struct ctx *ctx, const char *field,
    struct response *res);

/* The wait has ended; -1 is fine. */
void waiting_leave(int handle);

#endif
