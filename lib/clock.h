#ifndef LIB_CLOCK_H
#define LIB_CLOCK_H

#include <stdint.h>

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

#endif
