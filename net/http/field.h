#ifndef NET_HTTP_FIELD_H
#define NET_HTTP_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Parses header lines of answers.  Pure: the time is an argument. */

#define HTTP_FIELD_NONE (-1)

/*
 * Return the number in n bytes of text, with blanks around it; HTTP_FIELD_NONE
 * if there is anything else, or it is above 10^12.
 */
int64_t http_field_number(const char *text, size_t n);

/*
 * Return the delay of Retry-After among the header lines of an answer that
 * arrived at now_us, in microseconds: seconds, or a date in any form of RFC
 * 9110 section 5.6.7; at most a day.  Of several the longest.  HTTP_FIELD_NONE:
 * absent, or a date in the past (one of the clocks is wrong).
 */
int64_t http_field_retry_us(const char *headers, int64_t now_us);

/*
 * Copy the value of the field name (in any case) among the header lines,
 * without surrounding blanks, to out, cut to outlen - 1 bytes; of several the
 * first.  Return false, with out empty, if there is no such field.
 */
bool http_field_text(const char *headers, const char *name, char *out,
    size_t outlen);

#endif
