/*
 * Tables for people: widths of any script, alignment, what is not printed
 * (ctl/print/table.h).
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/print/table.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* Tables for people: widths of any script, what is not printed, alignment. */

/* How many columns of a terminal a text takes. */
static const struct {
	const char *text;
	size_t width;
} widths[] = {
	{ "", 0 },
	{ "a", 1 },
	{ "abc def", 7 },
	{ "é", 1 },
	{ "e\xcc\x81", 1 }, /* e and a combining acute */
	{ "Ж", 1 },
	{ "日", 2 },
	{ "日本語", 6 },
	{ "한글", 4 },
	{ "ひらがな", 8 },
	{ "ｶ", 1 },  /* halfwidth katakana */
	{ "Ａ", 2 }, /* fullwidth A */
	{ "（）", 4 },
	{ "🚀", 2 },
	{ "🇩🇪", 2 },	       /* two letters that make a flag */
	{ "\xe2\x80\x8b", 0 }, /* zero width space */
	{ "a\xe2\x80\x8d"
	  "b",
	    2 },
	{ "\xef\xb8\x8f", 0 },	/* variation selector 16 */
	{ "ก\xe0\xb8\xb4", 1 }, /* Thai with a vowel above */
	{ "―", 1 },
	{ "\xff", 1 }, /* no UTF-8: one for each byte */
	{ "\xe6\x97", 2 },
};

/* What a cell shows. */
static const struct {
	const char *cell, *shown;
} cells[] = {
	{ "plain", "plain" },
	{ NULL, "-" },
	{ "", "-" },
	{ "-", "-" },
	{ "日本語 🚀", "日本語 🚀" },
	{ "a\nb", "a?b" },
	{ "a\tb\rc", "a?b?c" },
	{ "\x1b[31mred\x1b[0m", "?[31mred?[0m" },
	{ "\x7f", "?" },
	{ "\x01\x02", "??" },
	{ "\xc2\x9b"
	  "31m",
	    "?31m" }, /* CSI in one byte of C1 */
	{ "\xe2\x80\xae"
	  "evil",
	    "?evil" }, /* right-to-left override */
	{ "\xe2\x80\xaa", "?" },
	{ "a\xe2\x81\xa7"
	  "b\xe2\x81\xa9",
	    "a?b?" }, /* its isolate, and the end of one */
	{ "\xff\xfe", "??" },
	{ "ok\xe6\x97", "ok??" },
	{ "\xc0\x80", "??" },
};

static void
test_widths(void)
{
	for (size_t i = 0; i < sizeof(widths) / sizeof(widths[0]); i++)
		is_int((long long)table_width(widths[i].text),
		    (long long)widths[i].width, "width of \"%s\"",
		    strchr(widths[i].text, '\xff') == NULL ? widths[i].text :
							     "a bad byte");
}

/* What table t prints, owned by the caller. */
static char *
print(const struct table *t)
{
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);

	if (f == NULL || table_print(t, f) != 0 || fclose(f) != 0)
		abort();
	return text;
}

static void
test_cells(void)
{
	static const char *const headings[] = { "X" };
	char want[128], *got;
	struct table t;

	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		table_init(&t, headings, 1);
		table_add(&t, cells[i].cell);
		got = print(&t);
		(void)snprintf(want, sizeof(want), "X\n%s\n", cells[i].shown);
		ok(strcmp(got, want) == 0, "cell %zu is shown as \"%s\"", i,
		    cells[i].shown);
		free(got);
		table_fini(&t);
	}
}

/* Columns are as wide as their widest cell and two blanks; the last is not
 * filled up. */
static void
test_columns(void)
{
	static const char *const headings[] = { "A", "LONGER", "C" };
	static const char *const in[] = { "日本", "x", "end", "a", "yyyyyyyyyy",
		NULL, "e\xcc\x81", "", "🚀" };
	struct table t;
	char *got;

	table_init(&t, headings, 3);
	for (size_t i = 0; i < sizeof(in) / sizeof(in[0]); i++)
		table_add(&t, in[i]);
	got = print(&t);
	is_str(got,
	    "A     LONGER      C\n"
	    "日本  x           end\n"
	    "a     yyyyyyyyyy  -\n"
	    "e\xcc\x81     -           🚀\n",
	    "in line, whatever the script");
	free(got);
	table_fini(&t);
}

/* Headings alone are not printed: nothing is nothing. */
static void
test_empty(void)
{
	static const char *const headings[] = { "A", "B" };
	struct table t;
	char *got;

	table_init(&t, headings, 2);
	got = print(&t);
	is_str(got, "", "no rows");
	free(got);
	table_fini(&t);
	table_fini(&t);
	ok(t.cells == NULL && t.n == 0, "freed twice is freed once");
}

static void
test_many(void)
{
	static const char *const headings[] = { "N", "SQUARE" };
	size_t lines = 0;
	struct table t;
	char *got;

	table_init(&t, headings, 2);
	for (int i = 0; i < 1000; i++) {
		table_addf(&t, "%d", i);
		table_addf(&t, "%d", i * i);
	}
	got = print(&t);
	for (const char *s = got; (s = strchr(s, '\n')) != NULL; s++)
		lines++;
	is_int((long long)lines, 1001, "a thousand rows and their headings");
	ok(strstr(got, "\n999  998001\n") != NULL, "to the last");
	ok(strstr(got, "\n7    49\n") != NULL, "in line");
	free(got);
	table_fini(&t);
}

int
main(void)
{
	test_widths();
	test_cells();
	test_columns();
	test_empty();
	test_many();
	return tap_done();
}
