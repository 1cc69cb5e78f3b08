/*
 * Thousands of launches over a bad line, by tickers that are killed: counts
 * that none happened twice and none was lost.
 */
#include "config.h"

#include <sys/wait.h>

#include <getopt.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/sched/handover.h"
#include "lib/base/log.h"
#include "lib/base/num.h"
#include "lib/store/delivery.h"
#include "tests/launch/count.h"
#include "tests/launch/far.h"
#include "ticker/render/deliver.h"

/*
 * No double, ever: launches by the thousand, over a bad line, by tickers that
 * are killed every few hundred, on virtual time.  Each ticker is a process, so
 * that its death is one; whom they talk to is in tests/launch/far.h.
 */

#define S INT64_C(1000000)
#define START FAR_START_US
#define PLACE FAR_PLACE
#define WINDOW_US (90 * S)
#define BATCH 10000

/* How a ticker ends. */
enum life { LIFE_DONE, LIFE_DIED = FAR_DEATH, LIFE_WINDOW, LIFE_BROKEN };

static struct conf_render_key keys[1] = { { .name = (char *)"k" } };
static struct conf conf = {
	.settle_us = 30 * S,
	.render_keys = keys,
	.nrender_keys = 1,
};

static struct far_opts opts = { 2000, 30, 1, NULL, NULL };
static enum delivery_ambiguous policy = DELIVERY_AMBIGUOUS_RETRY;

static char path[64];

/* How many tickers there were, and died, and for how long. */
struct lives {
	int64_t n, deaths, virtual_us;
};

static struct store *
open_store(void)
{
	const struct store_opts o = { .path = path,
		.is_create = true,
		.is_unsynced = true };
	enum store_rc rc;
	struct err why;
	struct store *st = store_open(&o, &rc, &why);

	if (st == NULL) {
		(void)fprintf(stderr, "launch: %s\n", why.text);
		exit(EXIT_FAILURE);
	}
	return st;
}

/* Every second command is that of another run, too. */
static int64_t
command_of(int64_t i)
{
	return i % 4 == 3 ? i - 1 : i;
}

static void
add_runs(struct store *st)
{
	char command[32];
	const struct delivery t = { .service = (char *)PLACE,
		.command = command,
		.on_ambiguous = policy };
	const struct handover h = { .target = &t };
	enum store_rc rc = STORE_OK;

	for (int64_t i = 0; i < opts.n && rc == STORE_OK; i++) {
		struct run r = { .queue = (char *)"q",
			.job_id = (char *)"",
			.slot_us = START,
			.last_us = START,
			.count = 1,
			.decided_us = START };

		(void)snprintf(command, sizeof(command), "task %lld",
		    (long long)command_of(i));
		if (i % BATCH == 0)
			rc = store_begin(st);
		if (rc == STORE_OK)
			rc = handover_run(st, &r, &h);
		if (rc == STORE_OK &&
		    (i % BATCH == BATCH - 1 || i == opts.n - 1))
			rc = store_commit(st);
	}
	if (rc != STORE_OK) {
		(void)fprintf(stderr, "launch: %s\n", store_strrc(rc));
		exit(EXIT_FAILURE);
	}
}

/* One ticker, on the clock of the far side, until its window ends. */
static enum life
live(struct far *f)
{
	struct store *st = open_store();
	struct render *r = far_render(f, &conf);
	struct deliver *d = deliver_new(st, &conf, r);
	int64_t until = far_now(f) + WINDOW_US, next;

	for (;;) {
		if (far_now(f) >= until)
			deliver_drain(d);
		if (deliver_pump(d, far_now(f)) != STORE_OK ||
		    deliver_next(d, far_now(f), &next) != STORE_OK)
			return LIFE_BROKEN;
		if (far_now(f) >= until && deliver_pending(d) == 0)
			break;
		if (!far_wait(f, r, next))
			return LIFE_DONE;
	}
	deliver_free(d, far_now(f));
	render_free(r);
	store_close(st);
	return LIFE_WINDOW;
}

/* One ticker in a process of its own. */
static enum life
live_apart(struct far *f)
{
	pid_t pid;
	int status;

	(void)fflush(stdout);
	if ((pid = fork()) == 0)
		_exit((int)live(f));
	if (pid > 0)
		far_watch(f, pid);
	if (pid > 0 && waitpid(pid, &status, 0) == pid) {
		if (WIFEXITED(status))
			return (enum life)WEXITSTATUS(status);
		if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
			return LIFE_DIED;
	}
	return LIFE_BROKEN;
}

/* Tickers one after the other, as cron starts them, until all is over. */
static void
run_all(struct far *f, struct lives *l)
{
	enum life how;

	do {
		l->n++;
		how = live_apart(f);
		if (how == LIFE_DIED) {
			l->deaths++;
			far_leap(f,
			    far_now(f) + 60 * S - far_now(f) % (60 * S));
		}
	} while (how == LIFE_DIED || how == LIFE_WINDOW);
	l->virtual_us = far_now(f) - START;
	if (how != LIFE_DONE) {
		(void)fprintf(stderr, "launch: a ticker failed\n");
		exit(EXIT_FAILURE);
	}
}

static void
report(struct far *f, const struct counts *c, const struct lives *l,
    int64_t began_us)
{
	(void)printf("launches             %lld, on_ambiguous %s, new jobs "
		     "hidden for up to %lld s\n",
	    (long long)opts.n, delivery_ambiguous_name(policy),
	    (long long)opts.hidden_s);
	far_print(f);
	(void)printf("ticks, killed        %lld, %lld\n", (long long)l->n,
	    (long long)l->deaths);
	(void)printf("seconds, virtual     %lld, %lld\n",
	    (long long)((clock_mono_us() - began_us) / S),
	    (long long)(l->virtual_us / S));
	count_print(c);
}

static void
parse(int argc, char *argv[])
{
	int c, bad = 0;

	while ((c = getopt(argc, argv, "n:d:s:p:r:c:")) != -1) {
		if (c == 'n')
			bad |= num_parse(optarg, 1, 10000000, &opts.n);
		else if (c == 'd')
			bad |= num_parse(optarg, 0, 3600, &opts.hidden_s);
		else if (c == 's')
			bad |= num_parse(optarg, 0, INT32_MAX, &opts.seed);
		else if (c == 'p')
			bad |= delivery_ambiguous_parse(optarg, &policy);
		else if (c == 'r')
			opts.stub = optarg;
		else if (c == 'c')
			opts.cert = optarg;
		else
			bad = 1;
	}
	if (bad == 0)
		return;
	(void)fprintf(stderr,
	    "usage: launch [-n LAUNCHES] [-d HIDDEN_S] "
	    "[-s SEED] [-p retry|skip] [-r STUB [-c CERTIFICATE]]\n");
	exit(EXIT_FAILURE);
}

static void
remove_store(void)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-turn" };
	char file[96];

	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(file, sizeof(file), "%s%s", path, ends[i]);
		(void)unlink(file);
	}
}

int
main(int argc, char *argv[])
{
	int64_t began_us = clock_mono_us();
	struct lives l = { 0, 0, 0 };
	struct counts c;
	struct store *st;
	struct far *f;

	log_open(LOG_TARGET_STDERR, LOG_LEVEL_ERR, "launch");
	parse(argc, argv);
	(void)snprintf(path, sizeof(path), "launch.%ld.db", (long)getpid());
	f = far_open(&opts, &conf);
	st = open_store();
	add_runs(st);
	store_close(st);
	run_all(f, &l);
	st = open_store();
	count_all(st, f, opts.n, &c);
	report(f, &c, &l, began_us);
	store_close(st);
	far_close(f);
	remove_store();
	return count_is_good(&c) ? EXIT_SUCCESS : EXIT_FAILURE;
}
