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

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/secret/secret.h"
#include "lib/secret/webhook.h"
#include "ticker/tick/alert_send.h"
#include "net/http/http.h"
#include "lib/base/ban.h"

#define NHEADERS 4

/* What a command gets of our environment: no key is among it. */
static const char *const handed_on[] = { "PATH", "HOME", "USER", "LOGNAME",
	"LANG", "LC_ALL", "TZ" };
#define NHANDED_ON (sizeof(handed_on) / sizeof(handed_on[0]))

static bool
wants(const struct conf_alert *to, enum alert_kind kind)
{
	for (size_t i = 0; i < to->on.n; i++)
		if (strcmp(to->on.v[i], alert_kind_name(kind)) == 0)
			return true;
	return to->on.n == 0;
}

static bool
knows(const struct alert *a, const char *name)
{
	size_t n = strlen(name);
	const char *p = a->done;

	for (; (p = strstr(p, name)) != NULL; p++)
		if (p[-1] == ',' && p[n] == ',')
			return true;
	return false;
}

size_t
alert_choose(const struct conf *conf, const struct alert *a,
    const struct conf_alert **to)
{
	const struct conf_alert *left[64];
	size_t n = 0;

	for (size_t i = 0; i < conf->nalerts && n < 64; i++)
		if (wants(&conf->alerts[i], a->kind) &&
		    !knows(a, conf->alerts[i].name))
			left[n++] = &conf->alerts[i];
	*to = n == 0 ? NULL : left[(size_t)a->attempt % n];
	return n;
}

static void
fail(struct attempt *t, const char *why)
{
	(void)snprintf(t->why, sizeof(t->why), "%s", why);
	t->is_over = true;
}

/* The headers of Standard Webhooks; 0, or -1 with t failed. */
static int
make_headers(struct attempt *t, int64_t now_us, struct buf h[NHEADERS])
{
	const struct webhook w = {
		.id = t->a.name,
		.timestamp_s = now_us / CLOCK_US_PER_S,
		.body = t->a.body,
	};
	struct secret *secret;
	char why[256];
	int rc;

	secret = secret_read(t->to->secret, why, sizeof(why));
	buf_str(&h[0], "Content-Type: application/json");
	buf_printf(&h[1], "webhook-id: %s", w.id);
	buf_printf(&h[2], "webhook-timestamp: %" PRId64, w.timestamp_s);
	buf_str(&h[3], "webhook-signature: ");
	rc = secret == NULL ? -1 :
			      webhook_sign(&w, secret, &h[3], why, sizeof(why));
	secret_free(secret);
	if (rc != 0)
		fail(t, why);
	return rc;
}

static int
open_http(const struct conf *conf, struct http **http, char *why, size_t whylen)
{
	const struct http_opts o = {
		.ca_file = conf->ca_file[0] == '\0' ? NULL : conf->ca_file,
		.total_us = conf->http_timeout_us,
	};

	if (conf_check_ca(conf, why, whylen) == -1)
		return -1;
	if (*http == NULL)
		*http = http_new(&o, why, whylen);
	return *http == NULL ? -1 : 0;
}

static void
start_hook(struct attempt *t, const struct conf *conf, struct http **http,
    int64_t now_us)
{
	struct buf h[NHEADERS] = { BUF_INIT, BUF_INIT, BUF_INIT, BUF_INIT };
	const char *headers[NHEADERS + 1] = { NULL };
	const struct http_request r = {
		.method = HTTP_POST,
		.url = t->to->url,
		.headers = headers,
		.body = t->a.body,
		.len = strlen(t->a.body),
		.cookie = t,
	};
	char why[256] = "";

	if (t->to->secret[0] == '\0')
		fail(t, "a webhook needs a secret to be signed with");
	else if (open_http(conf, http, why, sizeof(why)) != 0)
		fail(t, why);
	else if (make_headers(t, now_us, h) == 0) {
		for (int i = 0; i < NHEADERS; i++)
			headers[i] = buf_cstr(&h[i]);
		if (http_start(*http, &r, why, sizeof(why)) != 0)
			fail(t, why);
	}
	for (int i = 0; i < NHEADERS; i++)
		buf_fini(&h[i]);
}

/* A file without a name that holds body, from its start; -1: errno. */
static int
file_of(const char *body)
{
	FILE *f = tmpfile();
	int fd = -1;

	if (f == NULL)
		return -1;
	if (fprintf(f, "%s\n", body) >= 0 /* a file */ && fflush(f) == 0)
		fd = fcntl(fileno(f), F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
	if (fd >= 0 && lseek(fd, 0, SEEK_SET) != 0) {
		(void)close(fd);
		fd = -1;
	}
	(void)fclose(f);
	return fd;
}

static void
make_environment(char *env[NHANDED_ON + 1])
{
	size_t n = 0;

	for (size_t i = 0; i < NHANDED_ON; i++) {
		const char *value = getenv(handed_on[i]);
		struct buf b = BUF_INIT;

		if (value == NULL)
			continue;
		buf_printf(&b, "%s=%s", handed_on[i], value);
		if ((env[n] = buf_take(&b)) != NULL)
			n++;
	}
	env[n] = NULL;
}

/* Nothing blocked or ignored, a group of its own to be killed by. */
static int
set_attributes(posix_spawnattr_t *attr)
{
	sigset_t none, usual;
	int e;

	(void)sigemptyset(&none);
	(void)sigemptyset(&usual);
	(void)sigaddset(&usual, SIGPIPE);
	(void)sigaddset(&usual, SIGXFSZ);
	if ((e = posix_spawnattr_setsigmask(attr, &none)) != 0 ||
	    (e = posix_spawnattr_setsigdefault(attr, &usual)) != 0 ||
	    (e = posix_spawnattr_setpgroup(attr, 0)) != 0)
		return e;
	return posix_spawnattr_setflags(attr,
	    POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF |
		POSIX_SPAWN_SETPGROUP);
}

/* Start the command with fd as its input; 0, or an errno value. */
static int
spawn(struct attempt *t, char **argv, int fd)
{
	char *env[NHANDED_ON + 1];
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	int e;

	if ((e = posix_spawnattr_init(&attr)) != 0)
		return e;
	if ((e = posix_spawn_file_actions_init(&files)) != 0) {
		(void)posix_spawnattr_destroy(&attr);
		return e;
	}
	make_environment(env);
	if ((e = set_attributes(&attr)) == 0 &&
	    (e = posix_spawn_file_actions_adddup2(&files, fd, STDIN_FILENO)) ==
		0)
		e = posix_spawnp(&t->pid, argv[0], &files, &attr, argv, env);
	if (e != 0)
		t->pid = 0;
	for (size_t i = 0; env[i] != NULL; i++)
		free(env[i]);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attr);
	return e;
}

/*
 * The program was examined when this tick began, which may be long ago.  Its
 * folders, too, are those of users who are trusted, so nothing can be put in
 * its place between this and its start, which is by its path: a script is to
 * know its own.
 */
static void
start_command(struct attempt *t, const struct conf *conf)
{
	const struct conf_list *l = &t->to->command;
	char **argv, why[sizeof(t->why)];
	int fd, e;

	if (conf_check_command(conf, l, why, sizeof(why)) == -1) {
		fail(t, why);
		return;
	}
	argv = calloc(l->n + 1, sizeof(*argv));
	fd = file_of(t->a.body);
	e = errno;

	if (argv == NULL)
		e = ENOMEM;
	else if (fd >= 0) {
		memcpy(argv, l->v, l->n * sizeof(*argv));
		e = spawn(t, argv, fd);
	}
	if (t->pid == 0)
		fail(t, strerror(e));
	if (fd >= 0)
		(void)close(fd);
	free(argv);
}

void
attempt_start(struct attempt *t, const struct conf *conf, struct http **http,
    int64_t now_us)
{
	t->pid = 0;
	t->is_over = false;
	t->why[0] = '\0';
	t->until_mono = clock_mono_us() + conf->http_timeout_us;
	if (t->to->command.n > 0)
		start_command(t, conf);
	else
		start_hook(t, conf, http, now_us);
}

void
attempt_check(struct attempt *t)
{
	int status;
	pid_t pid;

	if (t->pid == 0 || t->is_over)
		return;
	pid = waitpid(t->pid, &status, WNOHANG);
	if (pid == 0 && clock_mono_us() < t->until_mono)
		return;
	t->is_over = true;
	if (pid == 0) {
		attempt_kill(t);
		fail(t, "took too long");
	} else if (pid < 0 || WIFSIGNALED(status))
		fail(t, "was killed");
	else if (WEXITSTATUS(status) != 0)
		(void)snprintf(t->why, sizeof(t->why), "exit status %d",
		    WEXITSTATUS(status));
	t->pid = 0;
}

void
attempt_kill(struct attempt *t)
{
	int status;

	if (t->pid == 0)
		return;
	(void)kill(-t->pid, SIGKILL);
	while (waitpid(t->pid, &status, 0) < 0 && errno == EINTR)
		continue;
	t->pid = 0;
}
