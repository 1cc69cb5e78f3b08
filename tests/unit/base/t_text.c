/*
 * lib/base/text.h: nothing that a terminal would obey comes through a writer.
 */

#include "config.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/text.h"
#include "lib/base/utf8.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* The same text as each writer prints it: of lines, of several, of JSON. */
static const struct {
	const char *s, *line, *block, *json;
} texts[] = {
	{ "plain", "plain", "plain", "plain" },
	{ "é 报 🕐", "é 报 🕐", "é 报 🕐", "é 报 🕐" },
	{ "a\nb\tc", "a?b?c", "a\nb\tc", NULL },
	{ "a\r\nb\rc", "a??b?c", "a\r\nb?c", NULL },
	{ "\x1b]0;t\x07", "?]0;t?", "?]0;t?", NULL },
	{ "\x7f", "?", "?", "\\u007f" },
	{ "\xc2\x80 \xc2\x9b \xc2\x9f", "? ? ?", "? ? ?",
	    "\\u0080 \\u009b \\u009f" },
	{ "\xd8\x9c", "?", "?", "\\u061c" },
	{ "\xe2\x80\x8e\xe2\x80\x8f", "??", "??", "\\u200e\\u200f" },
	{ "\xe2\x80\xa8\xe2\x80\xa9\xe2\x80\xaa\xe2\x80\xae", "????", "????",
	    "\\u2028\\u2029\\u202a\\u202e" },
	{ "\xe2\x81\xa6\xe2\x81\xa9", "??", "??", "\\u2066\\u2069" },
	{ "\xef\xbb\xbf", "?", "?", "\\ufeff" },
	{ "\xef\xbf\xb9\xef\xbf\xbb", "??", "??", "\\ufff9\\ufffb" },
	{ "caf\xe9!", "caf?!", "caf?!", "caf\\ufffd!" },
	{ "\xed\xa0\x80", "???", "???", "\\ufffd\\ufffd\\ufffd" },
	{ "cut \xe2\x82", "cut ??", "cut ??", "cut \\ufffd\\ufffd" },
};

/* What was written to f, which is closed. */
static const char *
written(FILE *f, char *to, size_t size)
{
	size_t n;

	rewind(f);
	n = fread(to, 1, size - 1, f);
	to[n] = '\0';
	(void)fclose(f);
	return to;
}

static void
test_writers(void)
{
	char got[256], want[256];
	FILE *f;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		f = tmpfile();
		text_to(f, "<%s>", texts[i].s);
		(void)snprintf(want, sizeof(want), "<%s>\n", texts[i].line);
		is_str(written(f, got, sizeof(got)), want, "line %zu", i);
		f = tmpfile();
		text_part(f, "<%s>", texts[i].s);
		(void)snprintf(want, sizeof(want), "<%s>", texts[i].line);
		is_str(written(f, got, sizeof(got)), want, "part %zu", i);
		f = tmpfile();
		text_cells(f, "a", texts[i].s, "b", NULL);
		(void)snprintf(want, sizeof(want), "a\t%s\tb\n", texts[i].line);
		is_str(written(f, got, sizeof(got)), want, "cells %zu", i);
		f = tmpfile();
		text_progress(f, "%s", texts[i].s);
		(void)snprintf(want, sizeof(want), "\r%s\033[K", texts[i].line);
		is_str(written(f, got, sizeof(got)), want, "progress %zu", i);
		f = tmpfile();
		text_block(f, texts[i].s);
		is_str(written(f, got, sizeof(got)), texts[i].block,
		    "block %zu", i);
		if (texts[i].json == NULL)
			continue;
		f = tmpfile();
		text_json(f, texts[i].s, strlen(texts[i].s));
		is_str(written(f, got, sizeof(got)), texts[i].json, "JSON %zu",
		    i);
	}
}

/* Every character there is: none that is obeyed comes through. */
static void
test_characters(void)
{
	static const uint32_t last[] = { 0x1f, 0x9f, 0x061c, 0x200f, 0x202e,
		0x2069, 0xfeff, 0xfffb };
	static const uint32_t first[] = { 0x00, 0x7f, 0x061c, 0x200e, 0x2028,
		0x2066, 0xfeff, 0xfff9 };
	int64_t n = 0, wrong = 0;

	for (uint32_t cp = 0; cp <= 0x10ffff; cp++) {
		bool is_obeyed = false;

		for (size_t i = 0; i < sizeof(last) / sizeof(last[0]); i++)
			is_obeyed =
			    is_obeyed || (cp >= first[i] && cp <= last[i]);
		n += is_obeyed;
		wrong += utf8_is_shown(cp) == is_obeyed;
	}
	is_int(wrong, 0, "%lld characters are never shown", (long long)n);
	is_int(n, 32 + 33 + 1 + 2 + 7 + 4 + 1 + 3, "all of them");
}

int
main(void)
{
	test_writers();
	test_characters();
	return tap_done();
}
