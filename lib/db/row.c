/*
 * Rows by tables of columns: parameters are bound from structs, structs read
 * from rows.  What is looked up by name is looked up once for a statement.
 * Tested in t_stmt; that the tables fit the statements, in t_sql.
 */
#include "config.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "lib/db/store_int.h"
#include "lib/db/stmt.h"
#include "lib/base/ban.h"

/* The parameter of the i-th argument; callers use the same name each time. */
static int
param_at(struct stmt *q, int i, const char *name)
{
	struct stmt_param *p = &q->param[i];

	assert(i < q->nparams);
	if (p->name != name) {
		p->name = name;
		p->at = sqlite3_bind_parameter_index(q->q, name);
	}
	assert(p->at > 0);
	return p->at;
}

/* Find the column of each parameter; both are usually in the same order. */
static void
map_columns(struct stmt *q, const struct columns *c)
{
	const char *name;
	size_t k = 0, left;

	for (int i = 0; i < q->nparams; i++) {
		name = sqlite3_bind_parameter_name(q->q, i + 1);
		for (left = c->n; left > 0; left--) {
			k = k + 1 < c->n ? k + 1 : 0;
			if (strcmp(c->v[k].name, name) == 0)
				break;
		}
		q->param[i].column = left > 0 ? (int)k : -1;
	}
	q->bound = c;
}

static void
bind_text(struct stmt *q, int at, const char *s)
{
	/* A null pointer binds null. */
	(void)sqlite3_bind_text(q->q, at, s, -1, SQLITE_STATIC);
}

static unsigned
get_number(const char *p)
{
	unsigned v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Bind the member at p as column c defines. */
static void
bind_column(struct stmt *q, int at, const struct column *c, const char *p)
{
	unsigned name;

	switch (c->type) {
	case COLUMN_TYPE_OR_NULL:
		if (*(const int64_t *)(const void *)p == c->none) {
			(void)sqlite3_bind_null(q->q, at);
			return;
		}
		/* FALLTHROUGH */
	case COLUMN_TYPE_INT:
		(void)sqlite3_bind_int64(q->q, at,
		    *(const int64_t *)(const void *)p);
		return;
	case COLUMN_TYPE_BOOL:
		(void)sqlite3_bind_int64(q->q, at,
		    *(const bool *)(const void *)p);
		return;
	case COLUMN_TYPE_NUMBER:
		(void)sqlite3_bind_int64(q->q, at, get_number(p));
		return;
	case COLUMN_TYPE_NAME:
		name = get_number(p);
		bind_text(q, at, name < c->size ? c->names[name] : NULL);
		return;
	case COLUMN_TYPE_TEXT:
	case COLUMN_TYPE_BORROWED:
	case COLUMN_TYPE_NEEDED:
		bind_text(q, at, *(const char *const *)(const void *)p);
		return;
	case COLUMN_TYPE_CHARS:
		bind_text(q, at, p);
		return;
	case COLUMN_TYPE_BLOB:
		(void)sqlite3_bind_blob64(q->q, at, p, c->size, SQLITE_STATIC);
		return;
	}
}

/* Bind the parameters that have a column; return them as bits. */
static uint64_t
bind_row(struct stmt *q, const struct arg *a)
{
	const struct columns *columns = a->v.row.columns;
	const struct column *c;
	uint64_t bound = 0;

	if (q->bound != columns)
		map_columns(q, columns);
	for (int i = 0; i < q->nparams; i++) {
		if (q->param[i].column < 0)
			continue;
		c = &columns->v[q->param[i].column];
		bind_column(q, i + 1, c, (const char *)a->v.row.p + c->at);
		bound |= UINT64_C(1) << i;
	}
	return bound;
}

static void
bind_value(struct stmt *q, int at, const struct arg *a)
{
	switch (a->type) {
	case ARG_INT:
		(void)sqlite3_bind_int64(q->q, at, a->v.i);
		break;
	case ARG_TEXT:
		bind_text(q, at, a->v.text);
		break;
	case ARG_BLOB:
		(void)sqlite3_bind_blob64(q->q, at, a->v.blob.p, a->v.blob.n,
		    SQLITE_STATIC);
		break;
	case ARG_NULL:
	case ARG_ROW:
	case ARG_END:
		(void)sqlite3_bind_null(q->q, at);
		break;
	}
}

void
stmt_bind(struct stmt *q, const struct arg *args)
{
	uint64_t bound = 0;
	int i = 0, at;

	for (; args != NULL && args->type != ARG_END; args++) {
		if (args->type == ARG_ROW) {
			bound |= bind_row(q, args);
			continue;
		}
		at = param_at(q, i++, args->name);
		bind_value(q, at, args);
		bound |= UINT64_C(1) << (at - 1);
	}
	/* Every parameter has a value: a missing one would be null. */
	assert(bound == (UINT64_C(1) << q->nparams) - 1);
	(void)bound;
}

/* Return whether the columns of the rows have the names in the table. */
static bool
row_fits(struct stmt *q, const struct columns *columns)
{
	const char *name;

	if ((size_t)sqlite3_column_count(q->q) < columns->n)
		return false;
	for (size_t i = 0; i < columns->n; i++) {
		/* NULL: out of memory, not known. */
		name = sqlite3_column_name(q->q, (int)i);
		if (name != NULL && strcmp(name, columns->v[i].name + 1) != 0)
			return false;
	}
	return true;
}

/* A copy of a text column; NULL for null, or without memory. */
static char *
copy_text(struct stmt *q, int i)
{
	const unsigned char *text = sqlite3_column_text(q->q, i);
	size_t n;
	char *s;

	if (text == NULL) {
		if (sqlite3_column_type(q->q, i) != SQLITE_NULL)
			stmt_fail(q, STORE_FULL);
		return NULL;
	}
	n = (size_t)sqlite3_column_bytes(q->q, i) + 1;
	if ((s = malloc(n)) == NULL) {
		stmt_fail(q, STORE_FULL);
		return NULL;
	}
	memcpy(s, text, n);
	return s;
}

/* Set the enum at p by one of c's names; another text leaves it unchanged. */
static void
read_name(struct stmt *q, int i, const struct column *c, char *p)
{
	const char *text = row_text(q, i);

	for (unsigned k = 0; text != NULL && k < c->size; k++) {
		if (strcmp(c->names[k], text) == 0) {
			memcpy(p, &k, sizeof(k));
			return;
		}
	}
}

static void
read_chars(struct stmt *q, int i, const struct column *c, char *p)
{
	const char *text = row_text(q, i);
	size_t n = text == NULL ? 0 : strlen(text);

	if (n >= c->size)
		n = c->size - 1;
	if (text != NULL)
		memcpy(p, text, n);
	p[n] = '\0';
}

/* Another length is damage. */
static void
read_blob(struct stmt *q, int i, const struct column *c, char *p)
{
	const void *blob = sqlite3_column_blob(q->q, i);

	if (blob == NULL || (size_t)sqlite3_column_bytes(q->q, i) != c->size)
		stmt_fail(q, stmt_rc(q->st, SQLITE_CORRUPT));
	else
		memcpy(p, blob, c->size);
}

/* Read column i, which is not a number, into the member at p. */
static void
read_bytes(struct stmt *q, int i, const struct column *c, char *p)
{
	const char *text;

	if (c->type == COLUMN_TYPE_TEXT)
		*(char **)(void *)p = copy_text(q, i);
	else if (c->type == COLUMN_TYPE_NAME)
		read_name(q, i, c, p);
	else if (c->type == COLUMN_TYPE_CHARS)
		read_chars(q, i, c, p);
	else if (c->type == COLUMN_TYPE_BLOB)
		read_blob(q, i, c, p);
	else {
		*(const char **)(void *)p = text = row_text(q, i);
		if (text == NULL && c->type == COLUMN_TYPE_NEEDED)
			stmt_fail(q,
			    row_is_null(q, i) ? stmt_rc(q->st, SQLITE_CORRUPT) :
						STORE_FULL);
	}
}

/* Read column i into the member at p. */
static void
read_column(struct stmt *q, int i, const struct column *c, char *p)
{
	unsigned number;

	switch (c->type) {
	case COLUMN_TYPE_INT:
		*(int64_t *)(void *)p = row_int(q, i);
		return;
	case COLUMN_TYPE_OR_NULL:
		*(int64_t *)(void *)p =
		    row_is_null(q, i) ? c->none : row_int(q, i);
		return;
	case COLUMN_TYPE_BOOL:
		*(bool *)(void *)p = row_int(q, i) != 0;
		return;
	case COLUMN_TYPE_NUMBER:
		number = (unsigned)row_int(q, i);
		memcpy(p, &number, sizeof(number));
		return;
	case COLUMN_TYPE_NAME:
	case COLUMN_TYPE_TEXT:
	case COLUMN_TYPE_BORROWED:
	case COLUMN_TYPE_NEEDED:
	case COLUMN_TYPE_CHARS:
	case COLUMN_TYPE_BLOB:
		read_bytes(q, i, c, p);
	}
}

bool
row_read(struct stmt *q, const struct columns *columns, void *p)
{
	const struct column *c = columns->v;

	if (p == NULL) {
		stmt_fail(q, STORE_FULL);
		return false;
	}
	if (q->read != columns) {
		assert(row_fits(q, columns));
		q->read = columns;
	}
	for (size_t i = 0; i < columns->n; i++, c++)
		read_column(q, (int)i, c, (char *)p + c->at);
	return q->rc == STORE_OK;
}

int64_t
row_int(struct stmt *q, int col)
{
	return sqlite3_column_int64(q->q, col);
}

bool
row_is_null(struct stmt *q, int col)
{
	return sqlite3_column_type(q->q, col) == SQLITE_NULL;
}

const char *
row_text(struct stmt *q, int col)
{
	return (const char *)sqlite3_column_text(q->q, col);
}

char *
row_copy(struct stmt *q, int col)
{
	return copy_text(q, col);
}
