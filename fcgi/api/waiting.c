/* Counts the clients that wait; tested in t_waiting and clients.bats. */
#include "config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/base/log.h"

#include "fcgi/api/ctx.h"
#include "fcgi/api/response.h"
#include "fcgi/api/waiting.h"

#include "lib/base/ban.h"

#define RETRY_S 2

/*
 * Bytes of the file per region: a byte per client, first of all clients, then
 * of each token.
 */
#define REGION INT64_C(1024)
_Static_assert(CONF_WAITING_MAX <= REGION, "a region has all of its slots");

/*
 * The first byte of the region: of all clients (0), of those without a token,
 * or of a token.
 */
static int64_t
region_of(const struct ctx *ctx)
{
	if (ctx->token.id[0] == '\0')
		return REGION;
	_Static_assert(TOKEN_ID_LEN == 8, "an id is a number of 32 bits");
	return REGION * (2 + (int64_t)strtoul(ctx->token.id, NULL, 16));
}

/* Lock one of the n bytes from start; -1: all are locked. */
static int
take_slot(int fd, int64_t start, int64_t n)
{
	struct flock lock = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	lock.l_len = 1;
	for (int64_t i = 0; i < n; i++) {
		lock.l_start = (off_t)(start + i);
		if (fcntl(fd, F_SETLK, &lock) == 0)
			return 0;
		if (errno != EAGAIN && errno != EACCES)
			break;
	}
	return -1;
}

static int
open_file(const struct ctx *ctx)
{
	struct buf path = BUF_INIT;
	int fd = -1;

	buf_printf(&path, "%s-waiting", ctx->conf->store);
	if (!path.is_failed)
		fd = open(buf_cstr(&path),
		    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd < 0)
		log_event(LOG_LEVEL_WARN, "waiting-file", LOG_KEY_PATH,
		    buf_cstr(&path), LOG_KEY_ERROR, strerror(errno), NULL);
	buf_fini(&path);
	return fd;
}

int
waiting_enter(const struct ctx *ctx, const char *field, struct response *res)
{
	const struct conf *c = ctx->conf;
	const char *why = "max_waiting";
	int fd = open_file(ctx);

	if (fd >= 0 && take_slot(fd, 0, c->max_waiting) == 0) {
		why = "max_waiting_per_token";
		if (take_slot(fd, region_of(ctx), c->max_waiting_per_token) ==
		    0)
			return fd;
	}
	waiting_leave(fd);
	if (res == NULL)
		return -1;
	fault_add(&res->faults, field,
	    "too many clients are waiting (%s); try again later, or without "
	    "waiting",
	    why);
	response_error(res, 429, MSG_TOO_MANY_WAITING, NULL);
	res->retry_after_s = RETRY_S;
	return -1;
}

void
waiting_leave(int handle)
{
	if (handle >= 0)
		(void)close(handle);
}
