/*
 * HTTP/1.1 load for loopback: CLIENTS keep-alive connections, each sending
 * the next POST once it has the answer to the last, until COUNT answers came.
 * Prints answers per second; exits 1 when an answer was no 200.
 *
 *   load PORT PATH TOKEN|- CLIENTS COUNT
 *
 * The body adds a job with an id of its own; a server that ignores bodies is
 * measured with the same bytes.
 */
#include "config.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/clock.h"
#include "lib/num.h"
#include "lib/ban.h"

#define CLIENTS_MAX 256

struct client {
	int fd;
	char in[8192];
	size_t len;
};

struct load {
	int64_t port, clients, count;
	const char *path, *token;
	int64_t sent, answered, bad;
	struct client c[CLIENTS_MAX];
	struct pollfd p[CLIENTS_MAX];
};

static int
load_connect(const struct load *l)
{
	struct sockaddr_in sin;
	int fd, on = 1;

	memset(&sin, 0, sizeof(sin));
	sin.sin_family = AF_INET;
	sin.sin_port = htons((uint16_t)l->port);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if ((fd = socket(AF_INET, SOCK_STREAM, 0)) < 0)
		return -1;
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) != 0) {
		(void)close(fd);
		return -1;
	}
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	return fd;
}

static int
load_send(struct load *l, struct client *c)
{
	char body[256], auth[256] = "", req[1024];
	int n, m;

	if (strcmp(l->token, "-") != 0)
		(void)snprintf(auth, sizeof(auth),
		    "Authorization: Bearer %s\r\n", l->token);
	n = snprintf(body, sizeof(body), "{\"queue_name\":\"bench\","
	    "\"trigger\":\"cron\",\"hour\":\"3\",\"minute\":\"%lld\","
	    "\"job_id\":\"job-%ld-%lld\",\"kwargs\":{\"x\":1,\"y\":2}}",
	    (long long)(l->sent % 60), (long)getpid(), (long long)l->sent);
	m = snprintf(req, sizeof(req), "POST %s HTTP/1.1\r\n"
	    "Host: 127.0.0.1\r\n%s"
	    "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
	    l->path, auth, n, body);
	l->sent++;
	c->len = 0;
	return write(c->fd, req, (size_t)m) == m ? 0 : -1;
}

/* 1: a whole answer is there, 0: not yet, -1: broken. */
static int
load_read(struct load *l, struct client *c)
{
	const char *end, *length;
	ssize_t n;
	size_t want;

	n = read(c->fd, c->in + c->len, sizeof(c->in) - 1 - c->len);
	if (n <= 0)
		return -1;
	c->len += (size_t)n;
	c->in[c->len] = '\0';
	if ((end = strstr(c->in, "\r\n\r\n")) == NULL)
		return 0;
	length = strstr(c->in, "ontent-");
	while (length != NULL && strncmp(length + 7, "ength:", 6) != 0 &&
	    strncmp(length + 7, "Length:", 7) != 0)
		length = strstr(length + 7, "ontent-");
	if (length == NULL || length > end)
		return -1;
	want = strtoul(strchr(length, ':') + 1, NULL, 10);
	if (c->len < (size_t)(end + 4 - c->in) + want)
		return 0;
	if (strncmp(c->in, "HTTP/1.1 200", 12) != 0) {
		if (l->bad++ == 0)
			(void)fprintf(stderr, "load: %s\n", c->in);
	}
	l->answered++;
	return 1;
}

static int
load_turn(struct load *l)
{
	if (poll(l->p, (nfds_t)l->clients, 10000) <= 0)
		return -1;
	for (int64_t i = 0; i < l->clients; i++) {
		if (l->p[i].revents == 0)
			continue;
		switch (load_read(l, &l->c[i])) {
		case -1:
			/* The server closes a connection now and then. */
			(void)close(l->c[i].fd);
			l->c[i].fd = l->p[i].fd = load_connect(l);
			if (l->c[i].fd < 0 || load_send(l, &l->c[i]) != 0)
				return -1;
			break;
		case 1:
			if (l->sent < l->count && load_send(l, &l->c[i]) != 0)
				return -1;
			break;
		default:
			break;
		}
	}
	return 0;
}

int
main(int argc, char *argv[])
{
	static struct load l;
	int64_t began;

	if (argc != 6 || num_parse(argv[1], 1, 65535, &l.port) != 0 ||
	    num_parse(argv[4], 1, CLIENTS_MAX, &l.clients) != 0 ||
	    num_parse(argv[5], 1, 10000000, &l.count) != 0) {
		(void)fprintf(stderr,
		    "usage: load PORT PATH TOKEN CLIENTS COUNT\n");
		return 64;
	}
	l.path = argv[2];
	l.token = argv[3];
	began = clock_mono_us();
	for (int64_t i = 0; i < l.clients; i++) {
		l.c[i].fd = l.p[i].fd = load_connect(&l);
		l.p[i].events = POLLIN;
		if (l.c[i].fd < 0 || load_send(&l, &l.c[i]) != 0) {
			(void)fprintf(stderr, "load: %s\n", strerror(errno));
			return 1;
		}
	}
	while (l.answered < l.count) {
		if (load_turn(&l) != 0) {
			(void)fprintf(stderr, "load: stuck at %lld\n",
			    (long long)l.answered);
			return 1;
		}
	}
	(void)printf("%.0f\n", (double)l.answered * 1e6 /
	    (double)(clock_mono_us() - began));
	return l.bad == 0 ? 0 : 1;
}
