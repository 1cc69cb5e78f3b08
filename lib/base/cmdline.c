/*
 * Options of a command line.  getopt's own messages would copy the typed text
 * to the terminal unchanged, so this file writes its own.  Tested in t_text
 * and with every program's options in tests/ctl/.
 */
#include "config.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/cmdline.h"
#include "lib/base/text.h"

#include "lib/base/ban.h"

/* Length of a long option's name, without dashes and value. */
static size_t
name_len(const char *word)
{
	return strcspn(word + 2, "=");
}

/* Append the options that begin as word does; return their number. */
static size_t
find_likely(const struct option *longs, const char *word, struct buf *out)
{
	size_t n = 0;

	for (; longs->name != NULL; longs++) {
		if (strncmp(longs->name, word + 2, name_len(word)) != 0)
			continue;
		buf_printf(out, "%s--%s", n++ == 0 ? "" : ", ", longs->name);
	}
	return n;
}

/* Report a word "--NAME…" that getopt rejected. */
static void
report_long(const char *program, const char *word, int ch,
    const struct option *longs)
{
	struct buf likely = BUF_INIT;
	int len = (int)name_len(word);

	if (ch == ':')
		text_to(stderr, "%s: option '%s' requires an argument", program,
		    word);
	else if (optopt != 0)
		text_to(stderr, "%s: option '--%.*s' doesn't allow an argument",
		    program, len, word + 2);
	else if (find_likely(longs, word, &likely) > 1)
		text_to(stderr, "%s: option '--%.*s' is ambiguous: %s", program,
		    len, word + 2, buf_cstr(&likely));
	else
		text_to(stderr, "%s: unrecognized option '--%.*s'", program,
		    len, word + 2);
	buf_fini(&likely);
}

/* Does getopt's error ch refer to the long option word, "--NAME…"? */
static bool
is_long(const char *word, int ch, const struct option *longs)
{
	if (strncmp(word, "--", 2) != 0)
		return false;
	if (ch == ':' || optopt == 0)
		return true;
	for (; longs->name != NULL; longs++) {
		if (longs->val == optopt && strchr(word, '=') != NULL &&
		    strncmp(longs->name, word + 2, name_len(word)) == 0)
			return true;
	}
	return false;
}

int
cmdline_next(const char *program, int argc, char *const *argv,
    const char *shorts, const struct option *longs)
{
	const char *word;
	int ch;

	opterr = 0;
	ch = getopt_long(argc, argv, shorts, longs, NULL);
	if (ch != '?' && ch != ':')
		return ch;
	word = argv[optind - 1];
	if (is_long(word, ch, longs))
		report_long(program, word, ch, longs);
	else if (ch == ':')
		text_to(stderr, "%s: option requires an argument -- '%c'",
		    program, optopt);
	else
		text_to(stderr, "%s: invalid option -- '%c'", program, optopt);
	return '?';
}
