/* One request of plain CGI: environment, standard input, standard output. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/stop.h"

#include "fcgi/handler/tick.h"
#include "fcgi/server/client.h"
#include "fcgi/serve.h"

#include "lib/base/ban.h"

#ifndef PIPE_BUF
#define PIPE_BUF _POSIX_PIPE_BUF
#endif
#define SEND_US (60 * CLOCK_US_PER_S) /* without a byte being taken */
#define LAST_MS 1000		      /* likewise, after SIGTERM */

static enum client_read
on_read(void *self, char *p, size_t *n, int64_t wait_us)
{
	struct pollfd pfd = { .fd = STDIN_FILENO, .events = POLLIN };
	ssize_t got;

	(void)self;
	do {
		int rc = stop_poll(&pfd, 1, wait_us);

		if (rc == 0)
			return CLIENT_SLOW;
		if (stop_is_pending())
			return CLIENT_STOP;
		got = rc < 0 ? -1 : read(STDIN_FILENO, p, *n);
	} while (got < 0 && (errno == EINTR || errno == EAGAIN));
	if (got < 0)
		return CLIENT_CUT;
	*n = (size_t)got;
	return got > 0 ? CLIENT_DATA : CLIENT_END;
}

/* A pipe without a reader or a closed socket is readable. */
static bool
on_wait(void *self, int64_t us)
{
	struct pollfd pfd = { .fd = STDOUT_FILENO };

	(void)self;
	return stop_poll(&pfd, 1, us) <= 0;
}

static int
on_write(void *self, const char *p, size_t n)
{
	struct pollfd pfd = { .fd = STDOUT_FILENO, .events = POLLOUT };
	ssize_t put;

	(void)self;
	for (; n > 0; p += put, n -= (size_t)put) {
		if (stop_poll(&pfd, 1, SEND_US) != 1 &&
		    (!stop_is_pending() || poll(&pfd, 1, LAST_MS) != 1))
			return -1;
		/* Write no more than does not block (write(2) on pipes). */
		put = write(STDOUT_FILENO, p, n > PIPE_BUF ? PIPE_BUF : n);
		if (put < 0 && errno != EINTR && errno != EAGAIN)
			return -1;
		if (put < 0)
			put = 0;
	}
	return 0;
}

/* Let the server see the end of the answer; 0, or -1. */
static int
end_answer(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	int rc = fd == -1 ? -1 : 0;

	for (int i = STDIN_FILENO; i <= STDERR_FILENO && rc == 0; i++)
		rc = dup2(fd, i) == i ? 0 : -1;
	if (fd > STDERR_FILENO)
		(void)close(fd);
	return rc;
}

int
serve_cgi(struct ctx *ctx, char *const *envp)
{
	static const struct client_ops ops = { on_read, on_wait, on_write };
	struct client c = { .ops = &ops };
	int rc = serve_request(ctx, envp, &c);

	if (rc == 0 && tick_is_on_request(ctx) && end_answer() == 0)
		tick_after_answer(ctx);
	return rc;
}
