/*
 * Work in processes, a piece at a time; the results come back through a pipe.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/proof/pool.h"

#define PROCESSES_MAX 64

struct answer {
	size_t i;
	int rc;
	unsigned char result[POOL_RESULT_MAX];
};
/* Writes of up to 4096 bytes (POSIX: PIPE_BUF, 512 at least) are whole. */
_Static_assert(sizeof(struct answer) <= 4096, "an answer is one write");

static int
read_whole(int fd, void *p, size_t size)
{
	ssize_t n;

	do
		n = read(fd, p, size);
	while (n == -1 && errno == EINTR);
	return n == (ssize_t)size ? 0 : -1;
}

/* In a process of its own: take pieces until there are none. */
static int
serve(const struct pool *p, int pieces, int answers)
{
	struct answer a;
	int rc = 0;

	for (;;) {
		memset(&a, 0, sizeof(a));
		if (read_whole(pieces, &a.i, sizeof(a.i)) == -1)
			return rc;
		a.rc = p->work(p->cookie, a.i, a.result);
		rc |= a.rc;
		if (write(answers, &a, sizeof(a)) != (ssize_t)sizeof(a))
			return -1;
	}
}

static void
show_progress(const struct pool *p, size_t done, size_t i)
{
	if (isatty(STDERR_FILENO) == 1)
		(void)fprintf(stderr, "\r%zu/%zu %-40.40s", done, p->n,
		    p->name[i]);
	if (done == p->n && isatty(STDERR_FILENO) == 1)
		(void)fputs("\r\033[K", stderr);
}

/* Take the answers of all pieces; new pieces go out as answers come in. */
static int
gather(const struct pool *p, int *pieces, int answers)
{
	struct answer a;
	size_t done = 0, given = 0;
	int rc = 0;

	/* A pipe holds more pieces than there are processes. */
	for (; given < p->n && given < (size_t)p->processes * 2; given++)
		if (write(*pieces, &given, sizeof(given)) == -1)
			return -1;
	while (done < p->n && read_whole(answers, &a, sizeof(a)) == 0) {
		rc |= a.rc;
		p->take(p->cookie, a.result);
		show_progress(p, ++done, a.i);
		if (given < p->n) {
			if (write(*pieces, &given, sizeof(given)) == -1)
				return -1;
			given++;
		}
	}
	(void)close(*pieces);
	*pieces = -1;
	return done < p->n ? -1 : rc;
}

int
pool_run(const struct pool *p)
{
	int pieces[2], answers[2], i, status, rc = 0;
	pid_t pid[PROCESSES_MAX];
	int n = p->processes < PROCESSES_MAX ? p->processes : PROCESSES_MAX;

	(void)fflush(stdout);
	if (pipe(pieces) == -1 || pipe(answers) == -1)
		return -1;
	for (i = 0; i < n; i++) {
		pid[i] = fork();
		if (pid[i] == -1)
			rc = -1;
		if (pid[i] != 0)
			continue;
		(void)close(pieces[1]);
		(void)close(answers[0]);
		rc = serve(p, pieces[0], answers[1]);
		(void)fflush(stdout);
		_exit(rc == 0 ? 0 : 1);
	}
	(void)close(pieces[0]);
	(void)close(answers[1]);
	rc |= gather(p, &pieces[1], answers[0]);
	if (pieces[1] != -1)
		(void)close(pieces[1]);
	(void)close(answers[0]);
	for (i = 0; i < n; i++)
		if (pid[i] != -1 &&
		    (waitpid(pid[i], &status, 0) == -1 || status != 0))
			rc = -1;
	return rc;
}
