#include "config.h"

#include <sys/mman.h>
#include <sys/wait.h>

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/conf.h"
#include "lib/handover.h"
#include "lib/log.h"
#include "lib/num.h"
#include "lib/store_delivery.h"
#include "tests/launch/fake.h"
#include "ticker/deliver.h"

/*
 * No double, ever: launches by the thousand, over a bad line, by tickers that
 * are killed every few hundred, on virtual time.  Each ticker is a process, so
 * that its death is one; the Render they talk to lies in memory they share.
 */

#define S INT64_C(1000000)
#define START (1800000000 * S)
#define PLACE "srv-launch"
#define PAGE 1000
#define WINDOW_US (90 * S)
#define BATCH 10000

/* How a ticker ends. */
enum life { LIFE_DONE, LIFE_DIED, LIFE_WINDOW, LIFE_BROKEN };

static struct conf_render_key keys[1] = { { .name = (char *)"k" } };
static struct conf conf = {
	.max_parallel = 8,
	.settle_us = 30 * S,
	.http_timeout_us = 30 * S,
	.render_keys = keys,
	.nrender_keys = 1,
};

static struct opts {
	int64_t n, hidden_s, seed;
	enum delivery_ambiguous policy;
} opts = { 2000, 29, 1, DELIVERY_AMBIGUOUS_RETRY };

static char path[64];

static struct store *
open_store(void)
{
	const struct store_opts o = { .path = path,
		.is_create = true,
		.is_unsynced = true };
	enum store_rc rc;
	char why[256];
	struct store *st = store_open(&o, &rc, why, sizeof(why));

	if (st == NULL) {
		(void)fprintf(stderr, "launch: %s\n", why);
		exit(EXIT_FAILURE);
	}
	return st;
}

static struct fake_world *
make_world(void)
{
	size_t cap = (size_t)opts.n * 2 + 1000;
	size_t n = sizeof(struct fake_world) + cap * sizeof(struct fake_job);
	struct fake_world *w = mmap(NULL, n, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (w == MAP_FAILED) {
		perror("launch: mmap");
		exit(EXIT_FAILURE);
	}
	w->now_us = START;
	w->latency_us = S / 5;
	w->timeout_us = 30 * S;
	w->starts_in_us = S;
	w->runs_us = 5 * S;
	w->hidden_max_us = opts.hidden_s * S;
	/* 5 % lost, 5 % cut, half of them taken, 10 % 429, 10 % 5xx, half of
	 * the latter taken. */
	w->per_mille[FAKE_LOST_TAKEN] = 50;
	w->per_mille[FAKE_CUT_TAKEN] = 25;
	w->per_mille[FAKE_CUT] = 25;
	w->per_mille[FAKE_429] = 100;
	w->per_mille[FAKE_500_TAKEN] = 25;
	w->per_mille[FAKE_500] = 25;
	w->per_mille[FAKE_503_TAKEN] = 25;
	w->per_mille[FAKE_503] = 25;
	w->die_per_mille = 3;
	w->seed = (uint64_t)opts.seed * 2654435761U + 1;
	w->cap = cap;
	return w;
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
	const struct delivery t = { .place = (char *)PLACE,
		.command = command,
		.on_ambiguous = opts.policy };
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

/* One ticker, on the clock of the world, until its window ends. */
static enum life
live(struct fake_world *w)
{
	struct store *st = open_store();
	struct render *r = fake_render(w);
	struct deliver *d = deliver_new(st, &conf, r);
	int64_t until = w->now_us + WINDOW_US, next, answer;

	for (;;) {
		/* Death with answers on the way, and with some just come. */
		if (fake_random(w, 20000) == 0) {
			w->deaths++;
			return LIFE_DIED;
		}
		if (w->now_us >= until)
			deliver_drain(d);
		if (deliver_pump(d, w->now_us) != STORE_OK ||
		    deliver_next(d, w->now_us, &next) != STORE_OK)
			return LIFE_BROKEN;
		if (w->now_us >= until && deliver_pending(d) == 0)
			break;
		answer = fake_next_us(r);
		next = answer < next ? answer : next;
		if (next == DELIVERY_NEVER)
			return LIFE_DONE;
		w->now_us = next > w->now_us ? next : w->now_us + 1;
	}
	deliver_free(d, w->now_us);
	render_free(r);
	store_close(st);
	return LIFE_WINDOW;
}

/* Tickers one after the other, as cron starts them, until all is over. */
static int64_t
run_all(struct fake_world *w)
{
	int64_t ticks = 0;
	int status;
	pid_t pid;

	do {
		ticks++;
		(void)fflush(stdout);
		if ((pid = fork()) == 0)
			_exit((int)live(w));
		if (pid < 0 || waitpid(pid, &status, 0) != pid ||
		    !WIFEXITED(status)) {
			(void)fprintf(stderr, "launch: a ticker crashed\n");
			exit(EXIT_FAILURE);
		}
		if (WEXITSTATUS(status) == LIFE_DIED)
			w->now_us += 60 * S - w->now_us % (60 * S);
	} while (WEXITSTATUS(status) == LIFE_DIED ||
	    WEXITSTATUS(status) == LIFE_WINDOW);
	if (WEXITSTATUS(status) != LIFE_DONE) {
		(void)fprintf(stderr, "launch: a ticker failed\n");
		exit(EXIT_FAILURE);
	}
	return ticks;
}

/* What is in the ledger and what is at Render, compared. */
struct counts {
	int64_t states[RUN_STATE__MAX], open, silent;
	int64_t doubles, orphans, lost;
};

/* Each run: its state, its reason, and that its job is there. */
static void
count_runs(struct store *st, const struct fake_world *w, int *balance,
    char *adopted, struct counts *c)
{
	struct store_delivery_filter f = { PLACE, NULL, INT64_MAX, PAGE,
		INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN,
		INT64_MAX };
	struct delivery_list l = { NULL, 0, 0 };
	const struct delivery *d;
	size_t i;

	do {
		delivery_list_fini(&l);
		if (store_delivery_list(st, &f, &l) != STORE_OK)
			exit(EXIT_FAILURE);
		for (size_t k = 0; k < l.n; k++) {
			d = &l.v[k];
			f.below = d->run;
			c->states[d->state]++;
			c->open += delivery_is_open(d);
			c->silent +=
			    d->state != RUN_SUCCEEDED && d->reason == NULL;
			balance[atoll(d->command + strlen("task "))]++;
			if (d->remote_id == NULL)
				continue;
			i = (size_t)atoll(d->remote_id + strlen("job-"));
			if (i >= w->njobs ||
			    strcmp(w->jobs[i].command, d->command) != 0)
				c->lost++;
			else
				adopted[i]++;
		}
	} while (l.n == PAGE);
	delivery_list_fini(&l);
}

static void
count_all(struct store *st, const struct fake_world *w, struct counts *c)
{
	int *balance = calloc((size_t)opts.n + 1, sizeof(*balance));
	char *adopted = calloc(w->njobs + 1, 1);

	count_runs(st, w, balance, adopted, c);
	for (size_t i = 0; i < w->njobs; i++) {
		balance[atoll(w->jobs[i].command + strlen("task "))]--;
		c->orphans += adopted[i] == 0;
		c->lost += adopted[i] > 1;
	}
	/* More jobs than runs of a command: somebody was launched twice. */
	for (int64_t i = 0; i < opts.n; i++)
		c->doubles += balance[i] < 0 ? -balance[i] : 0;
	free(balance);
	free(adopted);
}

static int
report(const struct fake_world *w, const struct counts *c, int64_t ticks)
{
	static const char *const names[FAKE__MAX] = {
		[FAKE_OK] = "answered 201",
		[FAKE_LOST_TAKEN] = "taken, answer timed out",
		[FAKE_CUT_TAKEN] = "taken, connection cut",
		[FAKE_CUT] = "not taken, connection cut",
		[FAKE_500_TAKEN] = "taken, answered 500",
		[FAKE_500] = "not taken, answered 500",
		[FAKE_503_TAKEN] = "taken, answered 503",
		[FAKE_503] = "not taken, answered 503",
		[FAKE_429] = "answered 429",
	};
	bool is_bad = c->doubles > 0 || c->open > 0 || c->lost > 0 ||
	    c->silent > 0 || c->orphans > 0 ||
	    c->states[RUN_SUCCEEDED] != (int64_t)w->njobs;

	(void)printf("launches             %lld, on_ambiguous %s, new jobs "
		     "hidden for up to %lld s\n",
	    (long long)opts.n, delivery_ambiguous_name(opts.policy),
	    (long long)opts.hidden_s);
	(void)printf("requests to create   %lld\n",
	    (long long)w->asked[RENDER_CREATE]);
	for (int i = 0; i < FAKE__MAX; i++) {
		if (names[i] != NULL)
			(void)printf("  %-25s %lld\n", names[i],
			    (long long)w->given[i]);
	}
	(void)printf("lists, events        %lld, %lld\n",
	    (long long)w->asked[RENDER_LIST],
	    (long long)w->asked[RENDER_EVENTS]);
	(void)printf("ticks, killed        %lld, %lld\n", (long long)ticks,
	    (long long)w->deaths);
	(void)printf("jobs at Render       %zu\n", w->njobs);
	for (int i = 0; i < RUN_STATE__MAX; i++) {
		if (c->states[i] > 0)
			(void)printf("runs %-15s %lld\n",
			    run_state_name((enum run_state)i),
			    (long long)c->states[i]);
	}
	(void)printf("doubles              %lld\n"
		     "jobs without a run   %lld\n"
		     "runs with wrong job  %lld\n"
		     "runs not over        %lld\n"
		     "runs without reason  %lld\n%s\n",
	    (long long)c->doubles, (long long)c->orphans, (long long)c->lost,
	    (long long)c->open, (long long)c->silent, is_bad ? "BAD" : "good");
	return is_bad ? EXIT_FAILURE : EXIT_SUCCESS;
}

static void
parse(int argc, char *argv[])
{
	int c, bad = 0;

	while ((c = getopt(argc, argv, "n:d:s:p:")) != -1) {
		if (c == 'n')
			bad |= num_parse(optarg, 1, 10000000, &opts.n);
		else if (c == 'd')
			bad |= num_parse(optarg, 0, 3600, &opts.hidden_s);
		else if (c == 's')
			bad |= num_parse(optarg, 0, INT32_MAX, &opts.seed);
		else if (c == 'p')
			bad |= delivery_ambiguous_parse(optarg, &opts.policy);
		else
			bad = 1;
	}
	if (bad == 0)
		return;
	(void)fprintf(stderr,
	    "usage: launch [-n LAUNCHES] [-d HIDDEN_S] "
	    "[-s SEED] [-p retry|skip]\n");
	exit(EXIT_FAILURE);
}

int
main(int argc, char *argv[])
{
	static const char *const ends[] = { "", "-wal", "-shm", "-turn" };
	struct counts c = { .open = 0 };
	struct fake_world *w;
	struct store *st;
	char file[96];
	int64_t ticks;
	int status;

	log_open(LOG_TARGET_STDERR, LOG_LEVEL_ERR, "launch");
	parse(argc, argv);
	(void)snprintf(path, sizeof(path), "launch.%ld.db", (long)getpid());
	w = make_world();
	st = open_store();
	add_runs(st);
	store_close(st);
	ticks = run_all(w);
	st = open_store();
	count_all(st, w, &c);
	status = report(w, &c, ticks);
	store_close(st);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(file, sizeof(file), "%s%s", path, ends[i]);
		(void)unlink(file);
	}
	return status;
}
