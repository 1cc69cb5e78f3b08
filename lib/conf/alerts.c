/*
 * Sections alert: their options, and which of them each form takes, as tables.
 * Tested in t_conf_alert.
 */
#include "config.h"

#include <stddef.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/base/url.h"
#include "lib/conf/conf.h"
#include "lib/conf/table.h"
#include "lib/record/alert.h"

#include "lib/base/ban.h"

#define PER_HOUR 20 /* max_per_hour of forms that people read */

_Static_assert(sizeof(enum conf_form) == sizeof(int),
    "a choice is stored as an int");
_Static_assert(sizeof(struct conf_alert) <= CONF_SECTION_MAX,
    "the parser has room for a section");

static const struct conf_choice alert_names[] = {
	{ "failed", ALERT_FAILED, NULL },
	{ "refused", ALERT_REFUSED, NULL },
	{ "unknown", ALERT_UNKNOWN, NULL },
	{ "missed", ALERT_MISSED, NULL },
	{ "dead", ALERT_DEAD, NULL },
	{ "quarantined", ALERT_QUARANTINED, NULL },
	{ "no_tick", ALERT_NO_TICK, NULL },
	{ "too_long", ALERT_TOO_LONG, NULL },
	{ "denied", ALERT_DENIED, NULL },
	{ "overdue", ALERT_OVERDUE, NULL },
	{ "recovered", ALERT_RECOVERED, NULL },
	{ "succeeded", ALERT_SUCCEEDED, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice form_names[] = {
	{ "webhook", CONF_FORM_WEBHOOK, NULL },
	{ "command", CONF_FORM_COMMAND, NULL },
	{ "mail", CONF_FORM_MAIL, NULL },
	{ "ntfy", CONF_FORM_NTFY, NULL },
	{ "slack", CONF_FORM_SLACK, NULL },
	{ "mattermost", CONF_FORM_MATTERMOST, NULL },
	{ "discord", CONF_FORM_DISCORD, NULL },
	{ "telegram", CONF_FORM_TELEGRAM, NULL },
	{ "ping", CONF_FORM_PING, NULL },
	{ NULL, 0, NULL },
};

const struct conf_option conf_alert_options[] = {
	{
	    .name = "form",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf_alert, form),
	    .shown = "webhook",
	    .words = form_names,
	    .help = "What is sent: the JSON to a webhook or a command, or a "
		    "text in words, by mail or\nto a service (ntfy, slack, "
		    "mattermost, discord, telegram, or ping as of "
		    "Healthchecks).",
	},
	{
	    .name = "url",
	    .type = CONF_URL,
	    .offset = offsetof(struct conf_alert, url),
	    .fallback = "",
	    .shown = "https://example.org/hook",
	    .help = "Address of the webhook or service: https, or http on "
		    "this host; or else",
	},
	{
	    .name = "url_file",
	    .type = CONF_PATH,
	    .offset = offsetof(struct conf_alert, url_file),
	    .trust = TRUST_SECRET,
	    .fallback = "",
	    .help = "file (mode 0600) with the address, where it is a secret "
		    "(Slack, Discord, …).",
	},
	{
	    .name = "token_file",
	    .type = CONF_PATH,
	    .offset = offsetof(struct conf_alert, token_file),
	    .trust = TRUST_SECRET,
	    .fallback = "",
	    .help = "File (mode 0600) with the access token of ntfy, or of the "
		    "bot of Telegram, or the\npassword of the mail server; or "
		    "else",
	},
	{
	    .name = "token_env",
	    .type = CONF_ENV,
	    .offset = offsetof(struct conf_alert, token_env),
	    .fallback = "",
	    .help = "name of the environment variable with the token.",
	},
	{
	    .name = "chat",
	    .type = CONF_TEXT,
	    .offset = offsetof(struct conf_alert, chat),
	    .fallback = "",
	    .max = 64,
	    .help = "Telegram: id of the chat, or @name of the channel.",
	},
	{
	    .name = "to",
	    .type = CONF_LIST,
	    .offset = offsetof(struct conf_alert, to),
	    .shown = "{}",
	    .help = "Addresses of a mail, {me@example.org}.",
	},
	{
	    .name = "from",
	    .type = CONF_TEXT,
	    .offset = offsetof(struct conf_alert, from),
	    .fallback = "",
	    .max = 254,
	    .help = "Sender of a mail.  \"\" = as sendmail has it.",
	},
	{
	    .name = "server",
	    .type = CONF_TEXT,
	    .offset = offsetof(struct conf_alert, server),
	    .fallback = "",
	    .max = 255,
	    .help = "Mail server to use in place of sendmail: "
		    "smtps://host[:port], or smtp:// with STARTTLS\n(on this "
		    "host also without).",
	},
	{
	    .name = "user",
	    .type = CONF_TEXT,
	    .offset = offsetof(struct conf_alert, user),
	    .fallback = "",
	    .max = 255,
	    .help = "User of the mail server; the password is in token_file "
		    "or token_env.",
	},
	{
	    .name = "command",
	    .type = CONF_LIST,
	    .offset = offsetof(struct conf_alert, command),
	    .trust = TRUST_PROGRAM,
	    .shown = "{}",
	    .help = "A program and its arguments, {/home/me/bin/alert, "
		    "--mail}; it gets the\nJSON on its standard input, "
		    "without a shell.  mail: the sendmail to use,\nby default "
		    "/usr/sbin/sendmail.",
	},
	{
	    .name = "secret",
	    .type = CONF_PATH,
	    .offset = offsetof(struct conf_alert, secret),
	    .trust = TRUST_SECRET,
	    .fallback = "",
	    .shown = "alert.secret",
	    .help = "File (mode 0600) with the key that signs the webhook: "
		    "\"whsec_\" and base64.",
	},
	{
	    .name = "on",
	    .type = CONF_LIST,
	    .offset = offsetof(struct conf_alert, on),
	    .shown = "{failed, refused, unknown, missed, dead, quarantined, "
		     "no_tick, too_long, denied, overdue, recovered}",
	    .words = alert_names,
	    .help = "Events to report; by default all but succeeded, which is "
		    "each success.",
	},
	{
	    .name = "queues",
	    .type = CONF_LIST,
	    .offset = offsetof(struct conf_alert, queues),
	    .shown = "{}",
	    .help = "Globs of the queues to report of, {\"mail*\", web}; by "
		    "default all.  What belongs to\nno queue is reported to "
		    "every receiver.",
	},
	{
	    .name = "after",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf_alert, after),
	    .fallback = "1",
	    .min = 1,
	    .max = 1000000,
	    .help = "Failed runs of a job in a row before the first of them is "
		    "reported.",
	},
	{
	    .name = "max_per_hour",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf_alert, max_per_hour),
	    .fallback = "auto",
	    .special = "auto",
	    .special_value = -1,
	    .min = 0,
	    .max = 10000,
	    .help = "Maximum alerts in an hour; what exceeds it is sent as a "
		    "sum.  0 = no limit;\nauto = 20, of forms webhook and "
		    "command no limit.",
	},
	{
	    .name = "quiet",
	    .type = CONF_TEXT,
	    .offset = offsetof(struct conf_alert, quiet),
	    .fallback = "",
	    .max = 11,
	    .help = "Hours without alerts, \"22:00-07:00\", in the zone of "
		    "this file; what happens in\nthem is sent as a sum when "
		    "they end.",
	},
	{ .name = NULL },
};

enum {
	HAS_URL = 1,
	HAS_TOKEN = 2,
	HAS_CHAT = 4,
	HAS_TO = 8,
	HAS_FROM = 16,
	HAS_COMMAND = 32,
	HAS_SECRET = 64,
	HAS_SERVER = 128,
	HAS_USER = 256
};

/* Names of these, for messages. */
static const struct {
	unsigned bit;
	const char *name;
} members[] = {
	{ HAS_URL, "url or url_file" },
	{ HAS_TOKEN, "token_file or token_env" },
	{ HAS_CHAT, "chat" },
	{ HAS_TO, "to" },
	{ HAS_FROM, "from" },
	{ HAS_COMMAND, "command" },
	{ HAS_SECRET, "secret" },
	{ HAS_SERVER, "server" },
	{ HAS_USER, "user" },
};
#define NMEMBERS (sizeof(members) / sizeof(members[0]))

/* What each form needs, and what it takes besides. */
static const struct {
	unsigned needs, takes;
} rules[CONF_FORM__MAX] = {
	[CONF_FORM_WEBHOOK] = { HAS_URL, HAS_SECRET },
	[CONF_FORM_COMMAND] = { HAS_COMMAND, HAS_SECRET },
	[CONF_FORM_MAIL] = { HAS_TO,
	    HAS_FROM | HAS_COMMAND | HAS_SERVER | HAS_USER | HAS_TOKEN },
	[CONF_FORM_NTFY] = { HAS_URL, HAS_TOKEN },
	[CONF_FORM_SLACK] = { HAS_URL, 0 },
	[CONF_FORM_MATTERMOST] = { HAS_URL, 0 },
	[CONF_FORM_DISCORD] = { HAS_URL, 0 },
	[CONF_FORM_TELEGRAM] = { HAS_TOKEN | HAS_CHAT, HAS_URL },
	[CONF_FORM_PING] = { HAS_URL, 0 },
};

const char *
conf_form_name(enum conf_form f)
{
	for (const struct conf_choice *w = form_names; w->name != NULL; w++)
		if (w->value == (int)f)
			return w->name;
	return "";
}

enum conf_server
conf_alert_server(const struct conf_alert *a)
{
	return a->form == CONF_FORM_COMMAND ||
		(a->form == CONF_FORM_MAIL && *a->server == '\0') ?
	    CONF_SERVER_COMMAND :
	    CONF_SERVER_WEBHOOK;
}

static unsigned
members_of(const struct conf_alert *a)
{
	unsigned has = 0;

	if (*a->url != '\0' || *a->url_file != '\0')
		has |= HAS_URL;
	if (*a->token_file != '\0' || *a->token_env != '\0')
		has |= HAS_TOKEN;
	if (*a->chat != '\0')
		has |= HAS_CHAT;
	if (a->to.n > 0)
		has |= HAS_TO;
	if (*a->from != '\0')
		has |= HAS_FROM;
	if (a->command.n > 0)
		has |= HAS_COMMAND;
	if (*a->secret != '\0')
		has |= HAS_SECRET;
	if (*a->server != '\0')
		has |= HAS_SERVER;
	if (*a->user != '\0')
		has |= HAS_USER;
	return has;
}

/* The name of the first of the members in bits; NULL: there is none. */
static const char *
first_of(unsigned bits)
{
	for (size_t i = 0; i < NMEMBERS; i++)
		if ((bits & members[i].bit) != 0)
			return members[i].name;
	return NULL;
}

/*
 * An address that can be a header's value and an argument: no blank, control
 * character, bracket, quote or list, and no option.
 */
static bool
is_address(const char *text)
{
	if (*text == '\0' || *text == '-' || strlen(text) > 254)
		return false;
	for (const char *p = text; *p != '\0'; p++)
		if (*p <= ' ' || *p > '~' || strchr("<>()[]\\,;:\"|&'`$", *p))
			return false;
	return true;
}

static int
check_addresses(const struct conf_alert *a, struct err *why)
{
	if (*a->from != '\0' && !is_address(a->from))
		return err_set(why, "option \"from\": is not an address");
	for (size_t i = 0; i < a->to.n; i++)
		if (!is_address(a->to.v[i]))
			return err_set(why, "option \"to\": is not an address");
	return 0;
}

/* smtp://host[:port] or smtps://…: checked like a web address. */
static bool
is_mail_server(const char *text)
{
	struct buf url = BUF_INIT;
	const char *host = strstr(text, "://");
	bool is_right = false;

	if (strncmp(text, "smtp://", 7) == 0 ||
	    strncmp(text, "smtps://", 8) == 0) {
		buf_printf(&url, "https%s", host);
		is_right = url_check(buf_cstr(&url)) == NULL &&
		    strchr(host + 3, '/') == NULL;
	}
	buf_fini(&url);
	return is_right;
}

/* What a mail needs only together. */
static int
check_mail(unsigned has, const struct conf_alert *a, struct err *why)
{
	bool has_server = (has & HAS_SERVER) != 0;

	if (has_server && (has & HAS_COMMAND) != 0)
		return err_set(why, "needs either server or command, not both");
	if (!has_server && (has & (HAS_USER | HAS_TOKEN)) != 0)
		return err_set(why,
		    "form mail needs server for user and token");
	if (((has & HAS_USER) != 0) != ((has & HAS_TOKEN) != 0))
		return err_set(why, "form mail needs both user and %s",
		    members[1].name);
	if (has_server && !is_mail_server(a->server))
		return err_set(why,
		    "option \"server\": must be smtp://host[:port] or "
		    "smtps://host[:port]");
	return 0;
}

static int
check_members(const struct conf_alert *a, struct err *why)
{
	unsigned has = members_of(a);
	const char *name;

	if ((name = first_of(rules[a->form].needs & ~has)) != NULL)
		return err_set(why, "form %s needs %s", conf_form_name(a->form),
		    name);
	name = first_of(has & ~(rules[a->form].needs | rules[a->form].takes));
	if (name != NULL)
		return err_set(why, "form %s does not take %s",
		    conf_form_name(a->form), name);
	if (*a->url != '\0' && *a->url_file != '\0')
		return err_set(why, "needs either url or url_file, not both");
	if (*a->token_file != '\0' && *a->token_env != '\0')
		return err_set(why,
		    "needs either token_file or token_env, not both");
	if (a->form == CONF_FORM_MAIL && check_mail(has, a, why) == -1)
		return -1;
	return check_addresses(a, why);
}

/* Do people read it? */
static bool
is_for_people(enum conf_form form)
{
	return form != CONF_FORM_WEBHOOK && form != CONF_FORM_COMMAND;
}

/* The events as bits: those of the list, else all but the successes. */
static unsigned
kinds_of(const struct conf_list *on)
{
	unsigned kinds = on->n == 0 ?
	    (1U << ALERT_KIND__MAX) - 1 - (1U << ALERT_SUCCEEDED) :
	    0;

	for (size_t i = 0; i < on->n; i++) {
		enum alert_kind k;

		if (alert_kind_parse(on->v[i], &k) == 0)
			kinds |= 1U << k;
	}
	return kinds;
}

static int
resolve(struct conf_alert *a, struct err *why)
{
	unsigned has = members_of(a);

	a->kinds = kinds_of(&a->on);
	if (quiet_parse(a->quiet, &a->hours) == -1)
		return err_set(why,
		    "option \"quiet\": must be two different times, "
		    "22:00-07:00");
	if (a->form == CONF_FORM_UNSET) {
		bool has_url = (has & HAS_URL) != 0,
		     has_command = (has & HAS_COMMAND) != 0;

		if (has_url == has_command)
			return err_set(why, "needs either url or command");
		a->form = has_url ? CONF_FORM_WEBHOOK : CONF_FORM_COMMAND;
	}
	if (a->max_per_hour < 0)
		a->max_per_hour = is_for_people(a->form) ? PER_HOUR : 0;
	return check_members(a, why);
}

int
conf_resolve_alerts(struct conf *c, struct err *why)
{
	for (size_t i = 0; i < c->nalerts; i++) {
		struct buf b = BUF_INIT;
		struct err reason;

		if (resolve(&c->alerts[i], &reason) == 0)
			continue;
		conf_where_section(c, "alert", i, &b);
		buf_printf(&b, ": %s", reason.text);
		(void)err_set(why, "%s", buf_cstr(&b));
		buf_fini(&b);
		return -1;
	}
	return 0;
}
