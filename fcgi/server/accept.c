/* Takes connections from the listening socket that a FastCGI server left. */
#include "config.h"

#include <sys/socket.h>

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/stop.h"

#include "fcgi/server/fastcgi.h"

#include "lib/base/ban.h"

/* after a lack of descriptors or memory */
#define PAUSE_US (CLOCK_US_PER_S / 10)

/* FCGI_WEB_SERVER_ADDRS: addresses that may connect, comma-separated. */
static bool
is_allowed(const struct sockaddr_storage *sa)
{
	const char *list = getenv("FCGI_WEB_SERVER_ADDRS");
	struct sockaddr_in in;
	char text[INET_ADDRSTRLEN];
	size_t n;

	if (list == NULL || sa->ss_family != AF_INET)
		return true;
	memcpy(&in, sa, sizeof(in));
	if (inet_ntop(AF_INET, &in.sin_addr, text, sizeof(text)) == NULL)
		return false;
	for (; *list != '\0'; list += n + (list[n] == ',')) {
		n = strcspn(list, ",");
		if (n == strlen(text) && strncmp(list, text, n) == 0)
			return true;
	}
	return false;
}

/* Errors of accept(2) after which another try makes sense. */
static bool
is_passing(int error)
{
	switch (error) {
	case EMFILE:
	case ENFILE:
	case ENOBUFS:
	case ENOMEM:
		stop_sleep_us(PAUSE_US);
		return true;
	case EAGAIN:
	case EINTR:
	case ECONNABORTED:
	case EPROTO:
		return true;
	default:
		return false;
	}
}

int
fastcgi_accept(int listener)
{
	struct pollfd pfd = { .fd = listener, .events = POLLIN };
	struct sockaddr_storage sa;
	socklen_t len;
	int fd;

	while (!stop_is_pending()) {
		if (stop_poll(&pfd, 1, -1) < 0)
			continue;
		len = sizeof(sa);
		memset(&sa, 0, sizeof(sa));
		fd = accept(listener, (struct sockaddr *)&sa, &len);
		if (fd >= 0 && is_allowed(&sa)) {
			(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
			return fd;
		}
		if (fd >= 0)
			(void)close(fd);
		else if (!is_passing(errno)) {
			log_event(LOG_LEVEL_ERR, "accept", LOG_KEY_ERROR,
			    strerror(errno), NULL);
			return -1;
		}
	}
	return -1;
}
