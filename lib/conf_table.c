#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/conf_table.h"
#include "lib/num.h"

#include "lib/ban.h"

#define S INT64_C(1000000)
#define M (60 * S)
#define H (60 * M)
#define D (24 * H)
#define NAME_LEN_MAX 64

_Static_assert(sizeof(enum conf_anonymous) == sizeof(int) &&
	sizeof(enum conf_broker) == sizeof(int) &&
	sizeof(enum log_target) == sizeof(int) &&
	sizeof(enum log_level) == sizeof(int),
    "a choice is stored as an int");

static const struct conf_word anonymous_words[] = {
	{ "off", CONF_ANONYMOUS_OFF },
	{ "loopback", CONF_ANONYMOUS_LOOPBACK },
	{ NULL, 0 },
};

static const struct conf_word target_words[] = {
	{ "stderr", LOG_TARGET_STDERR },
	{ "syslog", LOG_TARGET_SYSLOG },
	{ NULL, 0 },
};

static const struct conf_word level_words[] = {
	{ "err", LOG_LEVEL_ERR },
	{ "warn", LOG_LEVEL_WARN },
	{ "info", LOG_LEVEL_INFO },
	{ "debug", LOG_LEVEL_DEBUG },
	{ NULL, 0 },
};

static const struct conf_word broker_words[] = {
	{ "sqlite", CONF_BROKER_SQLITE },
	{ NULL, 0 },
};

const struct conf_option conf_options[] = {
	{
	    .name = "store",
	    .type = CONF_PATH,
	    .offset = offsetof(struct conf, store),
	    .fallback = "store.db",
	    .min = 1,
	    .help = "File of the jobs, the ledger and the messages.",
	},
	{
	    .name = "memory_store",
	    .type = CONF_PATH,
	    .offset = offsetof(struct conf, memory_store),
	    .shown = "/dev/shm/minutehand-UID/NAME.db",
	    .help = "File of the jobs of kind \"memory\", on a file system "
		    "in RAM.\nNAME is made from the path of the store.  \"\" = "
		    "refuse such jobs; so it is\nby default on a host without "
		    "/dev/shm.",
	},
	{
	    .name = "timezone",
	    .type = CONF_ZONE,
	    .offset = offsetof(struct conf, timezone),
	    .fallback = "",
	    .help = "Zone of jobs that name none: Europe/Berlin, UTC, "
		    "+08:00.  \"\" = the host's.",
	},
	{
	    .name = "zoneinfo",
	    .type = CONF_PATH,
	    .offset = offsetof(struct conf, zoneinfo),
	    .fallback = "",
	    .help = "Folder of the time zone files.  \"\" = the system's.",
	},
	{
	    .name = "anonymous",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, anonymous),
	    .fallback = "off",
	    .words = anonymous_words,
	    .help = "Who may use the HTTP API without a token: nobody "
		    "(off), or every program\non this host (loopback).",
	},
	{
	    .name = "window",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf, window_us),
	    .fallback = "auto",
	    .min = 0,
	    .max = H,
	    .special = "auto",
	    .special_value = CONF_WINDOW_AUTO,
	    .help = "How long one tick stays to do what falls due before "
		    "the next one: auto = the\nmeasured distance of ticks; 0 = "
		    "not at all; less on a host that kills long\nprocesses.",
	},
	{
	    .name = "busy",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf, busy_us),
	    .fallback = "5s",
	    .min = 0,
	    .max = 5 * M,
	    .help = "Longest wait for another writer of the store.",
	},
	{
	    .name = "lease",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf, lease_us),
	    .fallback = "60s",
	    .min = S,
	    .max = D,
	    .help = "How long a consumer holds a message if it does not "
		    "say.",
	},
	{
	    .name = "max_deliveries",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, max_deliveries),
	    .fallback = "5",
	    .min = 1,
	    .max = 1000000,
	    .help = "Deliveries after which a message is a dead letter.",
	},
	{
	    .name = "misfire_grace",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf, misfire_grace_us),
	    .fallback = "none",
	    .min = S,
	    .max = 36500 * D,
	    .special = "none",
	    .special_value = -1,
	    .help = "How late a run may start when its job does not say; "
		    "none = any time.",
	},
	{
	    .name = "max_jobs_per_queue",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, max_jobs_per_queue),
	    .fallback = "0",
	    .min = 0,
	    .max = INT64_C(1000000000),
	    .help = "Most jobs of one queue; 0 = no limit.",
	},
	{
	    .name = "max_list",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, max_list),
	    .fallback = "10000",
	    .min = 1,
	    .max = 1000000,
	    .help = "Longest list of jobs given without a limit.",
	},
	{
	    .name = "log_target",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, log_target),
	    .fallback = "stderr",
	    .words = target_words,
	    .help = "Where events are logged.",
	},
	{
	    .name = "log_level",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, log_level),
	    .fallback = "warn",
	    .words = level_words,
	    .help = "The least important events to log.",
	},
	{ .name = NULL },
};

const struct conf_option conf_queue_options[] = {
	{
	    .name = "broker",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf_queue, broker),
	    .fallback = "sqlite",
	    .words = broker_words,
	    .help = "Where the messages go.",
	},
	{
	    .name = "params",
	    .type = CONF_NAMES,
	    .shown = "{x, y}",
	    .help = "Names of the target's parameters in order; jobs with "
		    "more args are refused.",
	},
	{
	    .name = "max_deliveries",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf_queue, max_deliveries),
	    .shown = "5",
	    .min = 1,
	    .max = 1000000,
	    .help = "As above, for these queues.",
	},
	{ .name = NULL },
};

/* Append us in the largest unit that divides it. */
static void
add_duration(struct buf *b, int64_t us)
{
	static const struct {
		int64_t us;
		char unit;
	} units[] = {
		{ D, 'd' },
		{ H, 'h' },
		{ M, 'm' },
	};

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		if (us >= units[i].us && us % units[i].us == 0) {
			buf_printf(b, "%lld%c", (long long)(us / units[i].us),
			    units[i].unit);
			return;
		}
	}
	buf_printf(b, "%llds", (long long)(us / S));
}

void
conf_option_range(const struct conf_option *o, struct buf *b)
{
	const struct conf_word *w;

	if (o->special != NULL)
		buf_printf(b, "%s, or ", o->special);
	if (o->type == CONF_INT)
		buf_printf(b, "a number from %lld to %lld", (long long)o->min,
		    (long long)o->max);
	if (o->type == CONF_DURATION) {
		buf_str(b, "a duration from ");
		add_duration(b, o->min);
		buf_str(b, " to ");
		add_duration(b, o->max);
		buf_str(b, " (90, 5m, 2h)");
	}
	for (w = o->words; w != NULL && w->name != NULL; w++)
		buf_printf(b, "%s%s", w == o->words ? "" : " or ", w->name);
}

/* Complain that text is no value of o. */
static int
fail_range(const struct conf_option *o, const char *text, char *why,
    size_t whylen)
{
	struct buf b = BUF_INIT;

	conf_option_range(o, &b);
	if (o->words == broker_words)
		(void)snprintf(why, whylen,
		    "broker \"%.64s\" is not built in; "
		    "there is: %s",
		    text, buf_cstr(&b));
	else
		(void)snprintf(why, whylen, "\"%.64s\" is not %s", text,
		    buf_cstr(&b));
	buf_fini(&b);
	return -1;
}

static int
set_number(const struct conf_option *o, const char *text, void *member,
    char *why, size_t whylen)
{
	int64_t v;
	int rc;

	if (o->special != NULL && strcmp(text, o->special) == 0) {
		*(int64_t *)member = o->special_value;
		return 0;
	}
	if (o->type == CONF_INT)
		rc = num_parse(text, o->min, o->max, &v);
	else
		rc = num_parse_duration(text, &v);
	if (rc == -1 || v < o->min || v > o->max)
		return fail_range(o, text, why, whylen);
	*(int64_t *)member = v;
	return 0;
}

static int
set_choice(const struct conf_option *o, const char *text, void *member,
    char *why, size_t whylen)
{
	const struct conf_word *w;

	for (w = o->words; w->name != NULL; w++) {
		if (strcmp(w->name, text) == 0) {
			memcpy(member, &w->value, sizeof(w->value));
			return 0;
		}
	}
	return fail_range(o, text, why, whylen);
}

static int
set_text(const char *text, char **member, char *why, size_t whylen)
{
	char *copy;

	if ((copy = strdup(text)) == NULL) {
		(void)snprintf(why, whylen, "out of memory");
		return -1;
	}
	free(*member);
	*member = copy;
	return 0;
}

static int
check_path(const struct conf_option *o, const char *text, char *why,
    size_t whylen)
{
	if ((int64_t)strlen(text) < o->min) {
		(void)snprintf(why, whylen, "must not be empty");
		return -1;
	}
	if (*text == '~') {
		(void)snprintf(why, whylen,
		    "\"~\" is not expanded; give the "
		    "whole path, or one relative to this file");
		return -1;
	}
	return 0;
}

static int
check_name(const char *text, char *why, size_t whylen)
{
	size_t n = strlen(text);

	if (n == 0 || n > NAME_LEN_MAX) {
		(void)snprintf(why, whylen,
		    "a parameter name has 1 to %d "
		    "bytes",
		    NAME_LEN_MAX);
		return -1;
	}
	return 0;
}

static int
check_zone(const char *text, char *why, size_t whylen)
{
	static const char allowed[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	    "abcdefghijklmnopqrstuvwxyz0123456789._+-/:";

	if (text[strspn(text, allowed)] == '\0')
		return 0;
	(void)snprintf(why, whylen,
	    "\"%.64s\" is no time zone; give a name "
	    "such as Europe/Berlin, UTC, or +08:00",
	    text);
	return -1;
}

int
conf_option_set(const struct conf_option *o, const char *text, void *base,
    char *why, size_t whylen)
{
	void *member = (char *)base + o->offset;

	switch (o->type) {
	case CONF_INT:
	case CONF_DURATION:
		return set_number(o, text, member, why, whylen);
	case CONF_CHOICE:
		return set_choice(o, text, member, why, whylen);
	case CONF_NAMES:
		return check_name(text, why, whylen);
	case CONF_PATH:
		if (check_path(o, text, why, whylen) == -1)
			return -1;
		break;
	case CONF_ZONE:
		if (check_zone(text, why, whylen) == -1)
			return -1;
		break;
	}
	return set_text(text, member, why, whylen);
}
