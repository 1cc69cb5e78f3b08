#ifndef LIB_BASE_UTF8_H
#define LIB_BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decode the character at s (n bytes left, n > 0) into *cp.  Its length in
 * bytes, or 0 if it is not well-formed (RFC 3629: no surrogates, no overlong
 * forms, at most U+10FFFF).
 */
size_t utf8_decode(const char *s, size_t n, uint32_t *cp);

/* Well-formed UTF-8, control characters included? */
bool utf8_is_valid(const char *s, size_t n);

/*
 * The length of the byte-order mark at the start of the n bytes at s: 3, or 0.
 */
size_t utf8_mark(const char *s, size_t n);

/*
 * May the character be sent to a terminal as it is?  Excluded are control
 * characters; those that change the direction of the text around them or end
 * its line (U+061C, U+200E and F, U+2028 to 202E, U+2066 to 2069); and the
 * byte-order mark and annotation marks (U+FEFF, U+FFF9 to FFFB), which hide
 * text.
 */
bool utf8_is_shown(uint32_t cp);

/* Well-formed UTF-8 without control characters (C0, DEL, C1)? */
bool utf8_is_text(const char *s, size_t n);

/*
 * Copy n bytes of any text into the size bytes at to as one line fit to show:
 * a run of blanks and control characters becomes one blank, a byte that is not
 * UTF-8 a question mark; what does not fit with the NUL is left out.
 */
void utf8_clean(const char *text, size_t n, char *to, size_t size);

/*
 * Make the n bytes at text, in place, valid UTF-8 without NUL: a byte that is
 * not UTF-8, or is NUL, becomes a question mark.
 */
void utf8_mend(char *text, size_t n);

/* The end of text, at most max bytes, from the first whole character on. */
const char *utf8_tail(const char *text, size_t max);

#endif
