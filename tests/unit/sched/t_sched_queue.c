/* Queue switches, lists of queues, run now, health (lib/sched/sched.h). */
#include "lib/base/clock.h"
#include "lib/store/log.h"
#include "tests/unit/rig.h"

/* Queue switches, lists of queues, run now, health (lib/sched/sched.h). */

static struct rig r;

static bool
is_paused(const char *queue)
{
	bool out = true;

	is_int(sched_queue_is_paused(&r.s, queue, &out), STORE_OK,
	    "asking for the switch of %s", queue);
	return out;
}

static void
check_switch(void)
{
	const char *in_memory = "SELECT is_paused FROM queue WHERE name = 'sw'";
	const char *name[2] = { "sw", "j" };

	ok(!is_paused("sw"), "a queue nobody has heard of is on");
	is_int(sched_queue_set_paused(&r.s, "sw", true), STORE_OK, "off");
	ok(is_paused("sw"), "it is off");
	ok(!is_paused("SW") && !is_paused("s"), "and no other");
	is_int(sched_queue_set_paused(&r.s, "sw", true), STORE_OK, "off again");
	ok(is_paused("sw"), "is off still");
	(void)rig_add_at(&r, JOB_MEMORY, name, 1);
	is_int(sched_queue_set_paused(&r.s, "sw", true), STORE_OK,
	    "with a memory store");
	is_int(rig_ask(r.conf->memory_store, in_memory), 1,
	    "the switch stands in both, for a tick asks only its own");
	is_int(sched_queue_set_paused(&r.s, "sw", false), STORE_OK, "on");
	ok(!is_paused("sw"), "it is on");
	is_int(rig_ask(r.conf->memory_store, in_memory), 0, "in both");
	is_int(rig_ask(r.conf->store,
		   "SELECT group_concat(action, ' ') = 'queue.pause queue.pause"
		   " queue.pause queue.resume' FROM audit"
		   " WHERE queue = 'sw' AND action LIKE 'queue.%'"),
	    1, "each turn of the switch is in the audit, in order");
}

/* One line for a queue: "name on/off jobs/ready/held/dead". */
static void
show(struct buf *b, const struct queue_info *q)
{
	buf_printf(b, "%s%s %s %lld/%lld/%lld/%lld", b->len == 0 ? "" : "; ",
	    q->name, q->is_paused ? "off" : "on", (long long)q->jobs,
	    (long long)q->ready, (long long)q->held, (long long)q->dead);
}

static void
queues_are(const char *want, const char *what)
{
	struct queue_list l = { NULL, 0, 0 };
	struct buf b = BUF_INIT;

	is_int(sched_queues(&r.s, &l), STORE_OK, "queues are listed");
	for (size_t i = 0; i < l.n; i++)
		show(&b, &l.v[i]);
	is_str(buf_cstr(&b), want, "%s", what);
	queue_list_fini(&l);
	ok(l.v == NULL && l.n == 0, "a list that was freed is empty");
	buf_fini(&b);
}

static void
publish(const char *queue)
{
	const struct sched_publish p = { .queue = queue };
	char id[RUN_ID_LEN + 1];

	(void)sched_publish(&r.s, &p, id);
}

/* Every queue with a job, a message or a switch, both stores added up. */
static void
check_queues(void)
{
	char id[RUN_ID_LEN + 1];
	struct queue_list l = { NULL, 0, 0 };
	struct message_list m = { NULL, 0, 0 };
	int64_t n;

	(void)sched_delete_all(&r.s, SCHED_ANY, NULL, &n);
	rig_meddle(r.conf->store, "DELETE FROM queue; DELETE FROM message");
	rig_meddle(r.conf->memory_store,
	    "DELETE FROM queue; DELETE FROM message");
	queues_are("", "none at first");
	(void)rig_add_at(&r, JOB_MEMORY, (const char *[]){ "b", "m" }, 1);
	(void)rig_add_at(&r, JOB_DURABLE, (const char *[]){ "b", "d" }, 1);
	(void)rig_add_at(&r, JOB_DURABLE, (const char *[]){ "a", "d" }, 1);
	(void)sched_queue_set_paused(&r.s, "c", true);
	publish("B");
	queues_are("B on 0/1/0/0; a on 1/0/0/0; b on 2/0/0/0; c off 0/0/0/0",
	    "by name as bytes, those of two stores once");
	publish("b");
	(void)sched_run_now(&r.s, JOB_MEMORY, "b", "m", id);
	(void)sched_run_now(&r.s, JOB_MEMORY, "b", "m", id);
	(void)sched_queues(&r.s, &l);
	is_int(l.v[2].ready, 3, "ready messages of both stores");
	is_int(l.v[2].oldest_us,
	    rig_ask(r.conf->store,
		"SELECT enqueued_us FROM message"
		" WHERE queue = 'b' ORDER BY id LIMIT 1"),
	    "the oldest of all ready ones is told");
	is_int(l.v[0].oldest_us,
	    rig_ask(r.conf->store,
		"SELECT enqueued_us FROM message WHERE queue = 'B'"),
	    "for each queue");
	is_int(l.v[1].oldest_us, 0, "0 where none is ready");
	queue_list_fini(&l);
	(void)sched_lease(&r.s,
	    &(struct sched_lease){ .queue = "b",
		.max = 2,
		.lease_us = 60 * RIG_S },
	    &m);
	message_list_fini(&m);
	rig_meddle(r.conf->store,
	    "UPDATE message SET state = 2 WHERE queue = 'B'");
	queues_are("B on 0/0/0/1; a on 1/0/0/0; b on 2/1/2/0; c off 0/0/0/0",
	    "held and dead ones");
}

/* One extra run beside the schedule. */
static void
check_run_now(void)
{
	const char *name[2] = { "now", "j" };
	char id[RUN_ID_LEN + 1] = "untouched";
	struct message_list l = { NULL, 0, 0 };
	struct job before, after;
	struct run run = { .row = 0 };

	job_init(&before);
	job_init(&after);
	is_int(sched_run_now(&r.s, SCHED_ANY, "now", "j", id), STORE_NOTFOUND,
	    "there is no such job");
	is_str(id, "untouched", "and no run");
	(void)rig_add_at(&r, JOB_DURABLE, name, 9);
	(void)sched_get(&r.s, SCHED_ANY, "now", "j", &before);
	is_int(sched_run_now(&r.s, JOB_MEMORY, "now", "j", id), STORE_NOTFOUND,
	    "it is not in the other store");
	is_int(sched_run_now(&r.s, SCHED_ANY, "now", "j", id), STORE_OK, "run");
	is_int(sched_run_get(&r.s, NULL, id, &run), STORE_OK,
	    "it is in the ledger");
	ok(run.job == before.id && run.state == RUN_SENT && run.count == 1,
	    "as sent, of the job");
	is_str(run.reason, "run now", "beside the schedule");
	(void)sched_get(&r.s, SCHED_ANY, "now", "j", &after);
	ok(after.next_run_us == before.next_run_us &&
		after.cursor_us == before.cursor_us &&
		after.changed_us == before.changed_us,
	    "the schedule stays as it was");
	(void)sched_pause(&r.s, SCHED_ANY, "now", "j", NULL);
	is_int(sched_run_now(&r.s, SCHED_ANY, "now", "j", id), STORE_OK,
	    "a paused job can be run, too");
	(void)sched_peek(&r.s, "now", 9, &l);
	is_int((long long)l.n, 2, "a message for each");
	ok(strstr(l.v[1].body, id) != NULL, "that names its run");
	message_list_fini(&l);
	run_fini(&run);
	job_fini(&before);
	job_fini(&after);
}

/* A tick that started and ended so many seconds after 2030, 0: has not. */
static void
tick(int64_t start_s, int64_t end_s)
{
	struct store *st = sched_store(&r.s, JOB_DURABLE);
	struct store_tick t = { .started_us = RIG_2030 + start_s * RIG_S };

	(void)store_begin(st);
	(void)store_tick_start(st, &t);
	if (end_s != 0) {
		t.ended_us = RIG_2030 + end_s * RIG_S;
		(void)store_tick_end(st, &t);
	}
	(void)store_commit(st);
}

/* What is to be told of the last tick, its age, the cadence, being late. */
#define WANT(last, age, cadence, late) \
	&(struct sched_health) \
	{ \
		.last_tick_us = (last), .last_tick_age_us = (age), \
		.cadence_us = (cadence), .is_late = (late) \
	}

/* Health and cadence at some second after 2030. */
static void
health_is(int64_t at_s, const struct sched_health *want, const char *what)
{
	struct sched_health h;

	is_int(sched_health(&r.s, RIG_2030 + at_s * RIG_S, &h), STORE_OK,
	    "health: %s", what);
	is_int(h.last_tick_us, want->last_tick_us, "last tick: %s", what);
	is_int(h.last_tick_age_us, want->last_tick_age_us, "age: %s", what);
	is_int(h.cadence_us, want->cadence_us, "cadence: %s", what);
	ok(h.is_late == want->is_late, "it is %slate: %s",
	    want->is_late ? "" : "not ", what);
}

/*
 * Late is more than two measured cadences and 30 seconds since the last sign
 * of a tick (DESIGN.md, The clock); 60 s until the cadence is known.
 */
static void
check_health(void)
{
	const int64_t at0 = RIG_2030, at60 = RIG_2030 + 60 * RIG_S;

	health_is(0, WANT(0, -1, 60 * RIG_S, true), "before the first tick");
	tick(0, 0);
	health_is(150, WANT(at0, 150 * RIG_S, 60 * RIG_S, false),
	    "150 s after the first");
	health_is(151, WANT(at0, 151 * RIG_S, 60 * RIG_S, true),
	    "151 s after it");
	health_is(-5, WANT(at0, 0, 60 * RIG_S, false),
	    "a clock that was set back makes no negative age");
	tick(60, 100);
	health_is(250, WANT(at60, 150 * RIG_S, 60 * RIG_S, false),
	    "the end of a tick is a sign of life, too");
	tick(65, 66);
	health_is(66, WANT(RIG_2030 + 65 * RIG_S, 0, 60 * RIG_S, false),
	    "ticks nearer than a minute are no cadence of cron");
	is_int(sched_cadence(&r.s, RIG_2030), 60 * RIG_S,
	    "ticks that leave a gap: a job may wait for a minute");
	tick(400, 0);
	tick(700, 0);
	tick(1000, 0);
	health_is(1630,
	    WANT(RIG_2030 + 1000 * RIG_S, 630 * RIG_S, 300 * RIG_S, false),
	    "two cadences of five minutes and 30 s");
	health_is(1631,
	    WANT(RIG_2030 + 1000 * RIG_S, 631 * RIG_S, 300 * RIG_S, true),
	    "a second later");
	is_int(sched_cadence(&r.s, RIG_2030), 300 * RIG_S,
	    "above a minute a job may wait for the next tick");
}

/* A window of 0: ticks do not stay, and a minute counts. */
static void
check_cadence_without_window(void)
{
	struct rig other;

	rig_open(&other, "window = 0\nstore = other.db\n");
	is_int(sched_cadence(&other.s, RIG_2030), 60 * RIG_S,
	    "without a window a due job waits for the next minute");
	rig_close(&other);
}

int
main(void)
{
	folder_init("t_sched_queue");
	folder_quiet();
	rig_open(&r, "");
	check_switch();
	check_queues();
	check_run_now();
	check_health();
	check_cadence_without_window();
	rig_close(&r);
	folder_fini();
	return tap_done();
}
