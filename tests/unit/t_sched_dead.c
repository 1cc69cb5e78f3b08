#include "lib/sched_dead.h"
#include "lib/store_outbox.h"
#include "tests/unit/rig.h"

/* Dead letters of both stores and both places (lib/sched_dead.h). */

static const char conf[] = "redis \"main\" {\n\tport = 1\n}\n"
			   "queue \"r*\" {\n\tbroker = redis\n}\n"
			   "max_deliveries = 1\n";

static struct rig r;

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

	(void)sched_lease(&r.s, queue, 1, 60 * RIG_S, &l);
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
give_up(enum job_kind kind, const char *id, enum run_state state)
{
	struct store *st = sched_store(&r.s, kind);
	struct outbox o = { .run = 0 };

	is_int(store_outbox_get(st, id, &o), STORE_OK, "%s is on its way", id);
	o.attempt++;
	o.next_us = OUTBOX_NEVER;
	(void)store_begin(st);
	is_int(store_outbox_put_off(st, &o, state, "no answer"), STORE_OK,
	    "given up");
	(void)store_commit(st);
	outbox_fini(&o);
}

/* Pages of a queue, "kind/place/id" each, spaces between; how many. */
static int64_t
list(const char *queue, int64_t limit, struct buf *out)
{
	char cursor[SCHED_CURSOR_MAX] = "", next[SCHED_CURSOR_MAX];
	const struct sched_dead_opts o = { queue, limit, cursor };
	struct dead_list l = { NULL, 0, 0 };
	enum store_rc rc;
	int64_t n = 0;

	buf_reset(out);
	do {
		rc = sched_dead_list(&r.s, &o, &l, next);
		for (size_t i = 0; i < l.n; i++)
			buf_printf(out, "%s%d/%s/%s", n++ == 0 ? "" : " ",
			    (int)l.v[i].kind, dead_place_name(l.v[i].place),
			    l.v[i].id);
		if ((int64_t)l.n > limit)
			rc = STORE_ERROR;
		dead_list_fini(&l);
		memcpy(cursor, next, sizeof(cursor));
	} while (rc == STORE_OK && next[0] != '\0');
	is_int(rc, STORE_OK, "%s in pages of %lld", queue, (long long)limit);
	return n;
}

static void
list_is(const char *queue, const char *want, const char *what)
{
	struct buf b = BUF_INIT;

	(void)list(queue, 2, &b);
	is_str(buf_cstr(&b), want, "%s", what);
	buf_fini(&b);
}

static int64_t
audits(const char *action)
{
	char sql[200];

	(void)snprintf(sql, sizeof(sql),
	    "SELECT count(*) FROM audit WHERE action = '%s'", action);
	return rig_ask(r.conf->store, sql);
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

	is_int(sched_run_get(&r.s, id, &run), STORE_OK, "the ledger has it");
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
	give_up(JOB_DURABLE, id, RUN_DEAD);
	is_int(sched_dead_get(&r.s, "r1", id, &d), STORE_OK, "now it is one");
	is_str(d.id, id, "called like its run");
	is_str(d.reason, "no answer", "why");
	is_int(d.attempt, 1, "after one attempt");
	ok(d.job_id == NULL && d.place == DEAD_BROKER, "no job, a broker");
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
	give_up(JOB_DURABLE, id, RUN_DEAD);
	is_int(rig_ask(r.conf->store, TOLD "'run'"), 1,
	    "given up again, it is told again");
	is_int(sched_dead_replay(&r.s, "r1", id, &n), STORE_OK, "replayed");
	give_up(JOB_DURABLE, id, RUN_REFUSED);
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

/* n dead letters in both places of the store at path, named PREFIXnumber. */
static void
fill(const char *path, const char *prefix, int n)
{
	const size_t base = 10000 * strlen(prefix);
	struct buf b = BUF_INIT;

	buf_printf(&b,
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < %d) INSERT INTO message (queue, priority, state,"
	    " attempt, enqueued_us, body) SELECT 'rq', 0, 2, 1, i,"
	    " json_object('task_id', '%sq' || i) FROM n;"
	    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
	    " WHERE i < %d) INSERT INTO run (task_id, job, queue, job_id,"
	    " slot_us, last_us, count, state, decided_us) SELECT '%sb' || i,"
	    " 1, 'rq', 'j', %zu + i, %zu + i, 1, 'dead', i FROM n;"
	    "INSERT INTO outbox (run, queue, priority, base_us, cap_us, due_us,"
	    " attempt) SELECT id, 'rq', 0, 1, 1, decided_us, 3 FROM run"
	    " WHERE task_id LIKE '%sb%%'",
	    n, prefix, n, prefix, base, base, prefix);
	rig_meddle(path, buf_cstr(&b));
	buf_fini(&b);
}

/* The memory store is there once a job asked for it. */
static void
make_memory(void)
{
	const char *name[2] = { "mem", "j" };

	is_int(rig_add_at(&r, JOB_MEMORY, name, 9), STORE_OK, "a memory job");
}

static void
check_pages(void)
{
	struct buf whole = BUF_INIT, pages = BUF_INIT;

	fill(r.conf->store, "d", 250);
	fill(r.conf->memory_store, "m", 3);
	is_int(list("rq", 1000, &whole), 506, "all of them");
	ok(strstr(buf_cstr(&whole),
	       "0/queue/dq250 0/broker/db1 0/broker/db2 ") != NULL,
	    "those of brokers follow those of the queue");
	ok(strstr(buf_cstr(&whole),
	       "0/broker/db250 1/queue/mq1 1/queue/mq2 1/queue/mq3 "
	       "1/broker/mb1 1/broker/mb2 1/broker/mb3") != NULL,
	    "and the memory store is last");
	for (int64_t limit = 1; limit < 600; limit += 83) {
		is_int(list("rq", limit, &pages), 506, "in pages");
		is_str(buf_cstr(&pages), buf_cstr(&whole),
		    "none twice, none lost");
	}
	is_int(list("rq", 250, &pages), 506, "also where a place ends");
	is_int(list("rq", 506, &pages), 506, "also of all of them");
	buf_fini(&whole);
	buf_fini(&pages);
}

static void
check_memory(void)
{
	int64_t n = 0;

	is_int(sched_dead_replay(&r.s, "rq", "mb2", &n), STORE_OK,
	    "one on its way from the memory store");
	is_int(sched_dead_purge(&r.s, "rq", "mq2", &n), STORE_OK,
	    "one in its queue");
	is_int(rig_ask(r.conf->memory_store,
		   "SELECT group_concat(action, ' ') = 'dead.replay dead.purge'"
		   " FROM audit WHERE action LIKE 'dead.%'"),
	    1, "are in the audit there");
	is_int(rig_ask(r.conf->memory_store,
		   "SELECT count(*) FROM audit WHERE action = 'dead.replay'"
		   " AND actor = 'tester' AND queue = 'rq' AND job_id = 'j'"),
	    1, "with who, what and the job");
}

/* All of a queue, a thousand a transaction. */
static void
check_all(void)
{
	int64_t n = 0, before = audits("dead.replay");

	fill(r.conf->store, "more", 1900);
	is_int(sched_dead_replay(&r.s, "rq", NULL, &n), STORE_OK, "replayed");
	is_int(n, 2 * 2150 + 4, "all of them");
	is_int(audits("dead.replay") - before, 6, "in six transactions");
	list_is("rq", "", "none is left");
	is_int(rig_ask(r.conf->store,
		   "SELECT count(*) FROM message WHERE queue = 'rq'"
		   " AND state = 0 AND attempt = 0"),
	    2150, "they are ready");
	is_int(rig_ask(r.conf->store,
		   "SELECT count(*) FROM outbox JOIN run ON run.id = run"
		   " WHERE outbox.queue = 'rq' AND next_us IS NOT NULL"
		   " AND state = 'due'"),
	    2150, "or due");
	rig_meddle(r.conf->store,
	    "UPDATE message SET state = 2 WHERE queue = 'rq';"
	    "UPDATE outbox SET next_us = NULL WHERE queue = 'rq' AND run % 2");
	is_int(sched_dead_purge(&r.s, "rq", NULL, &n), STORE_OK, "purged");
	is_int(n, 2150 + 1075, "all that are dead");
	list_is("rq", "", "none is left");
	is_int(rig_ask(r.conf->store,
		   "SELECT count(*) FROM outbox WHERE queue = 'rq'"),
	    1075, "what is on its way stays");
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
	j.retry = strdup("{\"max_attempts\":3,\"max_age\":0,\"base\":2}");
	j.priority = 9;
	(void)sched_add(&r.s, &j, true, RIG_2030);
	job_fini(&j);
	(void)sched_run_now(&r.s, SCHED_ANY, "r3", "j", id);
	give_up(JOB_DURABLE, id, RUN_DEAD);
	(void)sched_delete(&r.s, SCHED_ANY, "r3", "j");
	is_int(sched_replay(&r.s, id, again), STORE_OK, "without its job");
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

static const struct {
	const char *text;
	enum store_rc want;
} cursors[] = {
	{ "0.0", STORE_OK },
	{ "3.9223372036854775807", STORE_OK },
	{ "4.0", STORE_NOTFOUND },
	{ "-1.0", STORE_NOTFOUND },
	{ "x", STORE_NOTFOUND },
	{ "1", STORE_NOTFOUND },
	{ "1.", STORE_NOTFOUND },
	{ "1,1", STORE_NOTFOUND },
	{ "1.-1", STORE_NOTFOUND },
	{ "1.1 ", STORE_NOTFOUND },
	{ "1.9223372036854775808", STORE_NOTFOUND },
	{ "1.1,1.1", STORE_NOTFOUND },
};

static void
check_cursors(void)
{
	char next[SCHED_CURSOR_MAX];
	struct dead_list l = { NULL, 0, 0 };
	struct sched_dead_opts o = { "none", 7, NULL };

	for (size_t i = 0; i < sizeof(cursors) / sizeof(cursors[0]); i++) {
		o.cursor = cursors[i].text;
		is_int(sched_dead_list(&r.s, &o, &l, next), cursors[i].want,
		    "cursor '%s'", cursors[i].text);
		dead_list_fini(&l);
	}
}

int
main(void)
{
	folder_init("t_sched_dead");
	folder_quiet();
	rig_open(&r, conf);
	check_none();
	check_queue();
	check_broker();
	check_odd();
	check_run();
	make_memory();
	check_pages();
	check_memory();
	check_all();
	check_cursors();
	rig_close(&r);
	folder_fini();
	return tap_done();
}
