#ifndef FCGI_SERVER_FASTCGI_H
#define FCGI_SERVER_FASTCGI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/buf.h"

#include "fcgi/server/client.h"
#include "fcgi/server/params.h"

/*
 * The program's side of FastCGI 1.0, as a responder that answers one request
 * at a time.  What a web server, or another program that can reach the socket,
 * sends is not trusted: lengths and counts are bounded, waiting is, and a
 * request that was cut or aborted is seen to be so.
 */

#define FASTCGI_IN 8192

/* One listening socket and the connection at hand. */
struct fastcgi {
	int listener;
	int fd;	      /* -1: no connection */
	uint16_t id;  /* of the request at hand, 0: none */
	bool is_kept; /* the connection outlives the request */
	bool is_aborted;
	bool is_read;	  /* the body has ended */
	bool is_answered; /* the server was told that the request is done */
	unsigned char in[FASTCGI_IN];
	size_t at, end; /* what of it was not read yet */
	uint8_t type;	/* of the record at hand, whose, what is left of it */
	uint16_t owner;
	size_t content;
	size_t padding;
	struct buf params, text, out;
	char *envp[FASTCGI_PARAM_COUNT + 1]; /* borrowed from text */
};

/* Is the file descriptor a listening socket, as FastCGI servers leave one? */
bool fastcgi_is_listening(int fd);

/*
 * Wait for a connection to listener, which does not block, from an address
 * that FCGI_WEB_SERVER_ADDRS allows.  Its descriptor, or -1 when we are to end
 * (lib/base/stop.h) or accept(2) fails for good, which is logged.
 */
int fastcgi_accept(int listener);

/* Make *f.  Undo with fastcgi_fini, which closes the connection only. */
void fastcgi_init(struct fastcgi *f, int listener);
void fastcgi_fini(struct fastcgi *f);

/*
 * Wait for the next request whose head is whole: f->envp has its variables.
 * 0, or -1 as fastcgi_accept.
 */
int fastcgi_next(struct fastcgi *f);

/* The request is done with: end it, and the connection unless it is kept. */
void fastcgi_end(struct fastcgi *f);

/* Its client; borrows f. */
struct client fastcgi_client(struct fastcgi *f);

#endif
