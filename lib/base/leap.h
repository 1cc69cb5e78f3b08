#ifndef LIB_BASE_LEAP_H
#define LIB_BASE_LEAP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Clocks that run ahead for a while, as after a boot without a battery-backed
 * clock.  By such a clock everything until then is due now, and nothing for as
 * long afterwards.  So a tick whose clock advanced further than time did since
 * the last tick decides nothing; a later tick that agrees with it does.  Pure.
 */

/* A tick's reading of its clocks, in microseconds. */
struct clock_reading {
	int64_t now_us;	 /* the clock */
	int64_t boot_us; /* since boot, suspend included; -1: unknown */
	int64_t boot;	 /* id of that boot; 0: unknown */
};

struct leap_limits {
	int64_t leap_us;  /* larger jumps are doubted; 0: none */
	int64_t usual_us; /* the usual interval of ticks */
};

/*
 * How many microseconds the clock advanced beyond the time that passed between
 * was and is.  Across a boot the time the host was off is unknown: usual_us is
 * taken for the time that passed.
 */
int64_t leap_ahead(const struct clock_reading *was,
    const struct clock_reading *is, int64_t usual_us);

/*
 * Must the clock of a tick be doubted?  was is the last trusted reading,
 * doubted the immediately preceding one if that was doubted; NULL if there is
 * none.
 */
bool leap_is_doubtful(const struct clock_reading *was,
    const struct clock_reading *doubted, const struct clock_reading *is,
    const struct leap_limits *limits);

#endif
