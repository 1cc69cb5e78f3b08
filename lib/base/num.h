#ifndef LIB_BASE_NUM_H
#define LIB_BASE_NUM_H

#include <stddef.h>
#include <stdint.h>

/*
 * Read all of s as a decimal integer with an optional sign, nothing before or
 * after, min <= value <= max, into *out.  0, or -1 with *out unchanged if s is
 * not such a number or is out of range.
 */
int num_parse(const char *s, int64_t min, int64_t max, int64_t *out);

/*
 * Write the decimal number s ("1e1", "10.0", "-2.50", as JSON has them) into
 * out without exponent, leading zeros or zeros after the point: "10", "-2.5".
 * 0, or -1 if s is not a number or needs more than size bytes.
 */
int num_plain(const char *s, char *out, size_t size);

/*
 * As num_parse, for a number that a client wrote: "10.0" and "1e1" are
 * accepted as integers, too, because some languages print integers so.
 */
int num_parse_whole(const char *s, int64_t min, int64_t max, int64_t *out);

#define NUM_TOO_LONG (-2)

/*
 * Read all of s as a duration in microseconds into *out_us: numbers, each with
 * a unit us, ms, s, m, h, d or w ("90s", "1h30m", "1.5h"), added up; or one
 * integer without a unit, in seconds.  0; -1 if s is not such a text;
 * NUM_TOO_LONG if it is more than 100 years.  *out_us is then unchanged.
 */
int num_parse_duration(const char *s, int64_t *out_us);

#endif
