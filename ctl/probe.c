#include "config.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/probe.h"
#include "lib/buf.h"
#include "lib/num.h"

#include "lib/ban.h"

#define SCHEME "http://"
#define PATIENCE_S 10

/* The parts of a URL. */
struct target {
	char host[256];
	char port[8];
	const char *path; /* without a slash at its end */
	int pathlen;
};

/* "[::1]:8080/x" and "host/x"; 0 or -1. */
static int
split_url(const char *url, struct target *t)
{
	const char *host, *p;
	size_t n;

	if (strncmp(url, SCHEME, sizeof(SCHEME) - 1) != 0)
		return -1;
	host = url + sizeof(SCHEME) - 1;
	if (*host == '[') {
		n = strcspn(++host, "]/");
		if (host[n] != ']')
			return -1;
		p = host + n + 1;
	} else {
		n = strcspn(host, ":/");
		p = host + n;
	}
	if (n == 0 || n >= sizeof(t->host))
		return -1;
	memcpy(t->host, host, n);
	t->host[n] = '\0';
	n = *p == ':' ? strcspn(++p, "/") : 0;
	if (n >= sizeof(t->port) || strcspn(p, " \r\n") != strlen(p))
		return -1;
	memcpy(t->port, n == 0 ? "80" : p, n == 0 ? 2 : n);
	t->port[n == 0 ? 2 : n] = '\0';
	t->path = p + n;
	for (t->pathlen = (int)strlen(t->path);
	     t->pathlen > 0 && t->path[t->pathlen - 1] == '/';)
		t->pathlen--;
	return 0;
}

/* A connected socket that gives up after a while, or -1 with a reason. */
static int
dial(const struct target *t, char *why, size_t whylen)
{
	const struct timeval patience = { .tv_sec = PATIENCE_S };
	struct addrinfo hints, *list, *a;
	int fd = -1, rc;

	memset(&hints, 0, sizeof(hints));
	hints.ai_socktype = SOCK_STREAM;
	if ((rc = getaddrinfo(t->host, t->port, &hints, &list)) != 0) {
		(void)snprintf(why, whylen, "%s: %s", t->host,
		    gai_strerror(rc));
		return -1;
	}
	for (a = list; a != NULL && fd == -1; a = a->ai_next) {
		fd = socket(a->ai_family, a->ai_socktype, a->ai_protocol);
		if (fd == -1)
			continue;
		(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience,
		    sizeof(patience));
		/* Linux: bounds connect(2) too. */
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience,
		    sizeof(patience));
		if (connect(fd, a->ai_addr, a->ai_addrlen) == -1) {
			(void)snprintf(why, whylen, "%s port %s: %s", t->host,
			    t->port, strerror(errno));
			(void)close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	return fd;
}

/* Send the question, read the first line of the answer into line. */
static int
ask(int fd, const struct target *t, char *line, size_t len)
{
	struct buf b = BUF_INIT;
	size_t at = 0;
	ssize_t n;

	buf_printf(&b,
	    "GET %.*s/healthz HTTP/1.1\r\nHost: %s%s%s:%s\r\n"
	    "Connection: close\r\nUser-Agent: minutehand\r\n\r\n",
	    t->pathlen, t->path, strchr(t->host, ':') == NULL ? "" : "[",
	    t->host, strchr(t->host, ':') == NULL ? "" : "]", t->port);
	n = send(fd, buf_cstr(&b), b.len, MSG_NOSIGNAL);
	buf_fini(&b);
	while (n > 0 && at < len - 1) {
		n = recv(fd, line + at, len - 1 - at, 0);
		at += n > 0 ? (size_t)n : 0;
		line[at] = '\0';
		if (strchr(line, '\n') != NULL)
			return 0;
	}
	return -1;
}

int
probe_health(const char *url, char *why, size_t whylen)
{
	struct target t;
	char line[64] = "";
	int64_t status;
	int fd, rc;

	if (split_url(url, &t) == -1) {
		(void)snprintf(why, whylen,
		    "not a URL of the form "
		    "http://HOST[:PORT][/PATH]");
		return -1;
	}
	if ((fd = dial(&t, why, whylen)) == -1)
		return -1;
	rc = ask(fd, &t, line, sizeof(line));
	(void)close(fd);
	/* "HTTP/1.1 200 OK" */
	if (rc == 0 && strncmp(line, "HTTP/1.", 7) == 0 && line[8] == ' ') {
		line[12] = '\0';
		if (num_parse(line + 9, 100, 599, &status) == 0)
			return (int)status;
	}
	(void)snprintf(why, whylen, "no answer in HTTP");
	return -1;
}
