/*
 * Time a program: run it RUNS times and print the median wall time in
 * milliseconds and the largest resident set in KiB.
 *
 *   once RUNS PROGRAM [ARGUMENT …]
 */
#include "config.h"

#include <sys/resource.h>
#include <sys/wait.h>

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/num.h"
#include "lib/base/ban.h"

#define RUNS_MAX 1000

static int
order(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static int64_t
time_run(char *argv[])
{
	int64_t began = clock_mono_us();
	int status = 0;
	pid_t pid;

	if ((pid = fork()) == 0) {
		(void)execv(argv[0], argv);
		_exit(127);
	}
	if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
		return -1;
	return clock_mono_us() - began;
}

int
main(int argc, char *argv[])
{
	int64_t us[RUNS_MAX], runs;
	struct rusage ru;

	if (argc < 3 || num_parse(argv[1], 1, RUNS_MAX, &runs) != 0)
		return 64;
	for (int64_t i = 0; i < runs; i++) {
		if ((us[i] = time_run(argv + 2)) < 0)
			return 1;
	}
	(void)getrusage(RUSAGE_CHILDREN, &ru);
	qsort(us, (size_t)runs, sizeof(us[0]), order);
	(void)printf("%.3f %ld\n", (double)us[runs / 2] / 1000.0, ru.ru_maxrss);
	return 0;
}
