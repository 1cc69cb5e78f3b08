/*
 * UTF-8: decoding, validity, and which characters may be shown.  No other
 * encoding and no tables of Unicode properties.
 */
#include "config.h"

#include <string.h>

#include "lib/base/utf8.h"
#include "lib/base/ban.h"

size_t
utf8_decode(const char *s, size_t n, uint32_t *cp)
{
	/* Smallest code point of each length: anything below is overlong. */
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *u = (const unsigned char *)s;
	size_t len;
	uint32_t c;

	if (u[0] < 0x80) {
		*cp = u[0];
		return 1;
	}
	if (u[0] >= 0xc2 && u[0] <= 0xdf)
		len = 2;
	else if ((u[0] & 0xf0) == 0xe0)
		len = 3;
	else if (u[0] >= 0xf0 && u[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (n < len)
		return 0;
	c = u[0] & (0xffU >> (len + 1));
	for (size_t i = 1; i < len; i++) {
		if ((u[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (u[i] & 0x3fU);
	}
	if (c < least[len] || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*cp = c;
	return len;
}

size_t
utf8_mark(const char *s, size_t n)
{
	static const char mark[] = "\xef\xbb\xbf";

	return n >= sizeof(mark) - 1 && memcmp(s, mark, sizeof(mark) - 1) == 0 ?
	    sizeof(mark) - 1 :
	    0;
}

bool
utf8_is_shown(uint32_t cp)
{
	if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
		return false;
	return cp != 0x061c && cp != 0x200e && cp != 0x200f &&
	    (cp < 0x2028 || cp > 0x202e) && (cp < 0x2066 || cp > 0x2069) &&
	    cp != 0xfeff && (cp < 0xfff9 || cp > 0xfffb);
}

bool
utf8_is_valid(const char *s, size_t n)
{
	uint32_t cp;
	size_t len;

	for (size_t i = 0; i < n; i += len)
		if ((len = utf8_decode(s + i, n - i, &cp)) == 0)
			return false;
	return true;
}

bool
utf8_is_text(const char *s, size_t n)
{
	uint32_t cp;
	size_t len;

	for (size_t i = 0; i < n; i += len) {
		if ((len = utf8_decode(s + i, n - i, &cp)) == 0)
			return false;
		if (cp < 0x20 || (cp >= 0x7f && cp < 0xa0))
			return false;
	}
	return true;
}

void
utf8_clean(const char *text, size_t n, char *to, size_t size)
{
	size_t len, at = 0;
	uint32_t cp;

	for (size_t i = 0; i < n; i += len) {
		bool is_blank;

		if ((len = utf8_decode(text + i, n - i, &cp)) == 0) {
			cp = '?';
			len = 1;
		}
		is_blank = cp <= ' ' || (cp >= 0x7f && cp <= 0x9f);
		if (is_blank && (at == 0 || to[at - 1] == ' '))
			continue;
		if (at + len >= size)
			break;
		if (is_blank || cp == '?')
			to[at++] = is_blank ? ' ' : '?';
		else {
			memcpy(to + at, text + i, len);
			at += len;
		}
	}
	while (at > 0 && to[at - 1] == ' ')
		at--;
	to[at] = '\0';
}

void
utf8_mend(char *text, size_t n)
{
	uint32_t cp;
	size_t len;

	for (size_t i = 0; i < n; i += len) {
		if ((len = utf8_decode(text + i, n - i, &cp)) > 0 && cp != 0)
			continue;
		text[i] = '?';
		len = 1;
	}
}

const char *
utf8_tail(const char *text, size_t max)
{
	size_t n = strlen(text);

	if (n <= max)
		return text;
	for (text += n - max; ((unsigned char)*text & 0xc0) == 0x80; text++)
		;
	return text;
}
