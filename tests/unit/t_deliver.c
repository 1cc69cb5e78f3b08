#include "config.h"

#include <stdlib.h>
#include <unistd.h>

#include "lib/conf.h"
#include "lib/handover.h"
#include "lib/log.h"
#include "lib/store_delivery.h"
#include "lib/store_run.h"
#include "tests/launch/fake.h"
#include "tests/unit/tap.h"
#include "ticker/deliver.h"
#include "ticker/step.h"

/* Runs handed over to a Render that lies, loses answers and hides jobs. */

#define S INT64_C(1000000)
#define START (1000000 * S)
#define JOBS 1000
#define NTICKERS 2

static struct conf_render_key keys[1] = { { .name = (char *)"k" } };
static struct conf_render_service services[1] = { {
    .glob = (char *)"srv-few",
    .max_concurrent = 2,
} };
static struct conf conf = {
	.max_parallel = 8,
	.settle_us = 30 * S,
	.http_timeout_us = 30 * S,
	.render_keys = keys,
	.nrender_keys = 1,
	.render_services = services,
	.nrender_services = 1,
};

/* One scene: a Render, a store, tickers. */
static struct scene {
	struct fake_world *w;
	struct store *st[NTICKERS];
	struct render *r[NTICKERS];
	struct deliver *d[NTICKERS];
	char path[64];
} sc;

static void
ticker_start(int i)
{
	sc.r[i] = fake_render(sc.w);
	sc.d[i] = deliver_new(sc.st[i], &conf, sc.r[i]);
}

static void
ticker_stop(int i)
{
	if (sc.d[i] == NULL)
		return;
	deliver_free(sc.d[i], sc.w->now_us);
	render_free(sc.r[i]);
	sc.d[i] = NULL;
}

static void
scene_start(const char *what)
{
	const size_t n = sizeof(*sc.w) + JOBS * sizeof(sc.w->jobs[0]);
	struct store_opts o = { .is_create = true, .is_unsynced = true };
	enum store_rc rc;
	char why[256];

	printf("# %s\n", what);
	(void)snprintf(sc.path, sizeof(sc.path), "t_deliver.%ld.db",
	    (long)getpid());
	o.path = sc.path;
	for (int i = 0; i < NTICKERS; i++) {
		sc.st[i] = store_open(&o, &rc, why, sizeof(why));
		if (sc.st[i] == NULL) {
			printf("Bail out! %s\n", why);
			exit(EXIT_FAILURE);
		}
	}
	sc.w = calloc(1, n);
	sc.w->now_us = START;
	sc.w->latency_us = S / 5;
	sc.w->timeout_us = 30 * S;
	sc.w->starts_in_us = 20 * S;
	sc.w->runs_us = 60 * S;
	sc.w->seed = 42;
	sc.w->cap = JOBS;
	ticker_start(0);
}

static void
scene_end(void)
{
	static const char *const ends[] = { "", "-wal", "-shm", "-turn" };
	char path[96];

	for (int i = 0; i < NTICKERS; i++) {
		ticker_stop(i);
		store_close(sc.st[i]);
	}
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s%s", sc.path, ends[i]);
		(void)unlink(path);
	}
	free(sc.w);
}

static void
script(enum fake_fault f)
{
	sc.w->script[sc.w->nscript++] = f;
}

/* A run by hand, due now; its id. */
static const char *
add(const struct delivery *target)
{
	static char ids[16][RUN_ID_LEN + 1];
	static int at;
	char *id = ids[at++ % 16];
	const struct handover h = { .target = target, .max_instances = 1 };
	struct run r = { .queue = (char *)"q",
		.job_id = (char *)"",
		.count = 1,
		.decided_us = sc.w->now_us };

	(void)store_begin(sc.st[0]);
	if (handover_run(sc.st[0], &r, &h) != STORE_OK ||
	    store_commit(sc.st[0]) != STORE_OK)
		printf("Bail out! a run cannot be added\n");
	(void)snprintf(id, RUN_ID_LEN + 1, "%s", r.id);
	return id;
}

static const char *
add_command(const char *place, const char *command)
{
	const struct delivery t = { .place = (char *)place,
		.command = (char *)command };

	return add(&t);
}

/* Let s seconds pass, each ticker at work as soon as there is something. */
static void
pass(int64_t s)
{
	int64_t until = sc.w->now_us + s * S, next, n;

	for (;;) {
		next = INT64_MAX;
		for (int i = 0; i < NTICKERS; i++) {
			if (sc.d[i] == NULL)
				continue;
			(void)deliver_pump(sc.d[i], sc.w->now_us);
			(void)deliver_next(sc.d[i], sc.w->now_us, &n);
			next = n < next ? n : next;
			n = fake_next_us(sc.r[i]);
			next = n < next ? n : next;
		}
		if (next > until)
			break;
		sc.w->now_us = next > sc.w->now_us ? next : sc.w->now_us + 1;
	}
	sc.w->now_us = until;
}

static struct delivery
get(const char *id)
{
	struct delivery d = { .run = 0 };

	if (store_delivery_get(sc.st[0], id, &d) != STORE_OK)
		printf("Bail out! %s is gone\n", id);
	return d;
}

static void
is_state(const char *id, enum run_state want, const char *what)
{
	struct delivery d = get(id);

	is_str(run_state_name(d.state), run_state_name(want), "%s (%s)", what,
	    d.reason == NULL ? "" : d.reason);
	delivery_fini(&d);
}

static void
says(const char *id, const char *want)
{
	struct delivery d = get(id);

	ok(d.reason != NULL && strstr(d.reason, want) != NULL,
	    "the ledger says \"%s\": %s", want,
	    d.reason == NULL ? "" : d.reason);
	delivery_fini(&d);
}

static void
cancel(const char *id)
{
	struct delivery d = get(id);

	(void)store_begin(sc.st[0]);
	is_int(store_delivery_cancel(sc.st[0], d.run, sc.w->now_us), STORE_OK,
	    "it is to be canceled");
	(void)store_commit(sc.st[0]);
	delivery_fini(&d);
}

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
static void
check_faults(void)
{
	static const struct {
		const char *what;
		enum fake_fault fault;
		enum delivery_ambiguous policy;
		int64_t hidden_s;
		enum run_state state; /* after five minutes */
		int jobs, attempts;
	} rows[] = {
		{ "lost answer", FAKE_LOST_TAKEN, DELIVERY_AMBIGUOUS_RETRY, 0,
		    RUN_SUCCEEDED, 1, 1 },
		{ "lost answer, skip", FAKE_LOST_TAKEN, DELIVERY_AMBIGUOUS_SKIP,
		    0, RUN_SUCCEEDED, 1, 1 },
		{ "cut, visible late", FAKE_CUT_TAKEN, DELIVERY_AMBIGUOUS_RETRY,
		    29, RUN_SUCCEEDED, 1, 1 },
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
		{ "503", FAKE_503, DELIVERY_AMBIGUOUS_RETRY, 0, RUN_SUCCEEDED,
		    1, 2 },
		{ "503, skip", FAKE_503, DELIVERY_AMBIGUOUS_RETRY, 0,
		    RUN_SUCCEEDED, 1, 2 },
		{ "429", FAKE_429, DELIVERY_AMBIGUOUS_SKIP, 0, RUN_SUCCEEDED, 1,
		    2 },
		{ "400", FAKE_400, DELIVERY_AMBIGUOUS_RETRY, 0, RUN_REFUSED, 0,
		    1 },
		{ "no connection", FAKE_UNSENT, DELIVERY_AMBIGUOUS_SKIP, 0,
		    RUN_SUCCEEDED, 1, 2 },
	};
	struct delivery t = { .place = (char *)"srv-a",
		.command = (char *)"x" },
			d;
	const char *id;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scene_start(rows[i].what);
		script(rows[i].fault);
		t.on_ambiguous = rows[i].policy;
		id = add(&t);
		(void)deliver_pump(sc.d[0], sc.w->now_us);
		if (sc.w->njobs == 1)
			sc.w->jobs[0].visible_us = START + rows[i].hidden_s * S;
		pass(300);
		is_state(id, rows[i].state, rows[i].what);
		is_int((long long)sc.w->njobs, rows[i].jobs, "%s: jobs",
		    rows[i].what);
		d = get(id);
		is_int(d.attempt, rows[i].attempts, "%s: attempts",
		    rows[i].what);
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
	struct delivery t = { .place = (char *)"srv-a",
		.command = (char *)"x" };
	const char *one, *two, *other;

	scene_start("twins");
	script(FAKE_CUT_TAKEN);
	one = add(&t);
	two = add(&t);
	other = add_command("srv-a", "y");
	pass(1);
	is_state(one, RUN_UNKNOWN, "one is in doubt");
	is_state(two, RUN_DUE, "its twin waits");
	is_state(other, RUN_CREATED, "others do not");
	pass(60);
	is_int((long long)sc.w->njobs, 3, "in the end each has one job");
	is_state(two, RUN_RUNNING, "the twin, too");
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
	sc.w->per_mille[FAKE_503] = 50;
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
	check_concurrency();
	check_no_key();
	check_cancel_early();
	check_cancel_late();
	check_follow();
	check_two_tickers();
	check_busy();
	check_drain();
	return tap_done();
}
