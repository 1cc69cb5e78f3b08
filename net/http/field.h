#ifndef NET_HTTP_FIELD_H
#define NET_HTTP_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What header lines of answers say.  Pure: the instant is an argument. */

#define HTTP_FIELD_NONE (-1)

/*
 * The number that stands in n bytes of text, blanks around it, or
 * HTTP_FIELD_NONE: there is anything else, or more than 10^12.
 */
int64_t http_field_number(const char *text, size_t n);

/*
 * How long Retry-After among the header lines of an answer that came at now_us
 * asks us to wait: seconds, or a date in any of the forms of RFC 9110; at most
 * a day.  Given twice, the longest counts.  HTTP_FIELD_NONE: it is not said, or
 * the date is over (one of the clocks is wrong).
 */
int64_t http_field_retry_us(const char *headers, int64_t now_us);

/*
 * The value of the field name (any case) among the header lines, without the
 * blanks around it, into out, cut to outlen - 1 bytes; of several the first.
 * false, and out is empty, when there is no such field.
 */
bool http_field_text(const char *headers, const char *name, char *out,
    size_t outlen);

#endif
