#ifndef LIB_BASE_TEXT_H
#define LIB_BASE_TEXT_H

#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

struct buf;

/*
 * Every program prints text for people through these functions.  What is
 * stored, typed or received may hold characters that move the cursor, set the
 * title, begin a line or change the direction of the text after them
 * (utf8_is_shown), and bytes that are not UTF-8: each is shown as "?".
 */

/* Append s, made harmless. */
void text_clean(const char *s, struct buf *out);

/* Print a line to f: what fmt makes, made harmless, and a newline. */
void text_to(FILE *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* The same after a prefix, which is printed unchanged. */
void text_vline(FILE *f, const char *prefix, const char *fmt, va_list ap)
    __attribute__((format(printf, 3, 0)));

/* The same without a newline: part of a line. */
void text_part(FILE *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/*
 * Print text of several lines: newlines (also CR LF) and tabs are kept, all
 * else is made harmless.  Stored or typed text must not begin a line in it,
 * unless it is all that the program prints.
 */
void text_block(FILE *f, const char *text);

/*
 * Print a line of strings, ended by NULL, each made harmless, separated by
 * tabs.
 */
void text_cells(FILE *f, const char *first, ...) __attribute__((sentinel));

/*
 * Replace the current line of the terminal by what fmt makes, without a
 * newline; an empty text erases the line.
 */
void text_progress(FILE *f, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

/* Send a control sequence of the program's own to the terminal. */
void text_control(FILE *f, const char *sequence);

/*
 * Print n bytes of JSON.  In its strings, what a terminal would obey is
 * escaped as JSON does, so nothing is lost; a byte that is not UTF-8 becomes
 * U+FFFD.
 */
void text_json(FILE *f, const char *json, size_t n);

#endif
