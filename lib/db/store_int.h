#ifndef LIB_DB_STORE_INT_H
#define LIB_DB_STORE_INT_H

#include <sqlite3.h>

#include "lib/db/row.h"
#include "lib/db/store.h"
#include "lib/db/gate.h"
#include "sql/sql_gen.h"

struct arg;

/* Where a statement's parameters are found. */
struct stmt_param {
	const char *name; /* of the argument at this place, the last time */
	int at;		  /* and its parameter */
	int column;	  /* of stmt.bound for this parameter; -1: none */
};

struct stmt {
	struct store *st;
	sqlite3_stmt *q;
	enum store_rc rc;	     /* STORE_OK while all is well */
	const struct columns *read;  /* whose names are those of the rows */
	const struct columns *bound; /* which param[].column is about */
	int nparams;
	struct stmt_param *param; /* nparams of them, behind this struct */
};

/*
 * Private to lib/db: the connection and its statements.  A statement is
 * prepared when first asked for and kept until the store is closed.
 */
struct store {
	sqlite3 *db;
	char *path;
	char journal[16];
	int64_t busy_us;
	bool is_idle; /* waits for nobody: store_begin_idle */
	int64_t busy_since_us;
	bool is_unsynced;
	bool is_durable;   /* commits are flushed before they return */
	bool is_dirty;	   /* the WAL has commits not flushed by us */
	bool is_torn;	   /* a flush of the WAL failed: it may have a hole */
	int wal_pages;	   /* its length at the last checkpoint */
	struct gate *gate; /* NULL: writers meet at SQLite's lock */
	enum store_rc refused; /* why stmt_get gave NULL the last time */
	struct stmt *stmts[SQL__MAX];
	struct stmt failed; /* stands for one that could not be prepared */
};

/* Finalize all statements. */
void stmt_forget(struct store *st);

/* Bind the arguments of a call (lib/db/stmt.h). */
void stmt_bind(struct stmt *q, const struct arg *args);

/*
 * Borrow a statement, with no parameter bound; give it back with stmt_put.
 * NULL when it cannot be prepared (logged).
 */
sqlite3_stmt *stmt_get(struct store *st, enum sql_id id);

/* Reset and forget the parameters.  NULL is a no-op. */
void stmt_put(sqlite3_stmt *q);

/* Bind by name.  A name the statement lacks is a bug: assertion. */
void stmt_int(sqlite3_stmt *q, const char *name, int64_t v);
void stmt_null(sqlite3_stmt *q, const char *name);
void stmt_blob(sqlite3_stmt *q, const char *name, const void *p, size_t n);

/* s is borrowed until stmt_put; NULL binds null. */
void stmt_text(sqlite3_stmt *q, const char *name, const char *s);

/* Null when v equals none. */
void stmt_int_or_null(sqlite3_stmt *q, const char *name, int64_t v,
    int64_t none);

/* What a result code of SQLite means; a surprising one is logged. */
enum store_rc stmt_rc(struct store *st, int sqlite_rc);

/*
 * Run a statement to its end, past whatever rows it gives, and put it back.  STORE_NOTFOUND when
 * is_one and it changed no row.  For q NULL: why stmt_get gave none.
 */
enum store_rc stmt_run(struct store *st, sqlite3_stmt *q, bool is_one);

/* Run statements without parameters in order; the first failure ends it. */
enum store_rc stmt_run_all(struct store *st, const enum sql_id *ids, size_t n);

/* Step to the next row: STORE_OK on a row, STORE_NOTFOUND after the last. */
enum store_rc stmt_row(struct store *st, sqlite3_stmt *q);

/* Copy of a text column, owned by the caller; NULL for null.  *is_oom is set
 * without memory, otherwise left alone. */
char *stmt_copy(sqlite3_stmt *q, int col, bool *is_oom);

/*
 * The first column of the one row of a statement, which is put back.  For q
 * NULL: why stmt_get gave none.
 */
enum store_rc stmt_scalar(struct store *st, sqlite3_stmt *q, int64_t *out);

/*
 * Refuse a file that is not ours to write, before a byte of it is changed:
 * another program's database, a newer store, no store yet unless is_create.
 */
enum store_rc store_vet(struct store *st, bool is_create, char *why,
    size_t whylen);

/* Set and read the journal mode, and how commits reach the disk. */
enum store_rc store_wal_init(struct store *st, bool is_readonly);
bool store_has_wal(const struct store *st);

/* Bring the schema of a vetted file to store_schema_version(). */
enum store_rc store_migrate(struct store *st, char *why, size_t whylen);

#endif
