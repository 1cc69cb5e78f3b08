#ifndef LIB_CONF_CONF_H
#define LIB_CONF_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/log.h"

struct buf;

/* The bits of enum token_scope (lib/secret/token.h). */
enum conf_scope {
	CONF_SCOPE_READ = 1,
	CONF_SCOPE_WRITE = 2,
	CONF_SCOPE_CONSUME = 4
};

enum conf_anonymous { CONF_ANONYMOUS_OFF, CONF_ANONYMOUS_LOOPBACK };

/* Of the sentences of the HTTP API; auto: as the client asks. */
enum conf_language { CONF_LANGUAGE_AUTO, CONF_LANGUAGE_EN, CONF_LANGUAGE_ZH };

/* How the messages of a queue travel. */
enum conf_broker {
	CONF_BROKER_UNSAID,	  /* only while the file is read */
	CONF_BROKER_SQLITE,	  /* they stay here, for our own consumers */
	CONF_BROKER_REDIS,	  /* the end of a list */
	CONF_BROKER_REDIS_STREAM, /* a stream */
	CONF_BROKER_REDIS_PUBSUB, /* a channel */
	CONF_BROKER_FUNBOOST,	  /* as the queue's worker has registered */
	CONF_BROKER_RABBITMQ,
	CONF_BROKER_WEBHOOK,
	CONF_BROKER_COMMAND, /* a local program, run for each of them */
	CONF_BROKER__MAX
};

/* What they travel to: kinds of sections. */
enum conf_server {
	CONF_SERVER_NONE,
	CONF_SERVER_REDIS,
	CONF_SERVER_RABBITMQ,
	CONF_SERVER_WEBHOOK,
	CONF_SERVER_COMMAND,
	CONF_SERVER__MAX
};

/* What a message looks like (minutehand(1)). */
enum conf_format {
	CONF_FORMAT_AUTO,
	CONF_FORMAT_FUNBOOST,
	CONF_FORMAT_ENVELOPE
};

/* A switch. */
enum conf_switch { CONF_OFF, CONF_ON };

/* What becomes of a run of which nobody knows whether it was launched. */
enum conf_ambiguous { CONF_AMBIGUOUS_RETRY, CONF_AMBIGUOUS_SKIP };

/* How a job at Render is marked, to be found again for certain. */
enum conf_marker {
	CONF_MARKER_NONE,
	CONF_MARKER_COMMENT, /* COMMAND # minutehand:RUN */
	CONF_MARKER_ENV	     /* MINUTEHAND_RUN=RUN COMMAND */
};

#define CONF_WINDOW_AUTO INT64_C(-1)
#define CONF_WAITING_MAX 1000 /* most clients that may be let wait */

struct conf_list {
	char **v;
	size_t n;
};

/* One `queue "glob" { … }` section. */
struct conf_queue {
	char *glob;
	enum conf_broker broker;
	char *server; /* name of the section of the broker's server, or "" */
	int at;	      /* which of them that is; -1: none is needed */
	enum conf_format format; /* never CONF_FORMAT_AUTO once read */
	int64_t max_priority;	 /* of the broker's queue; 0 = none */
	struct conf_list params; /* of the target, in order; 0: unknown */
	int64_t max_deliveries;
};

/* One `redis "name" { … }` section. */
struct conf_redis {
	char *name;
	char *host;
	int64_t port;
	char *socket; /* path, or "": host and port */
	int64_t db;
	int64_t result_db;   /* where funboost's workers leave results */
	char *user;	     /* of an ACL, or "" */
	char *password_file; /* that has the password, or "" and */
	char *password_env;  /* the variable that has it, or "" */
	enum conf_switch tls;
	enum conf_switch dedup; /* a lost answer is no second message */
	int64_t timeout_us;
};

/* One `rabbitmq "name" { … }` section. */
struct conf_rabbitmq {
	char *name;
	char *host;
	int64_t port; /* 0: 5672, or 5671 with tls */
	char *vhost;
	char *user;
	char *password_file; /* that has the password, or "" and */
	char *password_env;  /* the variable that has it, or "" */
	enum conf_switch tls;
	int64_t timeout_us;
};

/* One `webhook "name" { … }` section. */
struct conf_webhook {
	char *name;
	char *url;
	char *secret; /* file of what the messages are signed with */
	int64_t timeout_us;
};

/* One `command "name" { … }` section. */
struct conf_command {
	char *name;
	struct conf_list command; /* program and words */
	int64_t timeout_us;
	int64_t parallel; /* runs of it at once */
};

/* One `render_key "name" { … }` section. */
struct conf_render_key {
	char *name;
	char *file;		   /* that has the key, or "" and */
	char *env;		   /* the variable that has it */
	char *base_url;		   /* with or without /v1 */
	struct conf_list services; /* globs; 0: all */
	int64_t max_concurrent;	   /* jobs at work; 0 = no limit */
};

/* One `render_service "glob" { … }` section. */
struct conf_render_service {
	char *glob;
	int64_t max_concurrent; /* 0 = no limit */
	enum conf_marker marker;
};

/* One `alert "name" { … }` section. */
struct conf_alert {
	char *name;
	char *url;		  /* of a webhook, or "" and */
	struct conf_list command; /* program and words */
	char *secret;		  /* file of what the webhook is signed with */
	struct conf_list on;	  /* words of lib/record/alert.h; 0: all */
};

/* Where the value of an option stands in the file. */
struct conf_line;

/* The owner's settings; every string is set, defaults filled in. */
struct conf {
	char *path;		 /* the file read */
	struct conf_line *lines; /* of what the file has */
	size_t nlines;
	bool is_scratch;    /* no option: the stores are copies, never flush */
	char *store;	    /* the durable store's file */
	char *memory_store; /* the memory store's file; "" = none */
	enum conf_switch group_writable; /* shared by a group */
	char *timezone;			 /* default zone; "" = the host's */
	char *zoneinfo;			 /* zone directory; "" = the system's */
	enum conf_anonymous anonymous;
	enum conf_language language;
	int anonymous_scopes;	 /* bits of enum conf_scope */
	enum conf_broker broker; /* of queues that do not say */
	int64_t clock_leap_us;	 /* a clock further ahead is doubted; 0: none */
	int64_t window_us;	 /* CONF_WINDOW_AUTO: the measured cadence */
	int64_t busy_us;	 /* longest wait for another writer */
	int64_t lease_us;	 /* default lease of a message */
	int64_t max_deliveries;	 /* default of the queues */
	int64_t misfire_grace_us;	/* default; -1 = late runs still run */
	int64_t max_jobs_per_queue;	/* 0 = no limit */
	int64_t max_list;		/* longest list given without limit= */
	int64_t retention_days;		/* of ledger and audit; 0 = no limit */
	int64_t retention_rows;		/* of the ledger; 0 = no limit */
	int64_t retention_rows_per_job; /* likewise, of one job */
	enum log_target log_target;
	enum log_level log_level;
	enum conf_ambiguous on_ambiguous; /* default of the jobs */
	int64_t settle_us;		  /* before a launch counts as none */
	int64_t max_parallel;		  /* HTTP requests at once */
	int64_t http_timeout_us;	  /* of one of them */
	char *ca_file;			  /* "" = the system's */
	struct conf_queue *queues;
	size_t nqueues;
	struct conf_queue other; /* of all queues that no section is for */
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
	int64_t alert_no_tick_us; /* 0 = silence is no news */
	struct conf_alert *alerts;
	size_t nalerts;
	int64_t max_waiting; /* clients at once; 0 = none may */
	int64_t max_waiting_per_token;
};

/*
 * The settings of an empty file at path, which is not read: its folder alone
 * must exist.  NULL with one line in why.  Free with conf_free.
 */
struct conf *conf_new(const char *path, char *why, size_t whylen);

/*
 * Read the file at path.  Relative paths in it are taken from the file's own
 * folder; a missing "store" is store.db beside it.  store and memory_store
 * must be two files.  The file, its folder and the files it names are
 * examined (lib/base/trust.h).  NULL with one line in why that names file, line and
 * option; errno is EMFILE or ENFILE when only descriptors lacked.  Free with
 * conf_free.  ${NAME} outside
 * single quotes is the environment's NAME: libConfuse does so.
 */
struct conf *conf_load(const char *path, char *why, size_t whylen);

/*
 * Examine the file and those it names once more, as conf_load did: somebody
 * may have changed their modes since.  0, or -1 with one line in why.
 */
int conf_check_trust(const struct conf *c, char *why, size_t whylen);

/* The same of a command that is to be started now, and of the certificates
 * that are to be read now. */
int conf_check_command(const struct conf *c, const struct conf_list *l,
    char *why, size_t whylen);
int conf_check_ca(const struct conf *c, char *why, size_t whylen);

/*
 * Append where an option at the top of the file is given, for what is found
 * wrong later: "FILE:LINE: option \"NAME\"", or without the line.
 */
void conf_where(const struct conf *c, const char *name, struct buf *out);

/* Free c; NULL is fine. */
void conf_free(struct conf *c);

/*
 * Where the configuration is: the first of explicit (-c FILE), env
 * (MINUTEHAND_CONF), HOME/.minutehand/minutehand.conf when that exists, the
 * same in the effective user's home by getpwuid(3) when HOME is NULL or "", and
 * the compiled-in default.  Any argument may be NULL.  Owned by the caller;
 * NULL without memory.
 */
char *conf_find(const char *explicit, const char *env, const char *home);

/*
 * The first section whose glob matches the queue name (fnmatch(3)), or what
 * holds for all other queues; never NULL.
 */
const struct conf_queue *conf_queue_for(const struct conf *c,
    const char *queue);

/* What a broker's messages travel to. */
enum conf_server conf_broker_server(enum conf_broker b);

/* How many sections of that kind there are; the timeout of number at. */
size_t conf_server_count(const struct conf *c, enum conf_server kind);
int64_t conf_server_timeout_us(const struct conf *c, enum conf_server kind,
    int at);

/* "sqlite", "redis-stream", … */
const char *conf_broker_name(enum conf_broker b);

/*
 * Append the name of section number at of a kind of server, as people and the
 * store know it: "redis:main".
 */
void conf_server_name(const struct conf *c, enum conf_server kind, int at,
    struct buf *out);

/*
 * Likewise of the keys, by their services: its number, or -1 when no key may
 * touch the service; and of the services, or NULL.
 */
int conf_render_key_for(const struct conf *c, const char *service);
const struct conf_render_service *conf_render_service_for(const struct conf *c,
    const char *service);

/* Append the commented example: every option, its default, what it does. */
void conf_print_example(struct buf *out);

#endif
