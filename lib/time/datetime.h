#ifndef LIB_TIME_DATETIME_H
#define LIB_TIME_DATETIME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf;
struct tz;

/*
 * Read text as an instant into *out_us (microseconds since the epoch):
 * "YYYY-M-D", optionally followed by [ Tt]H:M[:S[.f]] with one to nine
 * decimals, then optionally by Z, z, +HH:MM, +HHMM or +HH (or with -; only
 * after a time).  A date alone means 00:00:00.  A time without offset is local
 * to tz; gap and fold as tz_instant.  The same without separators is accepted:
 * "20301203T150000Z".  So is "@SECONDS" since the epoch, with or without
 * decimals; with nine digits and more, perhaps behind "-", also without @.
 * *offset_s (may be NULL) gets the explicit offset in seconds or
 * DATETIME_NO_OFFSET.
 *
 * NULL if valid, else the reason, a constant text in APScheduler's wording and
 * with an example: "Invalid date string: …", "month must be in 1..12", "day
 * is out of range for month", …
 */
#define DATETIME_NO_OFFSET INT32_MIN
const char *datetime_parse(const char *text, const struct tz *tz,
    int64_t *out_us, int32_t *offset_s);

/*
 * The same for a command line, which also accepts "now", "today", "tomorrow"
 * or "yesterday", the last three with or without a time of day ("tomorrow
 * 09:00"), and "+30m", "-2h" or "+1h30m", which count from now_us.
 */
struct datetime_relative {
	const struct tz *tz;
	int64_t now_us;
};
const char *datetime_parse_relative(const char *text,
    const struct datetime_relative *w, int64_t *out_us, int32_t *offset_s);

/*
 * Is text, which datetime_parse accepts, a date alone, so that it means the
 * beginning of that day?
 */
bool datetime_is_date(const char *text);

/*
 * Is text a local time without an offset?  If so, *wall_s is its wall second
 * (civil.h).
 */
bool datetime_wall(const char *text, int64_t *wall_s);

/*
 * Append t_us as RFC 3339 in UTC, "2026-11-22T00:11:17.003600Z"; the fraction
 * only if it is not zero.
 */
void datetime_rfc3339(int64_t t_us, struct buf *out);

/* The same, rounded down to the second: never with a fraction. */
void datetime_rfc3339_s(int64_t t_us, struct buf *out);

#endif
