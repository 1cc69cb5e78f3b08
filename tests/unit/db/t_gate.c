/* The gate: it hands over, survives its holder, and can be lost. */
#include "config.h"

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/db/gate.h"

#include "tests/unit/tap.h"

#define ROUNDS 2000

/* A child that takes the turn, tells so by a byte, and waits to be killed. */
static pid_t
hold(const char *path)
{
	int fd[2];
	pid_t pid;
	char c;

	if (pipe(fd) != 0)
		return -1;
	if ((pid = fork()) == 0) {
		gate_enter(gate_open(path, NULL), 1000000);
		(void)!write(fd[1], "x", 1);
		for (;;)
			(void)pause();
	}
	(void)!read(fd[0], &c, 1);
	(void)close(fd[0]);
	(void)close(fd[1]);
	return pid;
}

static void
stop(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

/* Microseconds that taking the turn costs. */
static int64_t
cost(struct gate *t)
{
	int64_t began = clock_mono_us();

	gate_enter(t, 200000);
	gate_leave(t);
	return clock_mono_us() - began;
}

/* Two processes add to a number in turn; no addition may be lost. */
static void
test_exclusion(const char *path, const char *number)
{
	struct gate *t = gate_open(path, NULL);
	pid_t pid = fork();
	FILE *f;
	long n;

	if (pid == 0) {
		gate_close(t);
		t = gate_open(path, NULL);
	}
	for (int i = 0; i < ROUNDS; i++) {
		gate_enter(t, 10000000);
		n = 0;
		if ((f = fopen(number, "r")) != NULL) {
			if (fscanf(f, "%ld", &n) != 1)
				n = -1;
			(void)fclose(f);
		}
		if ((f = fopen(number, "w")) != NULL) {
			(void)fprintf(f, "%ld", n + 1);
			(void)fclose(f);
		}
		gate_leave(t);
	}
	gate_close(t);
	if (pid == 0)
		_exit(0);
	(void)waitpid(pid, NULL, 0);
	f = fopen(number, "r");
	n = 0;
	ok(f != NULL && fscanf(f, "%ld", &n) == 1, "there is a number");
	is_int(n, 2L * ROUNDS, "two processes never held it together");
	if (f != NULL)
		(void)fclose(f);
}

static void
test_death(const char *path)
{
	struct gate *t = gate_open(path, NULL);
	pid_t pid = hold(path);

	stop(pid);
	ok(cost(t) < 100000, "a killed holder gives it up");
	ok(access(path, F_OK) == 0, "and the file stays");
	gate_close(t);
}

static void
test_stopped(const char *path)
{
	struct gate *t = gate_open(path, NULL);
	pid_t pid = hold(path);

	ok(cost(t) >= 200000, "a holder that does nothing is waited for");
	ok(access(path, F_OK) != 0, "then its file is removed");
	ok(cost(t) < 100000, "and nobody waits again");
	gate_close(t);
	t = gate_open(path, NULL);
	ok(t != NULL && cost(t) < 100000, "whoever comes next has a new one");
	gate_close(t);
	stop(pid);
}

/* What is no file of ours gives no gate, and is left as it is. */
static void
test_refused(const char *path, const char *other)
{
	static const char *const what[] = { "a link", "a folder", "a pipe",
		"a file somebody is making for too long" };
	struct stat before, after;
	int fd = -1;

	for (int i = 0; i < 4; i++) {
		(void)unlink(path);
		if (i == 0)
			(void)!symlink(other, path);
		else if (i == 1)
			(void)mkdir(path, 0700);
		else if (i == 2)
			(void)mkfifo(path, 0600);
		else {
			fd = open(path, O_RDWR | O_CREAT, 0600);
			(void)flock(fd, LOCK_EX);
		}
		(void)lstat(path, &before);
		ok(gate_open(path, NULL) == NULL, "%s is no gate", what[i]);
		ok(lstat(path, &after) == 0 &&
			after.st_mode == before.st_mode &&
			after.st_ino == before.st_ino,
		    "%s stays", what[i]);
		(void)rmdir(path);
	}
	(void)close(fd);
	ok(access(other, F_OK) != 0, "nothing is made behind a link");
	(void)unlink(path);
}

/* Held by one of two in a process, taken twice, given twice. */
static void
test_twice(const char *path)
{
	struct gate *t = gate_open(path, NULL), *u = gate_open(path, NULL);

	gate_enter(t, 100000);
	ok(cost(t) < 100000, "who has it does not wait for himself");
	gate_enter(t, 100000);
	gate_leave(t);
	gate_leave(t);
	ok(cost(u) < 100000, "given back once, it is free");
	gate_enter(t, 100000);
	gate_close(t);
	ok(cost(u) < 100000, "closing gives it back");
	gate_close(u);
}

int
main(void)
{
	char dir[] = "/tmp/t_gate.XXXXXX", path[64], number[64];
	struct gate *t;
	FILE *f;

	if (mkdtemp(dir) == NULL)
		return 1;
	(void)snprintf(path, sizeof(path), "%s/turn", dir);
	(void)snprintf(number, sizeof(number), "%s/number", dir);
	ok(gate_open("/nonexistent/turn", NULL) == NULL, "no folder, no gate");
	gate_enter(NULL, 1000000);
	gate_leave(NULL);
	gate_close(NULL);
	test_exclusion(path, number);
	test_death(path);
	test_stopped(path);
	test_twice(path);
	(void)unlink(number);
	test_refused(path, number);
	if ((f = fopen(path, "w")) != NULL) {
		(void)fprintf(f, "this is no mutex");
		(void)fclose(f);
	}
	t = gate_open(path, NULL);
	ok(t != NULL && cost(t) < 100000, "a damaged file is made anew");
	gate_close(t);
	(void)unlink(path);
	(void)unlink(number);
	(void)rmdir(dir);
	return tap_done();
}
