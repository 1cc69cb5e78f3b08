/*
 * Other programs are started here: the commands of consume and of alerts, the
 * crontab(1) that doctor asks.  Tested in t_child.
 */
#define _GNU_SOURCE /* pipe2(2), which POSIX has since 2024 */
#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "net/command/child.h"

#include "lib/base/ban.h"

#define PREFIX "MINUTEHAND_"
#define OURS 6

#define EXIT_TRY_LATER 75	/* EX_TEMPFAIL of sysexits(3) */
#define EXIT_NOT_EXECUTABLE 126 /* as shells say it */
#define EXIT_NOT_FOUND 127

/* What a program without a message gets of our environment: no key is in it. */
static const char *const bare[] = { "PATH", "HOME", "USER", "LOGNAME", "LANG",
	"LC_ALL", "TZ" };
#define NBARE (sizeof(bare) / sizeof(bare[0]))

int
child_find(const char *name, struct err *why)
{
	const char *dir = getenv("PATH");
	struct buf path = BUF_INIT;
	bool is_there = false;

	if (strchr(name, '/') != NULL)
		is_there = access(name, X_OK) == 0;
	else {
		errno = ENOENT;
		for (size_t n; dir != NULL && !is_there;
		     dir = dir[n] == '\0' ? NULL : dir + n + 1) {
			n = strcspn(dir, ":");
			buf_reset(&path);
			buf_add(&path, dir, n);
			buf_printf(&path, "/%s", name);
			is_there = access(buf_cstr(&path), X_OK) == 0;
		}
	}
	if (!is_there)
		err_set(why, "%.128s: %s", name, strerror(errno));
	buf_fini(&path);
	return is_there ? 0 : -1;
}

static int
set_attributes(posix_spawnattr_t *attr, const struct child_opts *o)
{
	short flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF;
	sigset_t none, usual;
	int e;

	(void)sigemptyset(&none);
	(void)sigemptyset(&usual);
	(void)sigaddset(&usual, SIGPIPE);
	(void)sigaddset(&usual, SIGCHLD);
	(void)sigaddset(&usual, SIGXFSZ);
	if ((e = posix_spawnattr_setsigmask(attr, &none)) != 0 ||
	    (e = posix_spawnattr_setsigdefault(attr, &usual)) != 0)
		return e;
	if (o->has_group) {
		flags |= POSIX_SPAWN_SETPGROUP;
		if ((e = posix_spawnattr_setpgroup(attr, 0)) != 0)
			return e;
	}
	return posix_spawnattr_setflags(attr, flags);
}

static int
set_files(posix_spawn_file_actions_t *files, const struct child_opts *o)
{
	const int fds[] = { o->in, o->out, o->err };
	int e = 0;

	for (int i = 0; i < 3 && e == 0; i++)
		if (fds[i] != -1)
			e = posix_spawn_file_actions_adddup2(files, fds[i], i);
	return e;
}

int
child_spawn(const struct child_opts *o, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int e;

	if ((e = posix_spawn_file_actions_init(&files)) != 0)
		return e;
	if ((e = posix_spawnattr_init(&attr)) == 0) {
		if ((e = set_files(&files, o)) == 0 &&
		    (e = set_attributes(&attr, o)) == 0)
			e = posix_spawnp(pid, o->argv[0], &files, &attr,
			    o->argv, o->env);
		(void)posix_spawnattr_destroy(&attr);
	}
	(void)posix_spawn_file_actions_destroy(&files);
	return e;
}

int
child_pipe(int fd[2], int ours)
{
	int e;

	/* Another thread may start a program at any moment. */
	if (pipe2(fd, O_CLOEXEC) == -1)
		return errno;
	if (ours == -1 || fcntl(fd[ours], F_SETFL, O_NONBLOCK) != -1)
		return 0;
	e = errno;
	(void)close(fd[0]);
	(void)close(fd[1]);
	return e;
}

int
child_start(struct child *c, const struct child_opts *o, const char *text,
    size_t len)
{
	struct child_opts with = *o;
	int fd[2], e;

	*c = (struct child){ .fd = -1, .text = text, .len = len };
	if ((e = child_pipe(fd, 1)) != 0)
		return e;
	with.in = fd[0];
	if ((e = child_spawn(&with, &c->pid)) == 0)
		c->fd = fd[1];
	else {
		c->pid = 0;
		(void)close(fd[1]);
	}
	(void)close(fd[0]);
	return e;
}

static void
close_input(struct child *c)
{
	if (c->fd != -1)
		(void)close(c->fd);
	c->fd = -1;
}

void
child_feed(struct child *c)
{
	ssize_t n;

	while (c->fd != -1) {
		n = write(c->fd, c->text + c->written, c->len - c->written);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n >= 0)
			c->written += (size_t)n;
		/* EPIPE: a program need not read what it does not want. */
		if (n == -1 || c->written == c->len)
			close_input(c);
	}
}

void
child_check(struct child *c)
{
	pid_t pid;

	if (c->pid == 0 || c->has_ended)
		return;
	do {
		pid = waitpid(c->pid, &c->status, WNOHANG);
	} while (pid == -1 && errno == EINTR);
	if (pid == 0)
		return;
	/* Where SIGCHLD is ignored nothing can be learned. */
	if (pid == -1)
		c->status = -1;
	c->has_ended = true;
	c->pid = 0;
	close_input(c);
}

enum child_end
child_end(int status, struct err *why)
{
	int code = status != -1 && WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	err_clear(why);
	if (code == 0)
		return CHILD_DONE;
	if (code == EXIT_TRY_LATER) {
		err_set(why, "the command asks to try later (exit %d)", code);
		return CHILD_LATER;
	}
	if (code == EXIT_NOT_FOUND || code == EXIT_NOT_EXECUTABLE) {
		err_set(why, "the command cannot be run (exit %d)", code);
		return CHILD_MISSING;
	}
	if (code > 0)
		err_set(why, "exit %d", code);
	else if (status != -1 && WIFSIGNALED(status))
		err_set(why, "killed by signal %d", WTERMSIG(status));
	else
		err_set(why, "it is not known how it ended");
	return CHILD_FAILED;
}

int
child_exit_status(int status)
{
	if (status == -1)
		return 0;
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) :
				     WEXITSTATUS(status);
}

static char *
print_variable(const char *prefix, const char *name, const char *value)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%s%s=%s", prefix, name, value == NULL ? "" : value);
	return buf_take(&b);
}

/* Is the variable one of ours, or one to be hidden? */
static bool
is_left_out(const char *variable, char *const *ours, const char *const *hidden)
{
	size_t n = strcspn(variable, "=");

	for (int i = 0; i < OURS; i++)
		if (strncmp(ours[i], variable, n + 1) == 0)
			return true;
	for (; hidden != NULL && *hidden != NULL; hidden++)
		if (strlen(*hidden) == n && strncmp(*hidden, variable, n) == 0)
			return true;
	return false;
}

char **
child_env(char *const *inherit, const struct child_message *m,
    const char *const *hidden)
{
	const struct {
		const char *name, *value;
	} ours[OURS] = {
		{ "QUEUE", m->queue },
		{ "MESSAGE_ID", m->message_id },
		{ "ATTEMPT", m->attempt },
		{ "JOB_ID", m->job_id },
		{ "TASK_ID", m->task_id },
		{ "SCHEDULED_AT", m->scheduled_at },
	};
	size_t n = 0, have = 0;
	char **env;

	while (inherit[have] != NULL)
		have++;
	if ((env = calloc(have + OURS + 1, sizeof(*env))) == NULL)
		return NULL;
	for (; n < OURS; n++) {
		env[n] = print_variable(PREFIX, ours[n].name, ours[n].value);
		if (env[n] == NULL)
			goto err;
	}
	for (size_t i = 0; i < have; i++) {
		if (is_left_out(inherit[i], env, hidden))
			continue;
		if ((env[n++] = strdup(inherit[i])) == NULL)
			goto err;
	}
	return env;
err:
	child_env_free(env);
	return NULL;
}

char **
child_env_bare(void)
{
	char **env = calloc(NBARE + 1, sizeof(*env));
	size_t n = 0;

	for (size_t i = 0; env != NULL && i < NBARE; i++) {
		const char *value = getenv(bare[i]);

		if (value == NULL)
			continue;
		if ((env[n++] = print_variable("", bare[i], value)) == NULL) {
			child_env_free(env);
			return NULL;
		}
	}
	return env;
}

void
child_env_free(char **env)
{
	for (char **v = env; v != NULL && *v != NULL; v++)
		free(*v);
	free(env);
}
