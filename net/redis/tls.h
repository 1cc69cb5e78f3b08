#ifndef NET_REDIS_TLS_H
#define NET_REDIS_TLS_H

#include "net/redis/lib.h"

struct err;

/* How to wait for an event of poll(2) on the connection: 0, or -1 with one
 * line in why, and then the connection may be closed already. */
typedef int redis_tls_await(void *cookie, short event, struct err *why);

struct redis_tls {
	const char *host;    /* for whom the certificate must be */
	const char *ca_file; /* by which it is verified; "": the system's */
	redis_tls_await *await;
	void *cookie;
};

/*
 * Shake hands on a connection that was just made.  0, or -1 with one line in
 * why.
 */
int redis_tls_start(redisContext *c, const struct redis_tls *t,
    struct err *why);

#endif
