#ifndef FCGI_SERVER_CLIENT_H
#define FCGI_SERVER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fcgi/server/peer.h"

/*
 * The way to a client: pipes of a web server (serve_cgi.c) or a connection
 * (fastcgi.h).  The body comes from there, the answer goes there, and there
 * it shows whether the client still waits for it.
 */

/* What became of reading the body. */
enum client_read {
	CLIENT_DATA,
	CLIENT_END,  /* no more of it comes */
	CLIENT_CUT,  /* the rest will never come */
	CLIENT_SLOW, /* nothing came in time */
	CLIENT_STOP  /* we are to end (lib/base/stop.h) */
};

struct client_ops {
	/* Up to *n bytes of the body into p, waiting at most wait_us for the
	 * first; CLIENT_DATA and *n is how many, at least one. */
	enum client_read (
	    *read)(void *self, char *p, size_t *n, int64_t wait_us);
	/* Wait up to us, 0: not at all; false once the server says that the
	 * client has gone.  Returns early when we are to end. */
	bool (*wait)(void *self, int64_t us);
	/* The whole answer.  0, or -1 when it was not taken. */
	int (*write)(void *self, const char *p, size_t n);
};

struct client {
	const struct client_ops *ops;
	void *self;
	bool is_framed; /* CLIENT_END says that the body is whole */
	struct peer peer;
};

/* As the ops say. */
enum client_read client_read(const struct client *c, char *p, size_t *n,
    int64_t wait_us);
bool client_wait(const struct client *c, int64_t us);
int client_write(const struct client *c, const char *p, size_t n);

/*
 * Is the client there still, by what the server and the system (peer.h) say?
 * What neither can say counts as yes.
 */
bool client_is_there(struct client *c);

#endif
