/*
 * Text for people, without anything a terminal would obey.  Not the log: see
 * log.c.
 */

#include "config.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/text.h"
#include "lib/base/utf8.h"

#include "lib/base/ban.h"

/*
 * Is the character at s a tab or a line end, allowed in text of several lines?
 */
static bool
is_layout(const char *s)
{
	return *s == '\n' || *s == '\t' || (s[0] == '\r' && s[1] == '\n');
}

static void
clean(const char *s, bool is_block, struct buf *out)
{
	size_t left = strlen(s), n;
	uint32_t cp;

	for (; left > 0; s += n, left -= n) {
		n = utf8_decode(s, left, &cp);
		if (n > 0 && (utf8_is_shown(cp) || (is_block && is_layout(s))))
			buf_add(out, s, n);
		else
			buf_char(out, '?');
		n = n == 0 ? 1 : n;
	}
}

void
text_clean(const char *s, struct buf *out)
{
	clean(s, false, out);
}

/* Print what fmt makes, made harmless, between two fixed texts. */
static void
print(FILE *f, const char *const around[2], const char *fmt, va_list ap)
{
	struct buf raw = BUF_INIT, line = BUF_INIT;

	buf_vprintf(&raw, fmt, ap);
	buf_str(&line, around[0]);
	text_clean(buf_cstr(&raw), &line);
	buf_str(&line, around[1]);
	if (!raw.is_failed && !line.is_failed)
		(void)fwrite(buf_cstr(&line), 1, line.len, f);
	else
		(void)fputs(around[1], f);
	buf_fini(&raw);
	buf_fini(&line);
}

void
text_vline(FILE *f, const char *prefix, const char *fmt, va_list ap)
{
	const char *const around[2] = { prefix, "\n" };

	print(f, around, fmt, ap);
}

void
text_to(FILE *f, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vline(f, "", fmt, ap);
	va_end(ap);
}

void
text_part(FILE *f, const char *fmt, ...)
{
	static const char *const around[2] = { "", "" };
	va_list ap;

	va_start(ap, fmt);
	print(f, around, fmt, ap);
	va_end(ap);
}

void
text_block(FILE *f, const char *text)
{
	struct buf b = BUF_INIT;

	clean(text, true, &b);
	(void)fputs(buf_cstr(&b), f);
	buf_fini(&b);
}

void
text_cells(FILE *f, const char *first, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, first);
	for (const char *s = first; s != NULL; s = va_arg(ap, const char *)) {
		if (b.len > 0)
			buf_char(&b, '\t');
		text_clean(s, &b);
	}
	va_end(ap);
	buf_char(&b, '\n');
	(void)fputs(buf_cstr(&b), f);
	buf_fini(&b);
}

void
text_progress(FILE *f, const char *fmt, ...)
{
	static const char *const around[2] = { "\r", "\033[K" };
	va_list ap;

	va_start(ap, fmt);
	print(f, around, fmt, ap);
	va_end(ap);
	(void)fflush(f);
}

void
text_control(FILE *f, const char *sequence)
{
	(void)fputs(sequence, f);
}

void
text_json(FILE *f, const char *json, size_t n)
{
	const char *from = json, *end = json + n;
	uint32_t cp;
	size_t len;

	for (const char *s = json; s < end; s += len) {
		/*
		 * Print prints ASCII as it is: json-c has escaped it where
		 * needed.
		 */
		len = 1;
		if ((unsigned char)*s < 0x7f)
			continue;
		len = utf8_decode(s, (size_t)(end - s), &cp);
		if (len > 0 && utf8_is_shown(cp))
			continue;
		(void)fwrite(from, 1, (size_t)(s - from), f);
		(void)fprintf(f, "\\u%04x", len == 0 ? 0xfffdU : (unsigned)cp);
		len = len == 0 ? 1 : len;
		from = s + len;
	}
	(void)fwrite(from, 1, (size_t)(end - from), f);
}
