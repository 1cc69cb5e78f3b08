#include "config.h"

#include <time.h>

#include "lib/clock.h"
#include "lib/ban.h"

static int64_t
clock_read_us(clockid_t id)
{
	struct timespec ts;

	/* Cannot fail for these two clocks and a valid pointer (POSIX). */
	(void)clock_gettime(id, &ts);
	return (int64_t)ts.tv_sec * CLOCK_US_PER_S + ts.tv_nsec / 1000;
}

int64_t
clock_now_us(void)
{
	return clock_read_us(CLOCK_REALTIME);
}

int64_t
clock_mono_us(void)
{
	return clock_read_us(CLOCK_MONOTONIC);
}

void
clock_sleep_us(int64_t us)
{
	struct timespec ts;

	if (us <= 0)
		return;
	ts.tv_sec = (time_t)(us / CLOCK_US_PER_S);
	ts.tv_nsec = (long)(us % CLOCK_US_PER_S * 1000);
	(void)nanosleep(&ts, NULL);
}

static int64_t
host_now_us(void *arg)
{
	(void)arg;
	return clock_now_us();
}

static int64_t
host_mono_us(void *arg)
{
	(void)arg;
	return clock_mono_us();
}

static void
host_sleep_us(void *arg, int64_t us)
{
	(void)arg;
	clock_sleep_us(us);
}

const struct clock clock_host = {
	host_now_us,
	host_mono_us,
	host_sleep_us,
	NULL,
};

int64_t
clock_get_us(const struct clock *c)
{
	return c->now_us(c->arg);
}

int64_t
clock_get_mono_us(const struct clock *c)
{
	return c->mono_us(c->arg);
}

void
clock_wait_us(const struct clock *c, int64_t us)
{
	c->sleep_us(c->arg, us);
}
