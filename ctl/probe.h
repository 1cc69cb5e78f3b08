#ifndef CTL_PROBE_H
#define CTL_PROBE_H

#include <stddef.h>

/*
 * GET URL/healthz by plain HTTP/1.1, waiting ten seconds at most.  The status
 * of the answer, or -1 with a reason in why: no http:// URL, no such host,
 * nobody there, no HTTP.
 */
int probe_health(const char *url, char *why, size_t whylen);

#endif
