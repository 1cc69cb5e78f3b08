/*
 * A connection to a RabbitMQ server: frames out and in, without waiting for
 * longer than allowed. Tested in tests/broker/rabbitmq*.bats.
 */
#include "config.h"

#include <sys/socket.h>
#include <sys/time.h>

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/utf8.h"
#include "lib/conf/conf.h"
#include "lib/secret/secret.h"
#include "net/amqp/amqp.h"
#include "net/amqp/dial.h"
#include "net/sink_int.h"

#include "lib/base/ban.h"

amqp_bytes_t
amqp_text(const char *s)
{
	/* The library does not write to it. */
	return (amqp_bytes_t){ strlen(s), (void *)(uintptr_t)s };
}

void
amqp_begin(struct amqp *a)
{
	a->until_us = clock_mono_us() + a->timeout_us;
}

static void
disconnect(struct amqp *a)
{
	if (a->c != NULL)
		a->lib.destroy_connection(a->c);
	a->c = NULL;
	a->can_ask = a->can_publish = false;
	a->is_blocked = false;
	amqp_names_fini(&a->queues);
}

int
amqp_lose(struct amqp *a, const char *reason, struct err *why)
{
	err_set(why, "%s", reason);
	disconnect(a);
	return -1;
}

/* Set why from a status of the library, or from errno for a socket. */
static int
fail(struct amqp *a, int status, struct err *why)
{
	int e = errno;

	return amqp_lose(a,
	    status == AMQP_STATUS_SOCKET_ERROR && e != 0 ?
		strerror(e) :
		a->lib.error_string2(status),
	    why);
}

static int
put(struct amqp *a, const struct amqp_question *q, struct err *why)
{
	int status;

	errno = 0;
	status = a->lib.send_method(a->c, q->channel, q->id, q->decoded);
	return status == AMQP_STATUS_OK ? 0 : fail(a, status, why);
}

/* Handle a method on channel 0: 0: go on; -1: the connection is lost. */
static int
on_connection(struct amqp *a, const amqp_method_t *m, struct err *why)
{
	const amqp_connection_close_t *bye;
	const amqp_connection_blocked_t *blocked;
	amqp_connection_close_ok_t ok = { 0 };

	switch (m->id) {
	case AMQP_CONNECTION_CLOSE_METHOD:
		bye = m->decoded;
		utf8_clean(bye->reply_text.bytes, bye->reply_text.len,
		    why->text, sizeof(why->text));
		(void)a->lib.send_method(a->c, 0,
		    AMQP_CONNECTION_CLOSE_OK_METHOD, &ok);
		disconnect(a);
		return -1;
	case AMQP_CONNECTION_BLOCKED_METHOD:
		blocked = m->decoded;
		a->is_blocked = true;
		utf8_clean(blocked->reason.bytes, blocked->reason.len,
		    a->reason, sizeof(a->reason));
		break;
	case AMQP_CONNECTION_UNBLOCKED_METHOD:
		a->is_blocked = false;
		break;
	default:
		break;
	}
	return 0;
}

int
amqp_next(struct amqp *a, amqp_frame_t *f, int64_t us, struct err *why)
{
	struct timeval tv = { .tv_sec = us / CLOCK_US_PER_S,
		.tv_usec = us % CLOCK_US_PER_S };
	int status;

	a->lib.maybe_release_buffers(a->c);
	errno = 0;
	status = a->lib.simple_wait_frame_noblock(a->c, f, &tv);
	if (status == AMQP_STATUS_TIMEOUT)
		return 0;
	if (status != AMQP_STATUS_OK)
		return fail(a, status, why);
	if (f->channel == 0 && f->frame_type == AMQP_FRAME_METHOD &&
	    on_connection(a, &f->payload.method, why) == -1)
		return -1;
	return 1;
}

/* Nothing was received in time. */
static int
give_up(struct amqp *a, struct err *why)
{
	char line[192];

	(void)snprintf(line, sizeof(line), "the broker blocks publishers: %s",
	    a->reason);
	return amqp_lose(a,
	    a->is_blocked ? line : "no answer within the timeout", why);
}

int
amqp_wait(struct amqp *a, amqp_frame_t *f, struct err *why)
{
	int64_t left;
	int n;

	do {
		if (atomic_load(a->is_stopped))
			return amqp_lose(a, "the tick ends", why);
		left = a->until_us - clock_mono_us();
		if (left <= 0)
			return give_up(a, why);
		n = amqp_next(a, f, left < AMQP_SLICE_US ? left : AMQP_SLICE_US,
		    why);
	} while (n == 0);
	return n < 0 ? -1 : 0;
}

void
amqp_agree(struct amqp *a, const amqp_frame_t *f, struct err *why)
{
	const amqp_channel_close_t *close = f->payload.method.decoded;
	amqp_channel_close_ok_t ok = { 0 };

	a->code = close->reply_code;
	utf8_clean(close->reply_text.bytes, close->reply_text.len, why->text,
	    sizeof(why->text));
	/* If this fails, the next call reports the lost connection. */
	(void)a->lib.send_method(a->c, f->channel, AMQP_CHANNEL_CLOSE_OK_METHOD,
	    &ok);
}

enum amqp_answer
amqp_ask(struct amqp *a, const struct amqp_question *q, void **out,
    struct err *why)
{
	amqp_frame_t f;

	if (q->id != 0 && put(a, q, why) == -1)
		return AMQP_LOST;
	for (;;) {
		if (amqp_wait(a, &f, why) == -1)
			return AMQP_LOST;
		if (f.frame_type != AMQP_FRAME_METHOD)
			continue;
		if (f.payload.method.id == AMQP_CHANNEL_CLOSE_METHOD) {
			amqp_agree(a, &f, why);
			if (f.channel == q->channel)
				return AMQP_REFUSED;
			(void)amqp_lose(a, why->text, why);
			return AMQP_LOST;
		}
		if (f.channel == q->channel &&
		    f.payload.method.id == q->reply) {
			if (out != NULL)
				*out = f.payload.method.decoded;
			return AMQP_OK;
		}
	}
}

enum amqp_answer
amqp_ask_apart(struct amqp *a, struct amqp_question *q, void **out,
    struct err *why)
{
	amqp_channel_open_t open = { .out_of_band = { 0, NULL } };
	const struct amqp_question opening = { AMQP_ASKS,
		AMQP_CHANNEL_OPEN_METHOD, &open, AMQP_CHANNEL_OPEN_OK_METHOD };
	enum amqp_answer answer = AMQP_OK;

	amqp_begin(a);
	if (!a->can_ask)
		answer = amqp_ask(a, &opening, NULL, why);
	q->channel = AMQP_ASKS;
	if (answer == AMQP_OK)
		answer = amqp_ask(a, q, out, why);
	a->can_ask = answer == AMQP_OK;
	return answer;
}

#define FRAME_MAX 131072

static amqp_table_entry_t
text_entry(const char *key, const char *value)
{
	amqp_table_entry_t e = { .key = amqp_text(key) };

	e.value.kind = AMQP_FIELD_KIND_UTF8;
	e.value.value.bytes = amqp_text(value);
	return e;
}

static amqp_table_entry_t
yes_entry(const char *key)
{
	amqp_table_entry_t e = { .key = amqp_text(key) };

	e.value.kind = AMQP_FIELD_KIND_BOOLEAN;
	e.value.value.boolean = 1;
	return e;
}

/* SASL PLAIN (RFC 4616): no authorization identity, user, password. */
static int
add_plain(const struct conf_rabbitmq *c, struct buf *out, struct err *why)
{
	struct secret *password;
	const char *bytes = "guest";
	size_t len = strlen(bytes);

	if (sink_password(c->password_file, c->password_env, &password, why) ==
	    -1)
		return -1;
	if (password != NULL)
		bytes = secret_bytes(password, &len);
	/* Reserved at once, so that no reallocation leaves a copy. */
	(void)buf_reserve(out, strlen(c->user) + len + 3);
	buf_char(out, '\0');
	buf_str(out, c->user);
	buf_char(out, '\0');
	buf_add(out, bytes, len);
	secret_free(password);
	if (!out->is_failed)
		return 0;
	return err_set(why, "out of memory");
}

/* Send the client's properties and credentials; receive the server's limits. */
static int
introduce(struct amqp *a, const struct buf *plain, struct err *why)
{
	/* Capabilities of the client. */
	amqp_table_entry_t can[] = {
		yes_entry("authentication_failure_close"),
		yes_entry("basic.nack"),
		yes_entry("connection.blocked"),
		yes_entry("publisher_confirms"),
	};
	amqp_table_entry_t us[] = {
		text_entry("product", PACKAGE_NAME),
		text_entry("version", PACKAGE_VERSION),
		text_entry("connection_name", PACKAGE_NAME),
		{ .key = amqp_text("capabilities") },
	};
	amqp_connection_start_ok_t start = {
		.client_properties = { sizeof(us) / sizeof(us[0]), us },
		.mechanism = amqp_text("PLAIN"),
		.response = { plain->len, plain->data },
		.locale = amqp_text("en_US"),
	};
	const struct amqp_question q = { 0, AMQP_CONNECTION_START_OK_METHOD,
		&start, AMQP_CONNECTION_TUNE_METHOD };
	const amqp_connection_tune_t *tune;
	amqp_connection_tune_ok_t ok;
	void *out;

	us[3].value.kind = AMQP_FIELD_KIND_TABLE;
	us[3].value.value.table =
	    (amqp_table_t){ sizeof(can) / sizeof(can[0]), can };
	if (amqp_ask(a, &q, &out, why) != AMQP_OK)
		return -1;
	tune = out;
	/* No heartbeats: no process would send them between two ticks. */
	ok.channel_max = tune->channel_max;
	ok.frame_max = tune->frame_max != 0 && tune->frame_max < FRAME_MAX ?
	    tune->frame_max :
	    FRAME_MAX;
	ok.heartbeat = 0;
	if (a->lib.tune_connection(a->c, ok.channel_max, (int)ok.frame_max,
		0) != AMQP_STATUS_OK ||
	    a->lib.send_method(a->c, 0, AMQP_CONNECTION_TUNE_OK_METHOD, &ok) !=
		AMQP_STATUS_OK)
		return amqp_lose(a, "the connection broke", why);
	return 0;
}

static int
open_vhost(struct amqp *a, struct err *why)
{
	amqp_connection_open_t open = { .virtual_host =
					    amqp_text(a->conf->vhost) };
	const struct amqp_question q = { 0, AMQP_CONNECTION_OPEN_METHOD, &open,
		AMQP_CONNECTION_OPEN_OK_METHOD };

	return amqp_ask(a, &q, NULL, why) == AMQP_OK ? 0 : -1;
}

/*
 * Log in on the new connection a->c, with user and password of the
 * configuration, and open the virtual host.  0, or -1 with the server's reason
 * in why and the connection closed.
 */
static int
log_in(struct amqp *a, struct err *why)
{
	const struct amqp_question greeting = { 0, 0, NULL,
		AMQP_CONNECTION_START_METHOD };
	struct buf plain = BUF_INIT;
	int rc;

	if (add_plain(a->conf, &plain, why) == -1)
		rc = amqp_lose(a, why->text, why);
	else if (a->lib.send_header(a->c) != AMQP_STATUS_OK)
		rc = amqp_lose(a, "the connection broke", why);
	else
		rc = amqp_ask(a, &greeting, NULL, why) == AMQP_OK ? 0 : -1;
	if (rc == 0)
		rc = introduce(a, &plain, why);
	if (plain.data != NULL)
		secret_wipe(plain.data, plain.cap);
	buf_fini(&plain);
	return rc == 0 ? open_vhost(a, why) : -1;
}

#define SNDBUF (512 * 1024)
#define ROOM_MIN (32 * 1024)
#define BYE_US 500000 /* wait for the server's close-ok */

/*
 * Enlarge the socket's buffer, where unconfirmed messages must fit, because the
 * library's writes block without limit.  The kernel counts its overhead in.
 */
static void
make_room(struct amqp *a)
{
	int fd = a->lib.get_sockfd(a->c), bytes = SNDBUF;
	socklen_t len = sizeof(bytes);

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof(bytes));
	if (getsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, &len) == -1)
		bytes = 0;
	a->room = (size_t)bytes / 3;
	if (a->room < ROOM_MIN)
		a->room = ROOM_MIN;
}

/*
 * Return whether the idle connection is still open, after reading what the
 * server has sent; else close it.
 */
static bool
is_alive(struct amqp *a)
{
	amqp_frame_t f;
	struct err unused;
	int n;

	do {
		n = amqp_next(a, &f, 0, &unused);
		if (n > 0 && f.frame_type == AMQP_FRAME_METHOD &&
		    f.payload.method.id == AMQP_CHANNEL_CLOSE_METHOD)
			n = amqp_lose(a, "", &unused);
	} while (n > 0);
	return n == 0;
}

int
amqp_open(struct amqp *a, struct err *why)
{
	if (a->c != NULL && is_alive(a))
		return 0;
	if (!a->is_loaded && amqp_lib_open(&a->lib, why) == -1)
		return -1;
	a->is_loaded = true;
	amqp_begin(a);
	if (amqp_dial(a, why) == -1)
		return -1;
	make_room(a);
	return log_in(a, why);
}

void
amqp_close(struct amqp *a)
{
	amqp_connection_close_t bye = { .reply_code = 200,
		.reply_text = amqp_text("good-bye") };
	const struct amqp_question q = { 0, AMQP_CONNECTION_CLOSE_METHOD, &bye,
		AMQP_CONNECTION_CLOSE_OK_METHOD };
	struct err unused;

	if (a->c == NULL)
		return;
	a->until_us = clock_mono_us() + BYE_US;
	(void)amqp_ask(a, &q, NULL, &unused);
	(void)amqp_lose(a, "", &unused);
}
