#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/sched/handover.h"
#include "lib/json/json.h"
#include "lib/store/alert.h"
#include "lib/store/delivery.h"
#include "lib/store/queue.h"
#include "lib/store/run.h"
#include "lib/db/stmt.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* The outbox, and the triggers that fill it. */

#define S INT64_C(1000000)
#define NOW (INT64_C(1795306277) * S) /* 2026-11-22T00:11:17Z */

static void
add_run(struct store *st, const char *id, enum run_state state)
{
	struct run r = {
		.queue = (char *)"q",
		.job_id = (char *)"j",
		.slot_us = NOW,
		.last_us = NOW,
		.count = 1,
		.state = state,
		.reason = (char *)"wh\"y",
		.decided_us = NOW,
	};

	(void)snprintf(r.id, sizeof(r.id), "%s", id);
	(void)store_begin(st);
	(void)store_run_insert(st, &r);
	(void)store_commit(st);
}

/* How many are due at an instant; the first of them into *first. */
static size_t
due(struct store *st, int64_t now_us, struct alert *first)
{
	struct alert_list l = { NULL, 0, 0 };
	size_t n;

	(void)store_alert_due(st, now_us, 100, &l);
	n = l.n;
	if (n > 0 && first != NULL) {
		*first = l.v[0];
		memset(&l.v[0], 0, sizeof(l.v[0]));
	}
	alert_list_fini(&l);
	return n;
}

/* Which outcomes in the ledger are news. */
static void
test_inserted(struct store *st)
{
	static const enum run_state quiet[] = { RUN_SENT, RUN_COALESCED,
		RUN_PAUSED, RUN_OVERLAP, RUN_DUE };
	struct alert a = { .id = 0 };
	char id[8], why[128];

	for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++) {
		(void)snprintf(id, sizeof(id), "q%zu", i);
		add_run(st, id, quiet[i]);
	}
	is_int((long long)due(st, NOW, NULL), 0, "these are none");
	add_run(st, "m", RUN_MISSED);
	is_int((long long)due(st, NOW, &a), 1, "missed is");
	ok(a.kind == ALERT_MISSED && a.attempt == 0, "and says so");
	is_str(a.done, ",", "nobody knows");
	is_int(json_check(a.body, strlen(a.body), why, sizeof(why)), 0,
	    "its text is JSON");
	is_str(a.body,
	    "{\"type\":\"run.missed\",\"timestamp\":\"2026-11-22T00:11:17Z\","
	    "\"data\":{\"run_id\":\"m\",\"queue_name\":\"q\",\"job_id\":\"j\","
	    "\"state\":\"missed\",\"reason\":\"wh\\\"y\",\"slot\":"
	    "\"2026-11-22T00:11:17Z\",\"last_slot\":\"2026-11-22T00:11:17Z\","
	    "\"count\":1,\"service_id\":null,\"render_job_id\":null}}",
	    "word for word");
	alert_fini(&a);
}

static int64_t
next(struct store *st)
{
	int64_t us = 0;

	(void)store_alert_next(st, &us);
	return us;
}

/* Take, fail, wait, succeed. */
static void
test_outbox(struct store *st)
{
	struct alert a = { .id = 0 }, b = { .id = 0 };
	struct store_alert_end end = { ",", NOW + 9 * S, NOW, "no" };

	is_int(next(st), 0, "what is new is due");
	(void)due(st, NOW, &a);
	(void)due(st, NOW, &b);
	(void)store_begin(st);
	is_int(store_alert_take(st, &a, NOW + 60 * S), STORE_OK, "taken");
	is_int(store_alert_take(st, &b, NOW + 60 * S), STORE_NOTFOUND,
	    "by one only");
	is_int(next(st), NOW + 60 * S, "it comes back if he dies");
	is_int(store_alert_settle(st, &b, &end), STORE_NOTFOUND,
	    "who has not taken it settles nothing");
	is_int(store_alert_settle(st, &a, &end), STORE_OK, "it failed");
	is_int(next(st), NOW + 9 * S, "and is tried again");
	is_int((long long)due(st, NOW + 8 * S, NULL), 0, "not before");
	is_int(store_alert_take(st, &a, NOW + 60 * S), STORE_OK, "again");
	is_int(a.attempt, 2, "the second attempt");
	end = (struct store_alert_end){ ",ops,", ALERT_NEVER, NOW, NULL };
	is_int(store_alert_settle(st, &a, &end), STORE_OK, "told");
	ok(next(st) == ALERT_NEVER, "and over");
	is_int(store_alert_take(st, &a, NOW), STORE_NOTFOUND, "for good");
	(void)store_commit(st);
	alert_fini(&a);
	alert_fini(&b);
}

/* A run on its way that is moved as the ticker does it. */
static void
move(struct store *st, const char *id, enum run_state state, int64_t next_us)
{
	struct delivery d = { .run = 0 };

	(void)store_begin(st);
	if (store_delivery_get(st, id, &d) == STORE_OK) {
		d.state = state;
		d.next_us = next_us;
		(void)store_delivery_move(st, &d);
	}
	(void)store_commit(st);
	delivery_fini(&d);
}

static void
test_moved(struct store *st)
{
	const struct delivery t = { .service = (char *)"srv-x",
		.command = (char *)"x" };
	const struct handover h = { .target = &t, .max_instances = 1 };
	struct run r = { .queue = (char *)"q", .job_id = (char *)"" };
	struct alert a = { .id = 0 };

	r.slot_us = r.last_us = r.decided_us = NOW;
	(void)store_begin(st);
	(void)handover_run(st, &r, &h);
	(void)store_commit(st);
	move(st, r.id, RUN_SENDING, NOW);
	move(st, r.id, RUN_UNKNOWN, NOW);
	is_int((long long)due(st, NOW, NULL), 0, "in doubt for a while");
	move(st, r.id, RUN_UNKNOWN, DELIVERY_NEVER);
	is_int((long long)due(st, NOW, &a), 1, "in doubt for ever");
	is_int(a.kind, ALERT_UNKNOWN, "is told");
	ok(strstr(a.body, "\"service_id\":\"srv-x\"") != NULL,
	    "with its place");
	alert_fini(&a);
	move(st, r.id, RUN_UNKNOWN, DELIVERY_NEVER);
	is_int((long long)due(st, NOW, NULL), 1, "once");
	move(st, r.id, RUN_FAILED, DELIVERY_NEVER);
	is_int((long long)due(st, NOW, NULL), 2, "another state is news");
}

/* What is due, dead, due once more and dead again: told again. */
static void
test_again(struct store *st)
{
	static const struct {
		const char *change;
		long long n;
		const char *what;
	} cases[] = {
		{ "UPDATE run SET state = 'due' WHERE task_id = 'd'", 0,
		    "a run that is due is none" },
		{ "UPDATE run SET state = 'dead' WHERE task_id = 'd'", 1,
		    "one that was given up is" },
		{ "UPDATE run SET state = 'due' WHERE task_id = 'd'", 0,
		    "replayed it is none" },
		{ "UPDATE run SET state = 'dead' WHERE task_id = 'd'", 1,
		    "and given up again it is" },
		{ "UPDATE run SET state = 'dead' WHERE task_id = 'd'", 0,
		    "which is told once" },
		{ "UPDATE run SET state = 'failed' WHERE task_id = 'd'", 1,
		    "another state is news" },
		{ "UPDATE run SET state = 'due' WHERE task_id = 'd'", 0,
		    "due once more it is none" },
		{ "UPDATE run SET state = 'failed' WHERE task_id = 'd'", 0,
		    "but one that no replay leads to is told once" },
		{ "UPDATE message SET state = 2", 1, "a message that is dead" },
		{ "UPDATE message SET state = 2", 0, "is told once" },
		{ "UPDATE message SET state = 0", 0, "put back it is none" },
		{ "UPDATE message SET state = 2", 1, "and dead again it is" },
	};
	struct buf sql = BUF_INIT;

	add_run(st, "d", RUN_DUE);
	(void)store_begin(st);
	(void)store_message_insert(st, "q", 0, NOW, "{}");
	(void)store_commit(st);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_reset(&sql);
		buf_printf(&sql, "UPDATE alert SET next_us = NULL; %s",
		    cases[i].change);
		is_int(sqlite3_exec(st->db, buf_cstr(&sql), NULL, NULL, NULL),
		    SQLITE_OK, "%s", cases[i].change);
		is_int((long long)due(st, NOW, NULL), cases[i].n, "%s",
		    cases[i].what);
	}
	buf_fini(&sql);
}

static void
test_forgotten(struct store *st)
{
	bool is_any = false;

	(void)store_begin(st);
	is_int(store_alert_prune(st, NOW, 100), STORE_OK, "pruned");
	(void)store_alert_any(st, &is_any);
	ok(is_any, "what is not over, or not for long, stays");
	is_int(store_alert_prune(st, NOW + S, 100), STORE_OK, "pruned later");
	is_int((long long)due(st, NOW, NULL), 2, "what is due stays");
	is_int(store_alert_forget(st), STORE_OK, "all forgotten");
	(void)store_alert_any(st, &is_any);
	ok(!is_any, "none is left");
	(void)store_commit(st);
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	char why[256] = "";
	enum store_rc rc;
	struct store *st;

	st = store_open(&o, &rc, why, sizeof(why));
	if (st == NULL) {
		printf("Bail out! %s\n", why);
		return EXIT_FAILURE;
	}
	test_inserted(st);
	test_outbox(st);
	test_moved(st);
	test_forgotten(st);
	test_again(st);
	store_close(st);
	return tap_done();
}
