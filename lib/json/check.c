/*
 * A scanner for RFC 8259, run before json-c.  json-c, even when strict,
 * accepts input that would change a client's data or yield text that is not
 * JSON: NaN, "1.", integers outside -2^63 to 2^64-1, NUL in names, raw control
 * characters.  Tested in t_json.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/json/json.h"
#include "lib/base/utf8.h"
#include "lib/base/ban.h"

struct scan {
	const unsigned char *s;
	size_t len;
	size_t at;
	size_t members; /* of all objects so far */
	struct err *why;
};

static int scan_value(struct scan *sc, int depth);

static int
fail(struct scan *sc, const char *what)
{
	return err_set(sc->why, "%s at byte %zu", what, sc->at);
}

static int
peek(const struct scan *sc)
{
	return sc->at < sc->len ? sc->s[sc->at] : -1;
}

static bool
is_digit(int c)
{
	return c >= '0' && c <= '9';
}

static void
skip_space(struct scan *sc)
{
	int c;

	while ((c = peek(sc)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		sc->at++;
}

static int
scan_word(struct scan *sc, const char *word)
{
	size_t n = strlen(word);

	if (sc->len - sc->at < n || memcmp(sc->s + sc->at, word, n) != 0)
		return fail(sc, "unexpected character");
	sc->at += n;
	return 0;
}

static int
scan_digits(struct scan *sc)
{
	if (!is_digit(peek(sc)))
		return fail(sc, "expected a digit");
	while (is_digit(peek(sc)))
		sc->at++;
	return 0;
}

#define INT64_MIN_MAGNITUDE (UINT64_C(1) << 63)

/* Refuse an integer that json-c would clamp: its value would change. */
static int
check_range(struct scan *sc, size_t from)
{
	char text[32];
	size_t n = sc->at - from;
	uint64_t v;

	if (n < sizeof(text)) {
		memcpy(text, sc->s + from, n);
		text[n] = '\0';
		errno = 0;
		v = strtoull(text + (text[0] == '-'), NULL, 10);
		if (errno == 0 && (text[0] != '-' || v <= INT64_MIN_MAGNITUDE))
			return 0;
	}
	sc->at = from;
	return fail(sc, "a number larger than 64 bits (send it as a string)");
}

static int
scan_number(struct scan *sc)
{
	size_t from = sc->at;
	bool is_int = true;

	if (peek(sc) == '-')
		sc->at++;
	if (peek(sc) == '0') {
		sc->at++;
		if (is_digit(peek(sc)))
			return fail(sc, "a number with a leading zero");
	} else if (scan_digits(sc) != 0)
		return -1;
	if (peek(sc) == '.') {
		is_int = false;
		sc->at++;
		if (scan_digits(sc) != 0)
			return -1;
	}
	if (peek(sc) == 'e' || peek(sc) == 'E') {
		is_int = false;
		sc->at++;
		if (peek(sc) == '+' || peek(sc) == '-')
			sc->at++;
		if (scan_digits(sc) != 0)
			return -1;
	}
	return is_int ? check_range(sc, from) : 0;
}

/* Read the four hex digits after \u into *out. */
static int
scan_hex(struct scan *sc, unsigned *out)
{
	*out = 0;
	for (int i = 0; i < 4; i++) {
		int c = peek(sc);
		unsigned v;

		if (is_digit(c))
			v = (unsigned)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = (unsigned)(c - 'a') + 10;
		else if (c >= 'A' && c <= 'F')
			v = (unsigned)(c - 'A') + 10;
		else
			return fail(sc, "an invalid \\u escape");
		*out = *out * 16 + v;
		sc->at++;
	}
	return 0;
}

static int
scan_unicode(struct scan *sc, bool is_name)
{
	unsigned cp, low;

	if (scan_hex(sc, &cp) != 0)
		return -1;
	if (cp == 0 && is_name)
		return fail(sc, "a NUL in a name");
	if (cp < 0xd800 || cp > 0xdfff)
		return 0;
	/* RFC 8259 section 7: surrogates occur only in pairs. */
	if (cp > 0xdbff || peek(sc) != '\\')
		return fail(sc, "an unpaired surrogate");
	sc->at++;
	if (peek(sc) != 'u')
		return fail(sc, "an unpaired surrogate");
	sc->at++;
	if (scan_hex(sc, &low) != 0)
		return -1;
	if (low < 0xdc00 || low > 0xdfff)
		return fail(sc, "an unpaired surrogate");
	return 0;
}

static int
scan_escape(struct scan *sc, bool is_name)
{
	int c;

	sc->at++;
	c = peek(sc);
	if (c == -1 || strchr("\"\\/bfnrtu", c) == NULL || c == '\0')
		return fail(sc, "an invalid escape");
	sc->at++;
	return c == 'u' ? scan_unicode(sc, is_name) : 0;
}

static int
scan_string(struct scan *sc, bool is_name)
{
	uint32_t cp;
	size_t n;
	int c;

	for (sc->at++; (c = peek(sc)) != '"';) {
		if (c == -1)
			return fail(sc, "an unterminated string");
		if (c < 0x20)
			return fail(sc, "a control character in a string");
		if (c == '\\') {
			if (scan_escape(sc, is_name) != 0)
				return -1;
			continue;
		}
		n = c < 0x80 ? 1 :
			       utf8_decode((const char *)sc->s + sc->at,
				   sc->len - sc->at, &cp);
		if (n == 0)
			return fail(sc, "bytes that are not UTF-8");
		sc->at += n;
	}
	sc->at++;
	return 0;
}

/* One element of an array, or one member of an object. */
static int
scan_item(struct scan *sc, char close, int depth)
{
	skip_space(sc);
	if (close == '}') {
		if (peek(sc) != '"')
			return fail(sc, "expected a name in quotes");
		if (scan_string(sc, true) != 0)
			return -1;
		skip_space(sc);
		if (peek(sc) != ':')
			return fail(sc, "expected a colon");
		sc->at++;
		sc->members++;
		skip_space(sc);
	}
	return scan_value(sc, depth);
}

static int
scan_items(struct scan *sc, char close, int depth)
{
	if (depth > JSON_DEPTH_MAX)
		return fail(sc, "nested too deeply");
	sc->at++;
	skip_space(sc);
	if (peek(sc) == close) {
		sc->at++;
		return 0;
	}
	for (;;) {
		if (scan_item(sc, close, depth) != 0)
			return -1;
		skip_space(sc);
		if (peek(sc) == close) {
			sc->at++;
			return 0;
		}
		if (peek(sc) == -1)
			return fail(sc, "unexpected end of the text");
		if (peek(sc) != ',')
			return fail(sc, "expected a comma");
		sc->at++;
	}
}

static int
scan_value(struct scan *sc, int depth)
{
	switch (peek(sc)) {
	case '{':
		return scan_items(sc, '}', depth + 1);
	case '[':
		return scan_items(sc, ']', depth + 1);
	case '"':
		return scan_string(sc, false);
	case 't':
		return scan_word(sc, "true");
	case 'f':
		return scan_word(sc, "false");
	case 'n':
		return scan_word(sc, "null");
	case -1:
		return fail(sc, "unexpected end of the text");
	default:
		if (peek(sc) == '-' || is_digit(peek(sc)))
			return scan_number(sc);
		return fail(sc, "unexpected character");
	}
}

int
json_check(const char *text, size_t len, struct err *why)
{
	size_t unused;

	return json_check_members(text, len, &unused, why);
}

int
json_check_members(const char *text, size_t len, size_t *members,
    struct err *why)
{
	struct scan sc = {
		.s = (const unsigned char *)text,
		.len = len,
		.why = why,
	};

	skip_space(&sc);
	if (scan_value(&sc, 0) != 0)
		return -1;
	skip_space(&sc);
	if (sc.at != len)
		return fail(&sc, "unexpected data after the JSON text");
	*members = sc.members;
	return 0;
}
