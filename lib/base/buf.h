#ifndef LIB_BASE_BUF_H
#define LIB_BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>

/*
 * Growable bytes, NUL-terminated once anything was appended.  A failed
 * allocation sets is_failed and makes every later call a no-op, so that the
 * caller checks once, at the end.
 */
struct buf {
	char *data;
	size_t len;
	size_t cap;
	bool is_failed;
};

#define BUF_INIT \
	{ \
		NULL, 0, 0, false \
	}

/* Make b empty; it owns nothing.  Release with buf_fini. */
void buf_init(struct buf *b);

/* Free what b owns and make it empty again. */
void buf_fini(struct buf *b);

/* Remove the bytes and the failure; keep the memory for reuse. */
void buf_reset(struct buf *b);

/* Truncate to len bytes; no effect if b is not longer. */
void buf_cut(struct buf *b, size_t len);

/* Reserve memory for n more bytes; 0, or -1 with is_failed set. */
int buf_reserve(struct buf *b, size_t n);

/* Append n bytes of p. */
void buf_add(struct buf *b, const void *p, size_t n);

/* Append the string s without its NUL. */
void buf_str(struct buf *b, const char *s);

/* Append one byte. */
void buf_char(struct buf *b, char c);

/* Append as printf(3), or vprintf(3), would print. */
void buf_printf(struct buf *b, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
    __attribute__((format(printf, 2, 0)));

/*
 * Append s as a JSON string with its quotes (RFC 8259 section 7: only what
 * must be escaped is escaped).  s must be valid UTF-8; other bytes pass
 * unchanged.
 */
void buf_json(struct buf *b, const char *s);

/* The bytes as a string, "" when empty; borrowed until the next change. */
const char *buf_cstr(const struct buf *b);

/*
 * Return the bytes as a string that the caller owns (free(3)) and make b
 * empty.  NULL if an allocation failed.
 */
char *buf_take(struct buf *b);

#endif
