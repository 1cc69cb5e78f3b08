/*
 * A local program as a sink: one run of it for each message, which is its
 * standard input; the exit status is the answer.  Also the commands of alerts.
 * Tested in tests/broker/command.bats and tests/ticker/alerts.bats.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/utf8.h"
#include "lib/time/datetime.h"
#include "net/alert/mail.h"
#include "net/alert/news.h"
#include "net/command/child.h"
#include "net/command/output.h"
#include "net/sink_int.h"

#include "lib/base/ban.h"

extern char **environ;

/* Between two looks whether one has ended. */
#define NAP_MIN_MS 1
#define NAP_MAX_MS 20

/* From SIGTERM to SIGKILL, after its time and when the ticker has to go. */
#define KILL_US (5 * CLOCK_US_PER_S)
#define STOP_US (CLOCK_US_PER_S / 4)

/* Bytes of its output that are shown when it failed. */
#define SHOWN_MAX 200

/* How long the program is left alone when it asks to try later (exit 75), or
 * cannot be run: as consume does it. */
#define REST_US (60 * CLOCK_US_PER_S)

/*
 * Bytes of output read at a time, and of what is left when the program has
 * ended: it, or what it has started, may print without end.
 */
#define READ_MAX (64 * 1024)
#define REST_MAX (1024 * 1024)

static const char stopped[] = "the ticker was stopped";

struct sink_command {
	struct sink sink;
};

/* One run of the program. */
struct process {
	struct sink_message *m; /* NULL: none */
	struct child child;
	struct buf body;
	int out; /* what it prints, or -1 */
	char said[SHOWN_MAX];
	size_t nsaid;
	struct buf end;	  /* the last bytes of it */
	size_t keep;	  /* how many */
	int64_t limit_us; /* how long it may run */
	int64_t until_us; /* when it is asked to end; then, is killed */
	enum { FREE, FAILS_LATE, STOPPED } ending; /* why it was asked */
	bool is_asked;
};

/* A batch being pushed. */
struct pushing {
	struct sink_command *s;
	const struct conf_command *conf;
	struct process *v;
	size_t n; /* of v */
	size_t running;
	bool is_lost; /* begin nothing more: why */
	struct err *why;
};

/* The section; that of an alert is made up in *room, with its program. */
static const struct conf_command *
section(const struct sink_opts *o, struct conf_command *room, char **program)
{
	if (o->alert == NULL)
		return &o->conf->commands[o->at];
	*room = (struct conf_command){
		.name = o->alert->name,
		.command = o->alert->command,
		.timeout_us = o->conf->http_timeout_us,
		.parallel = SINK_ALERTS_MAX,
	};
	if (o->alert->form == CONF_FORM_MAIL && o->alert->command.n == 0) {
		*program = (char *)mail_program(o->alert);
		room->command = (struct conf_list){ program, 1 };
	}
	return room;
}

static void
lose(struct pushing *p, const char *why)
{
	if (!p->is_lost)
		err_set(p->why, "%s", why);
	p->is_lost = true;
}

/* As consume sets it; an alert is no message. */
static char **
make_env(const struct pushing *p, const struct sink_message *m)
{
	struct buf at = BUF_INIT;
	char attempt[24];
	const char **hidden;
	char **env;

	if (m->text != NULL)
		return child_env_bare();
	if ((hidden = conf_secret_variables(p->s->sink.o.conf)) == NULL)
		return NULL;
	(void)snprintf(attempt, sizeof(attempt), "%" PRId64, m->attempt);
	datetime_rfc3339(m->scheduled_us, &at);
	env = child_env(environ,
	    &(struct child_message){
		.queue = m->queue,
		.message_id = m->id,
		.attempt = attempt,
		.job_id = m->job_id,
		.task_id = m->id,
		.scheduled_at = buf_cstr(&at),
	    },
	    hidden);
	buf_fini(&at);
	free(hidden);
	return env;
}

/* The section of an alert that is sent by mail, or NULL. */
static const struct conf_alert *
mail_of(const struct pushing *p)
{
	const struct conf_alert *a = p->s->sink.o.alert;

	return a != NULL && a->form == CONF_FORM_MAIL ? a : NULL;
}

/* What it prints is ours to read, but for the command of an alert. */
static int
start(const struct pushing *p, struct process *r, char **argv)
{
	char **env = make_env(p, r->m);
	struct child_opts o = { argv, env, -1, -1, -1, true };
	int fd[2] = { -1, -1 }, e = 0;

	if (env == NULL)
		return ENOMEM;
	if ((r->m->text == NULL || mail_of(p) != NULL) &&
	    (e = child_pipe(fd, 0)) == 0)
		o.out = o.err = fd[1];
	if (e == 0)
		e = child_start(&r->child, &o, buf_cstr(&r->body), r->body.len);
	if (fd[1] != -1)
		(void)close(fd[1]);
	if (e == 0)
		r->out = fd[0];
	else if (fd[0] != -1)
		(void)close(fd[0]);
	child_env_free(env);
	return e;
}

static char **
make_words(const struct pushing *p)
{
	const struct conf_list *l = &p->conf->command;
	char **argv;

	if (mail_of(p) != NULL)
		return mail_command(mail_of(p));
	if ((argv = calloc(l->n + 1, sizeof(*argv))) != NULL)
		memcpy(argv, l->v, l->n * sizeof(*argv));
	return argv;
}

static int
add_mail(const struct pushing *p, struct process *r, struct err *why)
{
	const struct mail_head head = {
		.to = mail_of(p),
		.id = r->m->id,
		.now_us = clock_now_us(),
	};
	struct news news;
	int rc = news_read(r->m, p->s->sink.o.conf, &news, why);

	if (rc == 0)
		mail_message(&head, &news.of, &r->body);
	news_fini(&news);
	return rc;
}

/* What it reads; 0, or -1 and the message has the reason. */
static int
add_body(const struct pushing *p, struct process *r)
{
	struct err mail_why;
	const char *why;

	if (mail_of(p) != NULL)
		why = add_mail(p, r, &mail_why) == 0 ? NULL : mail_why.text;
	else
		why = sink_body(&p->s->sink, r->m, NULL, &r->body);
	if (why != NULL) {
		sink_end(r->m, SINK_LATER, why);
		return -1;
	}
	if (mail_of(p) == NULL && r->m->text != NULL)
		buf_char(&r->body, '\n');
	return 0;
}

/* That of the section, or of its job, whichever is shorter. */
static int64_t
limit_of(const struct pushing *p, const struct sink_message *m)
{
	return m->max_runtime_us != 0 &&
		m->max_runtime_us < p->conf->timeout_us ?
	    m->max_runtime_us :
	    p->conf->timeout_us;
}

static void
begin(struct pushing *p, struct process *r, struct sink_message *m)
{
	char **argv;
	int e;

	*r = (struct process){ .m = m,
		.body = BUF_INIT,
		.out = -1,
		.end = BUF_INIT,
		.limit_us = limit_of(p, m) };
	if (m->text == NULL)
		r->keep = (size_t)conf_queue_for(p->s->sink.o.conf, m->queue)
			      ->keep_output;
	if (add_body(p, r) == -1)
		goto out;
	argv = make_words(p);
	e = argv == NULL || r->body.is_failed ? ENOMEM : start(p, r, argv);
	free(argv);
	if (e == 0) {
		r->until_us = clock_mono_us() + r->limit_us;
		m->end = SINK_UNKNOWN;
		m->started_us = clock_now_us();
		p->running++;
		return;
	}
	err_set(p->why, "%.128s: %s", p->conf->command.v[0], strerror(e));
	p->is_lost = true;
out:
	buf_fini(&r->body);
	r->m = NULL;
}

/* Read what it printed; of a lot the beginning and the end are kept. */
static void
read_output(struct process *r, size_t most)
{
	char text[4096];
	ssize_t n;

	for (size_t all = 0; r->out != -1 && all < most;) {
		size_t some = sizeof(r->said) - r->nsaid;

		n = read(r->out, text, sizeof(text));
		if (n == -1 && errno == EINTR)
			continue;
		if (n == -1)
			return;
		if (n == 0) {
			(void)close(r->out);
			r->out = -1;
			return;
		}
		all += (size_t)n;
		if (some > (size_t)n)
			some = (size_t)n;
		memcpy(r->said + r->nsaid, text, some);
		r->nsaid += some;
		output_keep(&r->end, text, (size_t)n, r->keep);
	}
}

/* Why it did not do it, behind how it ended: "exit 3: no such user". */
static void
describe(const struct pushing *p, const struct process *r, struct err *why)
{
	char text[SHOWN_MAX + 1];

	utf8_clean(r->said, r->nsaid, text, sizeof(text));
	if (r->ending == STOPPED)
		err_set(why, "%s", stopped);
	else if (r->ending == FAILS_LATE)
		err_set(why, "%s %g s%s",
		    r->limit_us == p->conf->timeout_us ?
			"took longer than" :
			"ran for longer than max_runtime,",
		    (double)r->limit_us / CLOCK_US_PER_S,
		    r->limit_us == p->conf->timeout_us ? "" : ": stopped");
	else
		err_set(why, "%s%s%s", why->text, *text == '\0' ? "" : ": ",
		    text);
}

/* It has ended: what that means for its message. */
static void
settle(struct pushing *p, struct process *r)
{
	struct err why;
	enum child_end is = child_end(r->child.status, &why);
	const char *text;

	/* What it started can print no more. */
	read_output(r, REST_MAX);
	if (r->out != -1)
		(void)close(r->out);
	describe(p, r, &why);
	r->m->finished_us = clock_now_us();
	r->m->status = child_exit_status(r->child.status);
	if ((text = output_end(&r->end, r->keep)) != NULL)
		r->m->output = strdup(text);
	/* One that was told to end had not done its work. */
	if (is == CHILD_DONE && r->ending != FAILS_LATE)
		sink_end(r->m, SINK_DONE, NULL);
	else
		sink_end(r->m, SINK_LATER, why.text);
	/* None of these is a try of the message. */
	r->m->is_not_attempted = r->ending == STOPPED ||
	    (r->ending == FREE && (is == CHILD_LATER || is == CHILD_MISSING));
	if (r->m->is_not_attempted && r->ending == FREE)
		r->m->retry_us = REST_US;
	r->m->is_server_error = is == CHILD_MISSING && r->ending == FREE;
	buf_fini(&r->body);
	buf_fini(&r->end);
	r->m = NULL;
	p->running--;
}

/*
 * SIGTERM first, to all that it has started; SIGKILL when that has not helped.
 */
static void
end_late(struct process *r, int64_t now_us)
{
	if (now_us < r->until_us)
		return;
	if (!r->is_asked) {
		(void)kill(-r->child.pid, SIGTERM);
		r->is_asked = true;
		r->ending = FAILS_LATE;
		r->until_us = now_us + KILL_US;
	} else
		(void)kill(-r->child.pid, SIGKILL);
}

static void
stop(struct process *r, int64_t now_us)
{
	if (r->ending == STOPPED)
		return;
	(void)kill(-r->child.pid, SIGTERM);
	if (r->ending == FREE)
		r->ending = STOPPED;
	r->is_asked = true;
	r->until_us = now_us + STOP_US;
}

/* Wait a little for pipes. */
static void
nap(const struct pushing *p, struct pollfd *fds, int ms)
{
	nfds_t n = 0;

	for (size_t i = 0; i < p->n; i++) {
		if (p->v[i].m == NULL)
			continue;
		if (p->v[i].child.fd != -1)
			fds[n++] =
			    (struct pollfd){ p->v[i].child.fd, POLLOUT, 0 };
		if (p->v[i].out != -1)
			fds[n++] = (struct pollfd){ p->v[i].out, POLLIN, 0 };
	}
	(void)poll(fds, n, ms);
}

/* Look at each; has one of them ended? */
static bool
tend(struct pushing *p)
{
	bool is_stopped = atomic_load(&p->s->sink.is_stopped),
	     has_ended = false;
	int64_t now_us = clock_mono_us();

	for (size_t i = 0; i < p->n; i++) {
		struct process *r = &p->v[i];

		if (r->m == NULL)
			continue;
		child_feed(&r->child);
		read_output(r, READ_MAX);
		child_check(&r->child);
		if (r->child.has_ended) {
			settle(p, r);
			has_ended = true;
			continue;
		}
		if (is_stopped)
			stop(r, now_us);
		end_late(r, now_us);
	}
	return has_ended;
}

static void
push_all(struct pushing *p, struct sink_message *v, size_t n,
    struct pollfd *fds)
{
	int ms = NAP_MIN_MS;
	size_t next = 0;

	for (;;) {
		for (size_t i = 0; i < p->n && next < n && !p->is_lost &&
		     !atomic_load(&p->s->sink.is_stopped);
		     i++)
			if (p->v[i].m == NULL)
				begin(p, &p->v[i], &v[next++]);
		if (p->running == 0 &&
		    (next == n || p->is_lost ||
			atomic_load(&p->s->sink.is_stopped)))
			return;
		nap(p, fds, ms);
		if (tend(p))
			ms = NAP_MIN_MS;
		else if (ms < NAP_MAX_MS)
			ms++;
	}
}

static int
push(struct sink *s, struct sink_message *v, size_t n, struct err *why)
{
	struct conf_command room;
	char *program;
	struct pushing p = {
		.s = (struct sink_command *)s,
		.conf = section(&s->o, &room, &program),
		.why = why,
	};
	struct pollfd *fds;

	if (atomic_load(&s->is_stopped))
		return err_set(why, "%s", stopped);
	/* It was examined when the tick began, which may be long ago. */
	if (conf_check_command(s->o.conf, &p.conf->command, why) == -1)
		return -1;
	if (n == 0)
		return child_find(p.conf->command.v[0], why);
	p.n = (size_t)p.conf->parallel;
	p.v = calloc(p.n, sizeof(*p.v));
	fds = calloc(2 * p.n, sizeof(*fds));
	if (p.v == NULL || fds == NULL)
		lose(&p, "out of memory");
	else
		push_all(&p, v, n, fds);
	free(p.v);
	free(fds);
	return p.is_lost ? -1 : 0;
}

static void
close_none(struct sink *s)
{
	(void)s;
}

const struct sink_ops sink_command = {
	.size = sizeof(struct sink_command),
	.push = push,
	.close = close_none,
};
