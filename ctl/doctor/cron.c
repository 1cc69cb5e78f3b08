/*
 * minutehand doctor: is the ticker's line in this user's crontab?  Whether
 * ticks come at all, from wherever, is another check.
 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/sibling.h"
#include "ctl/doctor/doctor.h"
#include "ctl/init_text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "net/command/child.h"

#include "lib/base/ban.h"

extern char **environ;

enum crontab { CRONTAB_NONE, CRONTAB_OTHER, CRONTAB_OURS };

/*
 * Return whether a line, unless a comment, starts a ticker for this
 * configuration.
 */
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

/* Start crontab -l with fd as its standard output; return its pid, or -1. */
static pid_t
start_crontab(int fd)
{
	static char name[] = "crontab", list[] = "-l";
	char *argv[] = { name, list, NULL };
	struct child_opts o = { argv, environ, -1, fd, -1, false };
	pid_t pid = -1;

	o.err = open("/dev/null", O_WRONLY | O_CLOEXEC);
	if (child_spawn(&o, &pid) != 0)
		pid = -1;
	if (o.err != -1)
		(void)close(o.err);
	return pid;
}

/* Copy "TZ=…" of a crontab, or before the ticker's name there, to tz. */
static void
read_tz(const char *line, char *tz, size_t n)
{
	const char *p = line + strspn(line, " \t"), *ticker;
	char quote[2] = "";

	if (*p == '#')
		return;
	ticker = strstr(p, "ticker");
	if (strncmp(p, "TZ", 2) == 0) {
		p += 2 + strspn(p + 2, " \t");
		p = *p == '=' ? p + 1 + strspn(p + 1, " \t") : NULL;
	} else {
		p = strstr(p, " TZ=");
		p = p == NULL || ticker == NULL || p > ticker ? NULL : p + 4;
	}
	if (p == NULL)
		return;
	if (*p == '"' || *p == '\'')
		quote[0] = *p++;
	(void)snprintf(tz, n, "%.*s",
	    (int)strcspn(p, *quote != '\0' ? quote : " \t\n"), p);
}

/* The ticker of a configuration in a crontab. */
struct crontab_read {
	const char *conf;
	enum crontab found;
	bool has_tz; /* tz is set for the line found */
	char tz[128];
};

/* Read lines from fd, which is closed. */
static void
read_lines(int fd, struct crontab_read *r)
{
	char line[4096], tz[sizeof(r->tz)] = "", own[sizeof(r->tz)];
	enum crontab is;
	FILE *in = fdopen(fd, "r");

	if (in == NULL) {
		(void)close(fd);
		return;
	}
	while (fgets(line, sizeof(line), in) != NULL) {
		(void)snprintf(own, sizeof(own), "%s", tz);
		read_tz(line, own, sizeof(own));
		if ((is = read_line(line, r->conf)) == CRONTAB_NONE)
			(void)snprintf(tz, sizeof(tz), "%s", own);
		if (is <= r->found)
			continue;
		r->found = is;
		r->has_tz = *own != '\0';
		(void)snprintf(r->tz, sizeof(r->tz), "%s", own);
	}
	(void)fclose(in);
}

/* Read crontab -l; without that command there is no line. */
static void
read_crontab(struct crontab_read *r)
{
	int fd[2];
	pid_t pid;

	if (child_pipe(fd, -1) != 0)
		return;
	pid = start_crontab(fd[1]);
	(void)close(fd[1]);
	read_lines(fd[0], r);
	while (pid != -1 && waitpid(pid, NULL, 0) == -1 && errno == EINTR)
		;
}

bool
doctor_crontab_tz(struct doctor *d, char *tz, size_t n)
{
	struct crontab_read r = { .conf = d->ctl->conf->path };

	read_crontab(&r);
	(void)snprintf(tz, n, "%s", r.tz);
	return r.has_tz;
}

/* Advise the line to add. */
static void
advise_line(struct doctor *d, struct finding *f)
{
	char *ticker = sibling_program(d->ctl->argv0, "ticker", "ticker");
	struct buf line = BUF_INIT;

	if (ticker != NULL)
		init_crontab(ticker, d->ctl->conf->path, &line);
	doctor_advise(f, "run crontab -e, and add: %s", buf_cstr(&line));
	buf_fini(&line);
	free(ticker);
}

void
doctor_crontab(struct doctor *d, struct finding *f)
{
	struct crontab_read r = { .conf = d->ctl->conf->path };
	struct sched_health h;

	read_crontab(&r);
	switch (r.found) {
	case CRONTAB_OURS:
		doctor_report(f, DOCTOR_OK, "starts the ticker");
		return;
	case CRONTAB_OTHER:
		doctor_report(f, DOCTOR_WARN,
		    "starts the ticker with another configuration than %s",
		    d->ctl->conf->path);
		advise_line(d, f);
		return;
	case CRONTAB_NONE:
		break;
	}
	if (sched_health(&d->ctl->sched, clock_now_us(), &h) == STORE_OK &&
	    h.last_tick_us != 0 && !h.is_late) {
		doctor_report(f, DOCTOR_OK,
		    "this user's does not start the ticker; another source "
		    "does");
		return;
	}
	doctor_report(f, DOCTOR_FAIL, "has no line that starts the ticker");
	advise_line(d, f);
}
