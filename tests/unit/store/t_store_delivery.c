/* Runs for Render: written, moved, found (lib/store/delivery.h). */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/sched/handover.h"
#include "lib/record/job.h"
#include "lib/store/delivery.h"
#include "lib/store/run.h"
#include "tests/unit/tap.h"

/* Runs that go to outside targets, written, moved, found. */

#define S INT64_C(1000000)
#define ALL 100

static struct store *st;

/* A run by hand for a service and command, due at an instant; its id. */
static const char *
add(const char *service, const char *command, int64_t due_us)
{
	static char id[RUN_ID_LEN + 1];
	const struct delivery t = { .service = (char *)service,
		.command = (char *)command };
	const struct handover h = { .target = &t, .max_instances = 1 };
	struct run r = { .queue = (char *)"q",
		.job_id = (char *)"",
		.slot_us = due_us,
		.last_us = due_us,
		.count = 1,
		.decided_us = due_us };

	(void)store_begin(st);
	if (handover_run(st, &r, &h) != STORE_OK)
		printf("Bail out! a run cannot be added\n");
	(void)store_commit(st);
	(void)snprintf(id, sizeof(id), "%s", r.id);
	return id;
}

/* Move the run named id to state, with its next look at next_us. */
static enum store_rc
move(const char *id, enum run_state state, int64_t next_us)
{
	struct delivery d = { .run = 0 };
	enum store_rc rc;

	(void)store_begin(st);
	rc = store_delivery_get(st, id, &d);
	d.state = state;
	d.next_us = next_us;
	if (rc == STORE_OK)
		rc = store_delivery_move(st, &d);
	(void)store_commit(st);
	delivery_fini(&d);
	return rc;
}

/* How many of place are due, as the ticker asks. */
static int
count_due(const char *service, int64_t now_us)
{
	struct delivery_list l = { NULL, 0, 0 };
	int n;

	(void)store_delivery_due(st, service, now_us, ALL, &l);
	n = (int)l.n;
	delivery_list_fini(&l);
	return n;
}

/* Both rows say the same; who moves second learns so. */
static void
check_move(void)
{
	struct delivery a = { .run = 0 }, b = { .run = 0 };
	struct run r = { .row = 0 };
	const char *id = add("srv-m", "x", 100);

	(void)store_begin(st);
	is_int(store_delivery_get(st, id, &a), STORE_OK, "read by one");
	is_int(store_delivery_get(st, id, &b), STORE_OK, "and by another");
	a.state = RUN_CREATED;
	a.next_us = 200;
	a.attempt = 1;
	a.sent_us = 150;
	a.doubt_us = 151;
	a.lookups = 2;
	a.remote_id = strdup("job-remote");
	a.created_us = 152;
	a.started_us = 153;
	a.finished_us = 154;
	a.reason = strdup("because");
	is_int(store_delivery_move(st, &a), STORE_OK, "one moves it");
	b.state = RUN_CANCELED;
	is_int(store_delivery_move(st, &b), STORE_NOTFOUND, "the other cannot");
	(void)store_commit(st);
	delivery_fini(&b);
	is_int(store_delivery_of_remote(st, "job-remote", &b), STORE_OK,
	    "found by the target's name");
	is_str(b.id, id, "it is that run");
	ok(b.state == RUN_CREATED && b.next_us == 200 && b.attempt == 1 &&
		b.sent_us == 150 && b.doubt_us == 151 && b.lookups == 2 &&
		b.created_us == 152 && b.started_us == 153 &&
		b.finished_us == 154 && b.version == a.version,
	    "all of it is there");
	is_str(b.reason, "because", "the reason, too");
	is_int(store_run_get(st, id, &r), STORE_OK, "the ledger has it");
	is_int(r.state, RUN_CREATED, "and says the same");
	run_fini(&r);
	is_int(move(id, RUN_SUCCEEDED, DELIVERY_NEVER), STORE_OK, "over");
	delivery_fini(&a);
	delivery_fini(&b);
}

/* A job of the target's belongs to one run. */
static void
check_adopted(void)
{
	struct delivery a = { .run = 0 };
	char one[RUN_ID_LEN + 1];

	(void)strcpy(one, add("srv-o", "x", 100));
	(void)store_begin(st);
	(void)store_delivery_get(st, one, &a);
	a.remote_id = strdup("job-only");
	is_int(store_delivery_move(st, &a), STORE_OK, "adopted");
	delivery_fini(&a);
	(void)store_commit(st);
	(void)store_delivery_get(st, add("srv-o", "x", 100), &a);
	(void)store_begin(st);
	a.remote_id = strdup("job-only");
	is_int(store_delivery_move(st, &a), STORE_CONFLICT, "but by one alone");
	store_rollback(st);
	delivery_fini(&a);
}

/* The order of what is due, and what keeps it back. */
static void
check_due(void)
{
	struct delivery_list l = { NULL, 0, 0 };
	char one[RUN_ID_LEN + 1], two[RUN_ID_LEN + 1];
	char *service = NULL;
	int64_t n = 0;

	(void)strcpy(two, add("srv-d", "b", 300));
	(void)strcpy(one, add("srv-d", "a", 200));
	(void)add("srv-d", "b", 400);
	(void)store_delivery_due(st, "srv-d", 350, ALL, &l);
	ok(l.n == 2 && strcmp(l.v[0].id, one) == 0 &&
		strcmp(l.v[1].id, two) == 0,
	    "oldest first, not before their time");
	delivery_list_fini(&l);
	is_int(store_delivery_due_service(st, "srv-c", &service), STORE_OK,
	    "a place");
	is_str(service, "srv-d", "that has something due");
	free(service);
	is_int(store_delivery_due_service(st, "srv-zzz", &service),
	    STORE_NOTFOUND, "no more places");

	(void)move(two, RUN_SENDING, 900);
	is_int(count_due("srv-d", 500), 1,
	    "a fingerprint in flight keeps back");
	(void)store_delivery_away_count(st, "srv-d", &n);
	is_int(n, 1, "one is away");
	(void)move(two, RUN_UNKNOWN, 900);
	is_int(count_due("srv-d", 500), 1, "so does one in doubt");
	(void)move(two, RUN_CREATED, 900);
	is_int(count_due("srv-d", 500), 2, "not one that is there");
	(void)store_delivery_away_count(st, "srv-d", &n);
	is_int(n, 1, "which is away still");
	(void)store_delivery_doubt_count(st, "srv-d", &n);
	is_int(n, 0, "but not in doubt");
	(void)move(two, RUN_UNKNOWN, DELIVERY_NEVER);
	is_int(count_due("srv-d", 500), 2, "nor one that ended in doubt");
}

static void
check_wait(void)
{
	struct delivery d = { .run = 0 };
	const char *id = add("srv-w", "x", 100);

	(void)store_begin(st);
	is_int(store_delivery_wait(st, "srv-w", 200, "waiting: concurrency"),
	    STORE_OK, "said");
	(void)store_commit(st);
	is_int(store_delivery_get(st, id, &d), STORE_OK, "read");
	ok(d.is_waiting, "it waits");
	is_str(d.reason, "waiting: concurrency", "and the ledger says why");
	is_int(count_due("srv-w", 200), 1, "it is still due");
	delivery_fini(&d);
}

static void
check_next(void)
{
	struct delivery_list l = { NULL, 0, 0 };
	const char *id = add("srv-n", "x", 5000);
	int64_t next = 0;

	(void)store_delivery_next(st, 4000, &next);
	is_int(next, 5000, "the next instant to look");
	(void)move(id, RUN_RUNNING, 6000);
	(void)store_delivery_next(st, 5000, &next);
	is_int(next, 6000, "in every state");
	(void)store_delivery_in_state(st, RUN_RUNNING, 5999, ALL, &l);
	is_int((long long)l.n, 0, "not before");
	(void)store_delivery_in_state(st, RUN_RUNNING, 6000, ALL, &l);
	is_int((long long)l.n, 1, "then it is found");
	delivery_list_fini(&l);
	(void)store_delivery_next(st, 6000, &next);
	ok(next > 86400 * INT64_C(1000000) && next < DELIVERY_NEVER,
	    "nothing after the last but what then has waited for a day");
}

static void
check_cancel(void)
{
	struct delivery_list l = { NULL, 0, 0 };
	struct delivery d = { .run = 0 };
	char id[RUN_ID_LEN + 1];

	(void)strcpy(id, add("srv-x", "x", 100));
	(void)store_delivery_get(st, id, &d);
	(void)store_begin(st);
	is_int(store_delivery_cancel(st, d.run, 77), STORE_OK,
	    "to be canceled");
	is_int(store_delivery_cancel(st, d.run, 99), STORE_OK, "said again");
	d.state = RUN_SENDING;
	is_int(store_delivery_move(st, &d), STORE_OK,
	    "does not disturb who is at work");
	(void)store_commit(st);
	(void)store_delivery_to_cancel(st, 100, ALL, &l);
	is_int((long long)l.n, 0, "what is being sent cannot be yet");
	(void)move(id, RUN_CREATED, 500);
	(void)store_delivery_to_cancel(st, 100, ALL, &l);
	ok(l.n == 1 && l.v[0].cancel_us == 77, "what is there can");
	delivery_list_fini(&l);
	(void)move(id, RUN_CANCELED, DELIVERY_NEVER);
	(void)store_begin(st);
	is_int(store_delivery_cancel(st, d.run, 99), STORE_NOTFOUND, "over");
	(void)store_commit(st);
	delivery_fini(&d);
}

static void
list_is(const char *what, const struct store_delivery_filter *f, int want)
{
	struct delivery_list l = { NULL, 0, 0 };
	bool is_falling = true;

	is_int(store_delivery_list(st, f, &l), STORE_OK, "%s", what);
	for (size_t i = 1; i < l.n; i++)
		is_falling = is_falling && l.v[i].run < l.v[i - 1].run;
	ok(is_falling, "newest first");
	is_int((long long)l.n, want, "%s: so many", what);
	delivery_list_fini(&l);
}

static void
check_list(void)
{
	struct store_delivery_filter f = { "srv-l", NULL, INT64_MAX, 100,
		INT64_MIN, INT64_MAX, INT64_MIN, INT64_MAX, INT64_MIN,
		INT64_MAX };
	struct delivery d = { .run = 0 };
	char id[RUN_ID_LEN + 1];

	for (int i = 0; i < 10; i++)
		(void)strcpy(id, add("srv-l", "x", 100 + i));
	list_is("all", &f, 10);
	f.limit = 3;
	list_is("a page", &f, 3);
	f.limit = 100;
	(void)store_delivery_get(st, id, &d);
	f.below = d.run;
	list_is("below the newest", &f, 9);
	f.below = INT64_MAX;
	f.created_after = 105;
	list_is("created after", &f, 5);
	f.created_before = 107;
	list_is("and before", &f, 3);
	f.created_after = INT64_MIN;
	f.created_before = INT64_MAX;
	(void)store_begin(st);
	d.state = RUN_REFUSED;
	d.next_us = DELIVERY_NEVER;
	d.started_us = 120;
	(void)store_delivery_move(st, &d);
	(void)store_commit(st);
	f.statuses = ",failed,";
	list_is("failed", &f, 1);
	f.statuses = ",running,pending,";
	list_is("pending or running", &f, 9);
	f.statuses = NULL;
	f.started_after = 120;
	list_is("started after", &f, 1);
	f.started_after = 121;
	list_is("started later", &f, 0);
	delivery_fini(&d);
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	enum store_rc rc;
	struct err why;

	st = store_open(&o, &rc, &why);
	if (st == NULL) {
		printf("Bail out! %s\n", why.text);
		return EXIT_FAILURE;
	}
	check_move();
	check_adopted();
	check_due();
	check_wait();
	check_next();
	check_cancel();
	check_list();
	store_close(st);
	return tap_done();
}
