/*
 * What was due while a queue was paused is in the ledger as paused, whether or
 * not a tick came meanwhile, in both stores and for every kind of trigger.
 */
#include "tests/unit/registering.h"
#include "lib/sched/sched_int.h"
#include "lib/store/job.h"
#include "lib/store/queue.h"

static const char *const kinds[] = { ",\"job_store_kind\":\"sqlite\"",
	",\"job_store_kind\":\"memory\"" };

/* Of both stores. */
static int64_t
count(const char *sql)
{
	int64_t n = rig_ask(r.conf->store, sql);

	return r.s.stores[JOB_MEMORY] == NULL ?
	    n :
	    n + rig_ask(r.conf->memory_store, sql);
}

static void
clear_all(void)
{
	clear();
	rig_meddle(r.conf->store, "DELETE FROM queue");
	if (r.s.stores[JOB_MEMORY] != NULL)
		rig_meddle(r.conf->memory_store,
		    "DELETE FROM run; DELETE FROM job_gone;"
		    "DELETE FROM message; DELETE FROM history;"
		    "DELETE FROM queue");
	now = T0;
}

static void
add_to(int kind, const char *members)
{
	char text[300];
	struct job j;

	(void)snprintf(text, sizeof(text), "%s%s", members, kinds[kind]);
	is_int(add(text, NAMES("j"), &j), STORE_OK, "added: %s", text);
	job_fini(&j);
}

static void
turn(bool is_paused)
{
	is_int(sched_queue_set_paused(&r.s, "q", is_paused), STORE_OK,
	    "the queue is %s", is_paused ? "paused" : "resumed");
}

/* Added at 00:10, paused until 00:15, and a tick at 00:16. */
/* clang-format off */
static const struct pause_case {
	const char *members;
	int paused; /* slots of the pause */
	int sent, jobs; /* afterwards */
} cases[] = {
	{ AT "\"2030-01-01 00:11\"", 1, 0, 0 },
	{ AT "\"2030-01-01 00:11\",\"misfire_grace_time\":30", 1, 0, 0 },
	{ AT "\"2030-01-01 00:09\"", 1, 0, 0 },
	{ AT "\"2030-01-01 00:15\"", 1, 0, 0 },
	{ AT "\"2030-01-01 00:15:01\"", 0, 1, 0 },
	{ AT "\"2030-01-01 00:20\"", 0, 0, 1 },
	{ EVERY ",\"coalesce\":false", 5, 1, 1 },
	{ EVERY ",\"start_date\":\"2030-01-01 00:10:30\"", 5, 1, 1 },
	{ EVERY ",\"coalesce\":false,\"max_catchup\":1,\"misfire_grace_time\":1", 5, 1, 1 },
	{ EVERY ",\"end_date\":\"2030-01-01 00:14\"", 4, 0, 0 },
	{ CRON "\"minute\":\"*/2\"", 3, 1, 1 },
	{ CRON "\"minute\":12,\"end_date\":\"2030-01-01 00:30\"", 1, 0, 0 },
	{ CRON "\"minute\":20", 0, 0, 1 },
	{ "\"trigger\":\"calendarinterval\",\"days\":1,\"hour\":0,\"minute\":12", 1, 0, 1 },
};
/* clang-format on */

static void
check_case(const struct pause_case *c, int kind, bool is_ticked)
{
	const char *how = is_ticked ? "ticks" : "no tick";

	clear_all();
	add_to(kind, c->members);
	turn(true);
	for (int i = 0; i < 5; i++) {
		now += MINUTE;
		if (is_ticked)
			tick_all();
	}
	turn(false);
	is_int(count("SELECT coalesce(sum(count), 0) FROM run"
		     " WHERE state = 'paused' AND reason LIKE"
		     " 'queue paused by tester since 2030-01-01T00:10:00Z'"),
	    c->paused, "%s, %s: slots of the pause", c->members, how);
	is_int(count("SELECT count(*) FROM run WHERE state = 'paused'"),
	    c->paused > 0, "one row");
	now += MINUTE;
	tick_all();
	is_int(count("SELECT count(*) FROM message"), c->sent, "sent");
	is_int(count("SELECT count(*) FROM job"), c->jobs, "jobs");
	is_int(count("SELECT count(*) FROM run WHERE state NOT IN"
		     " ('paused', 'sent')"),
	    0, "nothing else is in the ledger");
}

static void
check_cases(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (int k = 0; k < JOB_KIND__MAX; k++) {
			check_case(&cases[i], k, true);
			check_case(&cases[i], k, false);
		}
	}
}

/* Jitter delays the run, not the slot: due is what would have run. */
static void
check_jitter(void)
{
	struct job j;

	clear_all();
	add_to(JOB_DURABLE, EVERY ",\"jitter\":50");
	turn(true);
	get("j", &j);
	now = j.next_run_us - 1;
	turn(false);
	is_int(count("SELECT count(*) FROM run"), 0, "its jitter lasts");
	turn(true);
	now++;
	turn(false);
	is_int(ask("SELECT slot_us FROM run WHERE state = 'paused'"),
	    j.cursor_us, "it is over");
	job_fini(&j);
}

/* A job that is paused itself stays so, and is accounted for as that. */
static void
check_paused_job(void)
{
	clear_all();
	add_to(JOB_DURABLE, AT "\"2030-01-01 00:11\"");
	turn(true);
	(void)sched_pause(&r.s, SCHED_ANY, "q", "j", NULL);
	now += 5 * MINUTE;
	turn(false);
	is_int(count("SELECT count(*) FROM job WHERE state = 'paused'"), 1,
	    "it stays paused");
	is_int(count("SELECT count(*) FROM run"), 0, "undecided");
	(void)sched_resume(&r.s, SCHED_ANY, "q", "j", NULL);
	tick_all();
	is_int(count("SELECT count(*) FROM run WHERE state = 'paused'"
		     " AND reason LIKE 'by tester since%'"),
	    1, "then it has ended");
	is_int(count("SELECT count(*) FROM message"), 0, "without a run");
	clear_all();
	add_to(JOB_DURABLE, AT "\"2030-01-01 00:11\"");
	(void)sched_pause(&r.s, SCHED_ANY, "q", "j", NULL);
	turn(true);
	(void)sched_resume(&r.s, SCHED_ANY, "q", "j", NULL);
	now += 5 * MINUTE;
	turn(false);
	tick_all();
	is_int(count("SELECT count(*) FROM run WHERE state = 'paused'"
		     " AND reason LIKE 'queue paused by%'"),
	    1, "resumed in a paused queue, it waits for the queue");
	is_int(count("SELECT count(*) FROM message"), 0, "without a run");
}

/* What changes a job in a paused queue leaves the same rows. */
static void
check_changed(void)
{
	static const char *const rows = "SELECT count(*) FROM run WHERE"
					" state = 'paused' AND count = 5 AND"
					" reason LIKE 'queue paused by%'";
	struct job j;

	for (int how = 0; how < 4; how++) {
		clear_all();
		add_to(JOB_DURABLE, EVERY);
		turn(true);
		now += 5 * MINUTE;
		if (how == 0)
			(void)patch("\"hours\":3", &j);
		else if (how == 1)
			(void)add(CRON "\"minute\":7", NAMES("j"), &j);
		else if (how == 2)
			(void)sched_delete(&r.s, SCHED_ANY, "q", "j");
		else
			(void)sched_delete_all(&r.s, SCHED_ANY, "q",
			    &(int64_t){ 0 });
		if (how < 2)
			job_fini(&j);
		is_int(count(rows), 1, "five slots of the pause, change %d",
		    how);
		turn(false);
		is_int(count(rows), 1, "once");
	}
}

/* A queue that is not paused loses nothing by being resumed. */
static void
check_not_paused(void)
{
	clear_all();
	add_to(JOB_DURABLE, AT "\"2030-01-01 00:11\"");
	now += 5 * MINUTE;
	turn(false);
	is_int(count("SELECT count(*) FROM run"), 0, "nothing is decided");
	tick_all();
	is_int(count("SELECT count(*) FROM message"), 1, "it runs");
	clear_all();
	add_to(JOB_DURABLE, AT "\"2030-01-01 00:11\"");
	is_int(sched_queue_set_paused(&r.s, "p", true), STORE_OK, "another");
	now += 5 * MINUTE;
	is_int(sched_queue_set_paused(&r.s, "p", false), STORE_OK, "and on");
	tick_all();
	is_int(count("SELECT count(*) FROM message"), 1, "nor by another");
}

/* More than go into one transaction, one of which cannot be read. */
static void
check_many(void)
{
	clear_all();
	add_to(JOB_DURABLE, AT "\"2030-01-01 00:11\"");
	rig_meddle(r.conf->store,
	    "CREATE TEMP TABLE c AS WITH RECURSIVE n (i) AS"
	    " (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2500)"
	    " SELECT job.* FROM job, n;"
	    "UPDATE c SET id = (SELECT max(id) FROM job) + rowid,"
	    " job_id = 'j' || rowid;"
	    "INSERT INTO job SELECT * FROM c;"
	    "UPDATE job SET trigger = 'what' WHERE job_id IN ('j1', 'j2000')");
	turn(true);
	now += 5 * MINUTE;
	turn(false);
	is_int(count("SELECT count(*) FROM run WHERE state = 'paused'"), 2499,
	    "all that can be read");
	is_int(count("SELECT count(*) FROM job WHERE state = 'quarantined'"), 2,
	    "the others are in quarantine");
	is_int(count("SELECT count(*) FROM job"), 2, "and all that is left");
	tick_all();
	is_int(count("SELECT count(*) FROM message"), 0, "none runs");
	is_int(ask("SELECT count(*) FROM audit WHERE action = 'queue.resume'"
		   " AND id > (SELECT max(id) FROM audit"
		   " WHERE action = 'queue.pause')"),
	    1, "one audit row");
}

/* A resume that fails on its way leaves the queue paused. */
static void
check_failed(void)
{
	clear_all();
	add_to(JOB_DURABLE, AT "\"2030-01-01 00:11\"");
	turn(true);
	now += 5 * MINUTE;
	rig_meddle(r.conf->store,
	    "CREATE TRIGGER no BEFORE INSERT ON run"
	    " BEGIN SELECT raise(ABORT, 'no'); END");
	ok(sched_queue_set_paused(&r.s, "q", false) != STORE_OK, "it fails");
	rig_meddle(r.conf->store, "DROP TRIGGER no");
	is_int(ask("SELECT count(*) FROM queue WHERE is_paused = 1"), 1,
	    "it is still paused");
	is_int(count("SELECT count(*) FROM run"), 0, "nothing is written");
	turn(false);
	is_int(count("SELECT count(*) FROM run WHERE state = 'paused'"), 1,
	    "once more");
}

/* why: the row, and the pause that stands behind it. */
static void
check_why(void)
{
	const char *bad = NULL;
	struct why w = { .queue = "q", .job_id = "j", .kind = SCHED_ANY };

	clear_all();
	add_to(JOB_DURABLE, AT "\"2030-01-01 00:11\"");
	turn(true);
	now += 5 * MINUTE;
	turn(false);
	job_init(&w.job);
	is_int(sched_why(&r.s, &w, "2030-01-01 00:11", now, &bad), STORE_OK,
	    "why");
	is_str(why_name(w.out.answer), "was_paused", "it was paused");
	is_str(w.row.reason,
	    "queue paused by tester since 2030-01-01T00:10:00Z", "by that");
	sched_why_fini(&w);
}

/* A memory store that is made in a pause knows of it. */
static void
check_new_memory(void)
{
	clear_all();
	turn(true);
	(void)sched_queue_set_paused(&r.s, "on", true);
	(void)sched_queue_set_paused(&r.s, "on", false);
	store_close(r.s.stores[JOB_MEMORY]);
	r.s.stores[JOB_MEMORY] = NULL;
	is_int(unlink(r.conf->memory_store), 0, "the host starts anew");
	now += MINUTE;
	add_to(JOB_MEMORY, AT "\"2030-01-01 00:12\"");
	is_int(rig_ask(r.conf->memory_store,
		   "SELECT count(*) FROM queue WHERE name = 'q' AND is_paused"
		   " AND changed_us = 1893456600000000 AND actor = 'tester'"),
	    1, "the pause, as it is");
	is_int(rig_ask(r.conf->memory_store, "SELECT count(*) FROM queue"), 1,
	    "no other switch");
	now += 5 * MINUTE;
	tick_all();
	is_int(count("SELECT count(*) FROM message"), 0, "it does not run");
	is_int(count("SELECT count(*) FROM run WHERE state = 'paused'"), 1,
	    "for it was paused");
}

int
main(void)
{
	open_all("t_queue_pause");
	check_cases();
	check_jitter();
	check_paused_job();
	check_changed();
	check_not_paused();
	check_many();
	check_failed();
	check_why();
	check_new_memory();
	close_all();
	return tap_done();
}
