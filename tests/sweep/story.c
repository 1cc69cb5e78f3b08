/*
 * Random sequences of operations by users, ticks and clocks, audited after
 * each: every slot has its row.
 *
 *   story [-s SEED] [-n STORIES] [-m MOVES]
 *
 * A sequence that fails is named by its seed; -n 1 repeats it.
 */
#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/clock.h"
#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/base/log.h"
#include "lib/base/num.h"
#include "lib/store/prune.h"
#include "lib/trigger/trigger.h"
#include "tests/sweep/fake.h"
#include "tests/sweep/ours.h"
#include "lib/base/ban.h"

#define DAY_US (INT64_C(86400) * SECOND_US)

struct story {
	struct world w;
	struct sched s;
	int64_t now_us;
	uint64_t random;
	bool is_told; /* each move, on standard output */
};

/* A number from 0 to n - 1. */
static int64_t
pick(struct story *t, int64_t n)
{
	return (int64_t)(vfs_random(&t->random) % (uint64_t)n);
}

#define PICK(t, list) \
	((list)[pick(t, (int64_t)(sizeof(list) / sizeof((list)[0])))])

static const char *const queues[] = { "q1", "q2" };
static const char *const names[] = { "a", "b", "c", "d", "e" };

static const struct {
	const char *kind;
	struct trigger_field f[2];
} triggers[] = {
	{ "cron", { { "second", "*" }, { "dst", "skip" } } },
	{ "cron", { { "minute", "*" }, { "dst", "once" } } },
	{ "cron", { { "hour", "2" }, { "minute", "*/10" } } },
	{ "cron", { { "hour", "*/3" }, { "jitter", "900" } } },
	{ "cron", { { "minute", "30" }, { "end_date", "2026-04-02" } } },
	{ "interval", { { "seconds", "7" }, { "start_date", "2026-03-20" } } },
	{ "interval", { { "minutes", "90" }, { "seconds", NULL } } },
	{ "interval", { { "seconds", "600" }, { "jitter", "60" } } },
	{ "interval", { { "hours", "5" }, { "end_date", "2026-04-01" } } },
	{ "date", { { "run_date", "2026-03-29 02:30" }, { "dst", NULL } } },
	{ "date", { { "run_date", "2026-03-30 12:00" }, { "dst", NULL } } },
	{ "date", { { "run_date", NULL }, { "dst", NULL } } },
};

/* A random trigger's text, or NULL when it cannot fire now; owned. */
static char *
make_trigger(struct story *t)
{
	const struct trigger_env env = { t->w.zones, "Europe/Berlin", t->now_us,
		false };
	size_t i = (size_t)pick(t, sizeof(triggers) / sizeof(triggers[0]));
	struct faults fs = { .n = 0 };
	struct buf spec = BUF_INIT;
	struct trigger *trigger;

	trigger = trigger_new(triggers[i].kind, triggers[i].f, 2, &env, &fs);
	if (trigger == NULL)
		return NULL;
	trigger_spec(trigger, &spec);
	trigger_free(trigger);
	return buf_take(&spec);
}

static void
set_policies(struct story *t, struct job *j)
{
	j->coalesce = pick(t, 2) == 0;
	j->max_catchup = 1 + pick(t, 20);
	j->misfire_grace_us =
	    pick(t, 2) == 0 ? JOB_NO_GRACE : pick(t, 7200) * SECOND_US;
}

static enum store_rc
move_add(struct story *t, const char *queue, const char *name)
{
	enum store_rc rc = STORE_OK;
	struct job j;

	job_init(&j);
	j.queue = strdup(queue);
	j.job_id = strdup(name);
	j.trigger = make_trigger(t);
	j.state = pick(t, 8) == 0 ? JOB_PAUSED : JOB_ACTIVE;
	j.is_state_asked = j.state == JOB_PAUSED || pick(t, 2) == 0;
	set_policies(t, &j);
	if (j.trigger != NULL)
		rc = sched_add(&t->s, &j, true, t->now_us);
	job_fini(&j);
	return rc;
}

static int
edit(void *cookie, struct job *j)
{
	struct story *t = cookie;
	char *trigger = pick(t, 3) == 0 ? NULL : make_trigger(t);

	if (trigger != NULL) {
		free(j->trigger);
		j->trigger = trigger;
	}
	set_policies(t, j);
	if (pick(t, 3) == 0)
		j->state = pick(t, 2) == 0 ? JOB_PAUSED : JOB_ACTIVE;
	return 0;
}

static enum store_rc
move_patch(struct story *t, const char *queue, const char *name)
{
	const struct sched_patch p = { SCHED_ANY, edit, t };

	return sched_patch(&t->s, queue, name, &p, NULL);
}

static enum store_rc
move_pause(struct story *t, const char *queue, const char *name)
{
	return sched_pause(&t->s, JOB_DURABLE, queue, name, NULL);
}

static enum store_rc
move_resume(struct story *t, const char *queue, const char *name)
{
	return sched_resume(&t->s, JOB_DURABLE, queue, name, NULL);
}

static enum store_rc
move_delete(struct story *t, const char *queue, const char *name)
{
	return sched_delete(&t->s, JOB_DURABLE, queue, name);
}

static enum store_rc
move_delete_all(struct story *t, const char *queue, const char *name)
{
	int64_t n;

	(void)name;
	return sched_delete_all(&t->s, JOB_DURABLE, queue, &n);
}

static enum store_rc
move_run(struct story *t, const char *queue, const char *name)
{
	char id[RUN_ID_LEN + 1];

	return sched_run_now(&t->s, JOB_DURABLE, queue, name, id);
}

static enum store_rc
move_hold(struct story *t, const char *queue, const char *name)
{
	(void)name;
	return sched_queue_set_paused(&t->s, queue, pick(t, 2) == 0);
}

/* Some rows go. */
static enum store_rc
move_prune(struct story *t, const char *queue, const char *name)
{
	const struct store_prune p = { t->now_us - pick(t, 20) * DAY_US, 0,
		20 + pick(t, 200), 50, SECOND_US, &clock_host };
	struct store *st = t->s.stores[JOB_DURABLE];
	enum store_rc rc = store_begin(st);
	bool is_more;
	int64_t n = 0;

	(void)queue;
	(void)name;
	if (rc == STORE_OK)
		rc = store_prune_step(st, &p, &n, &is_more);
	if (rc == STORE_OK)
		return store_commit(st);
	store_rollback(st);
	return rc;
}

static enum store_rc
move_tick(struct story *t, const char *queue, const char *name)
{
	(void)queue;
	(void)name;
	return world_tick(&t->s, t->now_us);
}

/* Time goes on, mostly; now and then somebody sets the clock back. */
static enum store_rc
move_clock(struct story *t, const char *queue, const char *name)
{
	static const int64_t steps_s[] = { 1, 60, 1800, 7200, 86400, 300000,
		-3600, -90000 };
	int64_t step_us = PICK(t, steps_s) * SECOND_US;

	(void)queue;
	(void)name;
	if (pick(t, 3) == 0)
		step_us = step_us / 1000 * pick(t, 1000);
	t->now_us += step_us;
	fake_clock(t->now_us);
	return STORE_OK;
}

static const struct {
	const char *name;
	enum store_rc (
	    *make)(struct story *t, const char *queue, const char *name);
	int weight;
} moves[] = {
	{ "add", move_add, 6 },
	{ "patch", move_patch, 4 },
	{ "pause", move_pause, 2 },
	{ "resume", move_resume, 3 },
	{ "delete", move_delete, 2 },
	{ "delete all of", move_delete_all, 1 },
	{ "run", move_run, 2 },
	{ "switch", move_hold, 2 },
	{ "prune", move_prune, 1 },
	{ "tick", move_tick, 12 },
	{ "clock", move_clock, 12 },
};

/* What a move may be answered: it was done, or made no sense. */
static bool
is_answer(enum store_rc rc)
{
	return rc == STORE_OK || rc == STORE_NOTFOUND || rc == STORE_CONFLICT;
}

/* One move; false when something is wrong then. */
static bool
story_move(struct story *t, unsigned number)
{
	const char *queue = PICK(t, queues), *name = PICK(t, names);
	int64_t n = pick(t, 47);
	enum store_rc rc;
	struct ours o;
	size_t i = 0;

	while (n >= moves[i].weight)
		n -= moves[i++].weight;
	rc = moves[i].make(t, queue, name);
	if (t->is_told)
		(void)printf("%u: %s %s/%s at %lld: %s\n", number,
		    moves[i].name, queue, name, (long long)t->now_us,
		    store_strrc(rc));
	ours_audit(&t->s, t->w.zones, &o);
	if (is_answer(rc) && o.findings[0] + o.findings[1] + o.findings[2] == 0)
		return true;
	(void)fprintf(stderr, "-s %llu: move %u, %s %s/%s: %s; %s\n",
	    (unsigned long long)t->w.seed, number, moves[i].name, queue, name,
	    store_strrc(rc), o.why);
	return false;
}

static bool
story_tell(const char *tmp, uint64_t seed, unsigned n, bool is_told)
{
	struct story t = { .random = seed * 2654435761U + 1 };
	bool is_good = true;

	t.is_told = is_told;
	/* 2026-03-25: four days before the clocks change in Berlin. */
	t.now_us = WORLD_START_US + 24 * DAY_US;
	fake_clock(t.now_us);
	fake_entropy(seed);
	if (world_init(&t.w, tmp, seed) != 0 ||
	    world_open(&t.w, &t.s) != STORE_OK)
		return false;
	store_set_durable(t.s.stores[JOB_DURABLE], false);
	for (unsigned i = 1; i <= n && is_good; i++)
		is_good = story_move(&t, i);
	sched_close(&t.s);
	world_fini(&t.w);
	return is_good;
}

int
main(int argc, char **argv)
{
	int64_t seed = 1, stories = 20, n = 200, bad = 0;
	char tmp[] = "/tmp/story.XXXXXX";
	int c;

	while ((c = getopt(argc, argv, "s:n:m:")) != -1) {
		if (c == '?' ||
		    num_parse(optarg, 1, 100000000,
			c == 's'     ? &seed :
			    c == 'n' ? &stories :
				       &n) != 0)
			return 64;
	}
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_ERR, "story");
	if (mkdtemp(tmp) == NULL)
		return 70;
	for (int64_t i = 0; i < stories; i++)
		bad += !story_tell(tmp, (uint64_t)(seed + i), (unsigned)n,
		    stories == 1);
	(void)rmdir(tmp);
	(void)printf("%lld stories of %lld moves, %lld ended badly\n",
	    (long long)stories, (long long)n, (long long)bad);
	return bad != 0;
}
