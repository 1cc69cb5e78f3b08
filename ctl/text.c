/* Lines for people, without anything in them that a terminal would obey. */

#include "config.h"

#include <stdint.h>
#include <string.h>

#include "ctl/text.h"
#include "lib/buf.h"
#include "lib/utf8.h"

#include "lib/ban.h"

void
text_clean(const char *s, struct buf *out)
{
	size_t left = strlen(s), n;
	uint32_t cp;

	for (; left > 0; s += n, left -= n) {
		n = utf8_decode(s, left, &cp);
		if (n > 0 && utf8_is_shown(cp)) {
			buf_add(out, s, n);
			continue;
		}
		buf_char(out, '?');
		n = n == 0 ? 1 : n;
	}
}

void
text_vline(FILE *f, const char *prefix, const char *fmt, va_list ap)
{
	struct buf raw = BUF_INIT, line = BUF_INIT;

	buf_vprintf(&raw, fmt, ap);
	buf_str(&line, prefix);
	text_clean(buf_cstr(&raw), &line);
	if (raw.is_failed || line.is_failed)
		buf_reset(&line);
	(void)fprintf(f, "%s\n", buf_cstr(&line));
	buf_fini(&raw);
	buf_fini(&line);
}

void
text_line(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	text_vline(stdout, "", fmt, ap);
	va_end(ap);
}

void
text_field(const char *name, int width, const char *value)
{
	if (value != NULL && *value != '\0')
		text_line("%-*s %s", width, name, value);
}
