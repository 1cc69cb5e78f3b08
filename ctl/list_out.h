#ifndef CTL_LIST_OUT_H
#define CTL_LIST_OUT_H

#include <stdbool.h>
#include <stddef.h>

#include "ctl/ctl.h"

struct table;

/* How rows of a list are printed: as JSON, or as a line of a table. */
struct list_out {
	const char *const *headings; /* of the table, ended by NULL */
	size_t size;		     /* of a row */
	void (*add_json)(const void *row, struct buf *o);
	void (*add_line)(const struct ctl *c, const void *row, struct table *t);
};

/* Print n rows; CTL_OK, or an exit status after an error. */
int list_out_print(const struct ctl *c, const struct list_out *l,
    const void *rows, size_t n, bool is_json);

#endif
