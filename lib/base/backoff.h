#ifndef LIB_BASE_BACKOFF_H
#define LIB_BASE_BACKOFF_H

#include <stdint.h>

/*
 * The longest delay after attempt failed attempts (1 after the first):
 * base_us, doubled for every further attempt, at most cap_us.  All are
 * microseconds; a negative base_us counts as 0.
 */
int64_t backoff_max_us(int64_t base_us, int64_t cap_us, int64_t attempt);

/*
 * The delay to use: random32 / 2^32 of the longest (full jitter, AWS
 * architecture blog), so that clients that failed together do not retry
 * together.  random32 is any number; backoff_rand32 makes one.
 */
int64_t backoff_us(int64_t base_us, int64_t cap_us, int64_t attempt,
    uint32_t random32);

/*
 * The next pseudo-random number; *state is the seed, any number.  Not for
 * secrets.
 */
uint32_t backoff_rand32(uint32_t *state);

#endif
