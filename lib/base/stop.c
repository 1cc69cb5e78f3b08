/*
 * Requests to end (SIGTERM, SIGINT, SIGHUP) as blocked, pending signals, and
 * waits that they interrupt.  No handler sets a flag; the program itself
 * decides where it ends.
 */
#include "config.h"

#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* ppoll(2), which POSIX has since 2024 */
#endif

#include <time.h>

#include "lib/base/clock.h"
#include "lib/base/stop.h"
#include "lib/base/ban.h"

void
stop_set(sigset_t *set)
{
	static const int all[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction sa;

	(void)sigemptyset(set);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (sigaction(all[i], NULL, &sa) == 0 &&
		    sa.sa_handler != SIG_IGN)
			(void)sigaddset(set, all[i]);
	}
}

void
stop_block(void)
{
	sigset_t set;

	stop_set(&set);
	(void)sigprocmask(SIG_BLOCK, &set, NULL);
}

bool
stop_is_pending(void)
{
	sigset_t pending;

	return sigpending(&pending) == 0 &&
	    (sigismember(&pending, SIGTERM) == 1 ||
		sigismember(&pending, SIGINT) == 1 ||
		sigismember(&pending, SIGHUP) == 1);
}

void
stop_sleep_us(int64_t us)
{
	struct timespec ts;
	sigset_t set;
	int sig;

	if (us <= 0)
		return;
	ts.tv_sec = (time_t)(us / CLOCK_US_PER_S);
	ts.tv_nsec = (long)(us % CLOCK_US_PER_S * 1000);
	stop_set(&set);
	/*
	 * sigtimedwait(2) consumed the signal: raise it again for later calls.
	 */
	if ((sig = sigtimedwait(&set, NULL, &ts)) > 0)
		(void)raise(sig);
}

/* Blocked again after ppoll(2), the signal stays pending. */
static void
on_stop(int signo)
{
	(void)raise(signo);
}

/*
 * Let ppoll(2) be interrupted by signals that would otherwise end the program.
 */
static void
stop_catch(const sigset_t *set, sigset_t *mask)
{
	static const int all[] = { SIGTERM, SIGINT, SIGHUP };
	struct sigaction sa = { .sa_handler = on_stop };

	(void)sigemptyset(&sa.sa_mask);
	(void)sigprocmask(SIG_BLOCK, NULL, mask);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (sigismember(set, all[i]) != 1)
			continue;
		(void)sigaction(all[i], &sa, NULL);
		(void)sigdelset(mask, all[i]);
	}
	/* Of use where it is blocked, and has a handler. */
	(void)sigdelset(mask, SIGCHLD);
}

int
stop_poll(struct pollfd *fds, nfds_t n, int64_t us)
{
	struct timespec ts;
	sigset_t set, mask;

	ts.tv_sec = (time_t)(us / CLOCK_US_PER_S);
	ts.tv_nsec = (long)(us % CLOCK_US_PER_S * 1000);
	stop_set(&set);
	stop_catch(&set, &mask);
	return ppoll(fds, n, us < 0 ? NULL : &ts, &mask);
}

static void
stop_wait_us(void *arg, int64_t us)
{
	(void)arg;
	stop_sleep_us(us);
}

void
stop_clock(struct clock *out)
{
	*out = clock_host;
	out->sleep_us = stop_wait_us;
}
