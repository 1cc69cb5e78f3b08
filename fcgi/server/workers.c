/*
 * Several processes behind one listening socket.  The system gives a new
 * connection to an idle process, so that a long poll delays no other client; a
 * web server with a socket per process may queue a request behind one.
 * Tested in tests/http/workers.bats.
 */
#include "config.h"

#include <sys/prctl.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/log.h"
#include "lib/base/stop.h"

#include "fcgi/server/workers.h"

#include "lib/base/ban.h"

/* a copy that ends sooner is restarted with a delay */
#define QUICK_US CLOCK_US_PER_S
#define PATIENCE_US (25 * CLOCK_US_PER_S)

struct worker {
	pid_t pid; /* 0: not running */
	int64_t started_us;
};

struct workers {
	struct worker *v;
	int n;
	int (*run)(void *arg);
	void *arg;
};

/* In a new copy: serve, and exit. */
static void
run_copy(const struct workers *w, pid_t parent, const sigset_t *mask)
{
	int rc;

	sigprocmask(SIG_SETMASK, mask, NULL);
	if (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent)
		_exit(EXIT_FAILURE);
	rc = w->run(w->arg);
	_exit(rc == 0 ? EXIT_SUCCESS : EXIT_FAILURE);
}

static int
start_one(struct workers *w, struct worker *one, const sigset_t *mask)
{
	pid_t parent = getpid();

	one->started_us = clock_mono_us();
	one->pid = fork();
	if (one->pid == 0)
		run_copy(w, parent, mask);
	if (one->pid < 0) {
		one->pid = 0;
		log_event(LOG_LEVEL_ERR, "worker-start", LOG_KEY_ERROR,
		    strerror(errno), NULL);
		return -1;
	}
	return 0;
}

/* Start the copies that are due; return how many do not run then. */
static int
start_all(struct workers *w, const sigset_t *mask)
{
	int64_t now = clock_mono_us();
	int missing = 0, i;

	for (i = 0; i < w->n; i++) {
		struct worker *one = &w->v[i];

		if (one->pid != 0)
			continue;
		if (one->started_us != 0 && now - one->started_us < QUICK_US)
			missing++;
		else if (start_one(w, one, mask) != 0)
			missing++;
	}
	return missing;
}

static void
log_killed(pid_t pid, int sig)
{
	char process[24], number[12];

	(void)snprintf(process, sizeof(process), "%ld", (long)pid);
	(void)snprintf(number, sizeof(number), "%d", sig);
	log_event(LOG_LEVEL_WARN, "worker-killed", "pid", process, "signal",
	    number, NULL);
}

/* Reap copies that have ended; return how many run. */
static int
reap(struct workers *w)
{
	int status, running = 0, i;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0) {
		for (i = 0; i < w->n && w->v[i].pid != pid; i++)
			;
		if (i == w->n)
			continue;
		w->v[i].pid = 0;
		if (WIFSIGNALED(status))
			log_killed(pid, WTERMSIG(status));
	}
	for (i = 0; i < w->n; i++)
		running += w->v[i].pid != 0;
	return running;
}

static void
signal_all(const struct workers *w, int sig)
{
	int i;

	for (i = 0; i < w->n; i++)
		if (w->v[i].pid != 0)
			(void)kill(w->v[i].pid, sig);
}

/* Send SIGTERM to all, and SIGKILL to those that still run later. */
static void
end_all(struct workers *w, const sigset_t *child)
{
	int64_t end_us = clock_mono_us() + PATIENCE_US;
	struct timespec second = { .tv_sec = 1 };

	signal_all(w, SIGTERM);
	while (reap(w) > 0) {
		if (clock_mono_us() >= end_us)
			signal_all(w, SIGKILL);
		(void)sigtimedwait(child, NULL, &second);
	}
}

int
workers_run(int n, int (*run)(void *arg), void *arg)
{
	struct workers w = { .n = n, .run = run, .arg = arg };
	struct timespec second = { .tv_sec = 1 };
	sigset_t child, awaited, mask;
	int sig, missing, rc = 0;

	w.v = calloc((size_t)n, sizeof(*w.v));
	if (w.v == NULL)
		return -1;
	sigemptyset(&child);
	sigaddset(&child, SIGCHLD);
	sigprocmask(SIG_BLOCK, &child, &mask);
	stop_set(&awaited);
	sigaddset(&awaited, SIGCHLD);
	if (start_all(&w, &mask) == n)
		rc = -1;
	while (rc == 0) {
		(void)reap(&w);
		missing = start_all(&w, &mask);
		sig =
		    sigtimedwait(&awaited, NULL, missing > 0 ? &second : NULL);
		if (sig > 0 && sig != SIGCHLD)
			break;
	}
	end_all(&w, &child);
	sigprocmask(SIG_SETMASK, &mask, NULL);
	free(w.v);
	return rc;
}
