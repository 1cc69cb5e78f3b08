/*
 * Clocks of the host, and a table of functions through which a simulation
 * supplies its own.  The only file that calls clock_gettime(2).  No calendar
 * here: see lib/time/.  Tested in t_leap and wherever a test has its own
 * clock.
 */
#include "config.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/hash.h"
#include "lib/base/ban.h"

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

/* Includes time in suspend where the system provides such a clock. */
static int64_t
host_boot_us(void *arg)
{
	(void)arg;
#ifdef CLOCK_BOOTTIME
	return clock_read_us(CLOCK_BOOTTIME);
#else
	return clock_mono_us();
#endif
}

/* The kernel's boot id as a number (never 0); 0 if it has none. */
static int64_t
host_boot(void *arg)
{
	char id[64];
	ssize_t n;
	int fd;

	(void)arg;
	fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	if (fd == -1)
		return 0;
	n = read(fd, id, sizeof(id));
	(void)close(fd);
	return n > 0 ?
	    (int64_t)(hash_bytes(HASH_INIT, id, (size_t)n) >> 1 | 1) :
	    0;
}

const struct clock clock_host = {
	host_now_us,
	host_mono_us,
	host_sleep_us,
	NULL,
	host_boot_us,
	host_boot,
};

void
clock_get_time(const struct clock *c, struct clock_reading *out)
{
	out->now_us = c->now_us(c->arg);
	out->boot_us =
	    c->boot_us != NULL ? c->boot_us(c->arg) : c->mono_us(c->arg);
}

void
clock_get_reading(const struct clock *c, struct clock_reading *out)
{
	clock_get_time(c, out);
	out->boot = c->boot != NULL ? c->boot(c->arg) : 0;
}

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
