#ifndef FCGI_API_LOOPBACK_H
#define FCGI_API_LOOPBACK_H

#include <stdbool.h>

struct request;

/*
 * True if the request comes from a program on this host, and not through a
 * proxy, DNS rebinding, or a page of another site in a browser.
 */
bool loopback_is_local(const struct request *req);

/* False if a browser's headers say that a page of another site sent it. */
bool loopback_is_own_page(const struct request *req);

#endif
