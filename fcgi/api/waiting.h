#ifndef FCGI_API_WAITING_H
#define FCGI_API_WAITING_H

#include "fcgi/api/http.h"

/*
 * Limits the clients that wait at once, as each of them occupies a process.
 * They are counted over all processes by locks on bytes of an empty file next
 * to the store (STORE-waiting), which the kernel releases when a process ends.
 */

/*
 * Begin a wait, within max_waiting and max_waiting_per_token.  A handle for
 * waiting_leave; or -1 and the response, unless NULL, is a 429 with a fault for
 * field.
 */
int waiting_enter(const struct ctx *ctx, const char *field,
    struct response *res);

/* End the wait; -1 has no effect. */
void waiting_leave(int handle);

#endif
