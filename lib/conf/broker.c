/*
 * Queues and the servers of their brokers: which section applies, defaults
 * that depend on the broker, and mistakes in their combination.  Tested in
 * t_conf_broker.
 */
#include "config.h"

#include <assert.h>
#include <fnmatch.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/conf/table.h"

#include "lib/base/ban.h"

/* The kinds of sections of servers, as in the tables. */
static const char *const server_names[CONF_SERVER__MAX] = {
	[CONF_SERVER_NONE] = "",
	[CONF_SERVER_REDIS] = "redis",
	[CONF_SERVER_RABBITMQ] = "rabbitmq",
	[CONF_SERVER_WEBHOOK] = "webhook",
	[CONF_SERVER_COMMAND] = "command",
};

enum conf_server
conf_broker_server(enum conf_broker b)
{
	switch (b) {
	case CONF_BROKER_REDIS:
	case CONF_BROKER_REDIS_STREAM:
	case CONF_BROKER_REDIS_PUBSUB:
	case CONF_BROKER_FUNBOOST:
		return CONF_SERVER_REDIS;
	case CONF_BROKER_RABBITMQ:
		return CONF_SERVER_RABBITMQ;
	case CONF_BROKER_WEBHOOK:
		return CONF_SERVER_WEBHOOK;
	case CONF_BROKER_COMMAND:
		return CONF_SERVER_COMMAND;
	case CONF_BROKER_UNSET:
	case CONF_BROKER_SQLITE:
	case CONF_BROKER__MAX:
		break;
	}
	return CONF_SERVER_NONE;
}

const char *
conf_broker_name(enum conf_broker b)
{
	for (const struct conf_choice *w = conf_broker_names; w->name != NULL;
	     w++) {
		if (w->value == (int)b)
			return w->name;
	}
	return "";
}

size_t
conf_server_count(const struct conf *c, enum conf_server kind)
{
	switch (kind) {
	case CONF_SERVER_REDIS:
		return c->nredis;
	case CONF_SERVER_RABBITMQ:
		return c->nrabbitmq;
	case CONF_SERVER_WEBHOOK:
		return c->nwebhooks;
	case CONF_SERVER_COMMAND:
		return c->ncommands;
	case CONF_SERVER_NONE:
	case CONF_SERVER__MAX:
		break;
	}
	return 0;
}

int64_t
conf_server_timeout_us(const struct conf *c, enum conf_server kind, int at)
{
	switch (kind) {
	case CONF_SERVER_REDIS:
		return c->redis[at].timeout_us;
	case CONF_SERVER_RABBITMQ:
		return c->rabbitmq[at].timeout_us;
	case CONF_SERVER_WEBHOOK:
		return c->webhooks[at].timeout_us;
	case CONF_SERVER_COMMAND:
		return c->commands[at].timeout_us;
	case CONF_SERVER_NONE:
	case CONF_SERVER__MAX:
		break;
	}
	return 0;
}

/* The title of section number at. */
static const char *
section_name(const struct conf *c, enum conf_server kind, size_t at)
{
	switch (kind) {
	case CONF_SERVER_REDIS:
		return c->redis[at].name;
	case CONF_SERVER_RABBITMQ:
		return c->rabbitmq[at].name;
	case CONF_SERVER_WEBHOOK:
		return c->webhooks[at].name;
	case CONF_SERVER_COMMAND:
		return c->commands[at].name;
	case CONF_SERVER_NONE:
	case CONF_SERVER__MAX:
		break;
	}
	return "";
}

void
conf_server_name(const struct conf *c, enum conf_server kind, int at,
    struct buf *out)
{
	buf_printf(out, "%s:%s", server_names[kind],
	    section_name(c, kind, (size_t)at));
}

const struct conf_queue *
conf_queue_for(const struct conf *c, const char *queue)
{
	for (size_t i = 0; i < c->nqueues; i++) {
		if (fnmatch(c->queues[i].glob, queue, 0) == 0)
			return &c->queues[i];
	}
	return &c->other;
}

static enum conf_format
usual_format(enum conf_broker b)
{
	switch (conf_broker_server(b)) {
	case CONF_SERVER_REDIS:
	case CONF_SERVER_RABBITMQ:
		return CONF_FORMAT_FUNBOOST;
	case CONF_SERVER_NONE:
	case CONF_SERVER_WEBHOOK:
	case CONF_SERVER_COMMAND:
	case CONF_SERVER__MAX:
		break;
	}
	return CONF_FORMAT_ENVELOPE;
}

/* Find the section of a queue's server. */
static int
find_server(const struct conf *c, struct conf_queue *q, struct err *why)
{
	enum conf_server kind = conf_broker_server(q->broker);
	const char *name = q->server == NULL ? "" : q->server;
	size_t n = conf_server_count(c, kind), at = 0;

	assert(kind < CONF_SERVER__MAX);
	q->at = -1;
	if (kind == CONF_SERVER_NONE && *name == '\0')
		return 0;
	while (at < n && *name != '\0' &&
	    strcmp(section_name(c, kind, at), name) != 0)
		at++;
	if (at < n) {
		q->at = (int)at;
		return 0;
	}
	if (kind == CONF_SERVER_NONE)
		err_set(why, "option \"server\": broker %s does not take one",
		    conf_broker_name(q->broker));
	else if (*name == '\0')
		err_set(why,
		    "option \"broker\": %s needs a section %s \"name\" { … }",
		    conf_broker_name(q->broker), server_names[kind]);
	else
		err_set(why, "option \"server\": no such section: %s \"%.64s\"",
		    server_names[kind], name);
	return -1;
}

static int
resolve_queue(struct conf *c, struct conf_queue *q, struct err *why)
{
	if (q->broker == CONF_BROKER_UNSET)
		q->broker = c->broker;
	if (q->format == CONF_FORMAT_AUTO)
		q->format = usual_format(q->broker);
	if (q->max_deliveries == 0)
		q->max_deliveries = c->max_deliveries;
	if (q->broker == CONF_BROKER_FUNBOOST &&
	    q->format != CONF_FORMAT_FUNBOOST)
		return err_set(why,
		    "option \"format\": workers of funboost do not read envelopes");
	return find_server(c, q, why);
}

/* Check the options that every webhook needs. */
static int
check_webhooks(const struct conf *c, struct buf *why)
{
	for (size_t i = 0; i < c->nwebhooks; i++) {
		const struct conf_webhook *w = &c->webhooks[i];

		if (*w->url != '\0' && *w->secret != '\0')
			continue;
		conf_where_section(c, "webhook", i, why);
		buf_printf(why, ": needs %s",
		    *w->url == '\0' ? "a url" :
				      "a secret to sign its messages with");
		return -1;
	}
	return 0;
}

/* Check the option that every command needs. */
static int
check_commands(const struct conf *c, struct buf *why)
{
	for (size_t i = 0; i < c->ncommands; i++) {
		const struct conf_list *l = &c->commands[i].command;

		if (l->n > 0 && *l->v[0] != '\0')
			continue;
		conf_where_section(c, "command", i, why);
		buf_str(why, ": needs a command: a program and its arguments");
		return -1;
	}
	return 0;
}

/* Resolve all queues, and the settings of queues without a section. */
static int
resolve_queues(struct conf *c, struct buf *why)
{
	struct err reason;

	for (size_t i = 0; i < c->nqueues; i++) {
		if (resolve_queue(c, &c->queues[i], &reason) == 0)
			continue;
		conf_where_section(c, "queue", i, why);
		buf_printf(why, ": %s", reason.text);
		return -1;
	}
	c->other.keep_output = CONF_KEEP_OUTPUT;
	if (resolve_queue(c, &c->other, &reason) == 0)
		return 0;
	/* Only the default broker can be wrong here. */
	conf_where(c, "broker", why);
	buf_str(why, strchr(reason.text, ':'));
	return -1;
}

int
conf_resolve_queues(struct conf *c, struct err *why)
{
	struct buf b = BUF_INIT;
	int rc = -1;

	if (check_webhooks(c, &b) == 0 && check_commands(c, &b) == 0)
		rc = resolve_queues(c, &b);
	if (rc == -1)
		err_set(why, "%s", buf_cstr(&b));
	buf_fini(&b);
	return rc;
}
