#ifndef LIB_BASE_LEAP_H
#define LIB_BASE_LEAP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * Clocks that are ahead for a while, as after a start without a battery: by
 * such a clock everything until then would be due, and nothing for as long
 * afterwards.  So a tick whose clock went ahead of the last one by more than
 * time went by decides nothing; one that agrees with it does.  Pure.
 */

/* What a tick saw of time. */
struct clock_sign {
	int64_t now_us;	 /* the clock */
	int64_t boot_us; /* since the host started, sleep included; -1: not
			  * known */
	int64_t boot;	 /* which start that was; 0: not known */
};

struct leap_limits {
	int64_t leap_us;  /* more is doubted; 0: nothing is */
	int64_t usual_us; /* ticks follow each other within that, as a rule */
};

/*
 * How far the clock went further than time did, from was to is.  Across a
 * start of the host nothing tells how long it was off: only what is usual is
 * taken for time.
 */
int64_t leap_ahead(const struct clock_sign *was, const struct clock_sign *is,
    int64_t usual_us);

/*
 * Is the clock of a tick to be doubted?  was is the last one that was not,
 * doubted the one just before if that was, NULL: there is none.
 */
bool leap_is_doubtful(const struct clock_sign *was,
    const struct clock_sign *doubted, const struct clock_sign *is,
    const struct leap_limits *limits);

#endif
