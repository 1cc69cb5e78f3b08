#ifndef FCGI_SERVER_CLIENT_H
#define FCGI_SERVER_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fcgi/server/peer.h"

/*
 * The connection to a client: pipes of a web server (serve_cgi.c) or FastCGI
 * (fastcgi.h).  It delivers the body, takes the response, and shows whether the
 * client has disconnected.
 */

/* Results of reading the body. */
enum client_read {
	CLIENT_DATA,
	CLIENT_END,  /* end of the body */
	CLIENT_CUT,  /* the connection ended within the body */
	CLIENT_SLOW, /* no byte in time */
	CLIENT_STOP  /* the process is asked to stop (lib/base/stop.h) */
};

struct client_ops {
	/* Up to *n bytes of the body into p, waiting at most wait_us for the
	 * first; CLIENT_DATA and *n is how many, at least one. */
	enum client_read (
	    *read)(void *self, char *p, size_t *n, int64_t wait_us);
	/* Wait up to us microseconds, 0: not at all; false if the server
	 * reports that the client has disconnected.  Returns early when the
	 * process is asked to stop. */
	bool (*wait)(void *self, int64_t us);
	/* Write the whole response.  0, or -1 on failure. */
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
 * False if the server or the kernel (peer.h) reports that the client has
 * disconnected; true if neither can tell.
 */
bool client_is_there(struct client *c);

#endif
