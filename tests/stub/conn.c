/* A connection to the stand-in: TLS or not, HTTP/1.1 or HTTP/2. */
#include "config.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <netinet/in.h>
#include <netinet/tcp.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/stub/conn.h"

#include "lib/base/ban.h"

void
conn_kill(struct conn *c)
{
	if (c->is_dead)
		return;
	c->is_dead = true;
	c->server->stub.open--;
	reply_forget(c, 0);
	(void)shutdown(c->fd, SHUT_RDWR);
}

void
conn_free(struct conn *c)
{
	nghttp2_session_del(c->h2);
	SSL_free(c->ssl);
	(void)close(c->fd);
	buf_fini(&c->in);
	buf_fini(&c->out);
	free(c);
}

void
conn_sweep(struct server *srv)
{
	struct conn **at = &srv->conns, *c;

	while ((c = *at) != NULL) {
		if (!c->is_dead) {
			at = &c->next;
			continue;
		}
		*at = c->next;
		conn_free(c);
	}
}

void
conn_new(struct server *srv, int fd, bool is_tls)
{
	struct epoll_event e = { .events = EPOLLIN | EPOLLOUT | EPOLLET };
	struct conn *c = calloc(1, sizeof(*c));
	int one = 1;

	if (c == NULL)
		abort();
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	c->server = srv;
	c->fd = fd;
	c->id = ++srv->stub.connections;
	c->next = srv->conns;
	srv->conns = c;
	if (++srv->stub.open > srv->stub.most_open)
		srv->stub.most_open = srv->stub.open;
	c->is_shaken = !is_tls;
	if (is_tls &&
	    ((c->ssl = SSL_new(srv->tls)) == NULL ||
		SSL_set_fd(c->ssl, fd) != 1))
		abort();
	e.data.ptr = c;
	if (epoll_ctl(srv->epoll, EPOLL_CTL_ADD, fd, &e) == -1)
		conn_kill(c);
}

/* Bytes read, 0: none for now, -1: the end. */
static ssize_t
receive(struct conn *c, char *to, size_t n)
{
	ssize_t got;

	if (c->ssl != NULL) {
		int rc = SSL_read(c->ssl, to, (int)n);

		if (rc > 0)
			return rc;
		return SSL_get_error(c->ssl, rc) == SSL_ERROR_WANT_READ ? 0 :
									  -1;
	}
	got = recv(c->fd, to, n, 0);
	if (got == -1 && errno == EAGAIN)
		return 0;
	return got == 0 ? -1 : got;
}

static ssize_t
send_some(struct conn *c, const char *p, size_t n)
{
	ssize_t sent;

	if (c->ssl != NULL) {
		int rc = SSL_write(c->ssl, p, n > 65536 ? 65536 : (int)n);

		if (rc > 0)
			return rc;
		return SSL_get_error(c->ssl, rc) == SSL_ERROR_WANT_WRITE ? 0 :
									   -1;
	}
	sent = send(c->fd, p, n, MSG_NOSIGNAL);
	return sent == -1 && errno == EAGAIN ? 0 : sent;
}

void
conn_flush(struct conn *c)
{
	ssize_t n = 1;

	if (c->h2 != NULL && !c->is_dead)
		h2_drain(c);
	while (!c->is_dead && c->written < c->out.len && n > 0) {
		n = send_some(c, c->out.data + c->written,
		    c->out.len - c->written);
		if (n == -1)
			conn_kill(c);
		else
			c->written += (size_t)n;
	}
	if (c->is_dead || c->written < c->out.len)
		return;
	buf_reset(&c->out);
	c->written = 0;
	if (c->is_ended)
		conn_kill(c);
}

/* The TLS handshake; true once it is over. */
static bool
shake(struct conn *c)
{
	const unsigned char *protocol;
	unsigned n;
	int rc, error;

	if (c->is_shaken)
		return true;
	if ((rc = SSL_accept(c->ssl)) != 1) {
		error = SSL_get_error(c->ssl, rc);
		if (error != SSL_ERROR_WANT_READ &&
		    error != SSL_ERROR_WANT_WRITE)
			conn_kill(c);
		return false;
	}
	c->is_shaken = true;
	c->server->stub.handshakes++;
	SSL_get0_alpn_selected(c->ssl, &protocol, &n);
	if (n == 2 && memcmp(protocol, "h2", 2) == 0 && h2_start(c) != 0)
		conn_kill(c);
	return !c->is_dead;
}

void
conn_event(struct conn *c)
{
	char block[65536];
	ssize_t n;

	if (c->is_dead || !shake(c))
		return;
	while ((n = receive(c, block, sizeof(block))) > 0)
		buf_add(&c->in, block, (size_t)n);
	/* Who has gone meanwhile is obeyed as well, if all of it came. */
	if (c->h2 != NULL)
		h2_read(c);
	else
		h1_read(c);
	if (n == -1)
		conn_kill(c);
	conn_flush(c);
}
