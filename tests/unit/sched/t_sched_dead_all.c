/* Dead letters by the thousand, of both stores, in pages (lib/sched/dead.h). */
#include "tests/unit/letters.h"

/* Dead letters in numbers, of both stores and both places
 * (lib/sched/dead.h). */

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
	char next[SCHED_DEAD_CURSOR_MAX];
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
	folder_init("t_sched_dead_all");
	folder_quiet();
	rig_open(&r, letters_conf);
	make_memory();
	check_pages();
	check_memory();
	check_all();
	check_cursors();
	rig_close(&r);
	folder_fini();
	return tap_done();
}
