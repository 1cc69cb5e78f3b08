#ifndef FCGI_SERVER_FASTCGI_H
#define FCGI_SERVER_FASTCGI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"

#include "fcgi/server/client.h"
#include "fcgi/server/params.h"

/*
 * FastCGI 1.0, the application side, as a responder that answers one request at
 * a time.  Input is not trusted, whether from a web server or from another
 * program that can reach the socket: lengths, counts and waits are bounded, and
 * a truncated or aborted request is detected.
 */

#define FASTCGI_IN 8192

/* A listening socket and the current connection. */
struct fastcgi {
	int listener;
	int fd;	      /* -1: no connection */
	uint16_t id;  /* of the current request, 0: none */
	bool is_kept; /* the connection outlives the request */
	bool is_aborted;
	bool is_read;	  /* the body has ended */
	bool is_answered; /* END_REQUEST was sent */
	unsigned char in[FASTCGI_IN];
	size_t at, end; /* the unread part of in */
	uint8_t type;	/* of the current record; its request; bytes left */
	uint16_t owner;
	size_t content;
	size_t padding;
	struct buf params, text, out;
	char *envp[FASTCGI_PARAM_COUNT + 1]; /* borrowed from text */
};

/* True if fd is a listening socket, as FastCGI servers pass one. */
bool fastcgi_is_listening(int fd);

/*
 * Wait for a connection to listener, which is non-blocking, from an address
 * that FCGI_WEB_SERVER_ADDRS allows.  Its descriptor, which the caller closes;
 * or -1 if the process is asked to stop (lib/base/stop.h), or on a permanent
 * failure of accept(2), which is logged.
 */
int fastcgi_accept(int listener);

/* Initialize *f; fastcgi_fini closes the connection, but not the listener. */
void fastcgi_init(struct fastcgi *f, int listener);
void fastcgi_fini(struct fastcgi *f);

/*
 * Wait for the next request with complete variables, which are in f->envp until
 * the next call.  0, or -1 as fastcgi_accept.
 */
int fastcgi_next(struct fastcgi *f);

/* End the request, and the connection unless it is kept. */
void fastcgi_end(struct fastcgi *f);

/* Its client; borrows f. */
struct client fastcgi_client(struct fastcgi *f);

#endif
