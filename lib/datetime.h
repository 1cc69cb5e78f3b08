#ifndef LIB_DATETIME_H
#define LIB_DATETIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct tz;

/*
 * Read text as an instant into *out_us: "YYYY-M-D", optionally followed by
 * [ T]H:M[:S[.ffffff]], optionally Z or +HH:MM / -HH:MM (only after a time).
 * Date alone = 00:00:00.  A time without offset is in tz; gap and fold as
 * tz_instant.  *offset_s (may be NULL) gets the explicit offset or
 * DATETIME_NO_OFFSET.  NULL when good, else the reason, a constant text in
 * APScheduler's words: "Invalid date string", "month must be in 1..12", "day
 * is out of range for month", …
 */
#define DATETIME_NO_OFFSET INT32_MIN
const char *datetime_parse(const char *text, const struct tz *tz,
    int64_t *out_us, int32_t *offset_s);

/* Append t_us as RFC 3339 in UTC: "2026-11-22T00:11:17.003600Z", fraction
 * only when not zero. */
void datetime_rfc3339(int64_t t_us, struct buf *out);

/* The same of the second t_us lies in, never with a fraction. */
void datetime_rfc3339_s(int64_t t_us, struct buf *out);

#endif
