/*
 * minutehand consume: leases messages, runs a command for each, and waits for
 * signals and exits.  Starting commands and acknowledging
 * messages is in ctl/consume.c.  Tested in tests/ctl/consume.bats and
 * consume_parallel.bats.
 */
#include "config.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "ctl/commands.h"
#include "ctl/consume.h"
#include "ctl/queue_known.h"
#include "ctl/print/text.h"
#include "ctl/workers.h"
#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/base/stop.h"

#include "lib/base/ban.h"

#define LOOK_US (CLOCK_US_PER_S / 4) /* between looks at an empty queue */
#define RETRY_US (60 * CLOCK_US_PER_S)

enum {
	OPT_FOR,
	OPT_MAX,
	OPT_MAX_WORKERS,
	OPT_PARALLEL,
	OPT_LEASE,
	OPT_WAIT,
	OPT_RETRY,
	OPT_KEEP,
	OPT_QUIET,
	OPT_VERBOSE
};

static const struct ctl_option options[] = {
	[OPT_FOR] = { "for", "DURATION",
	    "wait for messages and run commands for so long, then end" },
	[OPT_MAX_WORKERS] = { "max-workers", "N",
	    "end at once if N other processes consume the queue" },
	[OPT_MAX] = { "max", "N",
	    "maximum number of messages (default: until empty)" },
	[OPT_PARALLEL] = { "parallel", "N", "commands at once (default: 1)" },
	[OPT_LEASE] = { "lease", "DURATION",
	    "duration of a lease, renewed at half time" },
	[OPT_WAIT] = { "wait", "DURATION",
	    "wait for messages if the queue is empty (default: 0)" },
	[OPT_RETRY] = { "retry-after", "DURATION",
	    "delay of a message that failed (default: 60s)" },
	[OPT_KEEP] = { "keep-output", "BYTES",
	    "keep so much of a command's output (default: the queue's)" },
	[OPT_QUIET] = { "quiet", NULL, "print no line for a failed command" },
	[OPT_VERBOSE] = { "verbose", NULL,
	    "print also why nothing was done, and a summary" },
	{ .name = NULL },
};

/* SIGCHLD has to be caught to stay pending; see sigtimedwait(2). */
static void
on_child(int sig)
{
	(void)sig;
}

/* The signals that wait_signal takes; blocked from here on. */
static void
block_signals(sigset_t *set)
{
	struct sigaction sa;

	stop_set(set);
	(void)sigaddset(set, SIGCHLD);
	(void)sigprocmask(SIG_BLOCK, set, NULL);
	memset(&sa, 0, sizeof(sa));
	(void)sigemptyset(&sa.sa_mask);
	sa.sa_handler = on_child;
	(void)sigaction(SIGCHLD, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	(void)sigaction(SIGPIPE, &sa, NULL);
}

/* Hand sig on to the commands; the second time there is no more patience. */
static void
stop(struct consume *c, int sig)
{
	int64_t now = clock_mono_us();

	c->kill_us = c->kill_us == 0 ? now + CONSUME_GRACE_US : now;
	c->is_stopping = true;
	for (int i = 0; i < c->parallel; i++) {
		struct worker *w = &c->workers[i];

		if (w->child.pid == 0)
			continue;
		w->is_killed = true;
		worker_signal(w, sig);
	}
}

/* Wait up to us for one of the signals in set, and obey it. */
static void
wait_signal(struct consume *c, const sigset_t *set, int64_t us)
{
	struct timespec ts = {
		.tv_sec = (time_t)(us / CLOCK_US_PER_S),
		.tv_nsec = (long)(us % CLOCK_US_PER_S) * 1000,
	};
	int sig;

	while ((sig = sigtimedwait(set, NULL, &ts)) > 0) {
		if (sig != SIGCHLD)
			stop(c, sig);
		ts.tv_sec = 0;
		ts.tv_nsec = 0;
	}
}

/*
 * Wait up to us until a command takes more of its body, prints or ends, what is
 * printed is taken, or a stop is requested.  Are there any pipes?
 */
static bool
wait_pipes(struct consume *c, int64_t us)
{
	struct pollfd fds[3 * CONSUME_PARALLEL_MAX + 2];
	nfds_t n = outlets_poll(&c->outlets, fds);

	for (int i = 0; i < c->parallel; i++) {
		const struct worker *w = &c->workers[i];

		n += output_poll(&w->said, &c->outlets, fds + n);
		if (w->child.fd != -1)
			fds[n++] = (struct pollfd){ .fd = w->child.fd,
				.events = POLLOUT };
	}
	if (n > 0)
		(void)stop_poll(fds, n, us > 0 ? us : 0);
	return n > 0;
}

/* Pass on what was printed; without a reader there is no more work. */
static void
pass_on(struct consume *c)
{
	int error;

	outlets_flush(&c->outlets);
	if ((error = outlets_error(&c->outlets)) == 0 || c->is_deaf)
		return;
	c->is_deaf = c->is_stopping = true;
	c->status = ctl_fail(CTL_DOWN,
	    "the output of commands cannot be passed on: %s", strerror(error));
}

/* Begin to work on m, which moves here. */
static void
begin(struct consume *c, struct message *m)
{
	struct worker *w = c->workers;
	int64_t now = clock_mono_us();
	int error;

	while (w->is_used)
		w++;
	w->msg = *m;
	m->body = NULL;
	m->reason = NULL;
	w->is_used = true;
	w->until_us = now + c->lease_us;
	w->extend_us = now + c->lease_us / 2;
	if (w->msg.max_runtime_us != 0)
		w->stop_us = now + w->msg.max_runtime_us;
	c->nrunning++;
	c->leased++;
	if (c->is_stopping) {
		worker_return(c, w, "the consumer was stopped");
		return;
	}
	if ((error = worker_start(c, w)) == 0) {
		child_feed(&w->child);
		return;
	}
	c->status =
	    ctl_fail(CTL_DOWN, "%s: %s", c->command[0], strerror(error));
	c->is_stopping = true;
	worker_return(c, w, "the command cannot be run");
}

/* Lease for the workers that are free. */
static void
lease(struct consume *c, int64_t now)
{
	struct sched_lease want = { .queue = c->queue,
		.worker = c->worker,
		.lease_us = c->lease_us };
	struct message_list l = { NULL, 0, 0 };
	int64_t n = c->parallel - c->nrunning;
	enum store_rc rc;

	if (n > c->max - c->leased)
		n = c->max - c->leased;
	if (n == 0 || now < c->lookup_us)
		return;
	want.max = (int)n;
	rc = sched_lease(&c->ctl->sched, &want, &l);
	if (rc != STORE_OK) {
		c->status = ctl_fail_rc(rc, c->queue);
		c->is_stopping = true;
	}
	if (l.n > 0)
		c->empty_us = 0;
	else if (c->empty_us == 0)
		c->empty_us = now;
	if (l.n == 0)
		c->lookup_us = now + LOOK_US;
	for (size_t i = 0; i < l.n; i++)
		begin(c, &l.v[i]);
	message_list_fini(&l);
}

/* Do what is to be done for each command; when to be back at the latest. */
static int64_t
tend(struct consume *c, int64_t now)
{
	int64_t wake = now + CLOCK_US_PER_S;

	for (int i = 0; i < c->parallel; i++) {
		struct worker *w = &c->workers[i];

		if (!w->is_used)
			continue;
		child_feed(&w->child);
		child_check(&w->child);
		worker_listen(c, w);
		pass_on(c);
		if (w->child.has_ended) {
			worker_settle(c, w);
			c->lookup_us = now;
			wake = now + (w->is_used ? LOOK_US : 0);
			continue;
		}
		if (c->kill_us != 0 && now >= c->kill_us)
			worker_signal(w, SIGKILL);
		worker_limit(w, now);
		if (now >= w->extend_us)
			worker_extend(c, w);
		if (w->extend_us < wake)
			wake = w->extend_us;
		if (w->stop_us != 0 && w->stop_us < wake)
			wake = w->stop_us;
	}
	return wake;
}

/* Nothing runs, and nothing more is to come? */
static bool
is_done(const struct consume *c, int64_t now)
{
	if (c->nrunning > 0)
		return false;
	return c->is_stopping || now >= c->until_us || c->leased >= c->max ||
	    (c->empty_us != 0 && now - c->empty_us >= c->wait_us);
}

static void
consume(struct consume *c)
{
	int64_t now, wake;
	sigset_t set;

	block_signals(&set);
	for (;;) {
		wait_signal(c, &set, 0);
		now = clock_mono_us();
		pass_on(c);
		wake = tend(c, now);
		if (!c->is_stopping && now < c->until_us)
			lease(c, now);
		if (is_done(c, now))
			break;
		if (!c->is_stopping && now < c->until_us &&
		    c->nrunning < c->parallel && c->leased < c->max &&
		    c->lookup_us < wake)
			wake = c->lookup_us;
		if (c->nrunning == 0 && c->until_us < wake)
			wake = c->until_us;
		now = clock_mono_us();
		if (!wait_pipes(c, wake - now) && wake > now)
			wait_signal(c, &set, wake - now);
	}
}

/* The durations; 0 where none is given. */
static int
read_durations(struct consume *c, const struct ctl_args *a)
{
	const struct {
		int opt;
		int64_t *out;
		int64_t min;
	} v[] = {
		{ OPT_FOR, &c->for_us, CLOCK_US_PER_S },
		{ OPT_LEASE, &c->lease_us, CLOCK_US_PER_S },
		{ OPT_WAIT, &c->wait_us, 0 },
		{ OPT_RETRY, &c->retry_us, 0 },
	};
	int status;

	for (size_t i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		const char *name = options[v[i].opt].name;

		status = ctl_opt_duration(a, v[i].opt, name, v[i].out);
		if (status != CTL_OK)
			return status;
		if (a->opt[v[i].opt] != NULL && *v[i].out < v[i].min)
			return ctl_fail(CTL_USAGE, "--%s: must be at least 1s",
			    name);
	}
	return CTL_OK;
}

static int
read_options(struct consume *c, const struct ctl_args *a)
{
	static const struct ctl_range max = { 1, INT64_MAX };
	static const struct ctl_range parallel = { 1, CONSUME_PARALLEL_MAX };
	static const struct ctl_range workers = { 1, WORKERS_MAX };
	static const struct ctl_range keep = { 0, WORK_OUTPUT_MAX };
	int64_t n = 1;
	int status;

	c->max = INT64_MAX;
	c->keep = -1;
	c->retry_us = RETRY_US;
	if ((status = ctl_opt_int(a, OPT_MAX, "max", &max, &c->max)) !=
		CTL_OK ||
	    (status = ctl_opt_int(a, OPT_PARALLEL, "parallel", &parallel,
		 &n)) != CTL_OK ||
	    (status = ctl_opt_int(a, OPT_MAX_WORKERS, "max-workers", &workers,
		 &c->max_workers)) != CTL_OK ||
	    (status = ctl_opt_int(a, OPT_KEEP, "keep-output", &keep,
		 &c->keep)) != CTL_OK ||
	    (status = read_durations(c, a)) != CTL_OK)
		return status;
	c->parallel = (int)n;
	c->is_quiet = a->opt[OPT_QUIET] != NULL;
	c->is_verbose = a->opt[OPT_VERBOSE] != NULL;
	if (c->is_quiet && c->is_verbose)
		return ctl_fail(CTL_USAGE,
		    "--quiet and --verbose exclude each other");
	/* The time is for waiting, unless it is said how long to wait. */
	if (a->opt[OPT_WAIT] == NULL)
		c->wait_us = c->for_us;
	return ctl_check_name("QUEUE", a->operand[0]);
}

/* Be counted among the consumers; is there work for one more? */
static bool
enter(struct consume *c, int *handle)
{
	switch (workers_enter(c->ctl->conf->store, c->queue, c->max_workers,
	    handle)) {
	case WORKERS_OK:
		return true;
	case WORKERS_FULL:
		if (c->max_workers > 0 && c->is_verbose)
			(void)ctl_fail(0,
			    "%s: %" PRId64 " other processes consume it",
			    c->queue, c->max_workers);
		return c->max_workers == 0;
	case WORKERS_BUSY:
		if (c->max_workers > 0)
			c->status = ctl_fail(CTL_BUSY,
			    "%s: its consumers cannot be counted now; try "
			    "again later",
			    c->queue);
		return c->max_workers == 0;
	case WORKERS_ERROR:
		break;
	}
	/* Without a limit it only serves the others. */
	if (c->max_workers > 0)
		c->status = ctl_fail(CTL_DOWN,
		    "%s-consumers: %s; --max-workers needs it",
		    c->ctl->conf->store, strerror(errno));
	return c->max_workers == 0;
}

static void
consume_queue(struct consume *c)
{
	int handle = -1;

	if (!enter(c, &handle))
		return;
	outlets_begin(&c->outlets, STDOUT_FILENO, STDERR_FILENO);
	consume(c);
	outlets_end(&c->outlets);
	pass_on(c);
	workers_leave(handle);
	if (c->is_verbose || isatty(STDERR_FILENO))
		text_to(stderr, "%lld done, %lld put back, %lld lapsed",
		    (long long)c->acked, (long long)c->nacked,
		    (long long)c->lost);
}

/* Host and process: which consumer it was, in the ledger. */
static void
name_worker(char out[WORK_WORKER_MAX + 1])
{
	char host[64] = "";

	(void)gethostname(host, sizeof(host) - 1);
	(void)snprintf(out, WORK_WORKER_MAX + 1, "%s:%ld", host,
	    (long)getpid());
}

static int
run_consume(struct ctl *ctl, const struct ctl_args *a)
{
	int64_t start_us = clock_mono_us();
	struct consume *c;
	int status;

	if ((c = calloc(1, sizeof(*c))) == NULL)
		return ctl_fail(CTL_BUG, "out of memory");
	if ((status = read_options(c, a)) == CTL_OK &&
	    (status = ctl_open(ctl)) == CTL_OK &&
	    (status = queue_known(ctl, a->operand[0])) == CTL_OK) {
		c->ctl = ctl;
		c->queue = a->operand[0];
		c->command = a->command;
		name_worker(c->worker);
		c->until_us =
		    c->for_us == 0 || c->for_us > INT64_MAX - start_us ?
		    INT64_MAX :
		    start_us + c->for_us;
		if (c->keep < 0)
			c->keep =
			    conf_queue_for(ctl->conf, c->queue)->keep_output;
		if (c->lease_us == 0)
			c->lease_us = ctl->conf->lease_us;
		for (int i = 0; i < CONSUME_PARALLEL_MAX; i++)
			worker_init(&c->workers[i]);
		c->variables = conf_secret_variables(ctl->conf);
		if (c->variables == NULL)
			c->status = ctl_fail(CTL_BUG, "out of memory");
		else
			consume_queue(c);
		status = c->status;
	}
	free(c->variables);
	free(c);
	return status;
}

const struct ctl_command cmd_consume = {
	.name = "consume",
	.args = "QUEUE [OPTIONS] -- COMMAND …",
	.help = "run a command once per message of a queue",
	.options = options,
	.min = 1,
	.max = 1,
	.has_command = true,
	.run = run_consume,
};
