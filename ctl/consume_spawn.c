#include "config.h"

#include <sys/wait.h>

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl/consume.h"
#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"

#include "lib/base/ban.h"

extern char **environ;

#define PREFIX "MINUTEHAND_"
#define OUR_VARIABLES 6

/* Append NAME=value to the environment under construction. */
static int
add_variable(char **env, size_t *n, const char *name, const char *value)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, PREFIX "%s=%s", name, value);
	env[*n] = buf_take(&b);
	return env[(*n)++] == NULL ? -1 : 0;
}

/* What the envelope says under key, "" if it says nothing. */
static const char *
envelope_text(struct json_object *body, const char *key)
{
	struct faults fs = { .n = 0 };
	const char *text = "";

	if (json_is_object(body))
		(void)json_get_str(body, key, &text, &fs);
	return text;
}

/* Our own variables, at env[*n] and after; 0 or -1. */
static int
add_ours(char **env, size_t *n, const struct consume *c,
    const struct message *m)
{
	struct json_object *body;
	char why[128], attempt[24], id[24];
	int rc = 0;

	(void)snprintf(attempt, sizeof(attempt), "%" PRId64, m->attempt);
	(void)snprintf(id, sizeof(id), "%" PRId64, m->id);
	body = json_parse(m->body, strlen(m->body), why, sizeof(why));
	rc |= add_variable(env, n, "QUEUE", c->queue);
	rc |= add_variable(env, n, "MESSAGE_ID", id);
	rc |= add_variable(env, n, "ATTEMPT", attempt);
	rc |= add_variable(env, n, "JOB_ID", envelope_text(body, "job_id"));
	rc |= add_variable(env, n, "TASK_ID", envelope_text(body, "task_id"));
	rc |= add_variable(env, n, "SCHEDULED_AT",
	    envelope_text(body, "scheduled_at"));
	json_free(body);
	return rc;
}

static void
free_environment(char **env)
{
	for (int i = 0; env != NULL && i < OUR_VARIABLES; i++)
		free(env[i]);
	free(env);
}

/* Is it one that add_ours makes?  MINUTEHAND_CONF, say, is handed on. */
static bool
is_ours(char *const *env, const char *variable)
{
	size_t n = strcspn(variable, "=") + 1;

	for (int i = 0; i < OUR_VARIABLES; i++) {
		if (strncmp(env[i], variable, n) == 0)
			return true;
	}
	return false;
}

/* Our variables, then ours of the program's own (borrowed). */
static char **
make_environment(const struct consume *c, const struct message *m)
{
	size_t n = 0, have = 0;
	char **env;

	while (environ[have] != NULL)
		have++;
	env = calloc(have + OUR_VARIABLES + 1, sizeof(*env));
	if (env == NULL)
		return NULL;
	if (add_ours(env, &n, c, m) == -1) {
		free_environment(env);
		return NULL;
	}
	for (size_t i = 0; i < have; i++) {
		if (!is_ours(env, environ[i]))
			env[n++] = environ[i];
	}
	return env;
}

/* A pipe that no command inherits, ours not blocking; 0 or an errno value. */
static int
make_pipe(int fd[2])
{
	if (pipe(fd) == -1)
		return errno;
	if (fcntl(fd[0], F_SETFD, FD_CLOEXEC) != -1 &&
	    fcntl(fd[1], F_SETFD, FD_CLOEXEC) != -1 &&
	    fcntl(fd[1], F_SETFL, O_NONBLOCK) != -1)
		return 0;
	(void)close(fd[0]);
	(void)close(fd[1]);
	return EMFILE;
}

/* Every signal as a program expects it: none blocked, none ignored by us. */
static int
set_signals(posix_spawnattr_t *attr)
{
	sigset_t none, ours;

	(void)sigemptyset(&none);
	(void)sigemptyset(&ours);
	(void)sigaddset(&ours, SIGPIPE);
	(void)sigaddset(&ours, SIGCHLD);
	(void)sigaddset(&ours, SIGXFSZ);
	if (posix_spawnattr_setsigmask(attr, &none) != 0 ||
	    posix_spawnattr_setsigdefault(attr, &ours) != 0)
		return -1;
	return posix_spawnattr_setflags(attr,
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
}

/* Start command with fd as its standard input; 0 or an errno value. */
static int
spawn(char **command, char **env, int fd, pid_t *pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int rc;

	if ((rc = posix_spawn_file_actions_init(&files)) != 0)
		return rc;
	if ((rc = posix_spawnattr_init(&attr)) != 0)
		goto err;
	rc = posix_spawn_file_actions_adddup2(&files, fd, STDIN_FILENO);
	if (rc == 0 && set_signals(&attr) != 0)
		rc = EINVAL;
	if (rc == 0)
		rc = posix_spawnp(pid, command[0], &files, &attr, command, env);
	(void)posix_spawnattr_destroy(&attr);
err:
	(void)posix_spawn_file_actions_destroy(&files);
	return rc;
}

int
worker_start(const struct consume *c, struct worker *w)
{
	char **env;
	int fd[2], rc;

	if ((env = make_environment(c, &w->msg)) == NULL)
		return ENOMEM;
	if ((rc = make_pipe(fd)) == 0) {
		rc = spawn(c->command, env, fd[0], &w->pid);
		(void)close(fd[0]);
		if (rc == 0)
			w->fd = fd[1];
		else
			(void)close(fd[1]);
	}
	free_environment(env);
	return rc;
}

void
worker_feed(struct worker *w)
{
	size_t len = strlen(w->msg.body);
	ssize_t n;

	while (w->fd != -1) {
		n = write(w->fd, w->msg.body + w->written, len - w->written);
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1 && (errno == EAGAIN || errno == EWOULDBLOCK))
			return;
		if (n >= 0)
			w->written += (size_t)n;
		/* EPIPE: a command need not read what it does not want. */
		if (n == -1 || w->written == len) {
			(void)close(w->fd);
			w->fd = -1;
		}
	}
}

void
worker_check(struct worker *w)
{
	pid_t pid;

	do {
		pid = waitpid(w->pid, &w->status, WNOHANG);
	} while (pid == -1 && errno == EINTR);
	if (pid != w->pid)
		return;
	w->is_over = true;
	w->pid = 0;
	if (w->fd != -1)
		(void)close(w->fd);
	w->fd = -1;
}
