/*
 * A connection to Redis that never waits for longer than allowed. Tested in
 * tests/broker/redis_down.bats.
 */
#include "config.h"

#include <sys/socket.h>

#include <errno.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/secret/secret.h"
#include "net/redis/redis.h"
#ifdef HAVE_HIREDIS_SSL
#include "net/redis/tls.h"
#endif
#include "net/sink_int.h"

#include "lib/base/ban.h"

#define WORDS_MAX 8
#define SLICE_MS 200 /* maximum delay before a stop is noticed */

void
redis_close(struct redis *r)
{
	if (r->c != NULL)
		r->lib.Free(r->c);
	r->c = NULL;
}

/* Close the connection, which is lost, with the reason. */
static int
lose(struct redis *r, const char *reason, struct err *why)
{
	err_set(why, "%s", reason);
	redis_close(r);
	return -1;
}

/* Wait until the connection is ready for one of events; -1: timeout or stop. */
static int
await(struct redis *r, short events, struct err *why)
{
	struct pollfd p = { .fd = r->c->fd, .events = events };
	int64_t until = clock_mono_us() + r->timeout_us, left;
	int n;

	for (;;) {
		if (atomic_load(r->is_stopped))
			return lose(r, "the tick ends", why);
		left = (until - clock_mono_us()) / 1000;
		if (left <= 0)
			return lose(r, "no answer within the timeout", why);
		n = poll(&p, 1, left < SLICE_MS ? (int)left : SLICE_MS);
		if (n > 0)
			return 0;
		if (n < 0 && errno != EINTR)
			return lose(r, strerror(errno), why);
	}
}

/* Complete a connection attempt. */
static int
connected(struct redis *r, struct err *why)
{
	int e = 0;
	socklen_t len = sizeof(e);

	if (await(r, POLLOUT, why) == -1)
		return -1;
	if (getsockopt(r->c->fd, SOL_SOCKET, SO_ERROR, &e, &len) == -1)
		e = errno;
	return e == 0 ? 0 : lose(r, strerror(e), why);
}

#ifdef HAVE_HIREDIS_SSL
static int
await_for(void *cookie, short event, struct err *why)
{
	return await(cookie, event, why);
}
#endif

static int
encrypt(struct redis *r, struct err *why)
{
#ifdef HAVE_HIREDIS_SSL
	const struct redis_tls t = { r->conf->host, r->settings->ca_file,
		await_for, r };
#endif

	if (r->conf->tls == CONF_OFF)
		return 0;
#ifdef HAVE_HIREDIS_SSL
	if (conf_check_ca(r->settings, why) == 0 &&
	    redis_tls_start(r->c, &t, why) == 0)
		return 0;
#else
	/* The configuration refuses TLS if it is not built in. */
	err_set(why, "TLS is not built in");
#endif
	redis_close(r);
	return -1;
}

/* Send a command whose reply must not be an error. */
static int
must(struct redis *r, const char *const *words, struct err *why)
{
	redisReply *reply = redis_ask(r, words, why);

	if (reply == NULL) {
		redis_close(r);
		return -1;
	}
	r->lib.free_reply(reply);
	return 0;
}

static int
login(struct redis *r, struct err *why)
{
	const struct conf_redis *c = r->conf;
	struct secret *password;
	const char *bytes;
	size_t len;
	int rc;

	if (sink_password(c->password_file, c->password_env, &password, why) ==
	    -1) {
		redis_close(r);
		return -1;
	}
	if (password == NULL)
		return 0;
	bytes = secret_bytes(password, &len);
	if (*c->user != '\0')
		rc = must(r,
		    (const char *const[]){ "AUTH", c->user, bytes, NULL }, why);
	else
		rc = must(r, (const char *const[]){ "AUTH", bytes, NULL }, why);
	/*
	 * The error of a server that does not know the command may repeat the
	 * password.
	 */
	if (rc == -1)
		secret_mask(password, 0, why->text, strlen(why->text));
	secret_free(password);
	return rc;
}

static int
choose(struct redis *r, struct err *why)
{
	char db[24];

	if (r->conf->db == 0)
		return 0;
	(void)snprintf(db, sizeof(db), "%lld", (long long)r->conf->db);
	return must(r, (const char *const[]){ "SELECT", db, NULL }, why);
}

static bool
is_readable(const struct redis *r)
{
	struct pollfd p = { .fd = r->c->fd, .events = POLLIN };

	return poll(&p, 1, 0) != 0;
}

int
redis_open(struct redis *r, struct err *why)
{
	/* Without a request, readable input is the end of the connection. */
	if (r->c != NULL && is_readable(r))
		redis_close(r);
	if (r->c != NULL)
		return 0;
	if (!r->is_loaded && redis_lib_open(&r->lib, why) == -1)
		return -1;
	r->is_loaded = true;
	r->c = *r->conf->socket != '\0' ?
	    r->lib.ConnectUnixNonBlock(r->conf->socket) :
	    r->lib.ConnectNonBlock(r->conf->host, (int)r->conf->port);
	if (r->c == NULL)
		return err_set(why, "out of memory");
	/* Name resolution may have taken longer than the caller waits. */
	if (atomic_load(r->is_stopped))
		return lose(r, "the tick ends", why);
	if (r->c->err != 0) {
		err_set(why, "%s", r->c->errstr);
		redis_close(r);
		return -1;
	}
	if (connected(r, why) == -1 || encrypt(r, why) == -1 ||
	    login(r, why) == -1 || choose(r, why) == -1)
		return -1;
	r->is_sent = false;
	return 0;
}

int
redis_append(struct redis *r, const struct redis_command *cmd)
{
	return r->lib.AppendCommandArgv(r->c, cmd->n, cmd->word, cmd->len) ==
		REDIS_OK ?
	    0 :
	    -1;
}

/* Wait, then write and read without blocking. */
static int
pump(struct redis *r, bool *is_all_sent, struct err *why)
{
	int done = 1;

	if (!*is_all_sent) {
		r->is_sent = true;
		if (r->lib.BufferWrite(r->c, &done) != REDIS_OK)
			return lose(r, r->c->errstr, why);
		*is_all_sent = done != 0;
	}
	if (await(r, (short)(*is_all_sent ? POLLIN : POLLIN | POLLOUT), why) ==
	    -1)
		return -1;
	/* hiredis reports no error if there is nothing to read. */
	if (r->lib.BufferRead(r->c) != REDIS_OK)
		return lose(r, r->c->errstr, why);
	return 0;
}

int
redis_flush(struct redis *r, struct err *why)
{
	int done;

	r->is_sent = true;
	return r->lib.BufferWrite(r->c, &done) == REDIS_OK ?
	    0 :
	    lose(r, r->c->errstr, why);
}

redisReply *
redis_reply(struct redis *r, struct err *why)
{
	bool is_all_sent = false;
	void *reply = NULL;

	for (;;) {
		if (r->lib.GetReplyFromReader(r->c, &reply) != REDIS_OK) {
			(void)lose(r, r->c->errstr, why);
			return NULL;
		}
		if (reply != NULL)
			return reply;
		if (pump(r, &is_all_sent, why) == -1)
			return NULL;
	}
}

redisReply *
redis_ask(struct redis *r, const char *const *words, struct err *why)
{
	const char *word[WORDS_MAX];
	size_t len[WORDS_MAX];
	struct redis_command cmd = { .word = word, .len = len };
	redisReply *reply;

	for (; words[cmd.n] != NULL; cmd.n++) {
		word[cmd.n] = words[cmd.n];
		len[cmd.n] = strlen(words[cmd.n]);
	}
	if (redis_append(r, &cmd) == -1) {
		(void)lose(r, "out of memory", why);
		return NULL;
	}
	reply = redis_reply(r, why);
	if (reply == NULL || reply->type != REDIS_REPLY_ERROR)
		return reply;
	err_set(why, "%s", reply->str);
	r->lib.free_reply(reply);
	return NULL;
}
