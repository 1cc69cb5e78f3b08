/* Lines on standard output, made harmless by lib/base/text.h. */

#include "config.h"

#include <stdarg.h>
#include <stdio.h>

#include "ctl/print/text.h"

#include "lib/base/ban.h"

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
