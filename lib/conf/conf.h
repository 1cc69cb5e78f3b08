#ifndef LIB_CONF_CONF_H
#define LIB_CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/log.h"
#include "lib/record/quiet.h"

struct buf;

/* Bits of enum token_scope (lib/record/token.h) that can be anonymous. */
enum conf_scope {
	CONF_SCOPE_READ = 1,
	CONF_SCOPE_WRITE = 2,
	CONF_SCOPE_CONSUME = 4
};

enum conf_anonymous { CONF_ANONYMOUS_OFF, CONF_ANONYMOUS_LOOPBACK };

/* Language of the HTTP API's sentences; auto: as the client prefers. */
enum conf_language { CONF_LANGUAGE_AUTO, CONF_LANGUAGE_EN, CONF_LANGUAGE_ZH };

/* How the messages of a queue are delivered. */
enum conf_broker {
	CONF_BROKER_UNSET,	  /* only while the file is read */
	CONF_BROKER_SQLITE,	  /* the embedded queue */
	CONF_BROKER_REDIS,	  /* appended to a list */
	CONF_BROKER_REDIS_STREAM, /* added to a stream */
	CONF_BROKER_REDIS_PUBSUB, /* published on a channel */
	CONF_BROKER_FUNBOOST,	  /* as the queue's worker has registered */
	CONF_BROKER_RABBITMQ,
	CONF_BROKER_WEBHOOK,
	CONF_BROKER_COMMAND, /* a local program, run for each of them */
	CONF_BROKER__MAX
};

/* Servers of brokers: kinds of sections. */
enum conf_server {
	CONF_SERVER_NONE,
	CONF_SERVER_REDIS,
	CONF_SERVER_RABBITMQ,
	CONF_SERVER_WEBHOOK,
	CONF_SERVER_COMMAND,
	CONF_SERVER__MAX
};

/* The format of a message (minutehand(1)). */
enum conf_format {
	CONF_FORMAT_AUTO,
	CONF_FORMAT_FUNBOOST,
	CONF_FORMAT_ENVELOPE
};

/* A switch. */
enum conf_switch { CONF_OFF, CONF_ON };

/* What becomes of the alerts of a queue. */
enum conf_alerts { CONF_ALERTS_SENT, CONF_ALERTS_DROPPED };

/* What happens to a run of which it is unknown whether it was launched. */
enum conf_ambiguous { CONF_AMBIGUOUS_RETRY, CONF_AMBIGUOUS_SKIP };

/* How a job at Render is marked, so that it can be found with certainty. */
enum conf_marker {
	CONF_MARKER_NONE,
	CONF_MARKER_COMMENT, /* COMMAND # minutehand:RUN */
	CONF_MARKER_ENV	     /* MINUTEHAND_RUN=RUN COMMAND */
};

#define CONF_WINDOW_AUTO INT64_C(-1)
#define CONF_WAITING_MAX 1000 /* limit of max_waiting */
#define CONF_KEEP_OUTPUT 4096 /* bytes, where nothing is said */

struct conf_list {
	char **v;
	size_t n;
};

/* One `queue "glob" { … }` section. */
struct conf_queue {
	char *glob;
	enum conf_broker broker;
	char *server; /* title of the section of the broker's server, or "" */
	int at;	      /* index of that section; -1: none is needed */
	enum conf_format format; /* never CONF_FORMAT_AUTO after reading */
	int64_t max_priority;	 /* of the broker's queue; 0 = none */
	struct conf_list params; /* the target's, in order; n 0: unknown */
	int64_t max_deliveries;
	enum conf_alerts alerts; /* of jobs that do not say */
	int64_t keep_output;	 /* bytes of what a command prints; 0: none */
};

/* One `redis "name" { … }` section. */
struct conf_redis {
	char *name;
	char *host;
	int64_t port;
	char *socket; /* path, or "": host and port */
	int64_t db;
	int64_t result_db;   /* where funboost's workers store results */
	char *user;	     /* of an ACL, or "" */
	char *password_file; /* file with the password, or "" and */
	char *password_env;  /* the variable with it, or "" */
	enum conf_switch tls;
	enum conf_switch dedup; /* prevent duplicates after a lost answer */
	int64_t timeout_us;
};

/* One `rabbitmq "name" { … }` section. */
struct conf_rabbitmq {
	char *name;
	char *host;
	int64_t port; /* 0: 5672, or 5671 with tls */
	char *vhost;
	char *user;
	char *password_file; /* file with the password, or "" and */
	char *password_env;  /* the variable with it, or "" */
	enum conf_switch tls;
	int64_t timeout_us;
};

/* One `webhook "name" { … }` section. */
struct conf_webhook {
	char *name;
	char *url;
	char *secret; /* file with the signing key */
	int64_t timeout_us;
};

/* One `command "name" { … }` section. */
struct conf_command {
	char *name;
	struct conf_list command; /* a program and its arguments */
	int64_t timeout_us;
	int64_t parallel; /* runs of it at once */
};

/* One `render_key "name" { … }` section. */
struct conf_render_key {
	char *name;
	char *file;		   /* file with the key, or "" and */
	char *env;		   /* the variable with it */
	char *base_url;		   /* with or without /v1 */
	struct conf_list services; /* globs; 0: all */
	int64_t max_concurrent;	   /* unfinished jobs; 0 = no limit */
};

/* One `render_service "glob" { … }` section. */
struct conf_render_service {
	char *glob;
	int64_t max_concurrent; /* 0 = no limit */
	enum conf_marker marker;
};

/* What an alert is sent as, and to what. */
enum conf_form {
	CONF_FORM_UNSET,   /* only while the file is read */
	CONF_FORM_WEBHOOK, /* JSON, signed */
	CONF_FORM_COMMAND, /* JSON, to a local program */
	CONF_FORM_MAIL,	   /* words, from here on */
	CONF_FORM_NTFY,
	CONF_FORM_SLACK,
	CONF_FORM_MATTERMOST,
	CONF_FORM_DISCORD,
	CONF_FORM_TELEGRAM,
	CONF_FORM_PING, /* as of Healthchecks */
	CONF_FORM__MAX
};

/* One `alert "name" { … }` section. */
struct conf_alert {
	char *name;
	enum conf_form form; /* never CONF_FORM_UNSET after reading */
	char *url;	     /* of a webhook or service, or "" and */
	char *url_file;	     /* the file with it, or "" */
	char *token_file;    /* file with the token, or "" and */
	char *token_env;     /* the variable with it, or "" */
	char *chat;	     /* of Telegram */
	struct conf_list to; /* of a mail */
	char *from;	     /* likewise; "" = sendmail's choice */
	char *server;	     /* likewise: smtp://… or smtps://…, or "" */
	char *user;	     /* of that server, or "" */
	struct conf_list command; /* program and words; of a mail: sendmail */
	char *secret;		  /* file with the webhook's signing key */
	struct conf_list on;	  /* names of enum alert_kind; 0: by default */
	int64_t after;		  /* failures in a row before the first alert */
	struct conf_list queues;  /* globs of their queues; 0: all */
	int64_t max_per_hour;	  /* then a digest; 0: no limit */
	char *quiet;		  /* "22:00-07:00", or "", and */
	struct quiet hours;	  /* what it says */
	unsigned kinds;		  /* the events, as bits (alert_is_wanted) */
};

/* The line at which an option or section is in the file. */
struct conf_line;
struct err;

/* The owner's settings; every string is set, defaults are filled in. */
struct conf {
	char *path;		 /* the file read */
	struct conf_line *lines; /* of the options in the file */
	size_t nlines;
	bool is_scratch;    /* no option: copies of stores, never flushed */
	char *store;	    /* the durable store's file */
	char *memory_store; /* the memory store's file; "" = none */
	enum conf_switch group_writable; /* shared with a group */
	char *timezone;			 /* default zone; "" = the host's */
	char *zoneinfo;			 /* zone directory; "" = the system's */
	enum conf_anonymous anonymous;
	enum conf_language language;
	int anonymous_scopes;	  /* bits of enum conf_scope */
	enum conf_broker broker;  /* of queues without a setting */
	int64_t clock_leap_us;	  /* larger clock jumps are doubted; 0: none */
	int64_t window_us;	  /* CONF_WINDOW_AUTO: the measured cadence */
	char *tick_key_file;	  /* of ticks by URL; "" = none */
	int64_t busy_us;	  /* longest wait for another writer */
	int64_t lease_us;	  /* default lease of a message */
	int64_t max_deliveries;	  /* default of the queues */
	int64_t misfire_grace_us; /* default; -1 = late runs still run */
	int64_t max_jobs_per_queue;	/* 0 = no limit */
	int64_t max_list;		/* longest list without limit= */
	int64_t retention_days;		/* of ledger and audit; 0 = no limit */
	int64_t retention_rows;		/* of the ledger; 0 = no limit */
	int64_t retention_rows_per_job; /* likewise, of one job */
	enum log_target log_target;
	enum log_level log_level;
	enum conf_ambiguous on_ambiguous; /* default of the jobs */
	int64_t settle_us;		  /* before a launch counts as failed */
	int64_t max_parallel;		  /* concurrent HTTP requests */
	int64_t http_timeout_us;	  /* of one request */
	char *ca_file;			  /* "" = the system's */
	struct conf_queue *queues;
	size_t nqueues;
	struct conf_queue other; /* of queues without a section */
	struct conf_redis *redis;
	size_t nredis;
	struct conf_rabbitmq *rabbitmq;
	size_t nrabbitmq;
	struct conf_webhook *webhooks;
	size_t nwebhooks;
	struct conf_command *commands;
	size_t ncommands;
	struct conf_render_key *render_keys;
	size_t nrender_keys;
	struct conf_render_service *render_services;
	size_t nrender_services;
	int64_t alert_no_tick_us; /* 0 = no such alert */
	struct conf_alert *alerts;
	size_t nalerts;
	int64_t max_waiting; /* clients at once; 0 = none */
	int64_t max_waiting_per_token;
	enum conf_switch tick_on_request; /* a tick after answers */
};

/*
 * The settings of an empty file at path; the file is not read, but its folder
 * must exist.  NULL with one line in why.  Free with conf_free.
 */
struct conf *conf_new(const char *path, struct err *why);

/*
 * Read the file at path.  Relative paths in it are relative to the file's
 * folder; without "store" it is store.db there.  store and memory_store must
 * be two files.  The file, its folder and the files it names are checked
 * (lib/base/trust.h).  NULL with one line in why that names file, line and
 * option; errno is EMFILE or ENFILE if the only cause is a lack of
 * descriptors.  Free with conf_free.  libConfuse replaces ${NAME} outside
 * single quotes by the environment variable NAME.
 */
struct conf *conf_load(const char *path, struct err *why);

/*
 * Check the file and those it names again, as conf_load did: their modes may
 * have changed since.  0, or -1 with one line in why.
 */
int conf_check_trust(const struct conf *c, struct err *why);

/*
 * The same for a command that is about to be started, and for the certificates
 * that are about to be read.
 */
int conf_check_command(const struct conf *c, const struct conf_list *l,
    struct err *why);
int conf_check_ca(const struct conf *c, struct err *why);

/*
 * Append where an option at the top of the file is given, for errors found
 * later: "FILE:LINE: option \"NAME\"", or without the line.
 */
void conf_where(const struct conf *c, const char *name, struct buf *out);

/* Free c; NULL is allowed. */
void conf_free(struct conf *c);

/*
 * The path of the configuration: the first of explicit (-c FILE), env
 * (MINUTEHAND_CONF), HOME/.minutehand/minutehand.conf if it exists, the same
 * in the effective user's home by getpwuid(3) if HOME is NULL or "", and the
 * compiled-in default.  Any argument may be NULL.  Owned by the caller; NULL
 * without memory.
 */
char *conf_find(const char *explicit, const char *env, const char *home);

/*
 * The first section whose glob matches the queue name (fnmatch(3)), or the
 * settings of all other queues; never NULL.
 */
const struct conf_queue *conf_queue_for(const struct conf *c,
    const char *queue);

/* Does one of the globs match (fnmatch(3)), or is the list empty? */
bool conf_list_matches(const struct conf_list *globs, const char *name);

/* The kind of server a broker uses. */
enum conf_server conf_broker_server(enum conf_broker b);

/*
 * The number of sections of that kind; the timeout in microseconds of section
 * number at.
 */
size_t conf_server_count(const struct conf *c, enum conf_server kind);
int64_t conf_server_timeout_us(const struct conf *c, enum conf_server kind,
    int at);

/* "sqlite", "redis-stream", … */
const char *conf_broker_name(enum conf_broker b);

/*
 * Append the name of section number at of a kind of server, as messages and
 * the store show it: "redis:main".
 */
void conf_server_name(const struct conf *c, enum conf_server kind, int at,
    struct buf *out);

/* "webhook", "ntfy", …; the kind of server that an alert is sent by. */
const char *conf_form_name(enum conf_form f);
enum conf_server conf_alert_server(const struct conf_alert *a);

/*
 * The index of the first key whose globs match the service, -1 if none does;
 * the first section render_service that matches, or NULL.
 */
int conf_render_key_for(const struct conf *c, const char *service);
const struct conf_render_service *conf_render_service_for(const struct conf *c,
    const char *service);

/*
 * The environment variables from which c takes secrets, and those that hold
 * secrets whatever it says (MINUTEHAND_TOKEN), ended by NULL: no program that
 * is started may inherit them.  The names are borrowed from c, the array is
 * owned by the caller; NULL: out of memory.
 */
const char **conf_secret_variables(const struct conf *c);

/* Append the commented example: every option, its default and its meaning. */
void conf_print_example(struct buf *out);

#endif
