/* Tables for terminals, with the widths of East Asian characters. */
#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/print/table.h"
#include "ctl/print/term.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/utf8.h"

#include "lib/base/ban.h"

#define GAP 2 /* spaces between columns */

/* Inclusive ranges of characters, in order. */
struct range {
	uint32_t first, last;
};

/* Unicode's East Asian Width W and F, blocks rounded. */
static const struct range wide[] = {
	{ 0x1100, 0x115f },
	{ 0x231a, 0x231b },
	{ 0x2329, 0x232a },
	{ 0x23e9, 0x23ec },
	{ 0x25fd, 0x25fe },
	{ 0x2614, 0x2615 },
	{ 0x2648, 0x2653 },
	{ 0x26aa, 0x26ab },
	{ 0x2705, 0x2705 },
	{ 0x270a, 0x270b },
	{ 0x2728, 0x2728 },
	{ 0x274c, 0x274c },
	{ 0x2753, 0x2755 },
	{ 0x2795, 0x2797 },
	{ 0x2b1b, 0x2b1c },
	{ 0x2e80, 0x303e },
	{ 0x3041, 0x33ff },
	{ 0x3400, 0x4dbf },
	{ 0x4e00, 0x9fff },
	{ 0xa000, 0xa4cf },
	{ 0xa960, 0xa97f },
	{ 0xac00, 0xd7a3 },
	{ 0xf900, 0xfaff },
	{ 0xfe10, 0xfe19 },
	{ 0xfe30, 0xfe6f },
	{ 0xff00, 0xff60 },
	{ 0xffe0, 0xffe6 },
	{ 0x16fe0, 0x18cff },
	{ 0x1b000, 0x1b2ff },
	{ 0x1f004, 0x1f004 },
	{ 0x1f0cf, 0x1f0cf },
	{ 0x1f18e, 0x1f18e },
	{ 0x1f191, 0x1f19a },
	{ 0x1f200, 0x1f320 },
	{ 0x1f32d, 0x1f335 },
	{ 0x1f337, 0x1f37c },
	{ 0x1f37e, 0x1f393 },
	{ 0x1f3a0, 0x1f3ca },
	{ 0x1f3cf, 0x1f3d3 },
	{ 0x1f3e0, 0x1f3f0 },
	{ 0x1f3f4, 0x1f3f4 },
	{ 0x1f3f8, 0x1f43e },
	{ 0x1f440, 0x1f440 },
	{ 0x1f442, 0x1f4fc },
	{ 0x1f4ff, 0x1f53d },
	{ 0x1f54b, 0x1f567 },
	{ 0x1f57a, 0x1f57a },
	{ 0x1f595, 0x1f596 },
	{ 0x1f5a4, 0x1f5a4 },
	{ 0x1f5fb, 0x1f64f },
	{ 0x1f680, 0x1f6c5 },
	{ 0x1f6cc, 0x1f6cc },
	{ 0x1f6d0, 0x1f6d2 },
	{ 0x1f6d5, 0x1f6df },
	{ 0x1f6eb, 0x1f6ec },
	{ 0x1f6f4, 0x1f6fc },
	{ 0x1f7e0, 0x1f7eb },
	{ 0x1f90c, 0x1f9ff },
	{ 0x1fa70, 0x1faff },
	{ 0x20000, 0x3fffd },
};

/* Combining marks and invisible characters. */
static const struct range none[] = {
	{ 0x0300, 0x036f },
	{ 0x0483, 0x0489 },
	{ 0x0591, 0x05bd },
	{ 0x0610, 0x061a },
	{ 0x064b, 0x065f },
	{ 0x0e31, 0x0e31 },
	{ 0x0e34, 0x0e3a },
	{ 0x0e47, 0x0e4e },
	{ 0x1ab0, 0x1aff },
	{ 0x1dc0, 0x1dff },
	{ 0x200b, 0x200f },
	{ 0x202a, 0x202e },
	{ 0x2060, 0x2064 },
	{ 0x20d0, 0x20f0 },
	{ 0x302a, 0x302d },
	{ 0x3099, 0x309a },
	{ 0xfe00, 0xfe0f },
	{ 0xfe20, 0xfe2f },
	{ 0xfeff, 0xfeff },
	{ 0xe0100, 0xe01ef },
};

static bool
is_in(const struct range *r, size_t n, uint32_t cp)
{
	size_t low = 0, mid;

	while (low < n) {
		mid = low + (n - low) / 2;
		if (cp > r[mid].last)
			low = mid + 1;
		else if (cp < r[mid].first)
			n = mid;
		else
			return true;
	}
	return false;
}

static size_t
char_width(uint32_t cp)
{
	if (is_in(none, sizeof(none) / sizeof(none[0]), cp))
		return 0;
	return is_in(wide, sizeof(wide) / sizeof(wide[0]), cp) ? 2 : 1;
}

static int
grow(struct table *t)
{
	size_t cap = t->cap == 0 ? 64 : t->cap * 2;
	char **p;

	if (t->n < t->cap)
		return 0;
	if ((p = realloc(t->cells, cap * sizeof(*p))) == NULL)
		return -1;
	t->cells = p;
	t->cap = cap;
	return 0;
}

/* Return whether the cells below the heading are states or outcomes. */
static bool
is_state(const char *heading)
{
	return strcmp(heading, "STATE") == 0 ||
	    strcmp(heading, "OUTCOME") == 0 || strcmp(heading, "STATUS") == 0 ||
	    strcmp(heading, "LAST") == 0;
}

static void
print_cell(const char *cell, const char *colour, FILE *f)
{
	if (colour != NULL)
		text_control(f, colour);
	text_part(f, "%s", cell);
	if (colour != NULL)
		text_control(f, TERM_PLAIN);
}

static void
print_row(const struct table *t, size_t row, const size_t *widths, FILE *f)
{
	char *const *cells = t->cells + row * t->ncols;
	bool is_coloured = row > 0 && term_has_colour(f);

	for (size_t i = 0; i < t->ncols; i++) {
		size_t gap = widths[i] - table_width(cells[i]) + GAP;

		print_cell(cells[i],
		    is_coloured && is_state(t->cells[i]) ?
			term_colour_of(cells[i]) :
			NULL,
		    f);
		text_part(f, "%*s", i + 1 < t->ncols ? (int)gap : 0, "");
	}
	text_to(f, "%s", "");
}

void
table_init(struct table *t, const char *const *headings, size_t ncols)
{
	memset(t, 0, sizeof(*t));
	t->ncols = ncols;
	for (size_t i = 0; i < ncols; i++)
		table_add(t, headings[i]);
}

void
table_fini(struct table *t)
{
	for (size_t i = 0; i < t->n; i++)
		free(t->cells[i]);
	free(t->cells);
	memset(t, 0, sizeof(*t));
}

void
table_add(struct table *t, const char *cell)
{
	struct buf b = BUF_INIT;

	if (cell == NULL || *cell == '\0')
		cell = "-";
	text_clean(cell, &b);
	if (t->is_failed || grow(t) == -1 ||
	    (t->cells[t->n] = buf_take(&b)) == NULL) {
		t->is_failed = true;
		buf_fini(&b);
		return;
	}
	t->n++;
}

void
table_addf(struct table *t, const char *fmt, ...)
{
	char cell[512];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(cell, sizeof(cell), fmt, ap);
	va_end(ap);
	table_add(t, cell);
}

int
table_print(const struct table *t, FILE *f)
{
	size_t *widths, w;

	if (t->is_failed ||
	    (widths = calloc(t->ncols, sizeof(*widths))) == NULL)
		return -1;
	for (size_t i = 0; i < t->n; i++) {
		w = table_width(t->cells[i]);
		if (w > widths[i % t->ncols])
			widths[i % t->ncols] = w;
	}
	for (size_t i = 0; t->n > t->ncols && i < t->n / t->ncols; i++)
		print_row(t, i, widths, f);
	free(widths);
	return 0;
}

size_t
table_width(const char *s)
{
	size_t left = strlen(s), n, width = 0;
	uint32_t cp;

	for (; left > 0; s += n, left -= n) {
		n = utf8_decode(s, left, &cp);
		width += n == 0 ? 1 : char_width(cp);
		n = n == 0 ? 1 : n;
	}
	return width;
}
