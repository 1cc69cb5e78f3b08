#ifndef CTL_PRINT_TEXT_H
#define CTL_PRINT_TEXT_H

#include "lib/base/text.h"

/* Lines on standard output, by lib/base/text.h. */

/*
 * Print the formatted text and a newline.  Control characters and invalid
 * UTF-8 are replaced as lib/base/text.h says.
 */
void text_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/*
 * Print "NAME VALUE", with NAME padded to width columns.  Print nothing if
 * value is NULL or "".
 */
void text_field(const char *name, int width, const char *value);

#endif
