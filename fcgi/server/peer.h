#ifndef FCGI_SERVER_PEER_H
#define FCGI_SERVER_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The client's end of the web server's connection.  lighttpd and Apache do not
 * report that a client has disconnected before they write to it.  The kernel
 * knows at once, and on Linux every process may read its table of connections
 * (proc(5), /proc/net/tcp).
 */

enum peer_state {
	PEER_UNKNOWN, /* not in the table, or no table */
	PEER_THERE,
	PEER_CLOSED /* it has closed its end */
};

struct peer {
	uint8_t address[16]; /* IPv6; IPv4 as ::ffff:a.b.c.d */
	uint16_t port;	     /* 0: not known */
	bool is_seen;	     /* it was in the table before */
};

/*
 * Set *p to REMOTE_ADDR and REMOTE_PORT; if either is NULL or malformed, its
 * state is always unknown.
 */
void peer_init(struct peer *p, const char *address, const char *port);

/*
 * True if it has closed its end, or if its connection was in the table before
 * and is no more.  False if its state is unknown.
 */
bool peer_is_gone(struct peer *p);

/*
 * The state of the peer in one table (the text of /proc/net/tcp, or of tcp6
 * with is_v6); of several connections, PEER_THERE if one is open.
 */
enum peer_state peer_find(const struct peer *p, FILE *table, bool is_v6);

#endif
