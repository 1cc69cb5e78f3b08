#ifndef CTL_TABLE_H
#define CTL_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/*
 * Rows of text in aligned columns, cell by cell.  Widths are those of a
 * terminal: wide characters count two, combining ones none.  What is no
 * printable UTF-8 is shown as "?".
 */
struct table {
	size_t ncols;
	char **cells; /* the headings are the first row */
	size_t n;
	size_t cap;
	bool is_failed;
};

/* Begin with ncols headings.  Undo with table_fini. */
void table_init(struct table *t, const char *const *headings, size_t ncols);
void table_fini(struct table *t);

/* Add the next cell, copied; NULL and "" are shown as "-". */
void table_add(struct table *t, const char *cell);
void table_addf(struct table *t, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Print all rows, or nothing when there is none but the headings.  0 or -1
 * when memory had run out. */
int table_print(const struct table *t, FILE *f);

/* Columns that s takes on a terminal. */
size_t table_width(const char *s);

#endif
