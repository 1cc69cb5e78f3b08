#ifndef LIB_UTF8_H
#define LIB_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Decode the character that starts at s (n bytes left, n > 0) into *cp.  Its
 * length in bytes, or 0 when it is not well-formed (RFC 3629: no surrogates,
 * no overlong forms, at most U+10FFFF).
 */
size_t utf8_decode(const char *s, size_t n, uint32_t *cp);

/* Well-formed UTF-8 without control characters (C0, DEL, C1)? */
bool utf8_is_text(const char *s, size_t n);

#endif
