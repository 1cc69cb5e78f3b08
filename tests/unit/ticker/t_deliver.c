/*
 * Runs handed over to a Render in memory: each has one job in the end, or its
 * reason (ticker/render/deliver.h).
 */
#include "config.h"

#include "tests/unit/scene.h"
#include "ticker/render/step.h"

/* Runs handed over: each has one job in the end, or its reason. */

static void
check_plain(void)
{
	const char *id;
	struct delivery d;
	int64_t follows = -1;

	scene_start("all is well");
	id = add_command("srv-a", "x");
	(void)deliver_pump(sc.d[0], sc.w->now_us);
	is_state(id, RUN_SENDING, "sending is written before the answer");
	pass(1);
	is_state(id, RUN_CREATED, "created");
	pass(35);
	is_state(id, RUN_RUNNING, "running");
	pass(80);
	is_state(id, RUN_SUCCEEDED, "succeeded");
	d = get(id);
	ok(d.created_us == START && d.started_us == START + 20 * S &&
		d.finished_us == START + 80 * S && d.attempt == 1,
	    "with the instants of Render");
	delivery_fini(&d);
	is_int((long long)sc.w->njobs, 1, "one job");
	pass(3600);
	(void)deliver_next(sc.d[0], sc.w->now_us, &follows);
	ok(follows == DELIVERY_NEVER, "then nobody looks any more");
	ok(sc.w->asked[RENDER_LIST] + sc.w->asked[RENDER_EVENTS] < 40,
	    "few requests: %lld",
	    (long long)(sc.w->asked[RENDER_LIST] + sc.w->asked[RENDER_EVENTS]));
	scene_end();
}

/* One fault, then all is well: how it ends and with how many jobs. */
static const struct {
	const char *what;
	enum fake_fault fault;
	enum delivery_ambiguous policy;
	int64_t hidden_s;
	enum run_state state; /* after five minutes */
	int jobs, attempts;
} fault_rows[] = {
	{ "lost answer", FAKE_LOST_TAKEN, DELIVERY_AMBIGUOUS_RETRY, 0,
	    RUN_SUCCEEDED, 1, 1 },
	{ "lost answer, skip", FAKE_LOST_TAKEN, DELIVERY_AMBIGUOUS_SKIP, 0,
	    RUN_SUCCEEDED, 1, 1 },
	{ "cut, visible late", FAKE_CUT_TAKEN, DELIVERY_AMBIGUOUS_RETRY, 29,
	    RUN_SUCCEEDED, 1, 1 },
	{ "cut, visible too late, skip", FAKE_CUT_TAKEN,
	    DELIVERY_AMBIGUOUS_SKIP, 900, RUN_UNKNOWN, 1, 1 },
	{ "cut, not taken", FAKE_CUT, DELIVERY_AMBIGUOUS_RETRY, 0,
	    RUN_SUCCEEDED, 1, 2 },
	{ "cut, not taken, skip", FAKE_CUT, DELIVERY_AMBIGUOUS_SKIP, 0,
	    RUN_UNKNOWN, 0, 1 },
	{ "500, taken", FAKE_500_TAKEN, DELIVERY_AMBIGUOUS_RETRY, 0,
	    RUN_SUCCEEDED, 1, 1 },
	{ "500, not taken", FAKE_500, DELIVERY_AMBIGUOUS_RETRY, 0,
	    RUN_SUCCEEDED, 1, 2 },
	{ "503", FAKE_503, DELIVERY_AMBIGUOUS_RETRY, 0, RUN_SUCCEEDED, 1, 2 },
	{ "503, skip", FAKE_503, DELIVERY_AMBIGUOUS_SKIP, 0, RUN_UNKNOWN, 0,
	    1 },
	{ "503, taken, visible late", FAKE_503_TAKEN, DELIVERY_AMBIGUOUS_RETRY,
	    29, RUN_SUCCEEDED, 1, 1 },
	{ "503, taken, visible late, skip", FAKE_503_TAKEN,
	    DELIVERY_AMBIGUOUS_SKIP, 29, RUN_SUCCEEDED, 1, 1 },
	{ "429", FAKE_429, DELIVERY_AMBIGUOUS_SKIP, 0, RUN_SUCCEEDED, 1, 2 },
	{ "400", FAKE_400, DELIVERY_AMBIGUOUS_RETRY, 0, RUN_REFUSED, 0, 1 },
	{ "no connection", FAKE_UNSENT, DELIVERY_AMBIGUOUS_SKIP, 0,
	    RUN_SUCCEEDED, 1, 2 },
};

static void
check_faults(void)
{
	struct delivery t = { .service = (char *)"srv-a",
		.command = (char *)"x" },
			d;
	const char *id;

	for (size_t i = 0; i < sizeof(fault_rows) / sizeof(fault_rows[0]);
	     i++) {
		scene_start(fault_rows[i].what);
		script(fault_rows[i].fault);
		t.on_ambiguous = fault_rows[i].policy;
		id = add(&t);
		(void)deliver_pump(sc.d[0], sc.w->now_us);
		if (sc.w->njobs == 1)
			sc.w->jobs[0].visible_us =
			    START + fault_rows[i].hidden_s * S;
		pass(300);
		is_state(id, fault_rows[i].state, fault_rows[i].what);
		is_int((long long)sc.w->njobs, fault_rows[i].jobs, "%s: jobs",
		    fault_rows[i].what);
		d = get(id);
		is_int(d.attempt, fault_rows[i].attempts, "%s: attempts",
		    fault_rows[i].what);
		delivery_fini(&d);
		scene_end();
	}
}

/* The only way to a second job: a policy of retry and a Render that hides a
 * job for longer than we look for it. */
static void
check_known_limit(void)
{
	scene_start("hidden for longer than settle, retry");
	script(FAKE_CUT_TAKEN);
	(void)add_command("srv-a", "x");
	(void)deliver_pump(sc.d[0], sc.w->now_us);
	sc.w->jobs[0].visible_us = START + 900 * S;
	pass(300);
	is_int((long long)sc.w->njobs, 2, "it is launched twice");
	scene_end();
}

/* Lists that fail, or that cannot be read to the end, settle nothing. */
static void
check_failing_lists(void)
{
	const char *id;

	scene_start("lists fail");
	script(FAKE_CUT);
	id = add_command("srv-a", "x");
	sc.w->fail_lists = 20;
	pass(60);
	is_state(id, RUN_UNKNOWN, "still in doubt after a minute");
	is_int((long long)sc.w->njobs, 0, "not sent again");
	pass(300);
	is_state(id, RUN_SUCCEEDED, "settled once they work");
	is_int((long long)sc.w->njobs, 1, "one job");
	scene_end();
}

/* Our own death, at each place of a hand-over. */
static void
check_death(void)
{
	struct delivery d;
	const char *id;

	scene_start("death before the first byte");
	id = add_command("srv-a", "x");
	d = get(id);
	(void)store_begin(sc.st[0]);
	step_send(&d, sc.w->now_us, 60 * S);
	(void)store_delivery_move(sc.st[0], &d);
	(void)store_commit(sc.st[0]);
	delivery_fini(&d);
	pass(59);
	is_state(id, RUN_SENDING, "nobody touches it while the lease lasts");
	pass(2);
	is_state(id, RUN_UNKNOWN, "then it is in doubt");
	pass(40);
	is_int((long long)sc.w->njobs, 1, "and sent again");
	scene_end();

	scene_start("death after the last byte");
	id = add_command("srv-a", "x");
	(void)deliver_pump(sc.d[0], sc.w->now_us);
	is_int((long long)sc.w->njobs, 1, "it was taken");
	ticker_stop(0);
	is_state(id, RUN_UNKNOWN, "who leaves in order says so");
	ticker_start(0);
	pass(10);
	is_state(id, RUN_CREATED, "the next one finds it");
	is_int((long long)sc.w->njobs, 1, "one job");
	scene_end();
}

/* Another tick took the lease for lost; the answer comes all the same. */
static void
check_late_answer(void)
{
	struct delivery d;
	const char *id;

	scene_start("an answer after the lease");
	id = add_command("srv-a", "x");
	sc.w->latency_us = 20 * S;
	(void)deliver_pump(sc.d[0], sc.w->now_us);
	d = get(id);
	(void)store_begin(sc.st[1]);
	step_lost(&d, sc.w->now_us + 19 * S);
	(void)store_delivery_move(sc.st[1], &d);
	(void)store_commit(sc.st[1]);
	delivery_fini(&d);
	sc.w->now_us += 20 * S;
	(void)deliver_pump(sc.d[0], sc.w->now_us);
	is_state(id, RUN_CREATED, "is believed");
	is_int((long long)sc.w->njobs, 1, "one job");
	scene_end();
}

/* Twins are never in doubt together, unless they are marked. */
static void
check_twins(void)
{
	struct delivery t = { .service = (char *)"srv-a",
		.command = (char *)"x" };
	const char *one, *two, *other;

	scene_start("twins");
	script(FAKE_CUT_TAKEN);
	one = add(&t);
	two = add(&t);
	other = add_command("srv-a", "y");
	pass(1);
	is_state(one, RUN_UNKNOWN, "one is in doubt");
	is_state(two, RUN_DUE, "its fingerprint waits");
	is_state(other, RUN_CREATED, "others do not");
	pass(60);
	is_int((long long)sc.w->njobs, 3, "in the end each has one job");
	is_state(two, RUN_RUNNING, "the fingerprint, too");
	scene_end();

	scene_start("marked twins");
	script(FAKE_CUT_TAKEN);
	t.marker = DELIVERY_MARKER_COMMENT;
	one = add(&t);
	two = add(&t);
	pass(1);
	is_state(two, RUN_CREATED, "a mark tells them apart");
	pass(5);
	is_state(one, RUN_CREATED, "and finds its job");
	is_int((long long)sc.w->njobs, 2, "one job each");
	ok(strstr(sc.w->jobs[0].command, one) != NULL, "marked: %s",
	    sc.w->jobs[0].command);
	scene_end();
}

/* A job somebody else made with the same command is not ours: it is adopted
 * only when it is new and nobody's. */
static void
check_foreign(void)
{
	const char *id;

	scene_start("a job of the past");
	id = add_command("srv-a", "x");
	pass(1);
	sc.w->now_us += 600 * S;
	pass(0);
	script(FAKE_CUT);
	id = add_command("srv-a", "x");
	pass(100);
	is_int((long long)sc.w->njobs, 2, "is not taken for the new one");
	is_state(id, RUN_RUNNING, "which has its own");
	scene_end();
}

/* Any number may work on one store. */
static void
check_two_tickers(void)
{
	char command[16];
	int64_t n = 0;
	struct store_delivery_filter f = { "srv-a", ",succeeded,", INT64_MAX,
		1000, INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN,
		INT64_MAX };
	struct delivery_list l = { NULL, 0, 0 };

	scene_start("two tickers and a bad line");
	sc.w->per_mille[FAKE_LOST_TAKEN] = 50;
	sc.w->per_mille[FAKE_CUT_TAKEN] = 50;
	sc.w->per_mille[FAKE_CUT] = 50;
	sc.w->per_mille[FAKE_500_TAKEN] = 50;
	sc.w->per_mille[FAKE_500] = 50;
	sc.w->per_mille[FAKE_503_TAKEN] = 25;
	sc.w->per_mille[FAKE_503] = 25;
	sc.w->per_mille[FAKE_429] = 100;
	sc.w->hidden_max_us = 29 * S;
	ticker_start(1);
	for (int i = 0; i < 300; i++) {
		(void)snprintf(command, sizeof(command), "c%d", i / 2);
		(void)add_command("srv-a", command);
	}
	pass(20);
	ticker_stop(0);
	ticker_start(0);
	pass(1200);
	(void)store_delivery_away_count(sc.st[0], "srv-a", &n);
	is_int(n, 0, "nothing is left open");
	(void)store_delivery_list(sc.st[0], &f, &l);
	is_int((long long)l.n, 300, "each run succeeded");
	is_int((long long)sc.w->njobs, 300, "and has one job");
	delivery_list_fini(&l);
	scene_end();
}

/* While another writer has the store, answers are kept. */
static void
check_busy(void)
{
	const char *id;

	scene_start("a busy store");
	id = add_command("srv-a", "x");
	(void)deliver_pump(sc.d[0], sc.w->now_us);
	sc.w->now_us += S;
	(void)store_begin(sc.st[1]);
	is_int(deliver_pump(sc.d[0], sc.w->now_us), STORE_BUSY, "busy");
	store_rollback(sc.st[1]);
	is_int(deliver_pump(sc.d[0], sc.w->now_us), STORE_OK, "then not");
	is_state(id, RUN_CREATED, "the answer was not lost");
	scene_end();
}

static void
check_drain(void)
{
	const char *one, *two;

	scene_start("the end of a window");
	one = add_command("srv-a", "x");
	(void)deliver_pump(sc.d[0], sc.w->now_us);
	deliver_drain(sc.d[0]);
	two = add_command("srv-a", "y");
	is_int((long long)deliver_pending(sc.d[0]), 1, "one is under way");
	pass(1);
	is_int((long long)deliver_pending(sc.d[0]), 0, "it is awaited");
	is_state(one, RUN_CREATED, "and written down");
	is_state(two, RUN_DUE, "nothing new is begun");
	scene_end();
}

int
main(void)
{
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_ERR, "t_deliver");
	check_plain();
	check_faults();
	check_known_limit();
	check_failing_lists();
	check_death();
	check_late_answer();
	check_twins();
	check_foreign();
	check_two_tickers();
	check_busy();
	check_drain();
	return tap_done();
}
