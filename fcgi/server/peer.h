#ifndef FCGI_SERVER_PEER_H
#define FCGI_SERVER_PEER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/*
 * The other end of the web server's connection.  lighttpd and Apache do not
 * say that a client has gone while its answer is being made: they notice when
 * they write.  The system knows at once, and on Linux its table of connections
 * (proc(5), /proc/net/tcp) is for everybody to read.
 */

enum peer_state {
	PEER_UNKNOWN, /* not in the table, or there is none */
	PEER_THERE,
	PEER_CLOSED /* it has closed its end */
};

struct peer {
	uint8_t address[16]; /* IPv6; IPv4 as ::ffff:a.b.c.d */
	uint16_t port;	     /* 0: not known */
	bool is_seen;	     /* it was in the table before */
};

/*
 * The one that REMOTE_ADDR and REMOTE_PORT name; either may be NULL or
 * nonsense, and then nothing is ever known of it.
 */
void peer_init(struct peer *p, const char *address, const char *port);

/*
 * Has it closed its end, or has the connection gone that was there before?
 * False when nothing is known.
 */
bool peer_is_gone(struct peer *p);

/*
 * What one table (the text of /proc/net/tcp, or of tcp6 with is_v6) says of
 * the peer: open where several connections are from there and one is.
 */
enum peer_state peer_find(const struct peer *p, FILE *table, bool is_v6);

#endif
