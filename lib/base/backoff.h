#ifndef LIB_BASE_BACKOFF_H
#define LIB_BASE_BACKOFF_H

#include <stdint.h>

/*
 * The longest wait after attempt attempts that failed, the first being 1:
 * base_us, doubled for each that followed, cap_us at most.
 */
int64_t backoff_most_us(int64_t base_us, int64_t cap_us, int64_t attempt);

/*
 * Some part of it by chance (full jitter, as the AWS architecture blog has
 * it), so that those who failed together do not come back together; random32 is
 * any number.
 */
int64_t backoff_us(int64_t base_us, int64_t cap_us, int64_t attempt,
    uint32_t random32);

/* The next number of no meaning; *state is any number at first. */
uint32_t backoff_rand32(uint32_t *state);

#endif
