#ifndef LIB_DB_STORE_INT_H
#define LIB_DB_STORE_INT_H

#include <sqlite3.h>

#include "lib/db/row.h"
#include "lib/db/store.h"
#include "lib/db/gate.h"
#include "sql/sql_gen.h"

struct arg;
struct err;

/* A parameter of a statement, cached for its next call. */
struct stmt_param {
	const char *name; /* of the argument at this index, in the last call */
	int at;		  /* its parameter */
	int column;	  /* of stmt.bound for this parameter; -1: none */
};

struct stmt {
	struct store *st;
	sqlite3_stmt *q;
	enum store_rc rc;	     /* STORE_OK while all is well */
	const struct columns *read;  /* columns last read */
	const struct columns *bound; /* columns that param[].column refers to */
	int nparams;
	struct stmt_param *param; /* nparams of them, after this struct */
};

/*
 * Private to lib/db/: the connection and its statements.  A statement is
 * prepared when first called and kept until the store is closed.
 */
struct store {
	sqlite3 *db;
	char *path;
	char journal[16];
	int64_t busy_us;
	bool is_idle; /* does not wait: store_begin_idle */
	int64_t busy_since_us;
	bool is_unsynced;
	bool is_durable;   /* commits are flushed before they return */
	bool is_dirty;	   /* commits of ours are not flushed */
	bool is_torn;	   /* a flush of the WAL failed: it may have a hole */
	unsigned flags;	   /* store_set_flags */
	bool is_bulk;	   /* store_set_bulk */
	int wal_pages;	   /* length of the WAL at the last checkpoint */
	struct gate *gate; /* NULL: only SQLite's lock */
	enum store_rc refused; /* why a statement was not prepared */
	struct stmt *stmts[SQL__MAX];
	struct stmt failed; /* used instead of one that could not be prepared */
};

/* Finalize all statements. */
void stmt_forget(struct store *st);

/* Bind the arguments of a call (lib/db/stmt.h). */
void stmt_bind(struct stmt *q, const struct arg *args);

/* Convert a result code of SQLite; the first logs an unexpected one. */
enum store_rc stmt_rc(struct store *st, int sqlite_rc);
enum store_rc stmt_rc_quiet(int sqlite_rc);

/* Run statements without parameters in order, up to the first failure. */
enum store_rc stmt_run_all(struct store *st, const enum sql_id *ids, size_t n);

/*
 * Refuse a file that is not a usable store, before it is changed: another
 * program's database, a newer store, or none yet unless is_create.
 */
enum store_rc store_vet(struct store *st, bool is_create, struct err *why);

/* Set and read the journal mode, and how commits reach the disk. */
enum store_rc store_wal_init(struct store *st, bool is_readonly);
bool store_has_wal(const struct store *st);

/* Bring the schema of a vetted file to store_schema_version(). */
enum store_rc store_migrate(struct store *st, struct err *why);

#endif
