#ifndef LIB_CONF_H
#define LIB_CONF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/log.h"

struct buf;

enum conf_anonymous { CONF_ANONYMOUS_OFF, CONF_ANONYMOUS_LOOPBACK };
enum conf_broker { CONF_BROKER_SQLITE, CONF_BROKER__MAX };

#define CONF_WINDOW_AUTO INT64_C(-1)

/* One `queue "glob" { … }` section. */
struct conf_queue {
	char *glob;
	enum conf_broker broker;
	char **params;	/* parameter names of the target, in order */
	size_t nparams; /* 0: names unknown */
	int64_t max_deliveries;
};

/* The owner's settings; every string is set, defaults filled in. */
struct conf {
	char *path;	    /* the file read */
	bool is_scratch;    /* no option: the stores are copies, never flush */
	char *store;	    /* the durable store's file */
	char *memory_store; /* the memory store's file; "" = none */
	char *timezone;	    /* default zone; "" = the host's */
	char *zoneinfo;	    /* zone directory; "" = the system's */
	enum conf_anonymous anonymous;
	int64_t window_us;	    /* CONF_WINDOW_AUTO: the measured cadence */
	int64_t busy_us;	    /* longest wait for another writer */
	int64_t lease_us;	    /* default lease of a message */
	int64_t max_deliveries;	    /* default of the queues */
	int64_t misfire_grace_us;   /* default; -1 = late runs still run */
	int64_t max_jobs_per_queue; /* 0 = no limit */
	int64_t max_list;	    /* longest list given without limit= */
	int64_t retention_days;	    /* of ledger and audit; 0 = no limit */
	int64_t retention_rows;	    /* of the ledger; 0 = no limit */
	int64_t retention_rows_per_job; /* likewise, of one job */
	enum log_target log_target;
	enum log_level log_level;
	struct conf_queue *queues;
	size_t nqueues;
};

/*
 * The settings of an empty file at path, which is not read: its folder alone
 * must exist.  NULL with one line in why.  Free with conf_free.
 */
struct conf *conf_new(const char *path, char *why, size_t whylen);

/*
 * Read the file at path.  Relative paths in it are taken from the file's own
 * folder; a missing "store" is store.db beside it.  store and memory_store
 * must be two files.  NULL with one line in why that names file, line and
 * option.  Free with conf_free.  ${NAME} outside
 * single quotes is the environment's NAME: libConfuse does so.
 */
struct conf *conf_load(const char *path, char *why, size_t whylen);

/* Free c; NULL is fine. */
void conf_free(struct conf *c);

/*
 * Where the configuration is: the first of explicit (-c FILE), env
 * (MINUTEHAND_CONF), HOME/.minutehand/minutehand.conf when that exists, and
 * the compiled-in default.  Any argument may be NULL.  Owned by the caller;
 * NULL without memory.
 */
char *conf_find(const char *explicit, const char *env, const char *home);

/* The first section whose glob matches the queue name (fnmatch(3)), or NULL. */
const struct conf_queue *conf_queue_for(const struct conf *c,
    const char *queue);

/* Append the commented example: every option, its default, what it does. */
void conf_print_example(struct buf *out);

#endif
