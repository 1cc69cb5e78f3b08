/*
 * lib/base/err.h: what fits is kept, what does not is cut between characters,
 * and a reason may be put into a longer one.
 */
#include "config.h"

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/utf8.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

#define MOST (ERR_MAX - 1)

/* So many letters, then what lies over the end or before it. */
static const struct {
	const char *what;
	size_t letters;
	const char *tail;
	size_t kept; /* bytes */
} cuts[] = {
	{ "nothing", 0, "", 0 },
	{ "one that just fits", MOST, "", MOST },
	{ "one byte too many", MOST + 1, "", MOST },
	{ "many too many", 4 * (size_t)MOST, "", MOST },
	{ "a character of two that ends it", MOST - 2, "é", MOST },
	{ "a character of two cut after one", MOST - 1, "é", MOST - 1 },
	{ "a character of two behind the end", MOST, "é", MOST },
	{ "a character of three that ends it", MOST - 3, "报", MOST },
	{ "a character of three cut after two", MOST - 2, "报", MOST - 2 },
	{ "a character of three cut after one", MOST - 1, "报", MOST - 1 },
	{ "a character of four that ends it", MOST - 4, "🕐", MOST },
	{ "a character of four cut after three", MOST - 3, "🕐", MOST - 3 },
	{ "a character of four cut after two", MOST - 2, "🕐", MOST - 2 },
	{ "a character of four cut after one", MOST - 1, "🕐", MOST - 1 },
	{ "whole ones before one that is cut", MOST - 7, "报é报", MOST - 2 },
	{ "a whole one at the end, more behind", MOST - 3, "报报", MOST },
};

/* Bytes that are no characters are kept as far as there is room. */
static const struct {
	const char *what;
	size_t letters;
	const char *tail;
	size_t kept;
} bytes[] = {
	{ "lone continuations", MOST - 4, "\x80\x80\x80\x80\x80", MOST },
	{ "a byte that begins nothing", MOST - 1, "\x80zz", MOST },
	{ "Latin-1 in the middle", 10, "caf\xe9!", 15 },
};

static char *
text_of(size_t letters, const char *tail)
{
	size_t n = strlen(tail);
	char *text = malloc(letters + n + 1);

	if (text == NULL)
		abort();
	memset(text, 'x', letters);
	memcpy(text + letters, tail, n + 1);
	return text;
}

static void
cut(const char *what, size_t letters, const char *tail, size_t kept)
{
	char *text = text_of(letters, tail);
	struct err *err = malloc(sizeof(*err));

	if (err == NULL)
		abort();
	memset(err, 'y', sizeof(*err));
	err_set(err, "%s", text);
	is_int((long long)strnlen(err->text, ERR_MAX), (long long)kept, "%s",
	    what);
	ok(memcmp(err->text, text, kept) == 0, "and nothing was changed");
	free(err);
	free(text);
}

static void
test_cut(void)
{
	struct err err;
	char *text;

	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		cut(cuts[i].what, cuts[i].letters, cuts[i].tail, cuts[i].kept);
		text = text_of(cuts[i].letters, cuts[i].tail);
		err_set(&err, "%s", text);
		ok(utf8_is_valid(err.text, strlen(err.text)),
		    "%s: what is left is UTF-8", cuts[i].what);
		free(text);
	}
	for (size_t i = 0; i < sizeof(bytes) / sizeof(bytes[0]); i++)
		cut(bytes[i].what, bytes[i].letters, bytes[i].tail,
		    bytes[i].kept);
}

/* The reason in a reason, as callers put their words around it. */
static void
test_around(void)
{
	struct err err;
	char *text = text_of(MOST, "");

	err_set(&err, "no such file");
	err_set(&err, "%s: %s", "/a/b", err.text);
	is_str(err.text, "/a/b: no such file", "words before it");
	err_set(&err, "%s (%d) %s", err.text + 6, 2, err.text);
	is_str(err.text, "no such file (2) /a/b: no such file", "twice");
	err_set(&err, "%s", text);
	err_set(&err, "%s: %s", "first", err.text);
	ok(strncmp(err.text, "first: xxx", 10) == 0 && strlen(err.text) == MOST,
	    "around one that leaves no room");
	free(text);
}

static void
test_none(void)
{
	struct err err;

	is_int(err_set(NULL, "%s", "not wanted"), -1, "NULL: not wanted");
	err_clear(NULL);
	is_int(err_set(&err, "something"), -1, "a failure in one line");
	err_clear(&err);
	is_str(err.text, "", "cleared");
	err_set(&err, "%s", "again");
	is_str(err.text, "again", "and set again");
}

int
main(void)
{
	test_cut();
	test_around();
	test_none();
	return tap_done();
}
