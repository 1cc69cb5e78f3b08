/*
 * limit SECONDS PROGRAM [ARGUMENT...]: run a test program with a limit of
 * time and with signals as in a login shell, even if the caller ignores or
 * blocks some (nohup ignores SIGHUP).  A program that takes longer is
 * killed with its process group, and the exit status is 124.
 */
#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define KILL_AFTER_S 5 /* from SIGTERM to SIGKILL */
#define SECONDS_MAX 86400

static volatile sig_atomic_t is_late;
static pid_t child;

/* The first alarm asks the group to end, the second makes it. */
static void
on_alarm(int sig)
{
	(void)kill(-child, is_late ? SIGKILL : SIGTERM);
	is_late = 1;
	(void)alarm(KILL_AFTER_S);
	(void)sig;
}

/* What ends the caller's wait ends the test. */
static void
on_end(int sig)
{
	(void)kill(-child, sig);
}

static void
default_signals(void)
{
	struct sigaction sa;
	sigset_t none;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_DFL;
	for (int sig = 1; sig < 32; sig++)
		if (sig != SIGKILL && sig != SIGSTOP)
			(void)sigaction(sig, &sa, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

static void
handle(int sig, void (*handler)(int))
{
	struct sigaction sa;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = handler;
	(void)sigaction(sig, &sa, NULL);
}

int
main(int argc, char **argv)
{
	long seconds = argc > 2 ? strtol(argv[1], NULL, 10) : 0;
	int status = 0;

	if (seconds < 1 || seconds > SECONDS_MAX) {
		fprintf(stderr, "usage: limit SECONDS PROGRAM [ARGUMENT...]\n");
		return 64;
	}
	default_signals();
	child = fork();
	if (child == 0) {
		(void)setpgid(0, 0);
		(void)execvp(argv[2], argv + 2);
		perror(argv[2]);
		_exit(127);
	}
	if (child < 0) {
		perror("fork");
		return 71;
	}
	(void)setpgid(child, child);
	handle(SIGALRM, on_alarm);
	handle(SIGTERM, on_end);
	handle(SIGINT, on_end);
	handle(SIGHUP, on_end);
	(void)alarm((unsigned)seconds);
	while (waitpid(child, &status, 0) < 0 && errno == EINTR)
		;
	if (is_late) {
		printf("Bail out! %s: took more than %ld s\n", argv[argc - 1],
		    seconds);
		return 124;
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
