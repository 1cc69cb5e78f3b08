/*
 * --watch: a list printed again and again.  Tested in tests/ctl/usage.bats.
 */
#include "config.h"

#include <sys/types.h>
#include <sys/wait.h>

#include <errno.h>
#include <stdio.h>
#include <unistd.h>

#include "ctl/print/term.h"
#include "ctl/watch.h"
#include "lib/base/clock.h"
#include "lib/base/text.h"

#include "lib/base/ban.h"

#define PERIOD_US (2 * 1000 * 1000)

/* Run it once, here in the new process. */
static int
run_once(struct ctl *c, const struct ctl_command *cmd, const struct ctl_args *a)
{
	int status = cmd->run(c, a);

	ctl_close(c);
	if (fflush(stdout) != 0 || ferror(stdout) != 0)
		return ctl_fail(CTL_DOWN, "standard output cannot be written");
	return status;
}

/* The exit status of the process, also if a signal ended it. */
static int
wait_for(pid_t pid)
{
	int status;

	while (waitpid(pid, &status, 0) == -1)
		if (errno != EINTR)
			return CTL_DOWN;
	return WIFEXITED(status) ? WEXITSTATUS(status) : CTL_DOWN;
}

int
watch(struct ctl *c, const struct ctl_command *cmd, const struct ctl_args *a)
{
	const bool is_screen = term_is_screen(stdout);
	int status;
	pid_t pid;

	for (;;) {
		if (is_screen)
			text_control(stdout, "\033[H\033[2J");
		if (fflush(stdout) != 0)
			return ctl_fail(CTL_DOWN,
			    "standard output cannot be written");
		if ((pid = fork()) == -1)
			return ctl_fail(CTL_DOWN, "no process can be started");
		if (pid == 0)
			_exit(run_once(c, cmd, a));
		status = wait_for(pid);
		if (status != CTL_OK && status != CTL_NO)
			return status;
		clock_sleep_us(PERIOD_US);
	}
}
