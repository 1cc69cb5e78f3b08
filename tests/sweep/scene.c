/*
 * The scenes of the sweep: what is done to a store while one of its steps goes
 * wrong.
 */
#include "config.h"

#include <sys/stat.h>

#include <stdio.h>
#include <string.h>

#include "lib/base/clock.h"
#include "lib/store/policy.h"
#include "lib/store/queue.h"
#include "ticker/tick/tick.h"
#include "tests/sweep/fake.h"
#include "tests/sweep/old.h"
#include "tests/sweep/scene.h"
#include "lib/base/ban.h"

#define MESSAGES 4
#define WAL_BYTES (985 * 4120) /* lib/db/wal.c moves it at 1000 pages */

/* Through world_begin and world_end: what was asked, and what was told. */
#define ASK(w, op, queue, name, call) \
	do { \
		unsigned ask_ = world_begin(w, op, queue, name); \
		world_end(w, ask_, call); \
	} while (0)

static void
act_tick(struct world *w, struct sched *s)
{
	const struct tick_opts o = { .window_us = 0 };

	(void)w;
	(void)tick_run(s, &o);
}

static void
act_add(struct world *w, struct sched *s)
{
	for (unsigned i = 0; i < 3; i++)
		(void)world_add(w, s, i);
}

static void
act_replace(struct world *w, struct sched *s)
{
	(void)world_replace(w, s);
	(void)world_add(w, s, 0);
}

static void
act_switch(struct world *w, struct sched *s)
{
	ASK(w, OP_PAUSE, "q1", "one",
	    sched_pause(s, JOB_DURABLE, "q1", "one", NULL));
	ASK(w, OP_HOLD, "q3", "", sched_queue_set_paused(s, "q3", true));
	ASK(w, OP_RESUME, "q3", "paused",
	    sched_resume(s, JOB_DURABLE, "q3", "paused", NULL));
	ASK(w, OP_RESUME, "q1", "one",
	    sched_resume(s, JOB_DURABLE, "q1", "one", NULL));
	ASK(w, OP_PAUSE, "q1", "newest",
	    sched_pause(s, JOB_DURABLE, "q1", "newest", NULL));
}

/* The task_id of a message, which stands first in its body. */
static void
task_of(const struct message *m, char out[64])
{
	const char *p = strstr(m->body, "\"task_id\":\"");

	(void)snprintf(out, 64, "%.36s", p == NULL ? "" : p + 11);
}

/* Lease some, then give them back in the way of op, one at a time. */
static void
act_settle(struct world *w, struct sched *s, enum op op)
{
	const struct sched_nack how = { .reason = "sweep" };
	struct message_list l = { NULL, 0, 0 };
	struct sched_leases one = { "q1", NULL, 1 };
	const char *lease;
	char task[64];
	size_t n = 0;

	(void)sched_lease(s,
	    &(struct sched_lease){ .queue = "q1",
		.max = MESSAGES,
		.lease_us = 30 * SECOND_US },
	    &l);
	for (size_t i = 0; i < l.n; i++) {
		lease = l.v[i].lease;
		one.v = &lease;
		task_of(&l.v[i], task);
		if (op == OP_ACK)
			ASK(w, op, "q1", task,
			    sched_ack(s, &one, &(struct sched_work){ 0 }, &n));
		else
			ASK(w, op, "q1", task, sched_nack(s, &one, &how, &n));
	}
	message_list_fini(&l);
}

static void
act_ack(struct world *w, struct sched *s)
{
	act_settle(w, s, OP_ACK);
}

static void
act_nack(struct world *w, struct sched *s)
{
	act_settle(w, s, OP_NACK);
}

/* Messages whose job tries again work that failed: they wait as it says. */
static void
act_retry(struct world *w, struct sched *s)
{
	struct store *st = s->stores[JOB_DURABLE];
	struct message_list l = { NULL, 0, 0 };
	enum store_rc rc = sched_peek(s, "q1", MESSAGES, &l);

	if (rc == STORE_OK)
		rc = store_begin(st);
	for (size_t i = 0; i < l.n && rc == STORE_OK; i++)
		rc = store_policy_insert(st,
		    &(const struct policy_new){ .run = l.v[i].run,
			.max_runtime_us = SECOND_US,
			.expected_us = WORLD_START_US,
			.retry = { .max_attempts = 2,
			    .base_us = SECOND_US,
			    .cap_us = SECOND_US },
			.priority = -1 });
	if (rc == STORE_OK)
		rc = store_commit(st);
	else if (l.n > 0)
		store_rollback(st);
	message_list_fini(&l);
	if (rc == STORE_OK)
		act_settle(w, s, OP_NACK);
}

static void
act_publish(struct world *w, struct sched *s)
{
	static const char *const names[] = { "pub0", "pub1", "pub2" };
	struct sched_publish p = { .queue = "q1", .kwargs = "{\"a\":1}" };
	char id[RUN_ID_LEN + 1];

	for (size_t i = 0; i < 3; i++) {
		p.task_id = names[i];
		ASK(w, OP_PUBLISH, "q1", p.task_id, sched_publish(s, &p, id));
	}
}

static void
act_meet(struct world *w, struct sched *s)
{
	struct sched other;

	if (world_open(w, &other) != STORE_OK)
		return;
	for (unsigned i = 0; i < 3; i++)
		(void)world_meet(w, s, &other, i);
	sched_close(&other);
}

/* The log is moved in the first add, and starts over in the next. */
static void
act_wal(struct world *w, struct sched *s)
{
	(void)world_add(w, s, 0);
	(void)world_add(w, s, 1);
	store_checkpoint(s->stores[JOB_DURABLE]);
	act_tick(w, s);
	(void)world_add(w, s, 2);
	store_checkpoint(s->stores[JOB_DURABLE]);
	act_publish(w, s);
}

static void
act_network(struct world *w, struct sched *s)
{
	act_add(w, s);
	act_tick(w, s);
	act_publish(w, s);
}

#define MINUTES_US (60 * SECOND_US)

const struct scene scenes[] = {
	{ "tick", .at_us = 10 * MINUTES_US, .act = act_tick },
	{ "add", .at_us = SECOND_US, .act = act_add },
	{ "meet", .at_us = SECOND_US, .act = act_meet },
	{ "replace", .at_us = SECOND_US, .act = act_replace },
	{ "switch", .at_us = 10 * MINUTES_US, .act = act_switch },
	{ "ack", .is_ticked = true, .at_us = 10 * MINUTES_US, .act = act_ack },
	{ "nack", .is_ticked = true, .at_us = 10 * MINUTES_US,
	    .act = act_nack },
	{ "retry", .is_ticked = true, .at_us = 10 * MINUTES_US,
	    .act = act_retry },
	{ "publish", .at_us = 10 * MINUTES_US, .act = act_publish },
	{ "init", .is_empty = true, .at_us = SECOND_US, .act = act_add },
	{ "wal", .is_long = true, .at_us = 10 * MINUTES_US, .act = act_wal },
	{ "network", .is_network = true, .at_us = 10 * MINUTES_US,
	    .act = act_network },
	{ "old", .is_old = true, .at_us = 10 * MINUTES_US, .act = act_add },
	{ "oldnet", .is_old = true, .is_network = true,
	    .at_us = 10 * MINUTES_US, .act = act_network },
	{ .name = NULL },
};

/* Commits that change nothing in the end, until the log is long. */
static bool
log_grow(const struct world *w, struct sched *s)
{
	char path[WORLD_PATH_MAX + 32];
	struct stat sb = { .st_size = 0 };
	bool is_on = false;

	(void)snprintf(path, sizeof(path), "%s-wal", world_store(w));
	while (stat(path, &sb) == 0 && sb.st_size < WAL_BYTES) {
		is_on = !is_on;
		if (sched_queue_set_paused(s, "q9", is_on) != STORE_OK)
			return false;
	}
	return sb.st_size >= WAL_BYTES;
}

bool
scene_prepare(const struct scene *sc, struct world *w)
{
	struct sched s;
	bool is_good;

	fake_clock(WORLD_START_US);
	fake_network(sc->is_network);
	world_clear(w);
	w->njobs = 0;
	if (sc->is_empty) {
		world_keep(w);
		return true;
	}
	if (world_open(w, &s) != STORE_OK)
		return false;
	is_good = world_fill(w, &s);
	if (is_good && sc->is_ticked)
		is_good =
		    world_tick(&s, WORLD_START_US + sc->at_us) == STORE_OK;
	if (is_good && sc->is_long)
		is_good = log_grow(w, &s);
	sched_close(&s);
	if (sc->is_old)
		return is_good && old_make(w);
	world_keep(w);
	return is_good;
}

void
scene_act(const struct scene *sc, struct world *w)
{
	struct sched s;

	fake_clock(WORLD_START_US + sc->at_us);
	fake_network(sc->is_network);
	if (world_open(w, &s) != STORE_OK)
		return;
	sc->act(w, &s);
	sched_close(&s);
}
