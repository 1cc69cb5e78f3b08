/* A message and its ledger row, both or neither (lib/sched/handover.h). */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/record/delivery.h"
#include "lib/sched/handover.h"
#include "lib/record/job.h"
#include "lib/store/outbox.h"
#include "lib/store/queue.h"
#include "lib/store/run.h"
#include "tests/unit/tap.h"

/* A message and its ledger row, both or neither (lib/sched/handover.h). */

static struct store *st;
static struct buf scratch = BUF_INIT;

static struct run
sample(int64_t job, int64_t slot_us, const char *id)
{
	struct run r = {
		.job = job,
		.queue = (char *)(uintptr_t) "q",
		.job_id = (char *)(uintptr_t) "j\"1",
		.slot_us = slot_us,
		.last_us = slot_us,
		.count = 1,
		.state = RUN_SENT,
		.decided_us = 2000000,
	};

	(void)snprintf(r.id, sizeof(r.id), "%s", id);
	return r;
}

static enum store_rc
hand(struct run *r, int64_t priority, const char *args, const char *kwargs)
{
	const struct handover h = { .priority = priority,
		.args = args,
		.kwargs = kwargs,
		.scratch = &scratch };
	enum store_rc rc;

	(void)store_begin(st);
	rc = handover_run(st, r, &h);
	(void)store_commit(st);
	return rc;
}

static int64_t
rows(void)
{
	const struct store_run_filter f = { .queue = "q",
		.state = RUN_STATE__MAX,
		.from_us = INT64_MIN,
		.below = { INT64_MAX, 0 },
		.limit = 100 };
	struct run_list l = { NULL, 0, 0 };
	int64_t n;

	(void)store_run_list(st, &f, &l);
	n = (int64_t)l.n;
	run_list_fini(&l);
	return n;
}

static int64_t
messages(void)
{
	int64_t n = -1;

	(void)store_message_count(st, "q", &n);
	return n;
}

static void
last_body_is(const char *want, const char *what)
{
	struct message_list l = { NULL, 0, 0 };

	(void)store_message_peek(st, "q", MESSAGE_READY, 100, &l);
	is_str(l.n > 0 ? l.v[l.n - 1].body : "", want, "%s", what);
	message_list_fini(&l);
}

static void
check_written(void)
{
	struct run r = sample(7, 1000000, "id-1"), p;

	is_int(hand(&r, 0, "[1,2]", "{\"k\":\"v\"}"), STORE_OK, "handed over");
	is_int(rows(), 1, "a row in the ledger");
	is_int(messages(), 1, "a message in the queue");
	last_body_is("{\"task_id\":\"id-1\",\"queue_name\":\"q\","
		     "\"job_id\":\"j\\\"1\","
		     "\"scheduled_at\":\"1970-01-01T00:00:01Z\","
		     "\"enqueued_at\":\"1970-01-01T00:00:02Z\",\"attempt\":1,"
		     "\"args\":[1,2],\"kwargs\":{\"k\":\"v\"}}",
	    "the slot, the moment of the hand-over, and the parameters");
	p = sample(0, 3000000, "id-2");
	is_int(hand(&p, 0, NULL, NULL), STORE_OK, "a published message");
	last_body_is("{\"task_id\":\"id-2\",\"queue_name\":\"q\","
		     "\"job_id\":null,"
		     "\"scheduled_at\":\"1970-01-01T00:00:03Z\","
		     "\"enqueued_at\":\"1970-01-01T00:00:02Z\",\"attempt\":1,"
		     "\"args\":[],\"kwargs\":{}}",
	    "has no job, and empty parameters");
}

/* Exactly once: the guard is the ledger. */
static void
check_once(void)
{
	struct run again = sample(7, 1000000, ""),
		   id = sample(8, 1000000, "id-1"),
		   pub = sample(0, 9000000, "id-2");
	int64_t n = rows(), m = messages();

	is_int(hand(&again, 0, NULL, NULL), STORE_CONFLICT,
	    "a slot has one row");
	is_int(hand(&id, 0, NULL, NULL), STORE_CONFLICT, "so has an id");
	is_int(hand(&pub, 0, NULL, NULL), STORE_CONFLICT,
	    "of a published message, too");
	ok(rows() == n && messages() == m, "nothing was written");
	again = sample(7, 1000001, "");
	is_int(hand(&again, 0, NULL, NULL), STORE_OK, "the next slot has its");
	id = sample(8, 1000000, "");
	is_int(hand(&id, 0, NULL, NULL), STORE_OK, "as has another job's");
	ok(rows() == n + 2 && messages() == m + 2, "both were written");
}

static void
check_ids(void)
{
	struct run a = sample(20, 1, ""), b = sample(20, 2, "");

	(void)hand(&a, 0, NULL, NULL);
	(void)hand(&b, 0, NULL, NULL);
	is_int((long long)strlen(a.id), 36, "an empty id is filled in");
	ok(strcmp(a.id, b.id) != 0, "with one of its own");
	/* 2 s after the epoch are 0x7d0 milliseconds. */
	ok(strncmp(a.id, "00000000-07d0-7", 15) == 0,
	    "a UUIDv7 of the moment it was decided");
}

static void
check_priority(void)
{
	struct run low = sample(30, 1, "low"), high = sample(30, 2, "high");
	struct message_list l = { NULL, 0, 0 };

	(void)hand(&low, -5, NULL, NULL);
	(void)hand(&high, 9, NULL, NULL);
	(void)store_message_peek(st, "q", MESSAGE_READY, 100, &l);
	ok(strstr(l.v[0].body, "\"high\"") != NULL &&
		strstr(l.v[l.n - 1].body, "\"low\"") != NULL,
	    "the priority decides who is first");
	message_list_fini(&l);
}

/* What is rolled back leaves neither row nor message. */
static void
check_rollback(void)
{
	const struct handover h = { .scratch = &scratch };
	struct run r = sample(40, 1, "gone");
	int64_t n = rows(), m = messages();

	(void)store_begin(st);
	is_int(handover_run(st, &r, &h), STORE_OK, "handed over");
	store_rollback(st);
	ok(rows() == n && messages() == m, "then undone: nothing is left");
	is_int(hand(&r, 0, NULL, NULL), STORE_OK, "so it can be done again");
}

/* The scratch buffer is a loan: what was in it does not get out. */
static void
check_scratch(void)
{
	struct run r = sample(50, 1, "clean");
	struct message_list l = { NULL, 0, 0 };

	buf_reset(&scratch);
	buf_str(&scratch, "left over from somebody else");
	(void)hand(&r, -99, NULL, NULL);
	(void)store_message_peek(st, "q", MESSAGE_READY, 100, &l);
	ok(strncmp(l.v[l.n - 1].body, "{\"task_id\":\"clean\"", 18) == 0,
	    "what was in the scratch buffer is not in the message");
	message_list_fini(&l);
}

/* Where the configuration has the queue at a broker. */
static void
check_broker(void)
{
	struct conf_queue queues[] = {
		{ .glob = (char[]){ "q-*" }, .broker = CONF_BROKER_SQLITE },
		{ .glob = (char[]){ "q*" }, .broker = CONF_BROKER_WEBHOOK },
	};
	const struct conf c = { .queues = queues, .nqueues = 2 };
	const struct retry retry = { 3, -1, -1, -1 };
	const struct handover h = { .conf = &c,
		.priority = 4,
		.args = "[1]",
		.kwargs = "{\"k\":2}",
		.retry = &retry,
		.scratch = &scratch };
	struct run r = sample(60, 7, "bro-1"), again = sample(60, 7, "bro-2");
	struct run home = sample(60, 8, "bro-3");
	struct outbox o = { .run = 0 };
	int64_t m = messages(), n = -1;

	(void)store_begin(st);
	is_int(handover_run(st, &r, &h), STORE_OK, "to a broker");
	is_int(handover_run(st, &again, &h), STORE_CONFLICT,
	    "a slot has one row there, too");
	home.queue = (char *)(uintptr_t) "q-home";
	is_int(handover_run(st, &home, &h), STORE_OK, "another queue");
	(void)store_commit(st);
	ok(r.state == RUN_DUE && r.row > 0, "the run is due");
	is_int(messages(), m, "no message in the embedded queue");
	is_int(store_outbox_get(st, "q", "bro-1", &o), STORE_OK,
	    "one in the outbox");
	ok(o.run == r.row && o.job == 60 && o.priority == 4 &&
		o.retry.max_attempts == 3 && o.attempt == 0 && o.slot_us == 7 &&
		o.due_us == 2000000 && o.next_us == 2000000 &&
		o.state == RUN_DUE,
	    "with what was handed over");
	is_str(o.args, "[1]", "its args");
	is_str(o.kwargs, "{\"k\":2}", "its kwargs");
	outbox_fini(&o);
	is_int(home.state, RUN_SENT, "of the embedded queue it is sent");
	(void)store_message_count(st, "q-home", &n);
	is_int(n, 1, "and there");
	is_int(store_outbox_get(st, "q-home", "bro-3", &o), STORE_NOTFOUND,
	    "and nowhere else");
}

/* An id is made there, too; what is rolled back leaves nothing. */
static void
check_broker_rollback(void)
{
	const struct conf c = { .other = { .broker = CONF_BROKER_REDIS } };
	struct handover h = { .conf = &c, .scratch = &scratch };
	struct run r = sample(61, 7, "");
	struct outbox o = { .run = 0 };

	(void)store_begin(st);
	is_int(handover_run(st, &r, &h), STORE_OK, "handed over");
	is_int((long long)strlen(r.id), 36, "under an id of its own");
	store_rollback(st);
	is_int(store_outbox_get(st, "q", r.id, &o), STORE_NOTFOUND,
	    "then undone");
	h.conf = NULL;
	r = sample(61, 7, "no-conf");
	(void)store_begin(st);
	is_int(handover_run(st, &r, &h), STORE_OK, "where nobody says so");
	(void)store_commit(st);
	is_int(r.state, RUN_SENT, "it is the embedded queue");
}

/* A job's retry goes along. */
static void
check_of_job(void)
{
	struct delivery target = { .run = 0 };
	struct handover h = { .max_instances = 0 };
	struct job j;

	job_init(&j);
	j.retry.base_us = 2;
	j.args = strdup("[1]");
	j.priority = 5;
	is_int(handover_of_job(st, &j, &target, &h), STORE_OK, "of a job");
	ok(h.retry == &j.retry && h.args == j.args && h.kwargs == NULL &&
		h.priority == 5 && h.target == NULL,
	    "what it hands over");
	delivery_fini(&target);
	job_fini(&j);
}

int
main(void)
{
	const struct store_opts o = { .path = ":memory:", .is_create = true };
	enum store_rc rc;
	struct err why;

	if ((st = store_open(&o, &rc, &why)) == NULL) {
		printf("Bail out! %s\n", why.text);
		return EXIT_FAILURE;
	}
	check_written();
	check_once();
	check_ids();
	check_priority();
	check_rollback();
	check_scratch();
	check_broker();
	check_broker_rollback();
	check_of_job();
	buf_fini(&scratch);
	store_close(st);
	return tap_done();
}
