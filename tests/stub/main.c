/*
 * A stand-in for Render's API on loopback, with faults on demand: sockets, TLS,
 * the event loop.
 */
#include "config.h"

#include <sys/epoll.h>
#include <sys/socket.h>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tests/stub/conn.h"

#include "lib/base/ban.h"

#define EVENTS 64

static volatile sig_atomic_t stop;

static void
on_term(int sig)
{
	(void)sig;
	stop = 1;
}

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

/* A socket on a free port of 127.0.0.1, which is printed. */
static int
listen_on(struct server *srv, const char *scheme)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	struct epoll_event e = { .events = EPOLLIN };
	socklen_t n = sizeof(a);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)&a, n) == -1 ||
	    listen(fd, 1024) == -1 ||
	    getsockname(fd, (struct sockaddr *)&a, &n) == -1 ||
	    fcntl(fd, F_SETFL, O_NONBLOCK) == -1 ||
	    epoll_ctl(srv->epoll, EPOLL_CTL_ADD, fd, &e) == -1)
		die("listen");
	(void)printf("%s %d\n", scheme, ntohs(a.sin_port));
	return fd;
}

static int
on_alpn(SSL *ssl, const unsigned char **out, unsigned char *outlen,
    const unsigned char *in, unsigned inlen, void *cookie)
{
	static const unsigned char both[] = "\x02h2\x08http/1.1";
	const struct server *srv = cookie;
	size_t skip = srv->stub.set.h2 != 0 ? 0 : 3;
	unsigned char *chosen;

	(void)ssl;
	if (SSL_select_next_proto(&chosen, outlen, both + skip,
		(unsigned)(sizeof(both) - 1 - skip), in,
		inlen) != OPENSSL_NPN_NEGOTIATED)
		return SSL_TLSEXT_ERR_NOACK;
	*out = chosen;
	return SSL_TLSEXT_ERR_OK;
}

static void
open_tls(struct server *srv, const char *cert, const char *key)
{
	if ((srv->tls = SSL_CTX_new(TLS_server_method())) == NULL ||
	    SSL_CTX_use_certificate_chain_file(srv->tls, cert) != 1 ||
	    SSL_CTX_use_PrivateKey_file(srv->tls, key, SSL_FILETYPE_PEM) != 1) {
		(void)fprintf(stderr, "render: no certificate\n");
		exit(1);
	}
	(void)SSL_CTX_set_mode(srv->tls,
	    SSL_MODE_ENABLE_PARTIAL_WRITE |
		SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_alpn_select_cb(srv->tls, on_alpn, srv);
}

static void
accept_all(struct server *srv, int listener, bool is_tls)
{
	int fd;

	while ((fd = accept(listener, NULL, NULL)) != -1) {
		if (fcntl(fd, F_SETFL, O_NONBLOCK) == -1)
			die("fcntl");
		conn_new(srv, fd, is_tls);
	}
}

/* Until a signal ends it. */
static void
serve(struct server *srv, int plain, int tls)
{
	struct epoll_event events[EVENTS];
	int n;

	while (stop == 0) {
		n = epoll_wait(srv->epoll, events, EVENTS, reply_due(srv));
		for (int i = 0; i < n; i++) {
			if (events[i].data.ptr != NULL)
				conn_event(events[i].data.ptr);
		}
		accept_all(srv, plain, false);
		if (tls != -1)
			accept_all(srv, tls, true);
		conn_sweep(srv);
	}
}

static void
fini(struct server *srv)
{
	struct stub *s = &srv->stub;

	for (struct conn *c = srv->conns; c != NULL; c = c->next)
		conn_kill(c);
	(void)reply_due(srv);
	conn_sweep(srv);
	SSL_CTX_free(srv->tls);
	for (size_t i = 0; i < s->jobs.n; i++) {
		free(s->jobs.v[i].command);
		free(s->jobs.v[i].plan);
	}
	for (size_t i = 0; i < s->jobs.nservices; i++)
		free(s->jobs.services[i]);
	free(s->jobs.services);
	free(s->jobs.v);
	free(s->jobs.heads);
	if (s->log != NULL)
		(void)fclose(s->log);
}

/* name=value of the command line. */
static void
set(struct stub *s, char *text)
{
	char *value = strchr(text, '=');

	if (value != NULL)
		*value++ = '\0';
	if (value == NULL || control_set(s, text, value) != 0) {
		(void)fprintf(stderr, "render: no setting %s\n", text);
		exit(64);
	}
}

int
main(int argc, char *argv[])
{
	struct server srv = { .stub = { .frozen_us = -1 } };
	const char *cert = NULL, *key = NULL;
	struct sigaction sa;
	int c, plain, tls = -1;

	control_defaults(&srv.stub);
	while ((c = getopt(argc, argv, "c:k:l:")) != -1) {
		if (c == 'c')
			cert = optarg;
		else if (c == 'k')
			key = optarg;
		else if (c != 'l' ||
		    (srv.stub.log = fopen(optarg, "w")) == NULL)
			return 64;
	}
	for (; optind < argc; optind++)
		set(&srv.stub, argv[optind]);
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = on_term;
	(void)sigaction(SIGTERM, &sa, NULL);
	(void)sigaction(SIGINT, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &sa, NULL);
	if ((srv.epoll = epoll_create1(EPOLL_CLOEXEC)) == -1)
		die("epoll");
	plain = listen_on(&srv, "http");
	if (cert != NULL) {
		open_tls(&srv, cert, key != NULL ? key : cert);
		tls = listen_on(&srv, "https");
	}
	(void)fflush(stdout);
	serve(&srv, plain, tls);
	fini(&srv);
	return 0;
}
