/* Dead letters one by one, of the queue and of brokers (lib/sched/dead.h). */
#include "lib/store/outbox.h"
#include "tests/unit/letters.h"

/* One dead letter after the other, of both places (lib/sched/dead.h). */

/* A message into a queue; its run's id. */
static const char *
publish(const char *queue)
{
	static char id[RUN_ID_LEN + 1];
	const struct sched_publish p = { queue, "[1]", "{\"k\":2}", NULL, 3 };

	is_int(sched_publish(&r.s, &p, id), STORE_OK, "published to %s", queue);
	return id;
}

/* Its one message is delivered, and given back for good. */
static void
nack(const char *queue)
{
	const struct sched_nack how = { .reason = "no \"use\"" };
	struct message_list l = { NULL, 0, 0 };
	size_t done = 0;
	const char *v[1];

	(void)sched_lease(&r.s,
	    &(struct sched_lease){ .queue = queue,
		.max = 1,
		.lease_us = 60 * RIG_S },
	    &l);
	if (l.n == 1) {
		v[0] = l.v[0].lease;
		(void)sched_nack(&r.s, &(struct sched_leases){ queue, v, 1 },
		    &how, &done);
	}
	is_int((long long)done, 1, "%s: delivered and given back", queue);
	message_list_fini(&l);
}

/* What is on its way there as run id is given up. */
static void
give_up(const char *queue, const char *id, enum run_state state)
{
	struct store *st = sched_store(&r.s, JOB_DURABLE);
	struct outbox o = { .run = 0 };

	is_int(store_outbox_get(st, queue, id, &o), STORE_OK,
	    "%s is on its way", id);
	o.attempt++;
	o.next_us = OUTBOX_NEVER;
	(void)store_begin(st);
	is_int(store_outbox_put_off(st, &o, state, "no answer"), STORE_OK,
	    "given up");
	(void)store_commit(st);
	outbox_fini(&o);
}

static void
check_none(void)
{
	struct dead d = { .row = 0 };
	int64_t n = 7;

	list_is("none", "", "a queue nobody has heard of has none");
	is_int(sched_dead_get(&r.s, "none", "x", &d), STORE_NOTFOUND, "get");
	dead_fini(&d);
	is_int(sched_dead_replay(&r.s, "none", "x", &n), STORE_NOTFOUND,
	    "replay");
	is_int(n, 0, "none");
	is_int(sched_dead_purge(&r.s, "none", "x", &n), STORE_NOTFOUND,
	    "purge");
	is_int(sched_dead_replay(&r.s, "none", NULL, &n), STORE_OK,
	    "to replay all of none");
	is_int(n, 0, "is none");
	is_int(sched_dead_purge(&r.s, "none", NULL, &n), STORE_OK,
	    "nor is to purge them");
	is_int(n, 0, "none");
	is_int(audits("dead.replay") + audits("dead.purge"), 0,
	    "and nothing was done, as the audit says");
}

/* When somebody is told, if so; 0: at once. */
#define TOLD "SELECT count(*) FROM alert WHERE next_us IS NOT NULL AND about = "
#define TELL "UPDATE alert SET next_us = NULL, done = ',ops,', attempt = 1"

static void
check_queue(void)
{
	struct message_list l = { NULL, 0, 0 };
	struct dead d = { .row = 0 };
	char id[RUN_ID_LEN + 1];
	int64_t n = 0;

	(void)snprintf(id, sizeof(id), "%s", publish("e"));
	is_int(sched_dead_get(&r.s, "e", id, &d), STORE_NOTFOUND,
	    "what is ready is none");
	dead_fini(&d);
	nack("e");
	is_int(rig_ask(r.conf->store, TOLD "'message'"), 1, "this is told");
	is_int(sched_dead_get(&r.s, "e", id, &d), STORE_OK, "now it is one");
	is_str(d.id, id, "called like its run");
	is_str(d.queue, "e", "of its queue");
	ok(d.job_id == NULL, "without a job");
	is_str(d.reason, "no \"use\"", "why");
	is_int(d.attempt, 1, "after one delivery");
	is_int(d.since_us, d.slot_us, "since it was published");
	ok(d.since_us > RIG_2030 / 2, "which is known");
	ok(strstr(d.body, "\"args\":[1],\"kwargs\":{\"k\":2}") != NULL,
	    "the message itself: %s", d.body);
	dead_fini(&d);
	ok(d.id == NULL && d.row == 0, "freed, it is empty");
	is_int(sched_dead_get(&r.s, "f", id, &d), STORE_NOTFOUND,
	    "another queue has it not");
	rig_meddle(r.conf->store, TELL);
	is_int(sched_dead_replay(&r.s, "e", id, &n), STORE_OK, "replayed");
	is_int(n, 1, "one");
	(void)sched_peek(&r.s, "e", 9, &l);
	ok(l.n == 1 && l.v[0].state == MESSAGE_READY && l.v[0].attempt == 0,
	    "it is ready, as if it was never delivered");
	is_str(l.v[0].reason, "replayed by tester", "by whom");
	message_list_fini(&l);
	is_int(sched_dead_replay(&r.s, "e", id, &n), STORE_NOTFOUND, "once");
	is_int(rig_ask(r.conf->store, TOLD "'message'"), 0, "nothing to tell");
	nack("e");
	is_int(rig_ask(r.conf->store, TOLD "'message'"), 1,
	    "dead again, it is told again");
	is_int(sched_dead_purge(&r.s, "e", id, &n), STORE_OK, "purged");
	is_int(n, 1, "one");
	list_is("e", "", "it is gone");
	is_int(sched_dead_purge(&r.s, "e", id, &n), STORE_NOTFOUND, "once");
	is_int(rig_ask(r.conf->store,
		   "SELECT count(*) FROM run WHERE queue = 'e' AND state ="
		   " 'sent' AND reason = 'published'"),
	    1, "its run stays as it is");
	is_int(audits("dead.replay"), 1, "the replay is in the audit");
	is_int(audits("dead.purge"), 1, "and so is the purge");
}

static void
run_is(const char *id, enum run_state state, const char *reason)
{
	struct run run = { .row = 0 };

	is_int(sched_run_get(&r.s, NULL, id, &run), STORE_OK,
	    "the ledger has it");
	is_int(run.state, state, "as it is");
	is_str(run.reason, reason, "and why");
	run_fini(&run);
}

static void
check_broker(void)
{
	struct dead d = { .row = 0 };
	char id[RUN_ID_LEN + 1];
	int64_t n = 0;

	(void)snprintf(id, sizeof(id), "%s", publish("r1"));
	is_int(sched_dead_get(&r.s, "r1", id, &d), STORE_NOTFOUND,
	    "what is on its way is none");
	dead_fini(&d);
	is_int(sched_dead_purge(&r.s, "r1", id, &n), STORE_NOTFOUND,
	    "and cannot be purged");
	give_up("r1", id, RUN_DEAD);
	is_int(sched_dead_get(&r.s, "r1", id, &d), STORE_OK, "now it is one");
	is_str(d.id, id, "called like its run");
	is_str(d.reason, "no answer", "why");
	is_int(d.attempt, 1, "after one attempt");
	ok(d.job_id == NULL && d.origin == DEAD_BROKER, "no job, a broker");
	is_str(d.body, "{\"args\":[1],\"kwargs\":{\"k\":2}}", "what it has");
	dead_fini(&d);
	is_int(sched_dead_get(&r.s, "r2", id, &d), STORE_NOTFOUND,
	    "another queue has it not");
	rig_meddle(r.conf->store, TELL);
	is_int(sched_dead_replay(&r.s, "r1", id, &n), STORE_OK, "replayed");
	is_int(n, 1, "one");
	run_is(id, RUN_DUE, "replayed by tester");
	is_int(rig_ask(r.conf->store,
		   "SELECT attempt = 0 AND next_us = due_us FROM outbox"),
	    1, "due now, as if it had never been tried");
	is_int(sched_dead_replay(&r.s, "r1", id, &n), STORE_NOTFOUND, "once");
	give_up("r1", id, RUN_DEAD);
	is_int(rig_ask(r.conf->store, TOLD "'run'"), 1,
	    "given up again, it is told again");
	is_int(sched_dead_replay(&r.s, "r1", id, &n), STORE_OK, "replayed");
	give_up("r1", id, RUN_REFUSED);
	is_int(sched_dead_purge(&r.s, "r1", id, &n), STORE_OK,
	    "what was refused is purged");
	list_is("r1", "", "it is gone");
	run_is(id, RUN_REFUSED, "no answer");
}

/* What the disk made of a body costs neither list nor name. */
static void
check_odd(void)
{
	struct dead d = { .row = 0 };
	int64_t n = 0;

	rig_meddle(r.conf->store,
	    "INSERT INTO message (id, queue, priority, state, attempt,"
	    " enqueued_us, body) VALUES (900001, 'odd', 0, 2, 1, 1, 'n\"o'),"
	    " (900002, 'odd', 0, 2, 1, 1, '[1]'),"
	    " (900003, 'odd', 0, 2, 1, 1, '{\"task_id\":\"\"}'),"
	    " (900004, 'odd', 0, 2, 1, 1, '{\"task_id\":17,\"job_id\":5}'),"
	    " (900005, 'odd', 0, 2, 1, 1, ''),"
	    " (900006, 'odd', 0, 0, 1, 1, 'ready')");
	list_is("odd",
	    "0/queue/message:900001 0/queue/message:900002"
	    " 0/queue/message:900003 0/queue/17 0/queue/message:900005",
	    "without a name it is called by its number");
	is_int(sched_dead_get(&r.s, "odd", "17", &d), STORE_OK, "by name");
	is_str(d.job_id, "5", "with what else it has");
	is_int(d.slot_us, 0, "its slot is not known");
	dead_fini(&d);
	is_int(sched_dead_get(&r.s, "odd", "message:900001", &d), STORE_OK,
	    "by number");
	is_str(d.body, "\"n\\\"o\"", "as text, for it is no JSON");
	dead_fini(&d);
	is_int(sched_dead_get(&r.s, "odd", "message:900004", &d),
	    STORE_NOTFOUND, "one that has a name goes by that alone");
	is_int(sched_dead_replay(&r.s, "odd", "message:900006", &n),
	    STORE_NOTFOUND, "one that is ready is none");
	is_int(sched_dead_replay(&r.s, "odd", "message:900005", &n), STORE_OK,
	    "replayed by number");
	is_int(sched_dead_purge(&r.s, "odd", "message:900002", &n), STORE_OK,
	    "purged by number");
	is_int(sched_dead_purge(&r.s, "odd", NULL, &n), STORE_OK, "the rest");
	is_int(n, 3, "that are three");
}

/* A run whose job is gone is replayed with what was given up. */
static void
check_run(void)
{
	const struct rig_job what = { JOB_DURABLE, "r3", "j", "date",
		"run_date", "2030-01-01T00:00:59Z" };
	char id[RUN_ID_LEN + 1], again[RUN_ID_LEN + 1], want[300];
	struct job j;

	rig_job_init(&r, &j, &what);
	j.kwargs = strdup("{\"a\":7}");
	j.retry = (struct retry){ 3, 0, 2000000, RETRY_UNSET };
	j.priority = 9;
	(void)sched_add(&r.s, &j, true, RIG_2030);
	job_fini(&j);
	(void)sched_run_now(&r.s, SCHED_ANY, "r3", "j", id);
	give_up("r3", id, RUN_DEAD);
	(void)sched_delete(&r.s, SCHED_ANY, "r3", "j");
	is_int(sched_replay(&r.s, NULL, id, again), STORE_OK,
	    "without its job");
	is_int(rig_ask(r.conf->store,
		   "SELECT count(*) FROM outbox JOIN run ON run.id = run"
		   " WHERE reason LIKE 'replay of%' AND kwargs = '{\"a\":7}'"
		   " AND args IS NULL AND priority = 9 AND max_attempts = 3"
		   " AND max_age_us IS NULL AND base_us = 2000000"
		   " AND cap_us = 300000000 AND next_us IS NOT NULL"),
	    1, "it has the parameters and the retry it had");
	(void)snprintf(want, sizeof(want), "0/broker/%s", id);
	list_is("r3", want, "the letter stays what it is");
}

int
main(void)
{
	folder_init("t_sched_dead");
	folder_quiet();
	rig_open(&r, letters_conf);
	check_none();
	check_queue();
	check_broker();
	check_odd();
	check_run();
	rig_close(&r);
	folder_fini();
	return tap_done();
}
