#ifndef TESTS_STUB_CONN_H
#define TESTS_STUB_CONN_H

#include <nghttp2/nghttp2.h>
#include <openssl/ssl.h>

#include "tests/stub/stub.h"

struct delayed;

struct server {
	struct stub stub;
	int epoll;
	SSL_CTX *tls; /* NULL: plain text alone */
	struct conn *conns;
	struct delayed *first, *last; /* by when they are due */
};

struct conn {
	struct server *server;
	int fd;
	int64_t id;
	SSL *ssl; /* NULL: plain text */
	bool is_shaken;
	bool is_dead;  /* to be freed when nobody looks at it any more */
	bool is_ended; /* after what is still to be written */
	bool is_busy;  /* HTTP/1: a request has no answer yet */
	struct buf in, out;
	size_t written; /* of out */
	nghttp2_session *h2;
	struct conn *next;
};

/* conn.c: take a socket; the epoll event of a connection. */
void conn_new(struct server *srv, int fd, bool is_tls);
void conn_event(struct conn *c);
/* Write what is to be written, as far as it goes. */
void conn_flush(struct conn *c);
void conn_kill(struct conn *c);
/* Free those that are dead. */
void conn_sweep(struct server *srv);
void conn_free(struct conn *c);

/*
 * reply.c: send reply (which is taken) to a request of c, of the stream in
 * HTTP/2, after the delay that is set; and send what is due, giving the
 * milliseconds until the next or -1.
 */
void reply_give(struct conn *c, int32_t stream, struct reply *reply);
int reply_due(struct server *srv);
/* A connection, or one stream of it, is gone; 0 = all. */
void reply_forget(struct conn *c, int32_t stream);

/* h1.c: obey what is in c->in; write a reply. */
void h1_read(struct conn *c);
void h1_write(struct conn *c, struct reply *reply);

/*
 * h2.c: begin; obey what is in c->in; write a reply; put what the session has
 * to say into c->out, which must not happen while it reads.
 */
int h2_start(struct conn *c);
void h2_read(struct conn *c);
void h2_write(struct conn *c, int32_t stream, struct reply *reply);
void h2_drain(struct conn *c);

#endif
