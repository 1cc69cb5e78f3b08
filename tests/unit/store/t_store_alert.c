/*
 * The outbox of alerts, and everything that writes into it (lib/store/alert.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/sched/handover.h"
#include "lib/json/json.h"
#include "lib/store/alert.h"
#include "lib/store/dead.h"
#include "lib/store/delivery.h"
#include "lib/store/job.h"
#include "lib/store/queue.h"
#include "lib/store/run.h"
#include "lib/store/work.h"
#include "lib/db/stmt.h"
#include "lib/db/store_int.h"
#include "tests/unit/tap.h"

#include "lib/base/ban.h"

/* The outbox of alerts, and all that fills it. */

#define S INT64_C(1000000)
#define NOW (INT64_C(1795306277) * S) /* 2026-11-22T00:11:17Z */

static int64_t
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
	return r.row;
}

/* The one number of a query. */
static long long
scalar(struct store *st, const char *sql)
{
	sqlite3_stmt *q = NULL;
	long long n = -1;

	if (sqlite3_prepare_v2(st->db, sql, -1, &q, NULL) == SQLITE_OK &&
	    sqlite3_step(q) == SQLITE_ROW)
		n = sqlite3_column_int64(q, 0);
	(void)sqlite3_finalize(q);
	return n;
}

/* Nothing is due any more. */
static void
all_told(struct store *st)
{
	is_int(sqlite3_exec(st->db, "UPDATE alert SET next_us = NULL", NULL,
		   NULL, NULL),
	    SQLITE_OK, "all is told");
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
	char id[8];

	for (size_t i = 0; i < sizeof(quiet) / sizeof(quiet[0]); i++) {
		(void)snprintf(id, sizeof(id), "q%zu", i);
		add_run(st, id, quiet[i]);
	}
	is_int((long long)due(st, NOW, NULL), 0, "these are none");
	add_run(st, "m", RUN_MISSED);
	is_int((long long)due(st, NOW, &a), 1, "missed is");
	ok(a.kind == ALERT_MISSED && a.attempt == 0, "and says so");
	is_str(a.done, ",", "nobody knows");
	is_int(json_check(a.body, strlen(a.body), NULL), 0, "its text is JSON");
	is_str(a.body,
	    "{\"type\":\"run.missed\",\"timestamp\":\"2026-11-22T00:11:17Z\","
	    "\"data\":{\"run_id\":\"m\",\"queue_name\":\"q\",\"job_id\":\"j\","
	    "\"state\":\"missed\",\"outcome\":null,\"attempts\":null,"
	    "\"reason\":\"wh\\\"y\",\"output\":null,\"streak\":null,\"slot\":"
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

/* What a replay leads to and what it does not; n: alerts due after each. */
static void
test_again(struct store *st)
{
	static const struct {
		enum run_state state;
		long long n;
		const char *what;
	} cases[] = {
		{ RUN_DUE, 0, "a run that is due is none" },
		{ RUN_DEAD, 1, "one that was given up is" },
		{ RUN_DUE, 0, "replayed it is none" },
		{ RUN_DEAD, 1, "and given up again it is" },
		{ RUN_DEAD, 0, "which is told once" },
		{ RUN_FAILED, 1, "another state is news" },
		{ RUN_DUE, 0, "due once more it is none" },
		{ RUN_FAILED, 0, "one that no replay leads to is told once" },
		{ RUN_DUE, 0, "due once more it is none" },
		{ RUN_REFUSED, 1, "refused it is news" },
		{ RUN_SENDING, 0, "under way it is none" },
		{ RUN_REFUSED, 0, "refused on its way it was told of" },
		{ RUN_UNKNOWN, 1, "in doubt for ever it is" },
		{ RUN_UNKNOWN, 0, "told once" },
		{ RUN_CANCELED, 0, "canceled it is none" },
		{ RUN_SUCCEEDED, 0, "nor is a success" },
	};
	int64_t row = add_run(st, "d", RUN_DUE);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		all_told(st);
		(void)store_begin(st);
		is_int(store_run_set(st,
			   &(struct store_run_set){ .run = row,
			       .state = cases[i].state,
			       .reason = "why",
			       .is_open = false }),
		    STORE_OK, "set to %s", run_state_name(cases[i].state));
		(void)store_commit(st);
		is_int((long long)due(st, NOW, NULL), cases[i].n, "%s",
		    cases[i].what);
	}
	all_told(st);
	(void)store_begin(st);
	is_int(store_run_set(st,
		   &(struct store_run_set){ .run = 4711, .state = RUN_DEAD }),
	    STORE_NOTFOUND, "no such run");
	(void)store_commit(st);
	is_int((long long)due(st, NOW, NULL), 0, "and nothing is told of it");
}

/* Lease the one message, and put it back in vain or let the lease lapse. */
static void
lose_message(struct store *st, bool is_nack, int64_t max)
{
	struct message_list l = { NULL, 0, 0 };
	const struct store_nack n = { .max_deliveries = max,
		.now_us = NOW,
		.reason = "no" };

	(void)store_begin(st);
	(void)store_message_lease(st,
	    &(struct store_lease){ .queue = "q", .max = 1, .until_us = NOW },
	    &l);
	is_int((long long)l.n, 1, "a message is leased");
	if (l.n == 1 && is_nack)
		is_int(store_message_nack(st, "q", l.v[0].lease, &n), STORE_OK,
		    "and put back");
	else
		is_int(store_message_expire(st, "q", max, NOW), STORE_OK,
		    "and its lease lapses");
	(void)store_commit(st);
	message_list_fini(&l);
}

static void
test_message(struct store *st)
{
	static const struct store_dead_row row = { DEAD_QUEUE, 1 };

	(void)store_begin(st);
	(void)store_message_insert(st,
	    &(struct store_message_new){ .queue = "q",
		.body = "{}",
		.now_us = NOW });
	(void)store_commit(st);
	all_told(st);
	for (int is_nack = 0; is_nack < 2; is_nack++) {
		lose_message(st, is_nack, 9);
		is_int((long long)due(st, NOW, NULL), 0, "with more to come");
		lose_message(st, is_nack, 1);
		is_int((long long)due(st, NOW, NULL), 1, "for good: told");
		all_told(st);
		(void)store_begin(st);
		is_int(store_dead_replay(st, &row, NOW, "x"), STORE_OK,
		    "replayed");
		(void)store_commit(st);
		is_int((long long)due(st, NOW, NULL), 0, "none");
	}
	(void)store_begin(st);
	is_int(store_message_nack(st, "q", "1-0", &(struct store_nack){ 0 }),
	    STORE_NOTFOUND, "without the lease nothing is put back");
	(void)store_commit(st);
}

/* A job becomes quarantined, by either way of writing it. */
static void
test_job(struct store *st)
{
	struct job j;

	job_init(&j);
	j.queue = strdup("q");
	j.job_id = strdup("odd");
	j.trigger = strdup("x");
	j.state = JOB_ACTIVE;
	(void)store_begin(st);
	is_int(store_job_insert(st, &j), STORE_OK, "a job");
	for (int i = 0; i < 4; i++) {
		all_told(st);
		j.state = JOB_QUARANTINED;
		is_int(i % 2 == 0 ? store_job_move(st, &j) :
				    store_job_update(st, &j),
		    STORE_OK, "it is quarantined");
		is_int((long long)due(st, NOW, NULL), 1, "told");
		all_told(st);
		is_int(store_job_move(st, &j), STORE_OK, "it still is");
		is_int((long long)due(st, NOW, NULL), 0, "not again");
		j.state = i < 2 ? JOB_PAUSED : JOB_ACTIVE;
		is_int(store_job_move(st, &j), STORE_OK, "until it is not");
		is_int((long long)due(st, NOW, NULL), 0, "no news either");
	}
	(void)store_commit(st);
	job_fini(&j);
}

/*
 * Every statement that may write a state which is news: those that are missing
 * here write it past lib/store/alert.h.
 */
static void
test_writers(struct store *st)
{
	static const struct {
		enum sql_id id;
		const char *why;
	} known[] = {
		{ SQL_RUN_INSERT, "store_run_insert" },
		{ SQL_RUN_SET, "store_run_set" },
		{ SQL_OUTBOX_SAY_ALL, "sent is none" },
		{ SQL_OUTBOX_CLEAR_SAY, "canceled is none" },
		{ SQL_JOB_UPDATE, "store_job_update" },
		{ SQL_JOB_MOVE, "store_job_move" },
		{ SQL_MESSAGE_EXPIRE, "store_message_expire" },
		{ SQL_MESSAGE_NACK, "store_message_nack" },
		{ SQL_MESSAGE_LEASE, "held is none" },
		{ SQL_MESSAGE_REPLAY, "ready is none" },
		{ SQL_DENIAL_ADD, "store_denial_add" },
	};
	static const struct {
		const char *begin, *has;
	} writes[] = {
		{ "INSERT INTO run ", "" },
		{ "UPDATE run SET", " state = " },
		{ "UPDATE job SET", " state = " },
		{ "UPDATE message SET", "state = " },
		{ "INSERT INTO denial ", "" },
	};

	for (int id = 0; id < SQL__MAX; id++) {
		const char *where = strstr(sql_texts[id].text, "WHERE");
		bool is_writer = false, is_known = false;

		for (size_t i = 0; i < sizeof(writes) / sizeof(writes[0]);
		     i++) {
			const char *has =
			    strstr(sql_texts[id].text, writes[i].has);

			is_writer = is_writer ||
			    (strncmp(sql_texts[id].text, writes[i].begin,
				 strlen(writes[i].begin)) == 0 &&
				has != NULL && (where == NULL || has < where));
		}
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			is_known = is_known || (int)known[i].id == id;
		if (is_writer || is_known)
			is_int(is_known, is_writer, "known: %s",
			    sql_texts[id].name);
	}
	is_int(scalar(st,
		   "SELECT count(*) FROM sqlite_schema WHERE type = 'trigger'"),
	    0, "and no trigger does");
}

/* A run of a job, for the steps of test_streak. */
static int64_t
add_run_of(struct store *st, int64_t job, int n)
{
	struct run r = {
		.job = job,
		.queue = (char *)"s",
		.job_id = (char *)"j",
		.slot_us = NOW + n * S,
		.last_us = NOW + n * S,
		.count = 1,
		.state = RUN_SENT,
	};

	(void)snprintf(r.id, sizeof(r.id), "s%lld-%d", (long long)job, n);
	(void)store_run_insert(st, &r);
	(void)store_work_insert(st, r.row, r.slot_us);
	return r.row;
}

/* What happens to the run of a step. */
enum streak_step { WORKS, FAILS, EXPIRES, LATE, SENT, REFUSED, DIES };

static void
take_step(struct store *st, int64_t run, enum streak_step step)
{
	static const enum outcome ends[] = { [WORKS] = OUTCOME_SUCCEEDED,
		[FAILS] = OUTCOME_FAILED,
		[EXPIRES] = OUTCOME_EXPIRED };
	struct store_run_set set = { .run = run, .reason = "why" };

	switch (step) {
	case WORKS:
	case FAILS:
	case EXPIRES:
		(void)store_work_start(st, run, "w", NOW);
		(void)store_work_end(st, run,
		    &(struct work_end){ .outcome = ends[step],
			.now_us = NOW,
			.error = "why" });
		break;
	case LATE:
		(void)store_alert_run(st, run, ALERT_OVERDUE);
		break;
	case SENT:
		(void)store_alert_sent(st, &run, 1);
		break;
	case REFUSED:
		set.state = RUN_REFUSED;
		(void)store_run_set(st, &set);
		break;
	case DIES:
		set.state = RUN_DEAD;
		(void)store_run_set(st, &set);
		break;
	}
}

/* Each line a step of test_streak, and the alerts that it writes. */
static const struct {
	int run; /* of the job, by number; negative: without a job */
	enum streak_step step;
	const char *wrote; /* kind, streak, kinds */
} steps[] = {
	{ 1, WORKS, "" },
	{ 2, FAILS, "failed 1 -" },
	{ 3, EXPIRES, "failed 2 -" },
	{ 3, FAILS, "failed 2 -" },
	{ 4, SENT, "" },
	{ 4, WORKS, "recovered 2 ,failed,; succeeded 0 -" },
	{ 5, WORKS, "succeeded 0 -" },
	{ 6, LATE, "overdue 0 -" },
	{ 6, WORKS, "recovered 0 ,overdue,; succeeded 0 -" },
	{ 7, REFUSED, "refused 1 -" },
	{ 8, DIES, "dead 2 -" },
	{ 9, SENT, "recovered 2 ,refused,dead," },
	{ 10, LATE, "overdue 0 -" },
	{ 10, FAILS, "failed 1 -" },
	{ -1, WORKS, "succeeded 0 -" },
	{ -2, FAILS, "failed 0 -" },
	{ 11, WORKS, "recovered 1 ,overdue,failed,; succeeded 0 -" },
	/* The next hand-over says nothing of what a worker does not end. */
	{ 12, LATE, "overdue 0 -" },
	{ 13, SENT, "" },
	{ 13, WORKS, "recovered 0 ,overdue,; succeeded 0 -" },
};

/* Failures of a job in a row, and successes. */
static void
test_streak(struct store *st)
{
	int64_t job, rows[16] = { 0 };
	struct buf wrote = BUF_INIT;
	struct job j;

	job_init(&j);
	j.queue = strdup("s");
	j.job_id = strdup("j");
	j.trigger = strdup("x");
	(void)store_begin(st);
	(void)store_alert_forget(st);
	is_int(store_job_insert(st, &j), STORE_OK, "a job");
	job = j.id;
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		int n = steps[i].run;
		int64_t run = n > 0 && rows[n] != 0 ?
		    rows[n] :
		    add_run_of(st, n < 0 ? 0 : job, n);
		struct alert_list l = { NULL, 0, 0 };

		if (n > 0)
			rows[n] = run;
		store_alert_successes(st, i > 2);
		take_step(st, run, steps[i].step);
		(void)store_alert_due(st, NOW, 100, &l);
		buf_reset(&wrote);
		for (size_t k = 0; k < l.n; k++)
			buf_printf(&wrote, "%s%s %lld %s", k > 0 ? "; " : "",
			    alert_kind_name(l.v[k].kind),
			    (long long)l.v[k].streak,
			    l.v[k].kinds == NULL ? "-" : l.v[k].kinds);
		is_str(buf_cstr(&wrote), steps[i].wrote, "step %zu", i);
		alert_list_fini(&l);
		all_told(st);
	}
	take_step(st, rows[2], FAILS);
	is_int(scalar(st, "SELECT count(*) FROM streak"), 1, "a streak");
	is_int(store_job_delete(st, job, NOW, "deleted"), STORE_OK,
	    "its job is deleted");
	is_int(scalar(st, "SELECT count(*) FROM streak"), 0, "it goes as well");
	store_alert_successes(st, false);
	(void)store_commit(st);
	buf_fini(&wrote);
	job_fini(&j);
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
	struct err why = { "" };
	enum store_rc rc;
	struct store *st;

	st = store_open(&o, &rc, &why);
	if (st == NULL) {
		printf("Bail out! %s\n", why.text);
		return EXIT_FAILURE;
	}
	test_inserted(st);
	test_outbox(st);
	test_moved(st);
	test_forgotten(st);
	test_again(st);
	test_message(st);
	test_job(st);
	test_streak(st);
	test_writers(st);
	store_close(st);
	return tap_done();
}
