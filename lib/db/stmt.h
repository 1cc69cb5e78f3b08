#ifndef LIB_DB_STMT_H
#define LIB_DB_STMT_H

#include "lib/db/row.h"
#include "lib/db/store.h"
#include "sql/sql_gen.h"

/*
 * Calls of the statements in sql/.  A statement is called by its name with
 * values for all of its parameters; one that cannot be prepared (logged) gives
 * no rows and ends with the reason, so nobody has to ask for that.
 */
struct stmt;

/* A value for a parameter, by its name with the colon. */
struct arg {
	enum arg_type {
		ARG_END,
		ARG_INT,
		ARG_NULL,
		ARG_TEXT,
		ARG_BLOB,
		ARG_ROW
	} type;
	const char *name;
	union {
		int64_t i;
		const char *text; /* borrowed until the call ends */
		struct {
			const void *p; /* likewise */
			size_t n;
		} blob;
		struct {
			const void *p;
			const struct columns *columns;
		} row;
	} v;
};

/* The arguments of a call; without any, NO_ARGS.  A name that the statement
 * lacks, or a parameter without a value, is a bug: assertion. */
#define ARGS(...) ((const struct arg[]){ __VA_ARGS__, { .type = ARG_END } })
#define NO_ARGS ((const struct arg *)NULL)

#define INT(name_, value) \
	{ \
		.type = ARG_INT, .name = (name_), .v.i = (value) \
	}

/* Null when value, which is evaluated twice, equals none. */
#define INT_OR_NULL(name_, value, none) \
	{ \
		.type = (value) == (none) ? ARG_NULL : ARG_INT, \
		.name = (name_), .v.i = (value) \
	}

/* NULL is null. */
#define TEXT(name_, value) \
	{ \
		.type = ARG_TEXT, .name = (name_), .v.text = (value) \
	}

#define BLOB(name_, p_, n_) \
	{ \
		.type = ARG_BLOB, .name = (name_), .v.blob = {(p_), (n_) } \
	}

/* Each parameter that has the name of a column, from the struct at p. */
#define ROW(columns_, p_) \
	{ \
		.type = ARG_ROW, .v.row = {(p_), (columns_) } \
	}

/*
 * Begin a call; end it in any case.  While it is under way the statement must
 * not be called again.  Never NULL.
 */
struct stmt *stmt_call(struct store *st, enum sql_id id,
    const struct arg *args);

/* Go to the next row: false after the last, or when something failed. */
bool stmt_next(struct stmt *q);

/* Go to it and read it (row_read): STORE_NOTFOUND after the last. */
enum store_rc stmt_next_row(struct stmt *q, const struct columns *columns,
    void *p);

/* Let the call fail with rc, unless it has failed before. */
void stmt_fail(struct stmt *q, enum store_rc rc);

/* STORE_OK when all rows were had or no more were wanted, or what failed. */
enum store_rc stmt_end(struct stmt *q);

/*
 * The row q stands on into the struct at p; false when that failed.  Texts are
 * the struct's from then on, what it had before is not freed.  p NULL: the call
 * fails with STORE_FULL (what was to be added to a list), as it does without
 * memory.
 */
bool row_read(struct stmt *q, const struct columns *columns, void *p);

/* Single columns of the row, 0 being the first; null is 0, false or NULL.  A
 * text is borrowed until the next row; of row_copy owned by the caller. */
int64_t row_int(struct stmt *q, int col);
bool row_is_null(struct stmt *q, int col);
const char *row_text(struct stmt *q, int col);
char *row_copy(struct stmt *q, int col);

/* Calls in one.  To the end, past whatever rows there are; then, how many rows
 * it changed, and the number of the last that was inserted. */
enum store_rc stmt_exec(struct store *st, enum sql_id id,
    const struct arg *args);
int64_t stmt_changes(const struct store *st);
int64_t stmt_last_id(const struct store *st);

/* The same, but STORE_NOTFOUND when it changed no row. */
enum store_rc stmt_exec_one(struct store *st, enum sql_id id,
    const struct arg *args);

/* The first row into the struct at p; STORE_NOTFOUND. */
enum store_rc stmt_find(struct store *st, enum sql_id id,
    const struct arg *args, const struct columns *columns, void *p);

/* The first column of the first row: null is 0; STORE_NOTFOUND. */
enum store_rc stmt_number(struct store *st, enum sql_id id,
    const struct arg *args, int64_t *out);

/* The same, but *out stays when it is null or there is no row. */
enum store_rc stmt_optional(struct store *st, enum sql_id id,
    const struct arg *args, int64_t *out);

/* Is there a row, and its first column true? */
enum store_rc stmt_is(struct store *st, enum sql_id id, const struct arg *args,
    bool *out);

/* The first column of the first row, owned by the caller, NULL for null;
 * STORE_NOTFOUND. */
enum store_rc stmt_string(struct store *st, enum sql_id id,
    const struct arg *args, char **out);

/* Run a script of sql/ in a transaction of its own. */
enum store_rc store_script(struct store *st, const char *sql);

#endif
