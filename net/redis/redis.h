#ifndef NET_REDIS_REDIS_H
#define NET_REDIS_REDIS_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/redis/lib.h"

struct conf;
struct conf_redis;
struct err;

/*
 * A connection to Redis with any number of commands under way.  Nothing blocks
 * for longer than timeout_us without progress, or a fifth of a
 * second after *is_stopped was set.
 */
struct redis {
	const struct conf_redis *conf;
	const struct conf *settings; /* all, for ca_file */
	const atomic_bool *is_stopped;
	int64_t timeout_us;   /* the longest wait without progress */
	struct redis_lib lib; /* loaded once */
	bool is_loaded;
	redisContext *c; /* NULL: not connected */
	bool is_sent;	 /* something left since redis_open */
};

/* One command: words that are any bytes. */
struct redis_command {
	int n;
	const char **word;
	const size_t *len;
};

/*
 * Connect, log in and choose the database, unless that is done already.  0, or
 * -1 with one line in why: not connected.
 */
int redis_open(struct redis *r, struct err *why);

/* Put a command behind those that are to be sent; 0, or -1 without memory. */
int redis_append(struct redis *r, const struct redis_command *cmd);

/* Send what can be sent at once; 0, or -1 with one line in why: it is lost. */
int redis_flush(struct redis *r, struct err *why);

/*
 * Send what is to be sent, and wait for the next reply, which belongs to the
 * oldest command that has none; freed with r->lib.free_reply.  NULL with one
 * line in why: the connection is lost and closed.
 */
redisReply *redis_reply(struct redis *r, struct err *why);

/*
 * One command of strings, ended by NULL, and its reply; NULL with one line in
 * why when there is none, or it is an error.
 */
redisReply *redis_ask(struct redis *r, const char *const *words,
    struct err *why);

/* Disconnect. */
void redis_close(struct redis *r);

#endif
