/*
 * The kinds of sections, and the options of render_key and render_service, as
 * tables.
 */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "lib/conf/conf.h"
#include "lib/conf/table.h"

#include "lib/base/ban.h"

#define CONCURRENT_MAX 1000000

_Static_assert(sizeof(enum conf_marker) == sizeof(int),
    "a choice is stored as an int");
_Static_assert(sizeof(struct conf_render_key) <= CONF_SECTION_MAX &&
	sizeof(struct conf_render_service) <= CONF_SECTION_MAX,
    "the parser has room for a section");

static const struct conf_choice marker_names[] = {
	{ "none", CONF_MARKER_NONE, NULL },
	{ "comment", CONF_MARKER_COMMENT, NULL },
	{ "env", CONF_MARKER_ENV, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_option render_key_options[] = {
	{
	    .name = "file",
	    .type = CONF_PATH,
	    .offset = offsetof(struct conf_render_key, file),
	    .trust = TRUST_SECRET,
	    .fallback = "",
	    .shown = "render.key",
	    .help =
		"File with the key, readable by you alone (mode 0600); or else",
	},
	{
	    .name = "env",
	    .type = CONF_ENV,
	    .offset = offsetof(struct conf_render_key, env),
	    .fallback = "",
	    .help = "name of the environment variable with the key.",
	},
	{
	    .name = "services",
	    .type = CONF_LIST,
	    .offset = offsetof(struct conf_render_key, services),
	    .shown = "{\"*\"}",
	    .help = "Globs of the services the key is for; the first key "
		    "that matches is used.",
	},
	{
	    .name = "max_concurrent",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf_render_key, max_concurrent),
	    .fallback = "0",
	    .min = 0,
	    .max = CONCURRENT_MAX,
	    .help = "Maximum unfinished jobs of the key; 0 = no limit.",
	},
	{
	    .name = "base_url",
	    .type = CONF_URL,
	    .offset = offsetof(struct conf_render_key, base_url),
	    .fallback = "https://api.render.com/v1",
	    .help = "Address of the API: https, or http on this host.",
	},
	{ .name = NULL },
};

static const struct conf_option render_service_options[] = {
	{
	    .name = "max_concurrent",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf_render_service, max_concurrent),
	    .fallback = "0",
	    .min = 0,
	    .max = CONCURRENT_MAX,
	    .help = "Maximum unfinished jobs of one service; 0 = no limit.",
	},
	{
	    .name = "marker",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf_render_service, marker),
	    .fallback = "none",
	    .words = marker_names,
	    .help = "What is added to a command so that its job is found "
		    "with certainty after a\nlost response: nothing, \" # "
		    "minutehand:RUN\" after it, or\n\"MINUTEHAND_RUN=RUN \" "
		    "before it.",
	},
	{ .name = NULL },
};

const struct conf_section conf_sections[] = {
	{
	    .name = "queue",
	    .shown = "reports-*",
	    .help = "Settings of the queues whose name matches the glob; the "
		    "first match is used.",
	    .title = "name or glob",
	    .size = sizeof(struct conf_queue),
	    .array = offsetof(struct conf, queues),
	    .count = offsetof(struct conf, nqueues),
	    .options = conf_queue_options,
	},
	{
	    .name = "redis",
	    .shown = "main",
	    .help = "A Redis server, under a name of yours.",
	    .title = "name",
	    .size = sizeof(struct conf_redis),
	    .array = offsetof(struct conf, redis),
	    .count = offsetof(struct conf, nredis),
	    .options = conf_redis_options,
	    .either = "password_file",
	    .other = "password_env",
	    .is_optional = true,
	},
	{
	    .name = "rabbitmq",
	    .shown = "main",
	    .help = "A RabbitMQ server, under a name of yours.",
	    .title = "name",
	    .size = sizeof(struct conf_rabbitmq),
	    .array = offsetof(struct conf, rabbitmq),
	    .count = offsetof(struct conf, nrabbitmq),
	    .options = conf_rabbitmq_options,
	    .either = "password_file",
	    .other = "password_env",
	    .is_optional = true,
	},
	{
	    .name = "webhook",
	    .shown = "site",
	    .help = "An address that takes messages by HTTP, under a name of "
		    "yours: POST, JSON, signed\nas Standard Webhooks are.",
	    .title = "name",
	    .size = sizeof(struct conf_webhook),
	    .array = offsetof(struct conf, webhooks),
	    .count = offsetof(struct conf, nwebhooks),
	    .options = conf_webhook_options,
	},
	{
	    .name = "command",
	    .shown = "work",
	    .help = "A program that the ticker runs for each message, under a "
		    "name of yours; exit 0 means\nthat it is done.",
	    .title = "name",
	    .size = sizeof(struct conf_command),
	    .array = offsetof(struct conf, commands),
	    .count = offsetof(struct conf, ncommands),
	    .options = conf_command_options,
	},
	{
	    .name = "render_key",
	    .shown = "main",
	    .help = "A key of Render's API, under a name of yours.  It is read "
		    "again by each tick, so\nthat replacing the file replaces "
		    "the key.",
	    .title = "name",
	    .size = sizeof(struct conf_render_key),
	    .array = offsetof(struct conf, render_keys),
	    .count = offsetof(struct conf, nrender_keys),
	    .options = render_key_options,
	    .either = "file",
	    .other = "env",
	},
	{
	    .name = "render_service",
	    .shown = "srv-*",
	    .help = "Settings of the services at Render whose id matches the "
		    "glob; the first match\ncounts.",
	    .title = "id or glob",
	    .size = sizeof(struct conf_render_service),
	    .array = offsetof(struct conf, render_services),
	    .count = offsetof(struct conf, nrender_services),
	    .options = render_service_options,
	},
	{
	    .name = "alert",
	    .shown = "ops",
	    .help = "A receiver of alerts, under a name of yours: one alert "
		    "for each run and state,\nretried for about a day.",
	    .title = "name",
	    .size = sizeof(struct conf_alert),
	    .array = offsetof(struct conf, alerts),
	    .count = offsetof(struct conf, nalerts),
	    .options = conf_alert_options,
	},
	{ .name = NULL },
};

void *
conf_section_array(const struct conf *c, const struct conf_section *sec,
    char **end)
{
	size_t n;
	void *v;

	memcpy(&v, (const char *)c + sec->array, sizeof(v));
	memcpy(&n, (const char *)c + sec->count, sizeof(n));
	*end = n == 0 ? v : (char *)v + n * sec->size;
	return v;
}
