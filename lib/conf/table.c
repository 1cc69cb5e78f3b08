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

static const struct conf_choice anonymous_words[] = {
	{ "off", CONF_ANONYMOUS_OFF, NULL },
	{ "loopback", CONF_ANONYMOUS_LOOPBACK, NULL },
	{ NULL, 0, NULL },
};

/* Never admin. */
static const struct conf_choice scope_words[] = {
	{ "read", CONF_SCOPE_READ, NULL },
	{ "write", CONF_SCOPE_WRITE, NULL },
	{ "consume", CONF_SCOPE_CONSUME, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice yes_words[] = {
	{ "no", CONF_OFF, NULL },
	{ "yes", CONF_ON, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice language_words[] = {
	{ "auto", CONF_LANGUAGE_AUTO, NULL },
	{ "en", CONF_LANGUAGE_EN, NULL },
	{ "zh", CONF_LANGUAGE_ZH, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice target_words[] = {
	{ "stderr", LOG_TARGET_STDERR, NULL },
	{ "syslog", LOG_TARGET_SYSLOG, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice level_words[] = {
	{ "err", LOG_LEVEL_ERR, NULL },
	{ "warn", LOG_LEVEL_WARN, NULL },
	{ "info", LOG_LEVEL_INFO, NULL },
	{ "debug", LOG_LEVEL_DEBUG, NULL },
	{ NULL, 0, NULL },
};

static const struct conf_choice ambiguous_words[] = {
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
		    "in RAM.\nNAME is made from the path of the store.  \"\" = "
		    "refuse such jobs; so it is\nby default on a host without "
		    "/dev/shm.",
	},
	{
	    .name = "group_writable",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, group_writable),
	    .fallback = "no",
	    .words = yes_words,
	    .help = "Whether the group of the files is trusted like their "
		    "owner: yes lets several users\nshare the store by a "
		    "group.  Secrets stay their owner's alone.",
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
	    .words = anonymous_words,
	    .help = "Who may use the HTTP API without a token: nobody "
		    "(off), or every program\non this host (loopback).",
	},
	{
	    .name = "language",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, language),
	    .fallback = "auto",
	    .words = language_words,
	    .help = "Language of the HTTP API's messages: en, zh, or as the "
		    "client's\nAccept-Language prefers (auto; without a "
		    "preference Chinese below /funboost,\nEnglish elsewhere).",
	},
	{
	    .name = "anonymous_scopes",
	    .type = CONF_SET,
	    .offset = offsetof(struct conf, anonymous_scopes),
	    .fallback = "read,write,consume",
	    .shown = "\"read,write,consume\"",
	    .words = scope_words,
	    .help = "What these may do, in each queue and at no service of "
		    "Render: of read, write\nand consume, with commas "
		    "between.",
	},
	{
	    .name = "broker",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, broker),
	    .fallback = "sqlite",
	    .words = conf_broker_words,
	    .help = "Where the messages of queues go that do not say it "
		    "themselves.",
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
	    .name = "clock_leap",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf, clock_leap_us),
	    .fallback = "1h",
	    .min = 0,
	    .max = 365 * D,
	    .help = "A tick whose clock is that far ahead of the last tick, "
		    "with less time gone by,\ndecides nothing until a second "
		    "tick agrees.  0 = every clock is believed.",
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
	    .name = "max_waiting",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, max_waiting),
	    .fallback = "3",
	    .min = 0,
	    .max = CONF_WAITING_MAX,
	    .help = "Most consumers that wait by HTTP (wait_seconds) at once; "
		    "0 = none may.  Each holds a\nprocess of the web server's, "
		    "so keep it below their number (4 in the examples).",
	},
	{
	    .name = "max_waiting_per_token",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, max_waiting_per_token),
	    .fallback = "2",
	    .min = 0,
	    .max = CONF_WAITING_MAX,
	    .help = "Most of them with the same token.",
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
	    .help = "Most rows of one job in the ledger, or a few more; 0 = "
		    "no limit.",
	},
	{
	    .name = "retention_rows",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, retention_rows),
	    .fallback = "1000000",
	    .min = 0,
	    .max = INT64_C(1000000000000),
	    .help = "Most rows of the ledger; 0 = no limit.",
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
	{
	    .name = "on_ambiguous",
	    .type = CONF_CHOICE,
	    .offset = offsetof(struct conf, on_ambiguous),
	    .fallback = "retry",
	    .words = ambiguous_words,
	    .help =
		"When nobody can say whether a job was launched at Render, "
		"and it is not found\nthere: launch it (again, perhaps), or "
		"skip it.",
	},
	{
	    .name = "settle",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf, settle_us),
	    .fallback = "30s",
	    .min = S,
	    .max = D,
	    .help = "How long such a job is looked for.",
	},
	{
	    .name = "max_parallel",
	    .type = CONF_INT,
	    .offset = offsetof(struct conf, max_parallel),
	    .fallback = "32",
	    .min = 1,
	    .max = 256,
	    .help = "Most HTTP requests of a tick at once.",
	},
	{
	    .name = "http_timeout",
	    .type = CONF_DURATION,
	    .offset = offsetof(struct conf, http_timeout_us),
	    .fallback = "30s",
	    .min = S / 10,
	    .max = 10 * M,
	    .help = "Longest wait for the answer to one.",
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
