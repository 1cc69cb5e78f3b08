/*
 * A growable byte string that is always NUL-terminated, and JSON strings in
 * it.  Not a parser; what a terminal must not get is removed by text.c.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"

#include "lib/base/ban.h"

void
buf_init(struct buf *b)
{
	*b = (struct buf)BUF_INIT;
}

void
buf_fini(struct buf *b)
{
	free(b->data);
	buf_init(b);
}

void
buf_reset(struct buf *b)
{
	b->len = 0;
	b->is_failed = false;
	if (b->data != NULL)
		b->data[0] = '\0';
}

void
buf_cut(struct buf *b, size_t len)
{
	if (len >= b->len)
		return;
	b->len = len;
	b->data[len] = '\0';
}

int
buf_reserve(struct buf *b, size_t n)
{
	size_t cap = b->cap;
	char *p;

	if (b->is_failed)
		return -1;
	if (n < cap - b->len) /* one byte is kept for the NUL */
		return 0;
	if (n > SIZE_MAX / 2 - b->len - 1) {
		b->is_failed = true;
		return -1;
	}
	if (cap < 32)
		cap = 32;
	while (cap <= b->len + n)
		cap *= 2;
	p = realloc(b->data, cap);
	if (p == NULL) {
		b->is_failed = true;
		return -1;
	}
	b->data = p;
	b->cap = cap;
	b->data[b->len] = '\0';
	return 0;
}

void
buf_add(struct buf *b, const void *p, size_t n)
{
	if (buf_reserve(b, n) == -1)
		return;
	if (n > 0)
		memcpy(b->data + b->len, p, n);
	b->len += n;
	b->data[b->len] = '\0';
}

void
buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void
buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void
buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	va_list again;
	size_t room;
	int n;

	/* Most results fit into 64 bytes, so one pass is usual. */
	if (buf_reserve(b, 64) == -1)
		return;
	room = b->cap - b->len;
	va_copy(again, ap);
	n = vsnprintf(b->data + b->len, room, fmt, ap);
	if (n >= 0 && (size_t)n >= room) {
		b->data[b->len] = '\0';
		n = buf_reserve(b, (size_t)n) == -1 ?
		    -1 :
		    vsnprintf(b->data + b->len, b->cap - b->len, fmt, again);
	}
	va_end(again);
	if (n < 0) {
		b->data[b->len] = '\0';
		b->is_failed = true;
		return;
	}
	b->len += (size_t)n;
}

void
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

/* The two-character escape of c after the backslash, or 0. */
static char
json_short_escape(unsigned char c)
{
	switch (c) {
	case '"':
	case '\\':
		return (char)c;
	case '\b':
		return 'b';
	case '\f':
		return 'f';
	case '\n':
		return 'n';
	case '\r':
		return 'r';
	case '\t':
		return 't';
	}
	return 0;
}

void
buf_json(struct buf *b, const char *s)
{
	static const char hex[] = "0123456789abcdef";
	const char *from = s;
	unsigned char c;
	char esc;

	buf_char(b, '"');
	for (; (c = (unsigned char)*s) != '\0'; s++) {
		esc = json_short_escape(c);
		if (esc == 0 && c >= 0x20)
			continue;
		buf_add(b, from, (size_t)(s - from));
		from = s + 1;
		buf_char(b, '\\');
		if (esc != 0) {
			buf_char(b, esc);
			continue;
		}
		buf_str(b, "u00");
		buf_char(b, hex[c >> 4]);
		buf_char(b, hex[c & 15]);
	}
	buf_add(b, from, (size_t)(s - from));
	buf_char(b, '"');
}

const char *
buf_cstr(const struct buf *b)
{
	return b->data != NULL ? b->data : "";
}

char *
buf_take(struct buf *b)
{
	char *p = NULL;

	/* An empty buffer, too, yields an allocated string. */
	if (buf_reserve(b, 0) == 0)
		p = b->data;
	else
		free(b->data);
	buf_init(b);
	return p;
}
