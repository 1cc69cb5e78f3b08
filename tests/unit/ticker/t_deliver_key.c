/*
 * Runs that wait: for a key there is none of, for one that Render does not
 * accept, and for how long; the denials that the store has, and their alerts.
 */
#include "config.h"

#include "lib/record/alert.h"
#include "lib/store/alert.h"
#include "lib/store/denial.h"
#include "tests/unit/scene.h"

/* How many alerts of a kind there are. */
static int
alerts(const char *kind)
{
	struct alert_list l = { NULL, 0, 0 };
	int n = 0;

	if (store_alert_due(sc.st[0], sc.w->now_us, 1000, &l) != STORE_OK)
		printf("Bail out! no alerts\n");
	for (size_t i = 0; i < l.n; i++)
		n += strcmp(alert_kind_name(l.v[i].kind), kind) == 0;
	alert_list_fini(&l);
	return n;
}

static void
count_denial(void *arg, const struct store_denial *n)
{
	(void)n;
	++*(int *)arg;
}

/* How many are open. */
static int
denials(void)
{
	int n = 0;

	(void)store_denial_each(sc.st[0], count_denial, &n);
	return n;
}

static const char *
add_retry(const char *command, const struct retry *retry)
{
	const struct delivery t = { .service = (char *)"srv-a",
		.command = (char *)command };

	return add_with(&t, retry);
}

#define TRIES(n) \
	{ \
		n, RETRY_UNSET, RETRY_UNSET, RETRY_UNSET \
	}
#define AGE(us) \
	{ \
		RETRY_UNSET, us, RETRY_UNSET, RETRY_UNSET \
	}

/* For how long it may wait, and whether it is launched when a key appears
 * after so many seconds. */
static const struct {
	const char *what;
	struct retry retry;
	int64_t waits_s;
	enum run_state state;
} ages[] = {
	{ "an hour, of a day", RETRY_EMPTY, 3600, RUN_CREATED },
	{ "less than a day", RETRY_EMPTY, 86399, RUN_CREATED },
	{ "ten days", RETRY_EMPTY, 864000, RUN_DEAD },
	{ "a day and a second", RETRY_EMPTY, 86401, RUN_DEAD },
	{ "a minute, of a minute's age", AGE(60 * S), 61, RUN_DEAD },
	{ "half of that", AGE(60 * S), 30, RUN_CREATED },
	{ "ten days, without a limit", AGE(0), 864000, RUN_CREATED },
	{ "ten days, other limits", TRIES(3), 864000, RUN_DEAD },
};

/* A way to keep a run waiting, and to let it go. */
enum way {
	WAY_NO_KEY,
	WAY_401,
	WAY_403,
	WAY_CONCURRENCY,
	WAY_NO_TICK,
	WAY__MAX
};

static const char *const ways[WAY__MAX] = { "no key", "401", "403",
	"concurrency", "no tick" };

static void
keep(enum way way, bool is_kept)
{
	sc.w->has_no_key = is_kept && way == WAY_NO_KEY;
	sc.w->per_mille[FAKE_401] = is_kept && way == WAY_401 ? 1000 : 0;
	sc.w->per_mille[FAKE_403] = is_kept && way == WAY_403 ? 1000 : 0;
	keys[0].max_concurrent = is_kept && way == WAY_CONCURRENCY ? 1 : 0;
}

static void
check_age(enum way way, size_t i)
{
	char what[128];
	const char *id;
	size_t others = 0;

	(void)snprintf(what, sizeof(what), "%s: %s", ways[way], ages[i].what);
	scene_start(what);
	sc.w->runs_us = 86400 * 20 * S;
	if (way == WAY_CONCURRENCY) {
		(void)add_command("srv-b", "first");
		pass(1);
		others = 1;
	}
	keep(way, true);
	id = add_retry("x", &ages[i].retry);
	if (way == WAY_NO_TICK)
		sc.w->now_us += ages[i].waits_s * S;
	else {
		(void)deliver_pump(sc.d[0], sc.w->now_us);
		sc.w->now_us += S;
		(void)deliver_pump(sc.d[0], sc.w->now_us);
		sc.w->now_us += (ages[i].waits_s - 1) * S;
	}
	is_state(id, RUN_DUE, "it waits");
	keep(way, false);
	sc.w->key_version++;
	pass(2);
	is_state(id, ages[i].state, what);
	is_int((long long)(sc.w->njobs - others), ages[i].state == RUN_CREATED,
	    "launched only if in time");
	if (ages[i].state == RUN_DEAD)
		says(id, "given up after ");
	is_int(alerts("dead"), ages[i].state == RUN_DEAD, "and told of");
	scene_end();
}

/* It is over when its time is, not only when a key appears. */
static void
check_dies_waiting(void)
{
	static const struct retry minute = AGE(60 * S);
	const char *id;

	scene_start("a key that never comes");
	sc.w->has_no_key = true;
	id = add_retry("x", &minute);
	pass(59);
	is_state(id, RUN_DUE, "waits for a minute");
	pass(2);
	is_state(id, RUN_DEAD, "not for longer");
	says(id, "no key");
	is_int(alerts("dead"), 1, "told once");
	scene_end();
}

/* A key that Render refuses: nothing is launched, and one is told. */
static void
check_denied(enum fake_fault fault, const char *words)
{
	static const struct retry twice = TRIES(2);
	const char *ids[20];
	char command[16];

	scene_start(words);
	sc.w->per_mille[fault] = 1000;
	for (int i = 0; i < 20; i++) {
		(void)snprintf(command, sizeof(command), "c%d", i);
		ids[i] = add_retry(command, &twice);
	}
	pass(600);
	for (int i = 0; i < 20; i += 19) {
		is_state(ids[i], RUN_DUE, "waits");
		says(ids[i], words);
	}
	ok(sc.w->asked[RENDER_CREATE] <= 8 + 10,
	    "%lld were sent in ten minutes",
	    (long long)sc.w->asked[RENDER_CREATE]);
	is_int(denials(), 1, "one key is denied");
	is_int(alerts("denied"), 1, "which is told once");
	is_int(alerts("refused") + alerts("dead"), 0, "nothing is given up");

	/* The next tick tries one, no more. */
	ticker_stop(0);
	sc.w->asked[RENDER_CREATE] = 0;
	ticker_start(0);
	pass(30);
	is_int(sc.w->asked[RENDER_CREATE], 1, "another tick tries one");
	is_int(alerts("denied"), 1, "and tells nothing new");

	/* The key is mended: its file is read anew. */
	sc.w->per_mille[fault] = 0;
	sc.w->key_version++;
	pass(5);
	is_int((long long)sc.w->njobs, 20, "all go on when the key is mended");
	is_int(denials(), 0, "it is denied no more");
	pass(3600);
	for (int i = 0; i < 20; i++)
		is_state(ids[i], RUN_SUCCEEDED, "to its end");

	/* Denied once more is news once more. */
	sc.w->per_mille[fault] = 1000;
	ids[0] = add_command("srv-a", "again");
	pass(60);
	is_int(alerts("denied"), 2, "denied again is told again");
	sc.w->per_mille[fault] = 0;
	pass(120);
	ok(sc.w->njobs == 21, "mended at Render: seen without a new file");
	is_int(denials(), 0, "over as well");
	scene_end();
}

/* 403 is about one service, 401 about the key. */
static void
check_scope(void)
{
	const char *a, *b;

	scene_start("403 at one service");
	script(FAKE_403);
	a = add_command("srv-a", "x");
	pass(1);
	b = add_command("srv-b", "y");
	pass(1);
	is_state(a, RUN_DUE, "this one waits");
	is_state(b, RUN_CREATED, "another service goes on");
	scene_end();

	scene_start("401 anywhere");
	script(FAKE_401);
	a = add_command("srv-a", "x");
	pass(1);
	b = add_command("srv-b", "y");
	pass(10);
	is_state(b, RUN_DUE, "all of the key waits");
	says(b, "waiting: Render does not accept render_key \"k\": HTTP 401");
	pass(60);
	is_state(a, RUN_CREATED, "until it is tried again");
	is_state(b, RUN_CREATED, "then all of it leaves");
	scene_end();

	scene_start("canceled while the key is denied");
	script(FAKE_401);
	a = add_command("srv-a", "x");
	pass(1);
	cancel(a);
	pass(5);
	is_state(a, RUN_CANCELED, "never leaves");
	is_int((long long)sc.w->njobs, 0, "no job");
	scene_end();
}

/* An answer to the attempt that does not speak of the key is no reason for
 * another minute: this run may be in doubt, and the others wait for it. */
static void
check_said_nothing(enum fake_fault fault)
{
	const char *b;

	scene_start("401, then no word of the key");
	script(FAKE_401);
	(void)add_command("srv-a", "x");
	pass(1);
	b = add_command("srv-b", "y");
	pass(58);
	is_state(b, RUN_DUE, "all of the key waits");
	script(fault);
	pass(50);
	is_int((long long)sc.w->njobs, 2, "it is tried again soon, all leave");
	scene_end();
}

int
main(void)
{
	int n = 0;

	log_open(LOG_TARGET_STDERR, LOG_LEVEL_ERR, "t_deliver_key");
	for (int w = 0; w < WAY__MAX; w++) {
		for (size_t i = 0; i < sizeof(ages) / sizeof(ages[0]); i++, n++)
			check_age((enum way)w, i);
	}
	printf("# %d waits: %d ways x %zu ages\n", n, WAY__MAX,
	    sizeof(ages) / sizeof(ages[0]));
	check_dies_waiting();
	check_denied(FAKE_401, "waiting: Render does not accept render_key");
	check_denied(FAKE_403, "waiting: Render does not permit render_key");
	check_scope();
	for (enum fake_fault f = FAKE_CUT_TAKEN; f <= FAKE_429; f++)
		check_said_nothing(f);
	check_said_nothing(FAKE_UNSENT);
	return tap_done();
}
