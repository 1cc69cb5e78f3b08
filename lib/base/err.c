/*
 * The reason of a failure, in room of its caller.
 */
#include "config.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/err.h"
#include "lib/base/utf8.h"
#include "lib/base/ban.h"

/* The bytes of s (n of them, cut anywhere) that are whole characters. */
static size_t
whole(const char *s, size_t n)
{
	size_t i = n;
	uint32_t cp;

	while (i > 0 && n - i < 3 && ((unsigned char)s[i - 1] & 0xc0) == 0x80)
		i--;
	if (i == 0 || ((unsigned char)s[i - 1] & 0xc0) != 0xc0)
		return n;
	return utf8_decode(s + i - 1, n - i + 1, &cp) == 0 ? i - 1 : n;
}

int
err_set(struct err *err, const char *fmt, ...)
{
	char text[ERR_MAX];
	va_list ap;
	int n;

	if (err == NULL)
		return -1;
	va_start(ap, fmt);
	n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n < 0)
		n = 0;
	if ((size_t)n >= sizeof(text))
		n = (int)whole(text, sizeof(text) - 1);
	memcpy(err->text, text, (size_t)n);
	err->text[n] = '\0';
	return -1;
}

void
err_clear(struct err *err)
{
	if (err != NULL)
		err->text[0] = '\0';
}
