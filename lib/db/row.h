#ifndef LIB_DB_ROW_H
#define LIB_DB_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Rows and structs.  One table of columns serves both ways: a row that a
 * statement returns is read into a struct by it (row_read, lib/db/stmt.h), and
 * the parameters of a statement are bound from a struct by it (ROW).
 */
enum column_type {
	COLUMN_TYPE_INT,      /* int64_t; null reads as column.none */
	COLUMN_TYPE_OR_NULL,  /* the same; column.none is written as null */
	COLUMN_TYPE_BOOL,     /* bool; null is false */
	COLUMN_TYPE_NUMBER,   /* an enum, or unsigned, stored as its number */
	COLUMN_TYPE_NAME,     /* an enum, stored as one of column.names; one out
			       * of their range is written as null */
	COLUMN_TYPE_TEXT,     /* char *, owned by the struct; or NULL */
	COLUMN_TYPE_BORROWED, /* const char *, until the next row; or NULL */
	COLUMN_TYPE_NEEDED,   /* the same, never NULL */
	COLUMN_TYPE_CHARS,    /* char[column.size], cut; "" for null */
	COLUMN_TYPE_BLOB      /* unsigned char[column.size], of that length */
};

struct column {
	const char *name; /* with a colon before it, as a parameter */
	enum column_type type;
	size_t at;   /* offset of the member */
	size_t size; /* bytes, or how many names */
	int64_t none;
	const char *const *names;
};

/* In the order in which statements return them: that of the fragment of this
 * name in sql/.  NULL: for parameters alone. */
struct columns {
	const char *fragment;
	const struct column *v;
	size_t n;
};

/* Where member m of struct T is; fails to compile if it is not of that type. */
#define COLUMN_AT(T, m, type_) \
	(offsetof(T, m) + 0 * sizeof(_Generic(&((T *)0)->m, type_ * : 0)))

#define COLUMN_(kind, name_, ...) \
	{ \
		.name = ":" name_, .type = COLUMN_TYPE_##kind, __VA_ARGS__ \
	}

/* An entry: the column, the struct, its member, and what its type needs. */
#define COLUMN_INT(name_, T, m) \
	COLUMN_(INT, name_, .at = COLUMN_AT(T, m, int64_t))
#define COLUMN_INT_OR(name_, T, m, none_) \
	COLUMN_(OR_NULL, name_, .at = COLUMN_AT(T, m, int64_t), .none = none_)
#define COLUMN_BOOL(name_, T, m) \
	COLUMN_(BOOL, name_, .at = COLUMN_AT(T, m, bool))
#define COLUMN_NUMBER(name_, T, m) \
	COLUMN_(NUMBER, name_, .at = COLUMN_AT(T, m, unsigned))
#define COLUMN_NAME(name_, T, m, names_) \
	COLUMN_(NAME, name_, .at = COLUMN_AT(T, m, unsigned), \
	    .names = (names_), .size = sizeof(names_) / sizeof((names_)[0]))
#define COLUMN_TEXT(name_, T, m) \
	COLUMN_(TEXT, name_, .at = COLUMN_AT(T, m, char *))
#define COLUMN_BORROWED(name_, T, m) \
	COLUMN_(BORROWED, name_, .at = COLUMN_AT(T, m, const char *))
#define COLUMN_NEEDED(name_, T, m) \
	COLUMN_(NEEDED, name_, .at = COLUMN_AT(T, m, const char *))
#define COLUMN_CHARS(name_, T, m) \
	COLUMN_(CHARS, name_, .at = offsetof(T, m), .size = sizeof(((T *)0)->m))
#define COLUMN_BLOB(name_, T, m) \
	COLUMN_(BLOB, name_, .at = offsetof(T, m), .size = sizeof(((T *)0)->m))

#define COLUMNS(fragment_, v_) \
	{ \
		.fragment = (fragment_), .v = (v_), \
		.n = sizeof(v_) / sizeof((v_)[0]) \
	}

#endif
