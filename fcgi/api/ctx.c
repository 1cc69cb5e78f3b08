/*
 * The state of a process between requests: configuration and stores, opened
 * when needed and again when they change, and examined for trust.  Tested in
 * t_api_store, t_api_trust and tests/ctl/trust.bats.
 */
#include "config.h"

#include <sys/stat.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/conf/conf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/base/trust.h"
#include "lib/time/tz.h"
#include "net/brokers.h"

#include "fcgi/api/ctx.h"

#include "lib/base/ban.h"

/* maximum age of a check of modes and owners */
#define EXAMINE_US (CLOCK_US_PER_S / 2)
#define BUF_KEEP 262144 /* bytes; a larger buffer is freed after the request */

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
	brokers_free(ctx->brokers);
	ctx->brokers = NULL;
	if (ctx->is_open)
		sched_close(&ctx->sched);
	ctx->is_open = false;
}

void
ctx_fini(struct ctx *ctx)
{
	message_list_fini(&ctx->leased);
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

static void
log_bad_conf(const struct ctx *ctx, const char *why)
{
	log_event(LOG_LEVEL_ERR, "conf-bad", LOG_KEY_PATH, ctx->conf_path,
	    LOG_KEY_ERROR, why, NULL);
}

/* Why the configuration could not be loaded, for /healthz. */
static const char *
conf_cause(const char *path, const char *why)
{
	if (access(path, R_OK) == -1)
		return errno == ENOENT ? "configuration-missing" :
					 "configuration-unreadable";
	return trust_remedy(why) != NULL ? "configuration-untrusted" :
					   "configuration-invalid";
}

/* Why the store could not be opened, for /healthz. */
static const char *
store_cause(const char *path, enum store_rc rc, const char *why)
{
	/* The default time zone is unknown on this host. */
	if (rc == STORE_CONFIG && trust_remedy(why) == NULL)
		return "configuration-invalid";
	if (access(path, R_OK | W_OK) == -1)
		return errno == ENOENT ? "store-missing" :
		    errno == EROFS     ? "store-read-only" :
					 "store-unreadable";
	switch (rc) {
	case STORE_BUSY:
		return "store-busy";
	case STORE_FULL:
		return "store-unwritable";
	case STORE_CONFIG:
		return "store-untrusted";
	case STORE_OK:
	case STORE_NOTFOUND:
	case STORE_CONFLICT:
	case STORE_LIMIT:
	case STORE_DENIED:
	case STORE_ERROR:
		break;
	}
	return "store-unusable";
}

static struct ctx_file
read_identity(const char *path)
{
	struct ctx_file f;
	struct stat sb;

	memset(&f, 0, sizeof(f));
	if (stat(path, &sb) != 0)
		return f;
	f.dev = sb.st_dev;
	f.ino = sb.st_ino;
	f.size = sb.st_size;
	f.mtime = sb.st_mtim;
	f.mode = sb.st_mode;
	f.uid = sb.st_uid;
	f.gid = sb.st_gid;
	return f;
}

static bool
is_same(const struct ctx_file *a, const struct ctx_file *b)
{
	return a->dev == b->dev && a->ino == b->ino && a->size == b->size &&
	    a->mtime.tv_sec == b->mtime.tv_sec &&
	    a->mtime.tv_nsec == b->mtime.tv_nsec && a->mode == b->mode &&
	    a->uid == b->uid && a->gid == b->gid;
}

/* Close a configuration that is not trusted, and all opened by it. */
static int
drop_conf(struct ctx *ctx, const char *why)
{
	log_bad_conf(ctx, why);
	ctx->cause = conf_cause(ctx->conf_path, why);
	close_store(ctx);
	conf_free(ctx->conf);
	ctx->conf = NULL;
	return -1;
}

static void
read_owner(const char *path, struct ctx_owner *o)
{
	struct stat sb;

	memset(o, 0, sizeof(*o));
	if (path == NULL || stat(path, &sb) != 0)
		return;
	o->mode = sb.st_mode;
	o->uid = sb.st_uid;
	o->gid = sb.st_gid;
}

/* The same for the folder of a file with an absolute path. */
static void
read_folder_owner(const char *path, struct ctx_owner *o)
{
	char *folder = strndup(path, (size_t)(strrchr(path, '/') - path) + 1);

	read_owner(folder, o);
	free(folder);
}

/*
 * Return whether the last examination holds: not after EXAMINE_US, since any of
 * the folders and files may change; not if the owner or mode of the store, its
 * folder or the configuration's folder has changed.
 */
static bool
is_examined(struct ctx *ctx)
{
	struct ctx_owner now[CTX_OWNERS] = { { 0 } };
	int64_t mono = clock_mono_us();
	bool is_new;

	read_owner(ctx->conf->store, &now[0]);
	read_folder_owner(ctx->conf->store, &now[1]);
	read_folder_owner(ctx->conf->path, &now[2]);
	is_new = memcmp(now, ctx->owners, sizeof(now)) != 0 ||
	    mono - ctx->examined_mono >= EXAMINE_US;
	memcpy(ctx->owners, now, sizeof(now));
	if (is_new)
		ctx->examined_mono = mono;
	return !is_new;
}

/* Examine modes and owners again, as when it was opened; 0, or -1. */
static int
examine(struct ctx *ctx)
{
	struct trust t = {
		.is_shared = ctx->conf->group_writable == CONF_ON,
	};
	struct err why;

	if (conf_check_trust(ctx->conf, &why) == -1)
		return drop_conf(ctx, why.text);
	/* open_store reports the reason. */
	if (trust_check(&t, TRUST_STORE, ctx->conf->store) == TRUST_REFUSED)
		close_store(ctx);
	return 0;
}

/* Load the file: it has changed, or was not read yet. */
static int
load_conf(struct ctx *ctx)
{
	struct conf *conf;
	struct err why;

	conf = conf_load(ctx->conf_path, &why);
	if (conf == NULL) {
		if (ctx->conf == NULL || trust_remedy(why.text) != NULL)
			return drop_conf(ctx, why.text);
		log_bad_conf(ctx, why.text);
		return 0;
	}
	/* The stores and brokers point into the old configuration. */
	close_store(ctx);
	conf_free(ctx->conf);
	ctx->conf = conf;
	log_open(conf->log_target, conf->log_level, "minutehand.fcgi");
	return 0;
}

int
ctx_read_conf(struct ctx *ctx)
{
	struct ctx_file now;

	if (ctx->is_conf_read)
		return ctx->conf != NULL ? 0 : -1;
	ctx->is_conf_read = true;
	now = read_identity(ctx->conf_path);
	if (ctx->conf == NULL || !is_same(&now, &ctx->conf_file)) {
		/*
		 * Recorded first, so that a change meanwhile is noticed later.
		 */
		ctx->conf_file = now;
		if (load_conf(ctx) == -1)
			return -1;
		/* Record the time of this examination. */
		(void)is_examined(ctx);
	}
	return is_examined(ctx) ? 0 : examine(ctx);
}

/* sched_store checks the memory store. */
static void
check_replaced(struct ctx *ctx)
{
	if (!ctx->is_open || !store_is_replaced(ctx->sched.stores[JOB_DURABLE]))
		return;
	log_event(LOG_LEVEL_WARN, "store-replaced", LOG_KEY_PATH,
	    ctx->conf->store, NULL);
	close_store(ctx);
}

static int
open_store(struct ctx *ctx)
{
	struct err why;
	enum store_rc rc;

	if (ctx->is_open)
		return 0;
	rc = sched_open(&ctx->sched, ctx->conf, ctx->env_tz, &why);
	if (rc != STORE_OK) {
		ctx->cause = store_cause(ctx->conf->store, rc, why.text);
		log_event(LOG_LEVEL_ERR, "store-not-open", LOG_KEY_PATH,
		    ctx->conf->store, LOG_KEY_ERROR, why.text, NULL);
		return -1;
	}
	ctx->is_open = true;
	return 0;
}

/* Free a large buffer: a worker lives long. */
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
	ctx->is_conf_read = false;
	ctx->cause = NULL;
	trim(&ctx->body);
	trim(&ctx->data);
	trim(&ctx->text);
	trim(&ctx->out);
	buf_reset(&ctx->out);
}

int
ctx_ready(struct ctx *ctx)
{
	if (ctx_read_conf(ctx) != 0)
		return -1;
	check_replaced(ctx);
	if (ctx->is_open)
		tz_cache_refresh(ctx->sched.zones);
	return open_store(ctx);
}

struct brokers *
ctx_brokers(struct ctx *ctx)
{
	if (ctx->brokers == NULL)
		ctx->brokers = brokers_new(ctx->conf, sched_tz(&ctx->sched));
	return ctx->brokers;
}
