/*
 * Prints a list of rows as a table or as a JSON array.  Tested in
 * tests/ctl/output.bats.
 */
#include "config.h"

#include <stdio.h>

#include "ctl/json_out.h"
#include "ctl/list_out.h"
#include "ctl/print/table.h"
#include "lib/base/buf.h"

#include "lib/base/ban.h"

static int
print_json(const struct list_out *l, const char *rows, size_t n)
{
	struct buf o = BUF_INIT;

	json_out_open(&o, NULL, '[');
	for (size_t i = 0; i < n; i++)
		l->add_json(rows + i * l->size, &o);
	json_out_close(&o, ']');
	return json_out_print(&o);
}

int
list_out_print(const struct ctl *c, const struct list_out *l, const void *rows,
    size_t n, bool is_json)
{
	const char *row = rows;
	struct table t;
	size_t width = 0;
	int rc;

	if (is_json)
		return print_json(l, row, n);
	while (l->headings[width] != NULL)
		width++;
	table_init(&t, l->headings, width);
	for (size_t i = 0; i < n; i++)
		l->add_line(c, row + i * l->size, &t);
	rc = table_print(&t, stdout);
	table_fini(&t);
	return rc == 0 ? CTL_OK : ctl_fail(CTL_BUG, "out of memory");
}
