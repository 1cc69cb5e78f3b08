/*
 * Messages on their way to brokers: written, put off, sent, dead
 * (lib/store/outbox.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/err.h"
#include "lib/store/outbox.h"
#include "lib/store/run.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "tests/unit/tap.h"

/* Messages on their way to brokers, written, put off, gone. */

#define S INT64_C(1000000)
#define DAY (86400 * S)
#define ALL 100

static struct store *st;

/* A run for a queue, in the outbox since now_us; the number of its row. */
static int64_t
add_with(const char *queue, const char *id, int64_t now_us,
    const struct retry *retry)
{
	struct run r = { .job = 0,
		.queue = (char *)(uintptr_t)queue,
		.job_id = (char *)(uintptr_t) "j",
		.slot_us = now_us - 5,
		.last_us = now_us - 5,
		.count = 1,
		.state = RUN_DUE,
		.decided_us = now_us };
	struct store_outbox_new n = { .queue = queue,
		.args = "[1]",
		.kwargs = "{\"k\":2}",
		.priority = 3,
		.retry = retry_effective(&retry_handover, retry),
		.now_us = now_us };

	(void)snprintf(r.id, sizeof(r.id), "%s", id);
	(void)store_begin(st);
	if (store_run_insert(st, &r) != STORE_OK)
		printf("Bail out! a run cannot be added\n");
	n.run = r.row;
	is_int(store_outbox_insert(st, &n), STORE_OK, "%s is on its way", id);
	(void)store_commit(st);
	return r.row;
}

static int64_t
add(const char *queue, const char *id, int64_t now_us)
{
	return add_with(queue, id, now_us, NULL);
}

static struct outbox
get(const char *queue, const char *id, enum store_rc want)
{
	struct outbox o = { .run = 0 };

	is_int(store_outbox_get(st, queue, id, &o), want, "%s is %s", id,
	    want == STORE_OK ? "there" : "not there");
	return o;
}

/* Put a row off: so many attempts were made, the next is at next_us. */
static enum store_rc
put_off(int64_t run, int64_t attempt, int64_t next_us, enum run_state state)
{
	const struct outbox o = { .run = run,
		.attempt = attempt,
		.next_us = next_us };
	enum store_rc rc;

	(void)store_begin(st);
	rc = store_outbox_put_off(st, &o, state, "because");
	(void)store_commit(st);
	return rc;
}

/* The ledger's word on a run. */
static void
ledger_is(const char *id, enum run_state state, const char *reason)
{
	struct run r = { .row = 0 };

	(void)store_run_get(st, id, &r);
	is_str(run_state_name(r.state), run_state_name(state),
	    "%s in the ledger", id);
	is_str(r.reason == NULL ? "" : r.reason, reason, "and why");
	run_fini(&r);
}

static void
check_row(void)
{
	struct outbox o;

	(void)add("row", "r1", 100 * S);
	o = get("row", "r1", STORE_OK);
	ok(o.run > 0 && o.job == 0 && o.priority == 3 && o.attempt == 0 &&
		o.due_us == 100 * S && o.next_us == 100 * S &&
		o.slot_us == 100 * S - 5 && o.state == RUN_DUE &&
		o.reason == NULL,
	    "its numbers");
	is_str(o.id, "r1", "its id");
	is_str(o.queue, "row", "its queue");
	is_str(o.job_id, "j", "its job");
	is_str(o.args, "[1]", "its args");
	is_str(o.kwargs, "{\"k\":2}", "its kwargs");
	outbox_fini(&o);
	o = get("row", "r0", STORE_NOTFOUND);
}

/* What a job's retry says, and what goes without saying. */
static const struct {
	const char *what;
	struct retry given, is;
} retries[] = {
	{ "unsaid", RETRY_EMPTY, { 0, DAY, S, 300 * S } },
	{ "attempts", { 7, -1, -1, -1 }, { 7, DAY, S, 300 * S } },
	{ "an age", { -1, 60 * S, -1, -1 }, { 0, 60 * S, S, 300 * S } },
	{ "any age", { -1, 0, -1, -1 }, { 0, 0, S, 300 * S } },
	{ "base and cap", { -1, -1, 2 * S, 9 * S }, { 0, DAY, 2 * S, 9 * S } },
	{ "at once", { -1, -1, 0, 0 }, { 0, DAY, 0, 0 } },
};

static void
check_retry(void)
{
	char id[16];

	for (size_t i = 0; i < sizeof(retries) / sizeof(retries[0]); i++) {
		struct outbox o;

		(void)snprintf(id, sizeof(id), "retry%zu", i);
		(void)add_with("retry", id, S, &retries[i].given);
		o = get("retry", id, STORE_OK);
		ok(memcmp(&o.retry, &retries[i].is, sizeof(o.retry)) == 0,
		    "retry: %s", retries[i].what);
		outbox_fini(&o);
	}
}

static bool
is_skipped(const void *cookie, int64_t run)
{
	return *(const int64_t *)cookie == run;
}

/* The ids of what is due, as the ticker asks, in one line. */
static void
due_is(struct store_outbox_ask ask, const char *want, const char *what)
{
	struct outbox_list l = { NULL, 0, 0 };
	char got[256] = "";
	size_t n = 0;

	is_int(store_outbox_due(st, &ask, &l), STORE_OK, "asked");
	for (size_t i = 0; i < l.n; i++)
		n += (size_t)snprintf(got + n, sizeof(got) - n, "%s%s",
		    i == 0 ? "" : " ", l.v[i].id);
	is_str(got, want, "%s", what);
	outbox_list_fini(&l);
}

static void
check_due(void)
{
	struct store_outbox_ask ask = { .queue = "due", .limit = ALL };
	int64_t two;

	(void)add("due", "d3", 30);
	two = add("due", "d2", 20);
	(void)add("due", "d1", 10);
	(void)add("dux", "other", 5);
	ask.now_us = 9;
	due_is(ask, "", "nothing before its time");
	ask.now_us = 20;
	due_is(ask, "d1 d2", "longest due first");
	ask.now_us = 30;
	due_is(ask, "d1 d2 d3", "all");
	ask.skip = is_skipped;
	ask.cookie = &two;
	due_is(ask, "d1 d3", "but for one that is away");
	ask.limit = 2;
	due_is(ask, "d1 d3", "which does not count");
	ask.skip = NULL;
	due_is(ask, "d1 d2", "no more than were asked for");
	ask.limit = 0;
	due_is(ask, "", "none is none");
	ask.limit = ALL;
	is_int(put_off(two, 1, 40, RUN_DUE), STORE_OK, "one is put off");
	due_is(ask, "d1 d3", "and is not due");
	ask.now_us = 40;
	due_is(ask, "d1 d3 d2", "until then");
}

/* Queue after queue. */
static void
check_queues(void)
{
	static const char *const want[] = { "due", "dux", "retry", "row" };
	char *at = strdup(""), *queue = NULL;
	int64_t next_us = 0;
	bool has_any = false;

	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		is_int(store_outbox_queue(st, at, &queue, &next_us), STORE_OK,
		    "a queue");
		is_str(queue == NULL ? "" : queue, want[i], "in order");
		if (i == 0)
			is_int(next_us, 10, "when its first is due");
		free(at);
		at = queue;
	}
	is_int(store_outbox_queue(st, at, &queue, &next_us), STORE_NOTFOUND,
	    "no more of them");
	ok(queue == NULL, "and no name");
	free(at);
	is_int(store_outbox_any(st, &has_any), STORE_OK, "any?");
	ok(has_any, "some");
}

static void
check_sent(void)
{
	int64_t run = add("sent", "s1", 10), n = -1;
	struct outbox o;

	(void)store_begin(st);
	is_int(store_outbox_sent(st, run, "nobody listened"), STORE_OK, "sent");
	is_int(store_outbox_sent(st, run, "again"), STORE_NOTFOUND,
	    "said by another before");
	(void)store_commit(st);
	ledger_is("s1", RUN_SENT, "nobody listened");
	o = get("sent", "s1", STORE_NOTFOUND);
	is_int(put_off(run, 1, 50, RUN_DUE), STORE_NOTFOUND,
	    "nor is it put off any more");
	ledger_is("s1", RUN_SENT, "nobody listened");
	(void)store_outbox_count(st, "sent", &n);
	is_int(n, 0, "none is on its way");
	outbox_fini(&o);
}

/* Many at once: none of those that somebody else has spoken of. */
static void
check_sent_all(void)
{
	int64_t runs[4] = { add("all", "a1", 10), add("all", "a2", 10),
		add("all", "a3", 10), 1000000 };
	int64_t n = -1;

	(void)add("all", "a4", 10);
	(void)put_off(runs[1], 1, OUTBOX_NEVER, RUN_DEAD);
	(void)store_begin(st);
	is_int(store_outbox_sent(st, runs[0], "before"), STORE_OK, "one");
	is_int(store_outbox_sent_all(st, runs, 4), STORE_OK, "and the others");
	(void)store_commit(st);
	ledger_is("a1", RUN_SENT, "before");
	ledger_is("a2", RUN_SENT, "");
	ledger_is("a3", RUN_SENT, "");
	ledger_is("a4", RUN_DUE, "");
	(void)store_outbox_count(st, "all", &n);
	is_int(n, 1, "one is on its way");
	(void)store_begin(st);
	(void)store_outbox_clear(st, "all", "cleared", &n);
	(void)store_commit(st);
}

/* How many dead letters of a queue lie behind a run. */
static int
count_dead(const char *queue, int64_t after, int64_t limit)
{
	struct outbox_list l = { NULL, 0, 0 };
	int n;

	(void)store_outbox_dead(st, queue, after, limit, &l);
	n = (int)l.n;
	outbox_list_fini(&l);
	return n;
}

static void
check_dead(void)
{
	int64_t one = add("dead", "x1", 10), two = add("dead", "x2", 10);
	int64_t n = -1;
	struct outbox o;

	is_int(put_off(one, 3, OUTBOX_NEVER, RUN_DEAD), STORE_OK, "given up");
	is_int(put_off(two, 1, OUTBOX_NEVER, RUN_REFUSED), STORE_OK, "refused");
	ledger_is("x1", RUN_DEAD, "because");
	ledger_is("x2", RUN_REFUSED, "because");
	is_int(put_off(one, 4, 10, RUN_DUE), STORE_NOTFOUND,
	    "who comes later does not wake it");
	ledger_is("x1", RUN_DEAD, "because");
	o = get("dead", "x1", STORE_OK);
	ok(o.next_us == OUTBOX_NEVER && o.attempt == 3 && o.state == RUN_DEAD,
	    "it is a dead letter");
	is_str(o.reason, "because", "with its reason");
	outbox_fini(&o);
	is_int(count_dead("dead", 0, ALL), 2, "two");
	is_int(count_dead("dead", one, ALL), 1, "one behind the other");
	is_int(count_dead("dead", 0, 1), 1, "a page");
	is_int(count_dead("due", 0, ALL), 0, "none of another queue");
	(void)store_outbox_count(st, "dead", &n);
	is_int(n, 0, "none is on its way");

	(void)store_begin(st);
	is_int(store_outbox_replay(st, one, 900, "replayed"), STORE_OK,
	    "again");
	is_int(store_outbox_replay(st, one, 901, "twice"), STORE_NOTFOUND,
	    "what is on its way is not");
	is_int(store_outbox_purge(st, two), STORE_OK, "forgotten");
	is_int(store_outbox_purge(st, two), STORE_NOTFOUND, "once");
	(void)store_commit(st);
	o = get("dead", "x1", STORE_OK);
	ok(o.attempt == 0 && o.due_us == 900 && o.next_us == 900,
	    "from the beginning");
	outbox_fini(&o);
	ledger_is("x1", RUN_DUE, "replayed");
	ledger_is("x2", RUN_REFUSED, "because");
}

static void
check_clear(void)
{
	int64_t dead = add("clear", "c1", 10), n = -1;

	(void)add("clear", "c2", 10);
	(void)add("clear", "c3", 90);
	(void)put_off(dead, 1, OUTBOX_NEVER, RUN_DEAD);
	(void)store_outbox_count(st, "clear", &n);
	is_int(n, 2, "due or not");
	(void)store_begin(st);
	is_int(store_outbox_clear(st, "clear", "cleared", &n), STORE_OK,
	    "cleared");
	is_int(n, 2, "so many");
	is_int(store_outbox_clear(st, "clear", "cleared", &n), STORE_OK,
	    "and again");
	is_int(n, 0, "none");
	(void)store_commit(st);
	ledger_is("c2", RUN_CANCELED, "cleared");
	ledger_is("c3", RUN_CANCELED, "cleared");
	ledger_is("c1", RUN_DEAD, "because");
	is_int(count_dead("clear", 0, ALL), 1, "a dead letter stays");
}

/* A row goes with that of the ledger, and cannot be without it. */
static void
check_ledger(void)
{
	const struct store_outbox_new n = { .run = 999999, .queue = "q" };
	int64_t run = add("gone", "g1", 10), left = -1;
	char sql[64];

	(void)store_begin(st);
	ok(store_outbox_insert(st, &n) != STORE_OK, "no row without a run");
	store_rollback(st);
	(void)snprintf(sql, sizeof(sql), "DELETE FROM run WHERE id = %lld",
	    (long long)run);
	(void)sqlite3_exec(st->db, sql, NULL, NULL, NULL);
	(void)store_outbox_count(st, "gone", &left);
	is_int(left, 0, "none when it is gone");
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	enum store_rc rc;
	struct err why;
	bool has_any = true;

	if (freopen("/dev/null", "w", stderr) == NULL)
		return EXIT_FAILURE;
	st = store_open(&o, &rc, &why);
	if (st == NULL) {
		printf("Bail out! %s\n", why.text);
		return EXIT_FAILURE;
	}
	is_int(store_outbox_any(st, &has_any), STORE_OK, "any?");
	ok(!has_any, "none at first");
	check_row();
	check_retry();
	check_due();
	check_queues();
	check_sent();
	check_sent_all();
	check_dead();
	check_clear();
	check_ledger();
	store_close(st);
	return tap_done();
}
