/*
 * Delays between attempts: exponential backoff with full jitter.  Pure:
 * attempt count, random number and generator state are arguments; no clock is
 * read.
 */
#include "config.h"

#include "lib/base/backoff.h"
#include "lib/base/ban.h"

int64_t
backoff_max_us(int64_t base_us, int64_t cap_us, int64_t attempt)
{
	int64_t max = base_us < 0 ? 0 : base_us;

	for (int64_t i = 1; i < attempt && max > 0 && max < cap_us; i++)
		max *= 2;
	return max < cap_us ? max : cap_us;
}

int64_t
backoff_us(int64_t base_us, int64_t cap_us, int64_t attempt, uint32_t random32)
{
	int64_t max = backoff_max_us(base_us, cap_us, attempt);

	return (int64_t)((double)max * ((double)random32 / (double)UINT32_MAX));
}

/* A linear congruence (Numerical Recipes), its low bits improved. */
uint32_t
backoff_rand32(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state ^ *state >> 16;
}
