#ifndef LIB_BASE_CLOCK_H
#define LIB_BASE_CLOCK_H

#include <stdint.h>

#include "lib/base/leap.h"

#define CLOCK_US_PER_S INT64_C(1000000)

/*
 * The time in microseconds since the epoch, UTC without leap seconds as POSIX
 * counts.  The only caller of clock_gettime(CLOCK_REALTIME).
 */
int64_t clock_now_us(void);

/*
 * Microseconds of a clock that never goes back; only differences mean
 * anything.
 */
int64_t clock_mono_us(void);

/* Sleep for up to us microseconds; returns early when a signal arrives. */
void clock_sleep_us(int64_t us);

/*
 * A clock as an argument: code that decides by time reads it from here, so
 * that a simulation can supply its own.  The functions are as the three above
 * and get arg.
 */
struct clock {
	int64_t (*now_us)(void *arg);
	int64_t (*mono_us)(void *arg);
	void (*sleep_us)(void *arg, int64_t us);
	void *arg;
	int64_t (*boot_us)(void *arg); /* since boot; NULL: mono_us */
	int64_t (*boot)(void *arg);    /* the boot's id; NULL: unknown */
};

/* The host's clock: the three functions above.  Constant, never freed. */
extern const struct clock clock_host;

/* Read the time of c; its monotonic time; sleep by it.  As the three above. */
int64_t clock_get_us(const struct clock *c);
int64_t clock_get_mono_us(const struct clock *c);
void clock_wait_us(const struct clock *c, int64_t us);

/*
 * Fill *out for lib/base/leap.h; clock_get_time leaves out->boot unset, which
 * saves reading the boot id.
 */
void clock_get_time(const struct clock *c, struct clock_reading *out);
void clock_get_reading(const struct clock *c, struct clock_reading *out);

#endif
