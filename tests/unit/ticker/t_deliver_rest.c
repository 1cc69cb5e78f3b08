/*
 * What keeps runs back, cancels them, and shows their ends
 * (ticker/render/deliver.h).
 */
#include "config.h"

#include "tests/unit/scene.h"

/* What keeps runs back, what cancels them, how their ends are seen. */

static void
check_concurrency(void)
{
	const char *ids[5];
	char command[8];

	scene_start("two at a time");
	for (int i = 0; i < 5; i++) {
		(void)snprintf(command, sizeof(command), "c%d", i);
		sc.w->now_us++;
		ids[i] = add_command("srv-few", command);
	}
	pass(2);
	is_int((long long)sc.w->njobs, 2, "two are there");
	is_state(ids[0], RUN_CREATED, "the oldest");
	is_state(ids[1], RUN_CREATED, "and the next");
	is_state(ids[2], RUN_DUE, "the third is due");
	says(ids[2], "waiting: concurrency");
	says(ids[4], "waiting: concurrency");
	pass(110);
	is_int((long long)sc.w->njobs, 4, "two more when those ended");
	is_state(ids[4], RUN_DUE, "the last one last");
	pass(300);
	is_state(ids[4], RUN_SUCCEEDED, "all have ended");
	scene_end();

	scene_start("three for the key");
	keys[0].max_concurrent = 3;
	for (int i = 0; i < 5; i++) {
		(void)snprintf(command, sizeof(command), "srv-%d", i);
		ids[i] = add_command(command, "x");
	}
	pass(2);
	is_int((long long)sc.w->njobs, 3, "three are there");
	says(ids[4], "waiting: concurrency");
	keys[0].max_concurrent = 0;
	pass(1);
	is_int((long long)sc.w->njobs, 5, "all, once there is no limit");
	scene_end();

	scene_start("no more requests at once than max_parallel");
	for (int i = 0; i < 50; i++) {
		(void)snprintf(command, sizeof(command), "p%d", i);
		(void)add_command("srv-a", command);
	}
	pass(10);
	is_int((long long)sc.w->njobs, 50, "all are there");
	ok(sc.w->most_under_way <= 8, "at most %lld at once",
	    (long long)sc.w->most_under_way);
	scene_end();
}

static void
check_no_key(void)
{
	const char *id;

	scene_start("no key");
	sc.w->has_no_key = true;
	id = add_command("srv-a", "x");
	pass(60);
	is_state(id, RUN_DUE, "it waits");
	says(id, "waiting: no key");
	sc.w->has_no_key = false;
	pass(1);
	is_state(id, RUN_CREATED, "until there is one");
	scene_end();
}

static void
check_cancel_early(void)
{
	const char *id;

	scene_start("canceled while due");
	sc.w->has_no_key = true;
	id = add_command("srv-a", "x");
	pass(1);
	cancel(id);
	sc.w->has_no_key = false;
	pass(1);
	is_state(id, RUN_CANCELED, "never leaves");
	is_int((long long)sc.w->njobs, 0, "no job");
	scene_end();

	scene_start("canceled while it is sent, taken");
	id = add_command("srv-a", "x");
	(void)deliver_pump(sc.d[0], sc.w->now_us);
	cancel(id);
	pass(10);
	is_state(id, RUN_CANCELED, "canceled there");
	is_int(sc.w->jobs[0].end, RENDER_CANCELED, "indeed");
	scene_end();

	scene_start("canceled while it is sent, not taken");
	script(FAKE_429);
	id = add_command("srv-a", "x");
	(void)deliver_pump(sc.d[0], sc.w->now_us);
	cancel(id);
	pass(10);
	is_state(id, RUN_CANCELED, "not sent again");
	is_int((long long)sc.w->njobs, 0, "no job");
	scene_end();
}

static void
check_cancel_late(void)
{
	const char *id;

	scene_start("canceled in doubt, taken");
	script(FAKE_CUT_TAKEN);
	id = add_command("srv-a", "x");
	pass(1);
	cancel(id);
	pass(60);
	is_state(id, RUN_CANCELED, "found and canceled");
	is_int(sc.w->jobs[0].end, RENDER_CANCELED, "indeed");
	scene_end();

	scene_start("canceled in doubt, not taken");
	script(FAKE_CUT);
	id = add_command("srv-a", "x");
	pass(1);
	cancel(id);
	pass(60);
	is_state(id, RUN_CANCELED, "not sent again");
	is_int((long long)sc.w->njobs, 0, "no job");
	scene_end();

	scene_start("canceled while it runs");
	id = add_command("srv-a", "x");
	pass(40);
	is_state(id, RUN_RUNNING, "it runs");
	cancel(id);
	pass(2);
	is_state(id, RUN_CANCELED, "canceled there");
	is_int(sc.w->jobs[0].end, RENDER_CANCELED, "indeed");
	is_int(sc.w->asked[RENDER_CANCEL], 1, "asked once");
	scene_end();

	scene_start("canceled when it had ended, unseen");
	sc.w->runs_us = S;
	id = add_command("srv-a", "x");
	pass(1);
	sc.w->now_us += 25 * S;
	cancel(id);
	pass(30);
	is_state(id, RUN_SUCCEEDED, "it stays succeeded");
	scene_end();
}

/* How a run ended is known from lists, events and, at last, from itself. */
static void
check_follow(void)
{
	const char *ids[3];
	struct delivery d;

	scene_start("ends");
	sc.w->runs_us = 600 * S;
	ids[0] = add_command("srv-a", "a");
	ids[1] = add_command("srv-a", "b");
	ids[2] = add_command("srv-a", "c");
	pass(30);
	for (int i = 0; i < 3; i++)
		sc.w->jobs[i].end = RENDER_FAILED;
	sc.w->jobs[0].reason =
	    (struct render_reason){ .has_exit_code = true, .exit_code = 7 };
	sc.w->jobs[1].reason.is_oom = true;
	sc.w->jobs[2].reason.is_evicted = true;
	pass(590);
	is_state(ids[0], RUN_RUNNING, "runs for long");
	pass(60);
	is_state(ids[0], RUN_FAILED, "failed");
	says(ids[0], "exit code 7");
	says(ids[1], "oomKilled");
	says(ids[2], "evicted");
	scene_end();

	scene_start("only the job itself tells");
	ids[0] = add_command("srv-a", "a");
	pass(1);
	sc.w->fail_lists = 100000;
	pass(700);
	is_state(ids[0], RUN_SUCCEEDED, "seen all the same");
	scene_end();

	scene_start("a job that Render forgot");
	ids[0] = add_command("srv-a", "a");
	pass(1);
	sc.w->fail_lists = 100000;
	sc.w->njobs = 0;
	pass(700);
	is_state(ids[0], RUN_UNKNOWN, "is unknown");
	d = get(ids[0]);
	ok(!delivery_is_open(&d), "for good");
	delivery_fini(&d);
	scene_end();

	scene_start("a job that never ends");
	sc.w->runs_us = 90 * 86400 * S;
	ids[0] = add_command("srv-a", "a");
	pass(60);
	sc.w->fail_lists = INT32_MAX;
	for (int i = 0; i < 31 * 4; i++) {
		sc.w->now_us += 21600 * S;
		(void)deliver_pump(sc.d[0], sc.w->now_us);
		sc.w->now_us += S;
		(void)deliver_pump(sc.d[0], sc.w->now_us);
	}
	is_state(ids[0], RUN_UNKNOWN, "is given up after 30 days");
	scene_end();
}

/* Where all is in doubt, no more is sent. */
static void
check_brake(void)
{
	char command[16];
	const char *id = "";

	scene_start("a Render that answers nothing");
	sc.w->per_mille[FAKE_CUT] = 1000;
	for (int i = 0; i < 200; i++) {
		sc.w->now_us++;
		(void)snprintf(command, sizeof(command), "c%d", i);
		id = add_command("srv-a", command);
	}
	pass(20);
	ok(sc.w->asked[RENDER_CREATE] >= 100 &&
		sc.w->asked[RENDER_CREATE] <= 110,
	    "%lld were sent", (long long)sc.w->asked[RENDER_CREATE]);
	is_state(id, RUN_DUE, "the rest waits");
	says(id, "waiting: too many runs are in doubt there");
	sc.w->per_mille[FAKE_CUT] = 0;
	pass(300);
	is_int((long long)sc.w->njobs, 200, "until it answers again");
	scene_end();
}

/* A thousand runs: few requests, and each end seen within a minute. */
static void
check_many(void)
{
	struct store_delivery_filter f = { "srv-a", ",succeeded,", INT64_MAX,
		JOBS, INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN,
		INT64_MAX };
	struct delivery_list l = { NULL, 0, 0 };
	char command[16];

	scene_start("a thousand runs");
	sc.w->latency_us = S / 100;
	for (int i = 0; i < JOBS; i++) {
		(void)snprintf(command, sizeof(command), "c%d", i);
		(void)add_command("srv-a", command);
	}
	pass(10);
	is_int((long long)sc.w->njobs, JOBS, "all are there");
	for (int i = 0; i < JOBS; i++)
		sc.w->jobs[i].ends_us = START + (100 + i / 10) * S;
	pass(250);
	(void)store_delivery_list(sc.st[0], &f, &l);
	is_int((long long)l.n, JOBS, "all ends are seen within a minute");
	delivery_list_fini(&l);
	ok(sc.w->most_reads <= 5, "at most %lld requests in one second",
	    (long long)sc.w->most_reads);
	scene_end();
}

int
main(void)
{
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_ERR, "t_deliver_rest");
	check_concurrency();
	check_no_key();
	check_cancel_early();
	check_cancel_late();
	check_follow();
	check_brake();
	check_many();
	return tap_done();
}
