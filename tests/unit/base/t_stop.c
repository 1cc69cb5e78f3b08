/* Being asked to end: it stays asked, cuts a sleep short, obeys nohup(1). */
#include "config.h"

#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/stop.h"

#include "tests/unit/tap.h"

#define LONG_US (60 * CLOCK_US_PER_S)

/* Each case in a child, whose signals are its own. */
static int
in_child(int (*body)(int), int sig)
{
	int status = -1;
	pid_t pid;

	(void)fflush(stdout);
	if ((pid = fork()) == 0) {
		(void)alarm(20);
		/* A shell starts what runs beside it without SIGINT. */
		(void)signal(sig, SIG_DFL);
		_exit(body(sig));
	}
	(void)waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 256;
}

/* Sent before the sleep: seen before and after it. */
static int
stop_first(int sig)
{
	stop_block();
	if (stop_is_pending())
		return 1;
	(void)kill(getpid(), sig);
	if (!stop_is_pending())
		return 2;
	stop_sleep_us(LONG_US);
	stop_sleep_us(LONG_US);
	return stop_is_pending() ? 0 : 3;
}

/* Sent by another process while it sleeps. */
static int
stop_amid(int sig)
{
	pid_t parent = getpid();
	pid_t pid;

	stop_block();
	if ((pid = fork()) == 0) {
		clock_sleep_us(CLOCK_US_PER_S / 5);
		_exit(kill(parent, sig) != 0);
	}
	stop_sleep_us(LONG_US);
	(void)waitpid(pid, NULL, 0);
	return stop_is_pending() ? 0 : 1;
}

static int
stop_ignored(int sig)
{
	sigset_t set;

	(void)signal(sig, SIG_IGN);
	stop_block();
	(void)kill(getpid(), sig);
	stop_set(&set);
	stop_sleep_us(1000);
	return stop_is_pending() || sigismember(&set, sig) == 1;
}

/* Other signals are none of its business. */
static int
stop_other(int sig)
{
	(void)signal(sig, SIG_IGN);
	stop_block();
	(void)kill(getpid(), sig);
	stop_sleep_us(1000);
	return stop_is_pending();
}

static int
stop_not_blocked(int sig)
{
	(void)kill(getpid(), sig);
	return 0;
}

int
main(void)
{
	static const struct {
		int sig;
		const char *name;
	} t[] = { { SIGTERM, "TERM" }, { SIGINT, "INT" }, { SIGHUP, "HUP" } };
	int64_t began;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		is_int(in_child(stop_first, t[i].sig), 0,
		    "SIG%s: stays pending, ends sleeps", t[i].name);
		is_int(in_child(stop_amid, t[i].sig), 0, "SIG%s: ends a sleep",
		    t[i].name);
		is_int(in_child(stop_ignored, t[i].sig), 0,
		    "SIG%s: ignored before, ignored now", t[i].name);
		is_int(in_child(stop_not_blocked, t[i].sig), 256,
		    "SIG%s: kills who has not blocked it", t[i].name);
	}
	is_int(in_child(stop_other, SIGPIPE), 0, "SIGPIPE: no stop");
	stop_block();
	began = clock_mono_us();
	stop_sleep_us(30000);
	stop_sleep_us(0);
	stop_sleep_us(-1);
	ok(clock_mono_us() - began >= 30000, "sleeps as long as it should");
	return tap_done();
}
