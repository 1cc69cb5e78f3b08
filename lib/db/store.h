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
	STORE_LIMIT,  /* exceeds a limit of the configuration */
	STORE_DENIED, /* the actor has no permission (lib/record/grant.h) */
	STORE_BUSY,   /* another writer held it too long: try later */
	STORE_CONFIG, /* a wrong setting, or files that others can write */
	STORE_FULL,   /* disk full, read-only or failing: try later */
	STORE_ERROR   /* damaged, or a bug; it was logged */
};

/* Return a description of rc for messages, static; never NULL. */
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
 * refused unchanged.  On a network file system the rollback journal is used
 * instead of the WAL.  Owners and modes of the store and the files next to it
 * are checked before a file is created.  NULL with one line in why and the kind
 * in *rc (STORE_NOTFOUND: no such file; STORE_CONFIG: refused by trust_check).
 */
struct store *store_open(const struct store_opts *o, enum store_rc *rc,
    struct err *why);

/* Close; every call must have ended. */
void store_close(struct store *st);

/*
 * BEGIN IMMEDIATE: STORE_OK, STORE_BUSY, STORE_FULL or STORE_ERROR.  A store
 * whose file was replaced (store_restore) is busy until it is opened again.
 */
enum store_rc store_begin(struct store *st);

/*
 * The same without waiting for another writer, at the gate or in SQLite, here
 * or at the commit: STORE_BUSY at once.  For data whose loss does no harm.
 */
enum store_rc store_begin_idle(struct store *st);

/*
 * Commit and, unless store_set_durable is off, flush to the disk.  Unless
 * STORE_OK the transaction was rolled back or, with STORE_FULL after a failed
 * flush, may be lost in a power failure: do not acknowledge it.
 */
enum store_rc store_commit(struct store *st);

/*
 * Flush what other connections have committed so far, before it is reported to
 * a client.  STORE_OK, or STORE_FULL: it may not last.
 */
enum store_rc store_settle(struct store *st);

/* Roll back; does nothing if no transaction is open. */
void store_rollback(struct store *st);

/* True between store_begin and its end. */
bool store_in_transaction(const struct store *st);

/*
 * Set whether later commits are flushed before they return: true initially
 * (unless is_unsynced).  Off is for rows whose loss does no harm.
 */
void store_set_durable(struct store *st, bool is_durable);

/* Bits that lib/store/ keeps with a connection; none at first. */
void store_set_flags(struct store *st, unsigned flags);
unsigned store_flags(const struct store *st);

/*
 * Return whether the open file was replaced or deleted at its path (by a
 * restore).  Then no transaction begins: close, and open again.
 */
bool store_is_replaced(const struct store *st);

/* Return a number that changes when another connection has committed. */
int64_t store_data_version(struct store *st);

/*
 * For many commits in a row, which change the same pages: keep up to 8 MiB of
 * pages, and until store_checkpoint let the WAL grow by 16 MiB, not by 4,
 * before a checkpoint is tried.
 */
void store_set_bulk(struct store *st);

/* Checkpoint the WAL; truncate it if it has grown large. */
void store_checkpoint(struct store *st);

/* Path as opened; journal mode in use ("wal", "delete"); schema version. */
const char *store_path(const struct store *st);
const char *store_journal(const struct store *st);
int store_schema_version(void);

/*
 * Run PRAGMA quick_check or integrity_check: STORE_OK, or STORE_ERROR with the
 * first message in why.
 */
enum store_rc store_check(struct store *st, struct err *why);
enum store_rc store_check_all(struct store *st, struct err *why);

#endif
