#ifndef CTL_PRINT_TABLE_H
#define CTL_PRINT_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Rows of text in aligned columns, filled cell by cell.  Widths are terminal
 * columns: a wide character (Unicode East Asian Width W or F) has two, a
 * combining one none.  Bytes that are not printable UTF-8 are shown as "?".
 */
struct table {
	size_t ncols;
	char **cells; /* row by row; the headings are the first row */
	size_t n;     /* cells in use */
	size_t cap;
	bool is_failed; /* out of memory; table_print fails */
};

/* Start a table with ncols headings, copied.  Release it by table_fini. */
void table_init(struct table *t, const char *const *headings, size_t ncols);

/* Free the cells; t is zero afterwards. */
void table_fini(struct table *t);

/*
 * Add the next cell, copied; NULL and "" are shown as "-".  table_addf formats
 * it, up to 511 bytes.  A failed allocation sets is_failed.
 */
void table_add(struct table *t, const char *cell);
void table_addf(struct table *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Print the headings and all rows to f; nothing if there are no rows.  States
 * and outcomes have colours if term_has_colour (ctl/print/term.h).  Return 0,
 * or -1 when an allocation failed, here or while cells were added.
 */
int table_print(const struct table *t, FILE *f);

/* Return the number of terminal columns of s; an invalid byte has one. */
size_t table_width(const char *s);

#endif
