#ifndef NET_HTTP_FIELD_H
#define NET_HTTP_FIELD_H

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

#endif
