#ifndef LIB_BASE_CLOCK_H
#define LIB_BASE_CLOCK_H

#include <stdint.h>

#include "lib/base/leap.h"

#define CLOCK_US_PER_S INT64_C(1000000)

/*
 * The instant in microseconds since the epoch, UTC without leap seconds as
 * POSIX counts.  The only caller of clock_gettime(CLOCK_REALTIME).
 */
int64_t clock_now_us(void);

/* Microseconds of a clock that never goes back, for timing only. */
int64_t clock_mono_us(void);

/* Sleep up to us microseconds; returns early when a signal arrives. */
void clock_sleep_us(int64_t us);

/*
 * A clock that is given: what decides by time takes it from here, so that a
 * simulation can have its own.  The functions are as the three above, with
 * arg handed on.
 */
struct clock {
	int64_t (*now_us)(void *arg);
	int64_t (*mono_us)(void *arg);
	void (*sleep_us)(void *arg, int64_t us);
	void *arg;
	int64_t (*boot_us)(void *arg); /* since the host started; NULL: as
					* mono_us */
	int64_t (*boot)(void *arg);    /* which start; NULL: not known */
};

/* The host's: the three functions above. */
extern const struct clock clock_host;

/* Ask c for the instant; for the time that never goes back; sleep by it. */
int64_t clock_get_us(const struct clock *c);
int64_t clock_get_mono_us(const struct clock *c);
void clock_wait_us(const struct clock *c, int64_t us);

/* What it says of time, for lib/base/leap.h; of time alone, not which start. */
void clock_get_time(const struct clock *c, struct clock_sign *out);
void clock_get_sign(const struct clock *c, struct clock_sign *out);

#endif
