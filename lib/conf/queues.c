/*
 * Options of the sections queue, redis, rabbitmq and webhook, as tables.  The
 * other sections are sections.c's.
 */
#include "config.h"

#include <stddef.h>

#include "lib/conf/conf.h"
#include "lib/conf/table.h"

#include "lib/base/ban.h"

#define S INT64_C(1000000)

#ifdef HAVE_HIREDIS
#define NO_REDIS NULL
#else
#define NO_REDIS "the library hiredis (Debian: libhiredis-dev)"
#endif
#ifdef HAVE_RABBITMQ
#define NO_RABBITMQ NULL
#else
#define NO_RABBITMQ "the library rabbitmq-c (Debian: librabbitmq-dev)"
#endif
#ifdef HAVE_HIREDIS_SSL
#define NO_REDIS_TLS NULL
#else
#define NO_REDIS_TLS "hiredis 1.0 or later with its part for TLS"
#endif

_Static_assert(sizeof(enum conf_broker) == sizeof(int) &&
	sizeof(enum conf_format) == sizeof(int) &&
	sizeof(enum conf_switch) == sizeof(int),
    "a choice is stored as an int");
_Static_assert(sizeof(struct conf_queue) <= CONF_SECTION_MAX &&
	sizeof(struct conf_redis) <= CONF_SECTION_MAX &&
	sizeof(struct conf_rabbitmq) <= CONF_SECTION_MAX &&
	sizeof(struct conf_webhook) <= CONF_SECTION_MAX &&
	sizeof(struct conf_command) <= CONF_SECTION_MAX,
    "the parser has room for a section");

const struct conf_choice conf_broker_names[] = {
	{ "sqlite", CONF_BROKER_SQLITE, NULL },
	{ "redis", CONF_BROKER_REDIS, NO_REDIS },
	{ "redis-stream", CONF_BROKER_REDIS_STREAM, NO_REDIS },
	{ "redis-pubsub", CONF_BROKER_REDIS_PUBSUB, NO_REDIS },
	{ "funboost", CONF_BROKER_FUNBOOST, NO_REDIS },
	{ "rabbitmq", CONF_BROKER_RABBITMQ, NO_RABBITMQ },
	{ "webhook", CONF_BROKER_WEBHOOK, NULL },
	{ "command", CONF_BROKER_COMMAND, NULL },
	{ NULL, 0, NULL },
};

_Static_assert(sizeof(conf_broker_names) / sizeof(conf_broker_names[0]) ==
	CONF_BROKER__MAX,
    "each broker has a word, in their order");

static const struct conf_choice format_names[] = {
	{ "auto", CONF_FORMAT_AUTO, NULL },
	{ "funboost", CONF_FORMAT_FUNBOOST, NULL },
	{ "envelope", CONF_FORMAT_ENVELOPE, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice alerts_names[] = {
	{ "yes", CONF_ALERTS_SENT, NULL },
	{ "no", CONF_ALERTS_DROPPED, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice switch_names[] = {
	{ "off", CONF_OFF, NULL },
	{ "on", CONF_ON, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice redis_tls_names[] = {
	{ "off", CONF_OFF, NULL },
	{ "on", CONF_ON, NO_REDIS_TLS },
	{ NULL, 0, NULL },
};

const struct conf_option conf_queue_options[] = {
	{
	    .name = "broker",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf_queue, broker),
	    .shown = "sqlite",
	    .words = conf_broker_names,
	    .help = "Where the messages go.  funboost: to Redis or RabbitMQ, "
		    "as the worker of the\nqueue has registered itself in "
		    "Redis.",
	},
	{
	    .name = "server",
	    .type = CONF_TEXT,
	    .offset = offsetof(struct conf_queue, server),
	    .fallback = "",
	    .max = 255,
	    .help = "Name of the section redis, rabbitmq, webhook or command "
		    "to use.  \"\" = the first one.",
	},
	{
	    .name = "format",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf_queue, format),
	    .fallback = "auto",
	    .words = format_names,
	    .help = "Format of a message; auto = funboost in Redis and "
		    "RabbitMQ, envelope elsewhere.",
	},
	{
	    .name = "params",
	    .type = CONF_LIST,
	    .offset = offsetof(struct conf_queue, params),
	    .shown = "{x, y}",
	    .help = "Names of the target's parameters in order; jobs with "
		    "more args are refused.",
	},
	{
	    .name = "max_priority",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf_queue, max_priority),
	    .fallback = "0",
	    .min = 0,
	    .max = 255,
	    .help = "RabbitMQ: x-max-priority of the queue when it is "
		    "declared; 0 = no priorities.",
	},
	{
	    .name = "max_deliveries",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf_queue, max_deliveries),
	    .shown = "5",
	    .min = 1,
	    .max = 1000000,
	    .help = "As above, for these queues, where the broker is sqlite.",
	},
	{
	    .name = "alerts",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf_queue, alerts),
	    .fallback = "yes",
	    .words = alerts_names,
	    .help = "Are alerts of these queues sent?  A job's own setting "
		    "goes first.",
	},
	{
	    .name = "keep_output",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf_queue, keep_output),
	    .fallback = "4096",
	    .min = 0,
	    .max = 65536,
	    .help = "Bytes kept of the end of what a command prints for a "
		    "message; 0 = none.",
	},
	{ .name = NULL },
};

#define PASSWORD(type_) \
	{ \
		.name = "password_file", \
		.type = CONF_PATH, \
		.offset = offsetof(struct type_, password_file), \
		.trust = TRUST_SECRET, \
		.fallback = "", \
		.help = "File with the password, readable by you alone (mode " \
			"0600); or else", \
	}, \
	{ \
		.name = "password_env", .type = CONF_ENV, \
		.offset = offsetof(struct type_, password_env), \
		.fallback = "", \
		.help = "name of the environment variable with the password.", \
	}

#define TIMEOUT(type_) \
	{ \
		.name = "timeout", .type = CONF_DURATION, \
		.offset = offsetof(struct type_, timeout_us), \
		.fallback = "10s", .min = S / 10, .max = 600 * S, \
		.help = \
		    "Maximum wait for a reply; then the connection counts " \
		    "as dead.", \
	}

#define HOST(type_) \
	{ \
		.name = "host", .type = CONF_TEXT, \
		.offset = offsetof(struct type_, host), \
		.fallback = "127.0.0.1", .min = 1, .max = 255, \
		.help = "Name or address.", \
	}

const struct conf_option conf_redis_options[] = {
	HOST(conf_redis),
	{
	    .name = "port",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf_redis, port),
	    .fallback = "6379",
	    .min = 1,
	    .max = 65535,
	    .help = "Its port.",
	},
	{
	    .name = "socket",
	    .type = CONF_PATH,
	    .offset = offsetof(struct conf_redis, socket),
	    .fallback = "",
	    .help = "Path of a socket, in place of host and port.",
	},
	{
	    .name = "db",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf_redis, db),
	    .fallback = "7",
	    .min = 0,
	    .max = 1000000,
	    .help = "Number of the database; 7 is funboost's.",
	},
	{
	    .name = "result_db",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf_redis, result_db),
	    .fallback = "8",
	    .min = 0,
	    .max = 1000000,
	    .help = "Database in which workers store their results; 8 is "
		    "funboost's.",
	},
	{
	    .name = "user",
	    .type = CONF_TEXT,
	    .offset = offsetof(struct conf_redis, user),
	    .fallback = "",
	    .max = 255,
	    .help = "User of an ACL (Redis 6).  \"\" = the default user.",
	},
	PASSWORD(conf_redis),
	{
	    .name = "tls",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf_redis, tls),
	    .fallback = "off",
	    .words = redis_tls_names,
	    .help = "Use TLS, and verify the certificate with ca_file.",
	},
	{
	    .name = "dedup",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf_redis, dedup),
	    .fallback = "on",
	    .words = switch_names,
	    .help = "on: each run leaves a key in Redis, for as long as it "
		    "may be retried and an hour\nlonger, so that it is "
		    "pushed once even if a reply is lost.  off: such a run "
		    "may\nbe pushed twice.",
	},
	TIMEOUT(conf_redis),
	{ .name = NULL },
};

const struct conf_option conf_rabbitmq_options[] = {
	HOST(conf_rabbitmq),
	{
	    .name = "port",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf_rabbitmq, port),
	    .fallback = "0",
	    .min = 0,
	    .max = 65535,
	    .help = "Its port; 0 = 5672, or 5671 with tls.",
	},
	{
	    .name = "vhost",
	    .type = CONF_TEXT,
	    .offset = offsetof(struct conf_rabbitmq, vhost),
	    .fallback = "/",
	    .min = 1,
	    .max = 255,
	    .help = "Virtual host.",
	},
	{
	    .name = "user",
	    .type = CONF_TEXT,
	    .offset = offsetof(struct conf_rabbitmq, user),
	    .fallback = "guest",
	    .min = 1,
	    .max = 255,
	    .help = "User; without a password below, \"guest\" is used as "
		    "password.",
	},
	PASSWORD(conf_rabbitmq),
	{
	    .name = "tls",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf_rabbitmq, tls),
	    .fallback = "off",
	    .words = switch_names,
	    .help = "Use TLS, and verify the certificate with ca_file.",
	},
	TIMEOUT(conf_rabbitmq),
	{ .name = NULL },
};

const struct conf_option conf_webhook_options[] = {
	{
	    .name = "url",
	    .type = CONF_URL,
	    .offset = offsetof(struct conf_webhook, url),
	    .fallback = "",
	    .shown = "https://example.org/jobs.php",
	    .help = "The address: https, or http on this host.",
	},
	{
	    .name = "secret",
	    .type = CONF_PATH,
	    .offset = offsetof(struct conf_webhook, secret),
	    .trust = TRUST_SECRET,
	    .fallback = "",
	    .shown = "site.secret",
	    .help = "File (mode 0600) with the key that signs the messages: "
		    "\"whsec_\" and base64.",
	},
	TIMEOUT(conf_webhook),
	{ .name = NULL },
};

const struct conf_option conf_command_options[] = {
	{
	    .name = "command",
	    .type = CONF_LIST,
	    .offset = offsetof(struct conf_command, command),
	    .trust = TRUST_PROGRAM,
	    .shown = "{/home/me/bin/work, --fast}",
	    .help = "The program and its words, without a shell; it gets the "
		    "message on its standard input.",
	},
	{
	    .name = "timeout",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf_command, timeout_us),
	    .fallback = "60s",
	    .min = S / 10,
	    .max = 3600 * S,
	    .help = "Longest run of it; then it gets SIGTERM and, five "
		    "seconds later, SIGKILL.",
	},
	{
	    .name = "parallel",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf_command, parallel),
	    .fallback = "1",
	    .min = 1,
	    .max = 64,
	    .help = "Messages that are worked on at once.",
	},
	{ .name = NULL },
};
