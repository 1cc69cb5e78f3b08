/*
 * HTTP/1.1 load for loopback: CLIENTS keep-alive connections, each sending
 * the next POST that adds a job once it has the answer to the last, COUNT in
 * all.  Prints answers per second; exits 1 when an answer was no 200.
 *
 *   load [-k] [-l FILE] [-j FIELDS] [-s SECONDS] PORT PATH TOKEN|- CLIENTS
 *   COUNT
 *
 *   -k         lost connections and 5xx are no failure (workers get killed)
 *   -l FILE    write the job ids that were acknowledged, one a line
 *   -j FIELDS  the trigger's JSON members; the default fires at 03:xx
 *   -s SECONDS no more after that long; prints answers, rate, longest wait
 */
#include "config.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/base/ban.h"

#define CLIENTS_MAX 256
#define STUCK_MS 30000

struct client {
	char in[8192];
	size_t len;
	int64_t job; /* the number it waits for */
	int64_t asked_us;
};

struct load {
	int64_t port, clients, count;
	const char *path, *token, *fields;
	bool is_tolerant;
	FILE *acked;
	int64_t sent, done, bad;
	int64_t seconds, end_us, worst_us; /* end_us 0: none */
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

/* The next job over connection i; -1 on connections that cannot be made. */
static int
load_send(struct load *l, int64_t i)
{
	char body[512], auth[256] = "", req[2048];
	int n, m;

	l->c[i].asked_us = clock_mono_us();
	if (l->end_us != 0 && l->c[i].asked_us > l->end_us)
		l->count = l->sent;
	if (l->sent == l->count)
		return 0;
	if (l->p[i].fd < 0 && (l->p[i].fd = load_connect(l)) < 0)
		return -1;
	if (strcmp(l->token, "-") != 0)
		(void)snprintf(auth, sizeof(auth),
		    "Authorization: Bearer %s\r\n", l->token);
	l->c[i].job = l->sent++;
	l->c[i].len = 0;
	n = snprintf(body, sizeof(body),
	    "{\"queue_name\":\"bench\",%s,"
	    "\"job_id\":\"job-%ld-%lld\",\"kwargs\":{\"x\":1,\"y\":2}}",
	    l->fields, (long)getpid(), (long long)l->c[i].job);
	m = snprintf(req, sizeof(req),
	    "POST %s HTTP/1.1\r\n"
	    "Host: 127.0.0.1\r\n%sContent-Type: application/json\r\n"
	    "Content-Length: %d\r\n\r\n%s",
	    l->path, auth, n, body);
	/* A lost connection shows when the answer is read. */
	(void)!write(l->p[i].fd, req, (size_t)m);
	return 0;
}

/* Length of the body that the head of an answer announces, or -1. */
static long
body_length(const char *head, const char *end)
{
	for (const char *p = head; p < end; p = strstr(p, "\r\n") + 2) {
		if (strncasecmp(p, "content-length:", 15) == 0)
			return strtol(p + 15, NULL, 10);
	}
	return -1;
}

/* 1: a whole answer is there, 0: not yet, -1: the connection is lost. */
static int
load_read(struct load *l, int64_t i)
{
	struct client *c = &l->c[i];
	const char *end;
	ssize_t n;
	long want;

	n = read(l->p[i].fd, c->in + c->len, sizeof(c->in) - 1 - c->len);
	if (n <= 0)
		return -1;
	c->len += (size_t)n;
	c->in[c->len] = '\0';
	if ((end = strstr(c->in, "\r\n\r\n")) == NULL)
		return 0;
	if ((want = body_length(c->in, end)) < 0)
		return -1;
	return c->len >= (size_t)(end + 4 - c->in) + (size_t)want;
}

/* What an answer, or its loss, means. */
static void
load_judge(struct load *l, int64_t i, bool is_lost)
{
	int64_t took_us = clock_mono_us() - l->c[i].asked_us;
	const char *in = l->c[i].in;

	l->done++;
	if (took_us > l->worst_us)
		l->worst_us = took_us;
	if (!is_lost && strncmp(in, "HTTP/1.1 200", 12) == 0) {
		if (l->acked != NULL)
			(void)fprintf(l->acked, "job-%ld-%lld\n",
			    (long)getpid(), (long long)l->c[i].job);
	} else if (!l->is_tolerant ||
	    (!is_lost && strncmp(in, "HTTP/1.1 5", 10) != 0)) {
		if (l->bad++ == 0)
			(void)fprintf(stderr, "load: %s\n",
			    is_lost ? "lost connection" : in);
	}
	if (is_lost || strstr(in, "Connection: close") != NULL) {
		(void)close(l->p[i].fd);
		l->p[i].fd = -1;
	}
}

static int
load_turn(struct load *l)
{
	int got;

	if (poll(l->p, (nfds_t)l->clients, STUCK_MS) <= 0)
		return -1;
	for (int64_t i = 0; i < l->clients; i++) {
		if (l->p[i].revents == 0 || (got = load_read(l, i)) == 0)
			continue;
		load_judge(l, i, got < 0);
		if (load_send(l, i) != 0)
			return -1;
	}
	return 0;
}

static int
load_options(struct load *l, int argc, char *argv[])
{
	int o;

	l->fields = "\"trigger\":\"cron\",\"hour\":3,\"minute\":\"*/7\"";
	while ((o = getopt(argc, argv, "kl:j:s:")) != -1) {
		if (o == 'k')
			l->is_tolerant = true;
		else if (o == 'j')
			l->fields = optarg;
		else if (o == 's' &&
		    num_parse(optarg, 1, 86400, &l->seconds) == 0)
			continue;
		else if (o != 'l' || (l->acked = fopen(optarg, "w")) == NULL)
			return -1;
	}
	argv += optind;
	if (argc - optind != 5 || num_parse(argv[0], 1, 65535, &l->port) ||
	    num_parse(argv[3], 1, CLIENTS_MAX, &l->clients) != 0 ||
	    num_parse(argv[4], 1, 1000000000, &l->count) != 0)
		return -1;
	l->path = argv[1];
	l->token = argv[2];
	return 0;
}

int
main(int argc, char *argv[])
{
	static struct load l;
	int64_t began;

	if (load_options(&l, argc, argv) != 0) {
		(void)fprintf(stderr,
		    "usage: load [-k] [-l FILE] [-j FIELDS] [-s SECONDS] "
		    "PORT PATH TOKEN|- CLIENTS COUNT\n");
		return 64;
	}
	(void)signal(SIGPIPE, SIG_IGN);
	if (l.acked != NULL)
		(void)setvbuf(l.acked, NULL, _IOLBF, 0);
	began = clock_mono_us();
	if (l.seconds > 0)
		l.end_us = began + l.seconds * CLOCK_US_PER_S;
	for (int64_t i = 0; i < l.clients; i++) {
		l.p[i] = (struct pollfd){ .fd = -1, .events = POLLIN };
		if (load_send(&l, i) != 0)
			return 1;
	}
	while (l.done < l.count) {
		if (load_turn(&l) != 0) {
			(void)fprintf(stderr, "load: stuck at %lld of %lld\n",
			    (long long)l.done, (long long)l.count);
			return 1;
		}
	}
	if (l.acked != NULL && fclose(l.acked) != 0)
		return 1;
	if (l.seconds > 0)
		(void)printf("%lld answers, at most %lld ms, a second: ",
		    (long long)l.done, (long long)l.worst_us / 1000);
	(void)printf("%.0f\n",
	    (double)l.done * 1e6 / (double)(clock_mono_us() - began));
	return l.bad == 0 ? 0 : 1;
}
