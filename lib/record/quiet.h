#ifndef LIB_RECORD_QUIET_H
#define LIB_RECORD_QUIET_H

#include <stdint.h>

struct tz;

/* Hours of every day in which a receiver is not disturbed. */
struct quiet {
	int64_t from_s, until_s; /* since midnight; both 0: none */
};

/*
 * Read "22:00-07:00", which may last over midnight, or "" for none.  0, or -1
 * for any other text, and for hours that are a whole day or none.
 */
int quiet_parse(const char *text, struct quiet *out);

/*
 * When the quiet hours end that now_us is in, by the clock of tz; 0: it is in
 * none.  An end that the clock skips is that of a clock which does not; one
 * that it has twice is the first.
 */
int64_t quiet_end_us(const struct quiet *q, const struct tz *tz,
    int64_t now_us);

#endif
