/*
 * UTF-8: what is a character, and what people are shown of text that is none
 * (lib/base/utf8.h).
 */
#include "config.h"

#include <string.h>

#include "lib/base/utf8.h"
#include "tests/unit/tap.h"

/* RFC 3629: what is a character, and what only looks like one. */
static const struct sample {
	const char *what;
	const char *bytes;
	size_t n;
	size_t len; /* 0: not well-formed */
	uint32_t cp;
} samples[] = {
	{ "a letter", "A", 1, 1, 'A' },
	{ "NUL", "\0", 1, 1, 0 },
	{ "the last of one byte", "\x7f", 1, 1, 0x7f },
	{ "the first of two bytes", "\xc2\x80", 2, 2, 0x80 },
	{ "the last of two bytes", "\xdf\xbf", 2, 2, 0x7ff },
	{ "the first of three bytes", "\xe0\xa0\x80", 3, 3, 0x800 },
	{ "the last before surrogates", "\xed\x9f\xbf", 3, 3, 0xd7ff },
	{ "the first after surrogates", "\xee\x80\x80", 3, 3, 0xe000 },
	{ "the last of three bytes", "\xef\xbf\xbf", 3, 3, 0xffff },
	{ "the first of four bytes", "\xf0\x90\x80\x80", 4, 4, 0x10000 },
	{ "the last of all", "\xf4\x8f\xbf\xbf", 4, 4, 0x10ffff },
	{ "with more behind it", "\xc3\xa9z", 3, 2, 0xe9 },
	{ "a lone continuation", "\x80", 1, 0, 0 },
	{ "overlong in two bytes", "\xc0\xaf", 2, 0, 0 },
	{ "overlong in two bytes, C1", "\xc1\xbf", 2, 0, 0 },
	{ "overlong in three bytes", "\xe0\x9f\xbf", 3, 0, 0 },
	{ "overlong in four bytes", "\xf0\x8f\xbf\xbf", 4, 0, 0 },
	{ "the first surrogate", "\xed\xa0\x80", 3, 0, 0 },
	{ "the last surrogate", "\xed\xbf\xbf", 3, 0, 0 },
	{ "beyond U+10FFFF", "\xf4\x90\x80\x80", 4, 0, 0 },
	{ "a lead byte that never is", "\xf5\x80\x80\x80", 4, 0, 0 },
	{ "0xff", "\xff", 1, 0, 0 },
	{ "cut after one of two", "\xc3", 1, 0, 0 },
	{ "cut after two of three", "\xe2\x82", 2, 0, 0 },
	{ "cut after three of four", "\xf0\x9f\x98", 3, 0, 0 },
	{ "no continuation second", "\xe2\x28\xa1", 3, 0, 0 },
	{ "no continuation third", "\xe2\x82\x28", 3, 0, 0 },
};

static const struct text_sample {
	const char *what;
	const char *s;
	size_t n;
	bool is_text;
} texts[] = {
	{ "nothing", "", 0, true },
	{ "ASCII", "report-1", 8, true },
	{ "several scripts", "\xe6\x8a\xa5 \xd0\xb6 \xf0\x9f\x95\x90", 11,
	    true },
	{ "no-break space, the first after C1", "\xc2\xa0", 2, true },
	{ "a newline", "a\nb", 3, false },
	{ "a tab", "\t", 1, false },
	{ "NUL inside", "a\0b", 3, false },
	{ "escape", "\x1b[0m", 4, false },
	{ "DEL", "\x7f", 1, false },
	{ "the first of C1", "\xc2\x80", 2, false },
	{ "the last of C1", "\xc2\x9f", 2, false },
	{ "Latin-1", "caf\xe9", 4, false },
	{ "cut at the end", "ok\xe2\x82", 4, false },
};

/* What people are shown of it, in 16 bytes. */
static const struct {
	const char *s;
	size_t n;
	const char *want;
} shown[] = {
	{ "", 0, "" },
	{ "a", 1, "a" },
	{ " \r\n\ta \n b\x7f\xc2\x85", 12, "a b" },
	{ "a\0b", 3, "a b" },
	{ "caf\xe9?", 5, "caf??" },
	{ "\x1b[31mred", 8, "[31mred" },
	{ "0123456789abcdef", 16, "0123456789abcde" },
	{ "0123456789abcde\xc3\xa4", 17, "0123456789abcde" },
	{ "0123456789abcd\xc3\xa4", 16, "0123456789abcd" },
	{ "0123456789abc\xc3\xa4", 15, "0123456789abc\xc3\xa4" },
	{ "0123456789abcd   e", 18, "0123456789abcd" },
};

static void
test_shown(void)
{
	char line[16];

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		utf8_clean(shown[i].s, shown[i].n, line, sizeof(line));
		is_str(line, shown[i].want, "shown %zu", i);
	}
}

static void
test_mend(void)
{
	static const struct {
		const char *s;
		size_t n;
		const char *want;
	} rows[] = {
		{ "", 0, "" },
		{ "a\0b", 3, "a?b" },
		{ "\xc3\xa9\n\x1b", 4, "\xc3\xa9\n\x1b" },
		{ "\xc3", 1, "?" },
		{ "\xed\xa0\x80x", 4, "???x" },
		{ "\xa9\xc3\xa9\xff", 4, "?\xc3\xa9?" },
	};
	static const struct {
		const char *s;
		size_t max;
		const char *want;
	} tails[] = {
		{ "abc", 3, "abc" },
		{ "abc", 2, "bc" },
		{ "abc", 0, "" },
		{ "a\xc3\xa9z", 3, "\xc3\xa9z" },
		{ "a\xc3\xa9z", 2, "z" },
	};
	char text[16];

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		memcpy(text, rows[i].s, rows[i].n);
		text[rows[i].n] = '\0';
		utf8_mend(text, rows[i].n);
		is_str(text, rows[i].want, "mended %zu", i);
	}
	for (size_t i = 0; i < sizeof(tails) / sizeof(tails[0]); i++)
		is_str(utf8_tail(tails[i].s, tails[i].max), tails[i].want,
		    "tail %zu", i);
}

int
main(void)
{
	const struct sample *s;
	const struct text_sample *t;
	uint32_t cp;

	for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++) {
		s = &samples[i];
		cp = 0;
		is_int((long long)utf8_decode(s->bytes, s->n, &cp),
		    (long long)s->len, "length of %s", s->what);
		if (s->len > 0)
			is_int(cp, s->cp, "value of %s", s->what);
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		t = &texts[i];
		ok(utf8_is_text(t->s, t->n) == t->is_text, "%s is %stext",
		    t->what, t->is_text ? "" : "no ");
	}
	test_shown();
	test_mend();
	return tap_done();
}
