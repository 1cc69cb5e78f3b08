#ifndef CTL_TEXT_H
#define CTL_TEXT_H

#include <stdarg.h>
#include <stdio.h>

struct buf;

/*
 * Text for people goes to the terminal through here.  What is stored, or comes
 * from another host, may hold bytes that move the cursor, set the title, begin
 * a line or turn the direction of what follows: each is shown as "?".
 */

/* Append s, made harmless. */
void text_clean(const char *s, struct buf *out);

/* Print a line: what fmt makes, made harmless, and a newline. */
void text_line(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* The same to f, behind a prefix. */
void text_vline(FILE *f, const char *prefix, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

/* Print "NAME VALUE", the value behind width columns; no value is no line. */
void text_field(const char *name, int width, const char *value);

#endif
