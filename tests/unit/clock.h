#ifndef TESTS_UNIT_CLOCK_H
#define TESTS_UNIT_CLOCK_H

#include "lib/base/clock.h"

/* A clock that says what the test wants, for the one file that includes it. */

static int64_t now; /* microseconds since the epoch */

static int64_t
now_get(void *arg)
{
	(void)arg;
	return now;
}

/* Stands still, so that a batch is never cut short. */
static int64_t
mono_get(void *arg)
{
	(void)arg;
	return 0;
}

static void
sleep_not(void *arg, int64_t us)
{
	(void)arg;
	(void)us;
}

static const struct clock clock_test = { .now_us = now_get,
	.mono_us = mono_get,
	.sleep_us = sleep_not };

#endif
