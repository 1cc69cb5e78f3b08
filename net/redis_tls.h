#ifndef NET_REDIS_TLS_H
#define NET_REDIS_TLS_H

#include <stddef.h>

#include <hiredis/hiredis.h>

/*
 * Speak TLS on a connection that was just made: the server's certificate is
 * verified by ca_file ("": by what the system trusts), and must be for host.
 * What fails in the handshake shows when the connection is used.  0, or -1 with
 * one line in why.
 */
int redis_tls_start(redisContext *c, const char *host, const char *ca_file,
    char *why, size_t whylen);

#endif
