#ifndef LIB_DB_STORE_H
#define LIB_DB_STORE_H

#include <stdbool.h>
#include <stdint.h>

/*
 * The store: one SQLite file (minutehand-store(5)).  A struct store is one
 * connection, used by one thread.  Writes happen between store_begin and
 * store_commit; reads may happen anywhere.
 */
struct err;
struct store;

enum store_rc {
	STORE_OK,
	STORE_NOTFOUND,
	STORE_CONFLICT,
	STORE_LIMIT,  /* more than the configuration allows */
	STORE_DENIED, /* the actor may not (lib/record/grant.h) */
	STORE_BUSY,   /* another writer held it too long: try later */
	STORE_CONFIG, /* a setting is wrong, or others may write its files */
	STORE_FULL,   /* disk full, read-only or failing: try later */
	STORE_ERROR   /* damaged, or a bug; it was logged */
};

/* A few words on rc, for people; never NULL. */
const char *store_strrc(enum store_rc rc);

struct store_opts {
	const char *path;
	int64_t busy_us;  /* longest wait for another writer */
	bool is_create;	  /* make the file and schema if missing */
	bool is_readonly; /* an older schema then stays as it is */
	bool is_unsynced; /* a store on a RAM file system: never sync */
	bool is_shared;	  /* its group may write it (lib/base/trust.h) */
};

/*
 * Open the store.  A store of an older schema is migrated, a newer one is
 * refused untouched.  On a network file system the rollback journal is used
 * instead of the WAL.  Who could have written it, and what lies beside it, is
 * examined before any file is made.  NULL with one line in why; *rc tells the
 * kind (STORE_NOTFOUND: no such file; STORE_CONFIG: trust_check says why).
 */
struct store *store_open(const struct store_opts *o, enum store_rc *rc,
    struct err *why);

/* Close; every statement must have been put back. */
void store_close(struct store *st);

/*
 * BEGIN IMMEDIATE: STORE_OK, or STORE_BUSY, STORE_FULL, STORE_ERROR.  A store
 * whose file was replaced (store_restore) is busy until it is opened anew.
 */
enum store_rc store_begin(struct store *st);

/*
 * The same without waiting for a writer, in gate or SQLite, and the
 * commit neither: STORE_BUSY at once.  For what harms nobody when it is lost.
 */
enum store_rc store_begin_idle(struct store *st);

/*
 * Commit and, unless told otherwise, wait for the disk.  On anything but
 * STORE_OK the transaction was rolled back, or (STORE_FULL, a failed flush)
 * it stands but may not survive a power cut: never acknowledge it.
 */
enum store_rc store_commit(struct store *st);

/*
 * Wait until what others have committed so far is on the disk as well, before
 * anybody is told of it.  STORE_OK, or STORE_FULL: it may not last.
 */
enum store_rc store_settle(struct store *st);

/* Undo; harmless when no transaction is open. */
void store_rollback(struct store *st);

/* True between store_begin and its end. */
bool store_in_transaction(const struct store *st);

/*
 * Whether later commits are flushed to the disk before they return: true at
 * first (unless is_unsynced).  Off is for rows whose loss harms nobody.
 */
void store_set_durable(struct store *st, bool is_durable);

/*
 * Has another file, or none, taken the place of the one that is open (a
 * restore, a deletion)?  Then nothing begins any more: close, open again.
 */
bool store_is_replaced(const struct store *st);

/* A number that changes when another connection has committed. */
int64_t store_data_version(struct store *st);

/* Move the WAL into the store file; truncate it when it has grown large. */
void store_checkpoint(struct store *st);

/* Path as opened; journal mode in use ("wal", "delete"); schema version. */
const char *store_path(const struct store *st);
const char *store_journal(const struct store *st);
int store_schema_version(void);

/*
 * PRAGMA quick_check, integrity_check: STORE_OK, or STORE_ERROR with the
 * first complaint.
 */
enum store_rc store_check(struct store *st, struct err *why);
enum store_rc store_check_all(struct store *st, struct err *why);

#endif
