#ifndef CTL_TEXT_H
#define CTL_TEXT_H

#include "lib/base/text.h"

/* The lines of the owner's command: lib/base/text.h, on standard output. */

/* Print a line: what fmt makes, made harmless, and a newline. */
void text_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Print "NAME VALUE", the value behind width columns; no value is no line. */
void text_field(const char *name, int width, const char *value);

#endif
