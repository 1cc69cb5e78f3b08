#ifndef TESTS_UNIT_HOOK_H
#define TESTS_UNIT_HOOK_H

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"

/*
 * The other end of webhooks: a server of threads within the test, one for each
 * connection, that keeps what it got and answers what it is told to.
 */
#define HOOK_MOST 64

struct hook;

struct hook_line {
	struct hook *hook;
	pthread_t thread;
	int fd;
};

struct hook {
	int listener;
	int port;
	char url[64];
	pthread_t thread;
	pthread_mutex_t lock; /* of all below */
	const char *answer;   /* "" hangs up */
	int64_t delay_us;
	struct buf got[HOOK_MOST]; /* requests */
	size_t ngot;
	size_t now, most; /* requests at work */
	struct hook_line lines[HOOK_MOST];
	size_t nlines;
};

/* How long the request in b is, or 0: there is more to come. */
static inline size_t
hook_length(const struct buf *b)
{
	const char *text = buf_cstr(b), *end = strstr(text, "\r\n\r\n");
	const char *length = strstr(text, "Content-Length: ");
	size_t n;

	if (end == NULL)
		return 0;
	n = (size_t)(end + 4 - text) +
	    (length == NULL || length > end ? 0 :
					      strtoul(length + 16, NULL, 10));
	return b->len >= n ? n : 0;
}

/* Keep a request, and answer it; false: hang up. */
static inline bool
hook_serve(struct hook *h, int fd, const struct buf *request)
{
	const char *answer;
	int64_t delay;

	(void)pthread_mutex_lock(&h->lock);
	if (h->ngot < HOOK_MOST)
		buf_str(&h->got[h->ngot++], buf_cstr(request));
	if (++h->now > h->most)
		h->most = h->now;
	answer = h->answer;
	delay = h->delay_us;
	(void)pthread_mutex_unlock(&h->lock);
	clock_sleep_us(delay);
	(void)pthread_mutex_lock(&h->lock);
	h->now--;
	(void)pthread_mutex_unlock(&h->lock);
	return *answer != '\0' &&
	    send(fd, answer, strlen(answer), MSG_NOSIGNAL) ==
	    (ssize_t)strlen(answer) &&
	    strstr(answer, "Connection: close") == NULL;
}

static inline void *
hook_line(void *arg)
{
	struct hook_line *l = arg;
	struct buf b = BUF_INIT;
	char block[4096];
	ssize_t n;

	while ((n = recv(l->fd, block, sizeof(block), 0)) > 0) {
		buf_add(&b, block, (size_t)n);
		/* One request at a time: curl does not pipeline. */
		if (hook_length(&b) == 0)
			continue;
		if (!hook_serve(l->hook, l->fd, &b))
			break;
		buf_reset(&b);
	}
	(void)shutdown(l->fd, SHUT_RDWR);
	buf_fini(&b);
	return NULL;
}

static inline void *
hook_accept(void *arg)
{
	struct hook *h = arg;
	int fd;

	while ((fd = accept(h->listener, NULL, NULL)) != -1) {
		struct hook_line *l = &h->lines[h->nlines];

		*l = (struct hook_line){ .hook = h, .fd = fd };
		if (h->nlines == HOOK_MOST ||
		    pthread_create(&l->thread, NULL, hook_line, l) != 0)
			abort();
		(void)pthread_mutex_lock(&h->lock);
		h->nlines++;
		(void)pthread_mutex_unlock(&h->lock);
	}
	return NULL;
}

/* Listen at h->port, or at any if it is 0. */
static inline void
hook_open(struct hook *h, int port)
{
	struct sockaddr_in a = { .sin_family = AF_INET };
	socklen_t n = sizeof(a);
	int on = 1;

	memset(h, 0, sizeof(*h));
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	a.sin_port = htons((uint16_t)port);
	h->listener = socket(AF_INET, SOCK_STREAM, 0);
	if (h->listener == -1 ||
	    setsockopt(h->listener, SOL_SOCKET, SO_REUSEADDR, &on,
		sizeof(on)) == -1 ||
	    bind(h->listener, (struct sockaddr *)&a, n) == -1 ||
	    listen(h->listener, HOOK_MOST) == -1 ||
	    getsockname(h->listener, (struct sockaddr *)&a, &n) == -1 ||
	    pthread_mutex_init(&h->lock, NULL) != 0 ||
	    pthread_create(&h->thread, NULL, hook_accept, h) != 0)
		abort();
	h->port = ntohs(a.sin_port);
	(void)snprintf(h->url, sizeof(h->url), "http://127.0.0.1:%d/jobs",
	    h->port);
}

/* From now on: what is answered, after how long; forget what came. */
static inline void
hook_say(struct hook *h, const char *answer, int64_t delay_us)
{
	(void)pthread_mutex_lock(&h->lock);
	h->answer = answer;
	h->delay_us = delay_us;
	for (size_t i = 0; i < h->ngot; i++)
		buf_reset(&h->got[i]);
	h->ngot = h->most = 0;
	(void)pthread_mutex_unlock(&h->lock);
}

static inline size_t
hook_count(struct hook *h)
{
	size_t n;

	(void)pthread_mutex_lock(&h->lock);
	n = h->ngot;
	(void)pthread_mutex_unlock(&h->lock);
	return n;
}

/* The value of a header of request i; borrowed until the next call. */
static inline const char *
hook_header(struct hook *h, size_t i, const char *name)
{
	static char value[256];
	const char *at = i < hook_count(h) ? buf_cstr(&h->got[i]) : "";
	size_t n = strlen(name);

	value[0] = '\0';
	for (; (at = strchr(at, '\n')) != NULL; at++) {
		if (strncasecmp(at + 1, name, n) != 0 || at[n + 1] != ':')
			continue;
		(void)snprintf(value, sizeof(value), "%.*s",
		    (int)strcspn(at + n + 3, "\r"), at + n + 3);
		break;
	}
	return value;
}

/* The body of request i; borrowed until hook_say. */
static inline const char *
hook_body(struct hook *h, size_t i)
{
	const char *at =
	    i < hook_count(h) ? strstr(buf_cstr(&h->got[i]), "\r\n\r\n") : NULL;

	return at == NULL ? "" : at + 4;
}

static inline void
hook_close(struct hook *h)
{
	(void)shutdown(h->listener, SHUT_RDWR);
	(void)pthread_join(h->thread, NULL);
	(void)close(h->listener);
	for (size_t i = 0; i < h->nlines; i++) {
		(void)shutdown(h->lines[i].fd, SHUT_RDWR);
		(void)pthread_join(h->lines[i].thread, NULL);
		(void)close(h->lines[i].fd);
	}
	for (size_t i = 0; i < HOOK_MOST; i++)
		buf_fini(&h->got[i]);
	(void)pthread_mutex_destroy(&h->lock);
}

#endif
