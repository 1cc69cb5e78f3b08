#ifndef FCGI_API_LOOPBACK_H
#define FCGI_API_LOOPBACK_H

#include <stdbool.h>

struct request;

/*
 * Does the request come from a program on this very host, and not through a
 * proxy, a rebound name or a page in somebody's browser?
 */
bool loopback_is_local(const struct request *req);

/* Not from a page of another site, as far as browsers say? */
bool loopback_is_own_page(const struct request *req);

#endif
