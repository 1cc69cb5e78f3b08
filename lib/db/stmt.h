#ifndef LIB_DB_STMT_H
#define LIB_DB_STMT_H

#include "lib/db/row.h"
#include "lib/db/store.h"
#include "sql/sql_gen.h"

/*
 * Calls of the statements in sql/.  A statement is called by its name with a
 * value for every parameter.  One that cannot be prepared is logged, returns no
 * rows, and its call ends with the reason: callers need no extra check.
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

/*
 * The arguments of a call; NO_ARGS if there are none.  A name that the
 * statement does not have, or a parameter without a value, is a bug: assertion.
 */
#define ARGS(...) ((const struct arg[]){ __VA_ARGS__, { .type = ARG_END } })
#define NO_ARGS ((const struct arg *)NULL)

#define INT(name_, value) \
	{ \
		.type = ARG_INT, .name = (name_), .v.i = (value) \
	}

/* Null if value, which is evaluated twice, equals none. */
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

/* All parameters with the name of a column, from the struct at p. */
#define ROW(columns_, p_) \
	{ \
		.type = ARG_ROW, .v.row = {(p_), (columns_) } \
	}

/*
 * Start a call, which must be ended by stmt_end.  Until then the statement must
 * not be called again.  Never NULL.
 */
struct stmt *stmt_call(struct store *st, enum sql_id id,
    const struct arg *args);

/* Move to the next row; false after the last, or on failure. */
bool stmt_next(struct stmt *q);

/*
 * Move to the next row and read it (row_read); STORE_NOTFOUND after the last.
 */
enum store_rc stmt_next_row(struct stmt *q, const struct columns *columns,
    void *p);

/* Make the call fail with rc, unless it has failed before. */
void stmt_fail(struct stmt *q, enum store_rc rc);

/* End the call: STORE_OK, also if not all rows were read, or the failure. */
enum store_rc stmt_end(struct stmt *q);

/*
 * Read the current row into the struct at p; false on failure.  The struct owns
 * the texts; its previous ones are not freed.  If p is NULL (an element could
 * not be added to a list), or without memory, the call fails with STORE_FULL.
 */
bool row_read(struct stmt *q, const struct columns *columns, void *p);

/*
 * Columns of the current row, from 0; null is 0, false or NULL.  The result of
 * row_text is borrowed until the next row; that of row_copy belongs to the
 * caller.
 */
int64_t row_int(struct stmt *q, int col);
bool row_is_null(struct stmt *q, int col);
const char *row_text(struct stmt *q, int col);
char *row_copy(struct stmt *q, int col);

/*
 * Complete calls.  stmt_exec ignores rows; then stmt_changes is the number of
 * rows changed, and stmt_last_id the number of the last row inserted.
 */
enum store_rc stmt_exec(struct store *st, enum sql_id id,
    const struct arg *args);
int64_t stmt_changes(const struct store *st);
int64_t stmt_last_id(const struct store *st);

/* As stmt_exec; STORE_NOTFOUND if it changed no row. */
enum store_rc stmt_exec_one(struct store *st, enum sql_id id,
    const struct arg *args);

/* Read the first row into the struct at p; STORE_NOTFOUND if there is none. */
enum store_rc stmt_find(struct store *st, enum sql_id id,
    const struct arg *args, const struct columns *columns, void *p);

/*
 * Read the first column of the first row, null as 0; STORE_NOTFOUND if no row.
 */
enum store_rc stmt_number(struct store *st, enum sql_id id,
    const struct arg *args, int64_t *out);

/* As stmt_number, but *out is unchanged if it is null or there is no row. */
enum store_rc stmt_optional(struct store *st, enum sql_id id,
    const struct arg *args, int64_t *out);

/* Set *out to whether there is a row whose first column is true. */
enum store_rc stmt_is(struct store *st, enum sql_id id, const struct arg *args,
    bool *out);

/*
 * Read the first column of the first row, which the caller frees, NULL for
 * null; STORE_NOTFOUND if there is no row.
 */
enum store_rc stmt_string(struct store *st, enum sql_id id,
    const struct arg *args, char **out);

/* Run a script of sql/ in a transaction of its own. */
enum store_rc store_script(struct store *st, const char *sql);

#endif
