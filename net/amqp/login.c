/*
 * The handshake of AMQP 0-9-1, frame by frame: user, password, virtual host.
 * Tested in tests/broker/rabbitmq.bats.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/secret/secret.h"
#include "net/amqp/amqp.h"
#include "net/amqp/login.h"
#include "net/sink_int.h"

#include "lib/base/ban.h"

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

/* SASL PLAIN (RFC 4616): no other identity, user and password. */
static int
add_plain(const struct conf_rabbitmq *c, struct buf *out, char *why,
    size_t whylen)
{
	struct secret *password;
	const char *bytes = "guest";
	size_t len = strlen(bytes);

	if (sink_password(c->password_file, c->password_env, &password, why,
		whylen) == -1)
		return -1;
	if (password != NULL)
		bytes = secret_bytes(password, &len);
	/* At once, so that no copy is left where it was too small. */
	(void)buf_reserve(out, strlen(c->user) + len + 3);
	buf_char(out, '\0');
	buf_str(out, c->user);
	buf_char(out, '\0');
	buf_add(out, bytes, len);
	secret_free(password);
	if (!out->is_failed)
		return 0;
	(void)snprintf(why, whylen, "out of memory");
	return -1;
}

/* Who we are; the server says how large things may be. */
static int
introduce(struct amqp *a, const struct buf *plain, char *why, size_t whylen)
{
	/* What the server may say to us. */
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
	if (amqp_ask(a, &q, &out, why, whylen) != AMQP_OK)
		return -1;
	tune = out;
	/* No heartbeats: nobody would send them between two ticks. */
	ok.channel_max = tune->channel_max;
	ok.frame_max = tune->frame_max != 0 && tune->frame_max < FRAME_MAX ?
	    tune->frame_max :
	    FRAME_MAX;
	ok.heartbeat = 0;
	if (a->lib.tune_connection(a->c, ok.channel_max, (int)ok.frame_max,
		0) != AMQP_STATUS_OK ||
	    a->lib.send_method(a->c, 0, AMQP_CONNECTION_TUNE_OK_METHOD, &ok) !=
		AMQP_STATUS_OK)
		return amqp_lose(a, "the connection broke", why, whylen);
	return 0;
}

static int
open_vhost(struct amqp *a, char *why, size_t whylen)
{
	amqp_connection_open_t open = { .virtual_host =
					    amqp_text(a->conf->vhost) };
	const struct amqp_question q = { 0, AMQP_CONNECTION_OPEN_METHOD, &open,
		AMQP_CONNECTION_OPEN_OK_METHOD };

	return amqp_ask(a, &q, NULL, why, whylen) == AMQP_OK ? 0 : -1;
}

int
amqp_login_as(struct amqp *a, char *why, size_t whylen)
{
	const struct amqp_question greeting = { 0, 0, NULL,
		AMQP_CONNECTION_START_METHOD };
	struct buf plain = BUF_INIT;
	int rc;

	if (add_plain(a->conf, &plain, why, whylen) == -1)
		rc = amqp_lose(a, why, why, whylen);
	else if (a->lib.send_header(a->c) != AMQP_STATUS_OK)
		rc = amqp_lose(a, "the connection broke", why, whylen);
	else
		rc = amqp_ask(a, &greeting, NULL, why, whylen) == AMQP_OK ? 0 :
									    -1;
	if (rc == 0)
		rc = introduce(a, &plain, why, whylen);
	if (plain.data != NULL)
		secret_wipe(plain.data, plain.cap);
	buf_fini(&plain);
	return rc == 0 ? open_vhost(a, why, whylen) : -1;
}
