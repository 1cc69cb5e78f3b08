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

/* Which file it was that had a name, what it held and whose it was; all zero:
 * none. */
struct ctx_file {
	dev_t dev;
	ino_t ino;
	off_t size;
	struct timespec mtime;
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

/* Whose a file is, and who may write it; all zero: there is none. */
struct ctx_owner {
	mode_t mode;
	uid_t uid;
	gid_t gid;
};

#define CTX_OWNERS 3

/* What a worker keeps from request to request. */
struct ctx {
	char *conf_path;
	const char *env_tz; /* value of TZ, or NULL */
	struct conf *conf;  /* NULL until it could be read */
	bool is_conf_read;  /* looked at for this request */
	struct sched sched;
	bool is_open;
	const char *cause;	   /* why ctx_ready failed: a word of CAUSES in
			    * minutehand.fcgi(8), constant; NULL: it did not */
	struct brokers *brokers;   /* NULL until somebody asks one */
	struct ctx_file conf_file; /* looked at last */
	/* Of the store, its folder, the configuration's folder. */
	struct ctx_owner owners[CTX_OWNERS];
	int64_t examined_mono; /* when they, and all files, were examined */
	struct token token;    /* of this request's client */
	unsigned scopes;       /* of enum token_scope; 0: let in by none */
	struct grant grant;    /* what it may touch */
	int64_t used_after_us; /* no use is noted before */
	uint64_t serial;       /* number of the request */
	/* Messages on their way to the client, and of which queue (leased.h). */
	struct message_list leased;
	char leased_queue[JOB_NAME_MAX + 1];
	struct buf query; /* memory that requests reuse */
	struct buf body;
	struct buf data;
	struct buf text;
	struct buf out;
};

/* Make *ctx; conf_path is taken over, env_tz borrowed.  Opens nothing. */
void ctx_init(struct ctx *ctx, char *conf_path, const char *env_tz);

/* Close and free everything. */
void ctx_fini(struct ctx *ctx);

/* A request begins: what the last one left in the buffers goes. */
void ctx_begin(struct ctx *ctx);

/*
 * Have the configuration read, as ctx_ready does, and nothing else: 0, or -1
 * and ctx->conf is NULL.
 */
int ctx_read_conf(struct ctx *ctx);

/*
 * Have configuration and store open: read and open what is not, open anew
 * when a store's file was replaced, read anew when the configuration was
 * changed.  A change that cannot be read is logged once, and what was read
 * before stays; but not when another user could have written it, nor when that
 * becomes so of a file that the configuration names or of the store.  0, or -1 with ctx->cause set and the reason logged; the next
 * call tries again.
 */
int ctx_ready(struct ctx *ctx);

/* Whom to ask of queues that live at brokers; NULL without memory. */
struct brokers *ctx_brokers(struct ctx *ctx);

#endif
