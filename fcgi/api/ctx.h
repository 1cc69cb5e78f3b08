#ifndef FCGI_API_CTX_H
#define FCGI_API_CTX_H

#include <sys/types.h>

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "lib/base/buf.h"
#include "lib/record/grant.h"
#include "lib/record/job.h"
#include "lib/record/message.h"
#include "lib/sched/sched.h"
#include "lib/store/token.h"

struct brokers;
struct conf;

/* Identity, version and owner of a file; all zero: no such file. */
struct ctx_file {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

/* Owner and mode of a file; all zero: no such file. */
struct ctx_owner {
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

#define CTX_OWNERS 3

/* The state of a process, kept between requests. */
struct ctx {
	char *conf_path;
	const char *env_tz; /* value of TZ, or NULL */
	struct conf *conf;  /* NULL until it could be read */
	bool is_conf_read;  /* checked for this request */
	struct sched sched;
	bool is_open;
	const char *cause;	   /* why ctx_ready failed: a word of CAUSES in
			    * minutehand.fcgi(8), constant; NULL: it did not */
	struct brokers *brokers;   /* NULL until first used */
	struct ctx_file conf_file; /* as last read */
	/* Of the store, its folder, the configuration's folder. */
	struct ctx_owner owners[CTX_OWNERS];
	int64_t examined_mono; /* when they, and all files, were examined */
	struct token token;    /* of this request's client */
	unsigned scopes;       /* of enum token_scope; 0: no access */
	struct grant grant;    /* its queues and services */
	int64_t used_after_us; /* "last used" is not written before */
	uint64_t serial;       /* number of the request */
	/* Messages leased to the client, and their queue (leased.h). */
	struct message_list leased;
	char leased_queue[JOB_NAME_MAX + 1];
	struct buf query; /* memory that requests reuse */
	struct buf body;
	struct buf data;
	struct buf text;
	struct buf out;
};

/* Initialize *ctx; it owns conf_path, and borrows env_tz.  Opens nothing. */
void ctx_init(struct ctx *ctx, char *conf_path, const char *env_tz);

/* Close and free everything. */
void ctx_fini(struct ctx *ctx);

/* Begin a request: empty the buffers. */
void ctx_begin(struct ctx *ctx);

/*
 * Read the configuration if necessary, as ctx_ready does, and open nothing: 0,
 * or -1 and ctx->conf is NULL.
 */
int ctx_read_conf(struct ctx *ctx);

/*
 * Read the configuration and open the store if necessary: also again when the
 * file of the store was replaced, or the configuration was changed.  A changed
 * configuration with an error is logged once, and the previous one stays in
 * force; but not if another user could have written the configuration, a file
 * that it names, or the store.  0, or -1 with ctx->cause set and the reason
 * logged; the next call tries again.
 */
int ctx_ready(struct ctx *ctx);

/* The connections to brokers, created at first use; NULL: out of memory. */
struct brokers *ctx_brokers(struct ctx *ctx);

#endif
