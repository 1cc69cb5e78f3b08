/*
 * Options at the top of the file, as a table: help, example and reader use it.
 */
#include "config.h"

#include <stddef.h>

#include "lib/conf/conf.h"
#include "lib/conf/table.h"

#include "lib/base/ban.h"

#define S INT64_C(1000000)
#define M (60 * S)
#define H (60 * M)
#define D (24 * H)

_Static_assert(sizeof(enum conf_anonymous) == sizeof(int) &&
	sizeof(enum conf_language) == sizeof(int) &&
	sizeof(enum conf_broker) == sizeof(int) &&
	sizeof(enum conf_ambiguous) == sizeof(int) &&
	sizeof(enum log_target) == sizeof(int) &&
	sizeof(enum log_level) == sizeof(int),
    "a choice is stored as an int");

static const struct conf_choice anonymous_names[] = {
	{ "off", CONF_ANONYMOUS_OFF, NULL },
	{ "loopback", CONF_ANONYMOUS_LOOPBACK, NULL },
	{ NULL, 0, NULL },
};

/* admin cannot be anonymous. */
static const struct conf_choice scope_names[] = {
	{ "read", CONF_SCOPE_READ, NULL },
	{ "write", CONF_SCOPE_WRITE, NULL },
	{ "consume", CONF_SCOPE_CONSUME, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice yes_names[] = {
	{ "no", CONF_OFF, NULL },
	{ "yes", CONF_ON, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice language_names[] = {
	{ "auto", CONF_LANGUAGE_AUTO, NULL },
	{ "en", CONF_LANGUAGE_EN, NULL },
	{ "zh", CONF_LANGUAGE_ZH, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice target_names[] = {
	{ "stderr", LOG_TARGET_STDERR, NULL },
	{ "syslog", LOG_TARGET_SYSLOG, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice level_names[] = {
	{ "err", LOG_LEVEL_ERR, NULL },
	{ "warn", LOG_LEVEL_WARN, NULL },
	{ "info", LOG_LEVEL_INFO, NULL },
	{ "debug", LOG_LEVEL_DEBUG, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice ambiguous_names[] = {
	{ "retry", CONF_AMBIGUOUS_RETRY, NULL },
	{ "skip", CONF_AMBIGUOUS_SKIP, NULL },
	{ NULL, 0, NULL },
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
		    "in RAM.\nNAME is derived from the path of the store.  "
		    "\"\" = refuse such jobs, which is\nthe default on a "
		    "host without /dev/shm.",
	},
	{
	    .name = "group_writable",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, group_writable),
	    .fallback = "no",
	    .words = yes_names,
	    .help = "Is the group of the files trusted like their owner?  "
		    "yes lets several users\nshare the store through a "
		    "group.  Secrets remain readable by their owner alone.",
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
	    .trust = TRUST_FOLDER,
	    .fallback = "",
	    .help = "Folder of the time zone files.  \"\" = the system's.",
	},
	{
	    .name = "anonymous",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, anonymous),
	    .fallback = "off",
	    .words = anonymous_names,
	    .help = "Access to the HTTP API without a token: none (off), or "
		    "for every program\non this host (loopback).",
	},
	{
	    .name = "language",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, language),
	    .fallback = "auto",
	    .words = language_names,
	    .help =
		"Language of alerts and of the HTTP API's messages: en, zh, "
		"or as the client's\nAccept-Language prefers (auto; without a "
		"preference Chinese below /funboost,\nEnglish elsewhere).",
	},
	{
	    .name = "anonymous_scopes",
	    .type = CONF_SET,
	    .offset = offsetof(struct conf, anonymous_scopes),
	    .fallback = "read,write,consume",
	    .shown = "\"read,write,consume\"",
	    .words = scope_names,
	    .help = "Scopes of access without a token, for every queue and "
		    "no service of\nRender: a comma-separated list of read, "
		    "write and consume.",
	},
	{
	    .name = "broker",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, broker),
	    .fallback = "sqlite",
	    .words = conf_broker_names,
	    .help = "Where the messages of queues without a setting go.",
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
	    .help = "How long a tick stays to run what falls due before the "
		    "next one: auto = the\nmeasured interval of ticks; 0 = "
		    "it does not stay; less on a host that kills "
		    "long\nprocesses.",
	},
	{
	    .name = "tick_key_file",
	    .type = CONF_PATH,
	    .offset = offsetof(struct conf, tick_key_file),
	    .trust = TRUST_SECRET,
	    .fallback = "",
	    .help = "File (mode 0600) with a key of 16 characters or more, by "
		    "which a service for\nURL-crons or a monitor starts "
		    "ticks: https://host/mh/v1/tick?key=KEY",
	},
	{
	    .name = "tick_on_request",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, tick_on_request),
	    .fallback = "no",
	    .words = yes_names,
	    .help = "Does the HTTP API run a tick of a second after an "
		    "answer if none ran for the\nusual interval?  For hosts "
		    "without cron, or whose cron is rare.",
	},
	{
	    .name = "clock_leap",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf, clock_leap_us),
	    .fallback = "1h",
	    .min = 0,
	    .max = 365 * D,
	    .help = "A tick whose clock is this much further ahead of the "
		    "last tick than the time\nthat passed decides nothing "
		    "until a second tick agrees.  0 = trust every clock.",
	},
	{
	    .name = "busy",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf, busy_us),
	    .fallback = "5s",
	    .min = 0,
	    .max = 5 * M,
	    .help = "Maximum time to wait for another writer of the store.",
	},
	{
	    .name = "lease",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf, lease_us),
	    .fallback = "60s",
	    .min = S,
	    .max = D,
	    .help = "How long a consumer holds a message if it gives no lease.",
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
	    .name = "max_waiting",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, max_waiting),
	    .fallback = "3",
	    .min = 0,
	    .max = CONF_WAITING_MAX,
	    .help = "Maximum consumers that wait by HTTP (wait_seconds) at "
		    "once; 0 = none.\nEach occupies a process of the web "
		    "server, so keep it below their number\n"
		    "(4 in the "
		    "examples).",
	},
	{
	    .name = "max_waiting_per_token",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, max_waiting_per_token),
	    .fallback = "2",
	    .min = 0,
	    .max = CONF_WAITING_MAX,
	    .help = "Maximum of them with the same token.",
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
	    .help = "How late a run may start if its job has no setting; "
		    "none = any time.",
	},
	{
	    .name = "max_jobs_per_queue",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, max_jobs_per_queue),
	    .fallback = "0",
	    .min = 0,
	    .max = INT64_C(1000000000),
	    .help = "Maximum jobs of one queue; 0 = no limit.",
	},
	{
	    .name = "max_list",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, max_list),
	    .fallback = "10000",
	    .min = 1,
	    .max = 1000000,
	    .help = "Maximum jobs of a list requested without a limit.",
	},
	{
	    .name = "retention_days",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, retention_days),
	    .fallback = "90",
	    .min = 0,
	    .max = 36500,
	    .help = "How long ledger and audit are kept; 0 = for ever.",
	},
	{
	    .name = "retention_rows_per_job",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, retention_rows_per_job),
	    .fallback = "10000",
	    .min = 0,
	    .max = INT64_C(1000000000),
	    .help = "Maximum rows of one job in the ledger, approximately; 0 "
		    "= no limit.",
	},
	{
	    .name = "retention_rows",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, retention_rows),
	    .fallback = "1000000",
	    .min = 0,
	    .max = INT64_C(1000000000000),
	    .help = "Maximum rows of the ledger; 0 = no limit.",
	},
	{
	    .name = "log_target",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, log_target),
	    .fallback = "stderr",
	    .words = target_names,
	    .help = "Where events are logged.",
	},
	{
	    .name = "log_level",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, log_level),
	    .fallback = "warn",
	    .words = level_names,
	    .help = "The least important events to log.",
	},
	{
	    .name = "on_ambiguous",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, on_ambiguous),
	    .fallback = "retry",
	    .words = ambiguous_names,
	    .help = "If it is unknown whether a job was launched at Render, "
		    "and it is not found\nthere: launch it (possibly a "
		    "second time), or skip it.",
	},
	{
	    .name = "settle",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf, settle_us),
	    .fallback = "30s",
	    .min = S,
	    .max = D,
	    .help = "How long such a job is searched for.",
	},
	{
	    .name = "max_parallel",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, max_parallel),
	    .fallback = "32",
	    .min = 1,
	    .max = 256,
	    .help = "Maximum HTTP requests of a tick at once.",
	},
	{
	    .name = "http_timeout",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf, http_timeout_us),
	    .fallback = "30s",
	    .min = S / 10,
	    .max = 10 * M,
	    .help = "Maximum time for the response to one.",
	},
	{
	    .name = "ca_file",
	    .type = CONF_PATH,
	    .offset = offsetof(struct conf, ca_file),
	    .trust = TRUST_DATA,
	    .fallback = "",
	    .help = "File of the certificates to trust.  \"\" = the system's.",
	},
	{
	    .name = "alert_no_tick",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf, alert_no_tick_us),
	    .fallback = "30m",
	    .min = 0,
	    .max = 30 * D,
	    .help = "After how long without a tick the next one raises the "
		    "alert no_tick; 0 = never.",
	},
	{ .name = NULL },
};
