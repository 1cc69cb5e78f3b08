/*
 * minutehand doctor: is the ticker's line in this user's crontab?  Whether
 * ticks come at all, from wherever, is another check.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/beside.h"
#include "ctl/doctor/doctor.h"
#include "ctl/init_text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/conf/conf.h"

#include "lib/base/ban.h"

extern char **environ;

enum crontab { CRONTAB_NONE, CRONTAB_OTHER, CRONTAB_OURS };

/* Does a line that is no comment start a ticker, and with this store? */
static enum crontab
read_line(const char *line, const char *conf)
{
	line += strspn(line, " \t");
	if (*line == '#' || strstr(line, "ticker") == NULL)
		return CRONTAB_NONE;
	return strstr(line, " -c") == NULL || strstr(line, conf) != NULL ||
		strchr(line, '~') != NULL || strchr(line, '$') != NULL ?
	    CRONTAB_OURS :
	    CRONTAB_OTHER;
}

/* Start crontab -l with fd as its standard output; its pid, or -1. */
static pid_t
start_crontab(int fd)
{
	static char name[] = "crontab", list[] = "-l";
	char *argv[] = { name, list, NULL };
	posix_spawn_file_actions_t files;
	pid_t pid = -1;

	if (posix_spawn_file_actions_init(&files) != 0)
		return -1;
	if (posix_spawn_file_actions_adddup2(&files, fd, STDOUT_FILENO) != 0 ||
	    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, "/dev/null",
		O_WRONLY, 0) != 0 ||
	    posix_spawnp(&pid, name, &files, NULL, argv, environ) != 0)
		pid = -1;
	(void)posix_spawn_file_actions_destroy(&files);
	return pid;
}

/* The lines that can be read from fd, which is closed. */
static enum crontab
read_lines(int fd, const char *conf)
{
	enum crontab found = CRONTAB_NONE, is;
	char line[4096];
	FILE *in = fdopen(fd, "r");

	if (in == NULL) {
		(void)close(fd);
		return CRONTAB_NONE;
	}
	while (fgets(line, sizeof(line), in) != NULL) {
		is = read_line(line, conf);
		found = is > found ? is : found;
	}
	(void)fclose(in);
	return found;
}

/* What crontab -l prints; without that command there is no line either. */
static enum crontab
read_crontab(const char *conf)
{
	enum crontab found;
	int fd[2];
	pid_t pid;

	if (pipe(fd) == -1)
		return CRONTAB_NONE;
	(void)fcntl(fd[0], F_SETFD, FD_CLOEXEC);
	(void)fcntl(fd[1], F_SETFD, FD_CLOEXEC);
	pid = start_crontab(fd[1]);
	(void)close(fd[1]);
	found = read_lines(fd[0], conf);
	while (pid != -1 && waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
	return found;
}

/* The line that belongs there. */
static void
advise_line(struct doctor *d, struct finding *f)
{
	char *ticker = beside_find(d->ctl->argv0, "ticker", "ticker");
	struct buf line = BUF_INIT;

	if (ticker != NULL)
		init_crontab(ticker, d->ctl->conf->path, &line);
	doctor_advise(f, "crontab -e, and add: %s", buf_cstr(&line));
	buf_fini(&line);
	free(ticker);
}

void
doctor_crontab(struct doctor *d, struct finding *f)
{
	struct sched_health h;

	switch (read_crontab(d->ctl->conf->path)) {
	case CRONTAB_OURS:
		doctor_say(f, DOCTOR_OK, "starts the ticker");
		return;
	case CRONTAB_OTHER:
		doctor_say(f, DOCTOR_WARN,
		    "starts the ticker with another configuration than %s",
		    d->ctl->conf->path);
		advise_line(d, f);
		return;
	case CRONTAB_NONE:
		break;
	}
	if (sched_health(&d->ctl->sched, clock_now_us(), &h) == STORE_OK &&
	    h.last_tick_us != 0 && !h.is_late) {
		doctor_say(f, DOCTOR_OK,
		    "this user's does not start the ticker; something else "
		    "does");
		return;
	}
	doctor_say(f, DOCTOR_FAIL, "has no line that starts the ticker");
	advise_line(d, f);
}
