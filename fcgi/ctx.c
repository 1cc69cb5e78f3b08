#include "config.h"

#include <sys/stat.h>

#include <signal.h>
#include <stdlib.h>

#include "lib/conf.h"
#include "lib/log.h"

#include "fcgi/ctx.h"

#include "lib/ban.h"

#define BUF_KEEP 262144 /* a larger buffer is not kept for the next request */

void
ctx_init(struct ctx *ctx, char *conf_path, const char *env_tz)
{
	*ctx = (struct ctx){
		.conf_path = conf_path,
		.env_tz = env_tz,
	};
}

static void
close_store(struct ctx *ctx)
{
	if (ctx->is_open)
		sched_close(&ctx->sched);
	ctx->is_open = false;
}

void
ctx_fini(struct ctx *ctx)
{
	token_fini(&ctx->token);
	close_store(ctx);
	conf_free(ctx->conf);
	free(ctx->conf_path);
	buf_fini(&ctx->query);
	buf_fini(&ctx->body);
	buf_fini(&ctx->data);
	buf_fini(&ctx->text);
	buf_fini(&ctx->out);
}

static int
read_conf(struct ctx *ctx)
{
	char why[512];

	if (ctx->conf != NULL)
		return 0;
	ctx->conf = conf_load(ctx->conf_path, why, sizeof(why));
	if (ctx->conf == NULL) {
		log_event(LOG_LEVEL_ERR, "conf-bad", LOG_KEY_PATH,
		    ctx->conf_path, LOG_KEY_ERROR, why, NULL);
		return -1;
	}
	log_open(ctx->conf->log_target, ctx->conf->log_level,
	    "minutehand.fcgi");
	return 0;
}

/* Close the store when the file of that name is another one by now. */
static void
check_replaced(struct ctx *ctx)
{
	struct stat sb;

	if (!ctx->is_open)
		return;
	if (stat(ctx->conf->store, &sb) == 0 && sb.st_dev == ctx->store_dev &&
	    sb.st_ino == ctx->store_ino)
		return;
	log_event(LOG_LEVEL_WARN, "store-replaced", LOG_KEY_PATH,
	    ctx->conf->store, NULL);
	close_store(ctx);
}

static int
open_store(struct ctx *ctx)
{
	struct stat sb;
	char why[512];

	if (ctx->is_open)
		return 0;
	if (sched_open(&ctx->sched, ctx->conf, ctx->env_tz, why, sizeof(why)) !=
	    STORE_OK) {
		log_event(LOG_LEVEL_ERR, "store-not-open", LOG_KEY_PATH,
		    ctx->conf->store, LOG_KEY_ERROR, why, NULL);
		return -1;
	}
	ctx->is_open = true;
	if (stat(ctx->conf->store, &sb) != 0) {
		log_event(LOG_LEVEL_ERR, "store-gone", LOG_KEY_PATH,
		    ctx->conf->store, NULL);
		close_store(ctx);
		return -1;
	}
	ctx->store_dev = sb.st_dev;
	ctx->store_ino = sb.st_ino;
	return 0;
}

/* One large answer must not weigh on a worker for ever. */
static void
trim(struct buf *b)
{
	if (b->cap > BUF_KEEP)
		buf_fini(b);
}

void
ctx_begin(struct ctx *ctx)
{
	ctx->serial++;
	trim(&ctx->body);
	trim(&ctx->data);
	trim(&ctx->text);
	trim(&ctx->out);
	buf_reset(&ctx->out);
}

int
ctx_ready(struct ctx *ctx)
{
	if (read_conf(ctx) != 0)
		return -1;
	check_replaced(ctx);
	return open_store(ctx);
}

bool
ctx_is_stopping(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 && sigismember(&pending, SIGTERM) == 1;
}
