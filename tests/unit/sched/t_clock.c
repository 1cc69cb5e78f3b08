/*
 * Clocks that change or are ahead, and what a tick decides on them
 * (ticker/tick/claim.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/trigger/due.h"
#include "lib/base/fault.h"
#include "lib/sched/sched.h"
#include "lib/store/run.h"
#include "lib/trigger/trigger.h"
#include "lib/time/tz.h"
#include "tests/unit/clock.h"
#include "tests/unit/folder.h"
#include "tests/unit/tap.h"
#include "ticker/tick/claim.h"

/*
 * Clocks that are set back and forward, by NTP and by people: whatever they
 * do, each slot is decided once, and none is left out.  This program has a
 * clock of its own; the claim and what users do are the real ones.
 */

#define S_US INT64_C(1000000)
#define HOUR_US (3600 * S_US)
#define DAY_US (24 * HOUR_US)
/* 2026-10-24T00:00:00Z: the day after, Berlin's clock goes back. */
#define START_US INT64_C(1792800000000000)
/* 2027-03-27T00:00:00Z: the day after, it goes forward. */
#define SPRING_US INT64_C(1806105600000000)

static struct sched s;
static struct claim claim;

/* The jobs of every scene; a trigger begins at START_US where it has to. */
static const struct sample {
	const char *id;
	const char *trigger;
	int64_t grace_us; /* -1: none */
	bool coalesce;
	int64_t max_catchup;
} jobs[] = {
	{ "minute", "interval;timezone=UTC;length_us=60000000;run_us=0", -1,
	    true, 100 },
	{ "each", "interval;timezone=UTC;length_us=60000000;run_us=7", -1,
	    false, 5 },
	{ "strict", "cron;timezone=UTC;minute=*/5", 30 * S_US, false, 3 },
	{ "night", "cron;timezone=Europe/Berlin;hour=2;minute=30", -1, true,
	    100 },
	{ "hourly", "cron;timezone=Europe/Berlin;hour=*", 600 * S_US, true,
	    100 },
	{ "spread", "cron;timezone=UTC;minute=*;jitter=50", -1, false, 100 },
};
#define NJOBS (sizeof(jobs) / sizeof(jobs[0]))

static struct store *
store(void)
{
	return s.stores[JOB_DURABLE];
}

/* What a tick does at this instant. */
static void
tick(void)
{
	int64_t next;

	for (int i = 0; i < 1000; i++) {
		(void)store_job_next(store(), &next);
		if (next > now)
			return;
		if (claim_batch(&claim, store(), now) != STORE_OK)
			break;
	}
	ok(false, "a tick does not end");
}

/* Rows of a job that stand for slots, the oldest first. */
static void
read_rows(const char *id, struct run_list *out)
{
	const struct store_run_filter f = { .queue = "q",
		.job_id = id,
		.state = RUN_STATE__MAX,
		.from_us = INT64_MIN,
		.below = { INT64_MAX, 0 },
		.limit = 1000000 };
	struct run r;

	(void)store_run_list(store(), &f, out);
	for (size_t i = 0; i < out->n / 2; i++) {
		r = out->v[i];
		out->v[i] = out->v[out->n - 1 - i];
		out->v[out->n - 1 - i] = r;
	}
}

static bool
is_by_hand(const struct run *r)
{
	return r->reason != NULL && strcmp(r->reason, "run now") == 0;
}

/* Slots that no row stands for, or two; or a row with a wrong count. */
static int
count_wrong(const struct sample *j)
{
	struct run_list l = { NULL, 0, 0 };
	struct faults fs = { .n = 0 };
	int64_t due, last_us = INT64_MIN;
	struct trigger *t;
	struct due_range r;
	struct job got;
	int wrong = 0;

	job_init(&got);
	(void)sched_get(&s, JOB_DURABLE, "q", j->id, &got);
	t = trigger_from_spec(got.trigger, s.zones, &fs);
	due = trigger_next(t, START_US - 1);
	read_rows(j->id, &l);
	for (size_t i = 0; i < l.n; i++) {
		wrong += l.v[i].slot_us <= last_us;
		last_us = l.v[i].last_us;
		if (is_by_hand(&l.v[i]))
			continue;
		due_count(t, l.v[i].slot_us, l.v[i].last_us, &r);
		wrong += l.v[i].slot_us != due || r.count != l.v[i].count ||
		    r.last_us != l.v[i].last_us;
		due = trigger_next(t, l.v[i].last_us);
	}
	wrong += got.cursor_us != due;
	run_list_fini(&l);
	trigger_free(t);
	job_fini(&got);
	return wrong;
}

/* All of the ledger, and a message for each run. */
static void
check_all(const char *what)
{
	int64_t sent = 0, messages = 0;
	struct run_list l = { NULL, 0, 0 };

	for (size_t i = 0; i < NJOBS; i++) {
		is_int(count_wrong(&jobs[i]), 0, "%s: %s", what, jobs[i].id);
		read_rows(jobs[i].id, &l);
		for (size_t k = 0; k < l.n; k++)
			sent += l.v[k].state == RUN_SENT;
		run_list_fini(&l);
	}
	(void)sched_message_count(&s, "q", &messages);
	is_int(messages, sent, "%s: a message for each run", what);
}

static int64_t
count_rows(const char *id)
{
	struct run_list l = { NULL, 0, 0 };
	int64_t n;

	read_rows(id, &l);
	n = (int64_t)l.n;
	run_list_fini(&l);
	return n;
}

/* A fresh store with the jobs, added at START_US. */
static void
begin(struct conf *conf)
{
	const struct store_opts o = { .path = conf->store, .is_create = true };
	enum store_rc rc;
	struct err why;
	struct job j;

	now = START_US;
	(void)unlink(conf->store);
	store_close(store_open(&o, &rc, &why));
	if (sched_open(&s, conf, "UTC", &why) != STORE_OK) {
		printf("Bail out! %s\n", why.text);
		exit(EXIT_FAILURE);
	}
	store_set_durable(store(), false);
	s.clock = &clock_test;
	claim = (struct claim){ .clock = &clock_test,
		.zones = s.zones,
		.gap_us = -1 };
	for (size_t i = 0; i < NJOBS; i++) {
		job_init(&j);
		j.queue = strdup("q");
		j.job_id = strdup(jobs[i].id);
		j.trigger = strdup(jobs[i].trigger);
		j.misfire_grace_us = jobs[i].grace_us;
		j.coalesce = jobs[i].coalesce;
		j.max_catchup = jobs[i].max_catchup;
		(void)sched_add(&s, &j, false, now);
		job_fini(&j);
	}
}

static void
end(void)
{
	buf_fini(&claim.scratch);
	sched_close(&s);
}

/* Ticks a minute apart, for so long. */
static void
pass(int64_t us)
{
	for (int64_t until = now + us; now < until;) {
		now += 60 * S_US;
		tick();
	}
}

/* An hour of work, the clock set by so much, and two hours of work. */
static const struct {
	const char *what;
	int64_t by_us;
	bool is_back_quiet; /* nothing is due until it has caught up */
} sets[] = {
	{ "set back by an hour", -HOUR_US, true },
	{ "set back by five", -5 * HOUR_US, false },
	{ "set forward by an hour", HOUR_US, false },
	{ "set forward by a day and a bit", DAY_US + 1234567, false },
	{ "NTP steps back", -300000, false },
	{ "NTP steps forward", 700001, false },
	{ "not set at all", 0, false },
};

static void
check_set(struct conf *conf, size_t i)
{
	int64_t rows;

	begin(conf);
	pass(HOUR_US);
	check_all("before");
	now += sets[i].by_us;
	rows = count_rows("minute");
	if (sets[i].is_back_quiet) {
		pass(HOUR_US - 60 * S_US);
		is_int(count_rows("minute"), rows, "nothing fires twice");
		pass(120 * S_US);
		ok(count_rows("minute") > rows, "then it goes on");
	}
	pass(2 * HOUR_US);
	check_all(sets[i].what);
	end();
}

/* Over both changes of Berlin's clock, the host's set as if it had to be. */
static void
check_dst(struct conf *conf)
{
	begin(conf);
	pass(DAY_US + 1800 * S_US);
	now -= HOUR_US;
	pass(3 * HOUR_US);
	check_all("the night the clock goes back");
	is_int(count_rows("night"), 2, "half past two came once a night");
	now = SPRING_US;
	pass(DAY_US + 3600 * S_US);
	now += HOUR_US;
	pass(3 * HOUR_US);
	check_all("the night it goes forward");
	end();
}

static uint64_t seed = 1;

static int
chance(int n)
{
	seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407;
	return (int)((seed >> 33) % (uint64_t)n);
}

/* What somebody does to some job. */
static void
meddle(void)
{
	const char *id = jobs[chance(NJOBS)].id;
	char run_id[RUN_ID_LEN + 1];

	switch (chance(6)) {
	case 0:
	case 1:
		(void)sched_pause(&s, SCHED_ANY, "q", id, NULL);
		break;
	case 2:
		(void)sched_resume(&s, SCHED_ANY, "q", id, NULL);
		break;
	case 3:
		(void)sched_queue_set_paused(&s, "q", true);
		break;
	case 4:
		(void)sched_queue_set_paused(&s, "q", false);
		break;
	default:
		is_int(sched_run_now(&s, SCHED_ANY, "q", id, run_id), STORE_OK,
		    "%s is run by hand", id);
	}
}

/* Any steps, in any order, while people pause, resume and run. */
static void
check_walk(struct conf *conf, int steps)
{
	static const int64_t by_us[] = { 60 * S_US, 60 * S_US, S_US,
		20 * 60 * S_US, 3 * HOUR_US, -S_US, -600 * S_US, -HOUR_US,
		-300007, 500003, 26 * HOUR_US, -5 * HOUR_US };

	begin(conf);
	for (int i = 0; i < steps; i++) {
		now += by_us[chance(sizeof(by_us) / sizeof(by_us[0]))];
		if (chance(8) == 0)
			meddle();
		tick();
	}
	/* Bring all of them to one instant that nobody has reached. */
	(void)sched_queue_set_paused(&s, "q", false);
	now = START_US + 1000 * DAY_US;
	for (size_t i = 0; i < NJOBS; i++)
		(void)sched_resume(&s, SCHED_ANY, "q", jobs[i].id, NULL);
	tick();
	check_all("a walk");
	end();
}

/* A patch of the trigger, behind what a clock that was set back had decided. */
static int
edit(void *cookie, struct job *j)
{
	free(j->trigger);
	j->trigger = strdup(cookie);
	return 0;
}

static void
check_patch(struct conf *conf)
{
	char grid[] = "interval;timezone=UTC;length_us=60000000;run_us=0";
	char finer[] = "interval;timezone=UTC;length_us=10000000;run_us=0";
	const struct sched_patch to_finer = { JOB_DURABLE, edit, finer };
	const struct sched_patch back = { JOB_DURABLE, edit, grid };
	struct run_list l = { NULL, 0, 0 };
	int64_t last_us = INT64_MIN;
	int overlaps = 0;
	struct job j;

	begin(conf);
	pass(HOUR_US);
	now -= HOUR_US / 2;
	(void)sched_patch(&s, "q", "minute", &to_finer, NULL);
	job_init(&j);
	(void)sched_get(&s, SCHED_ANY, "q", "minute", &j);
	is_int(j.cursor_us, START_US + HOUR_US + 10 * S_US,
	    "the new schedule begins behind the old one");
	job_fini(&j);
	pass(HOUR_US);
	now += 20 * 60 * S_US;
	(void)sched_patch(&s, "q", "minute", &back, NULL);
	pass(HOUR_US);
	read_rows("minute", &l);
	for (size_t i = 0; i < l.n; i++) {
		overlaps += l.v[i].slot_us <= last_us;
		last_us = l.v[i].last_us;
	}
	is_int(overlaps, 0, "no slot has two rows");
	run_list_fini(&l);
	end();
}

int
main(void)
{
	struct conf *conf;

	folder_init("t_clock");
	conf = conf_new(folder_path("minutehand.conf"), NULL);
	if (conf == NULL)
		return EXIT_FAILURE;
	conf->memory_store[0] = '\0';
	for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++)
		check_set(conf, i);
	check_dst(conf);
	for (int i = 0; i < 6; i++)
		check_walk(conf, 200);
	check_patch(conf);
	folder_fini();
	conf_free(conf);
	return tap_done();
}
