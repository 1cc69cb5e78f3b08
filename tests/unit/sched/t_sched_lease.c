/* Publishing, leases, acknowledgements, dead letters (lib/sched/sched.h). */
#include "lib/base/clock.h"
#include "tests/unit/rig.h"

/* Publishing, leases, acknowledgements, dead letters (lib/sched/sched.h). */

static struct rig r;

#define HOUR (INT64_C(3600) * RIG_S)

static char run_id[RUN_ID_LEN + 1];

static enum store_rc
publish(const char *queue, const char *task_id, int64_t priority)
{
	const struct sched_publish p = { queue, "[1]", NULL, task_id,
		priority };

	return sched_publish(&r.s, &p, run_id);
}

/* A message in the memory store: run a job of it now. */
static void
publish_memory(const char *queue, const char *job_id)
{
	const char *name[2] = { queue, job_id };

	(void)rig_add_at(&r, JOB_MEMORY, name, 1);
	is_int(sched_run_now(&r.s, JOB_MEMORY, queue, job_id, run_id), STORE_OK,
	    "a message in the memory store");
}

/* The task_ids of a list, joined by spaces; those of jobs by job_id. */
static const char *
tasks(const struct message_list *l)
{
	static char text[1024];
	const char *from, *to;
	size_t n = 0;

	text[0] = '\0';
	for (size_t i = 0; i < l->n; i++) {
		from = strstr(l->v[i].body, "\"job_id\":\"");
		if (from == NULL)
			from = strstr(l->v[i].body, "\"task_id\":\"") + 11;
		else
			from += 10;
		to = strchr(from, '"');
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%.*s",
		    i == 0 ? "" : " ", (int)(to - from), from);
	}
	return text;
}

/* What is peeked: the tasks of up to limit messages. */
static void
peek_is(const char *queue, int limit, const char *want, const char *what)
{
	struct message_list l = { NULL, 0, 0 };

	is_int(sched_peek(&r.s, queue, limit, &l), STORE_OK, "peek");
	is_str(tasks(&l), want, "%s", what);
	message_list_fini(&l);
}

static void
check_publish(void)
{
	const struct sched_publish bare = { .queue = "bare" };
	struct message_list l = { NULL, 0, 0 };
	struct run run = { .row = 0 };

	is_int(publish("pub", "task-1", 0), STORE_OK, "published");
	is_str(run_id, "task-1", "under the id it was given");
	is_int(publish("pub", "task-1", 0), STORE_CONFLICT,
	    "an id is published once");
	is_int(publish("elsewhere", "task-1", 0), STORE_OK,
	    "which another queue knows nothing of");
	peek_is("elsewhere", 9, "task-1", "and has one of its own");
	peek_is("pub", 9, "task-1", "the refused one is in no queue");
	is_int(sched_run_get(&r.s, "pub", "task-1", &run), STORE_OK,
	    "a published message is in the ledger");
	is_str(run.queue, "pub", "with its queue");
	ok(run.job == 0 && run.state == RUN_SENT && run.count == 1 &&
		run.slot_us == run.last_us && run.slot_us == run.decided_us,
	    "sent, without a job, at one instant");
	run_fini(&run);
	is_int(sched_publish(&r.s, &bare, run_id), STORE_OK,
	    "only a queue is needed");
	is_int((long long)strlen(run_id), 36, "then the id is a UUID");
	ok(run_id[14] == '7', "of version 7 (RFC 9562 section 5.7)");
	(void)sched_peek(&r.s, "bare", 9, &l);
	ok(l.n == 1 &&
		strstr(l.v[0].body, "\"args\":[],\"kwargs\":{}") != NULL &&
		strstr(l.v[0].body, "\"job_id\":null") != NULL,
	    "no parameters are an empty list and an empty object, no job is "
	    "null");
	message_list_fini(&l);
	is_int(rig_ask(r.conf->store,
		   "SELECT count(*) FROM audit WHERE"
		   " action = 'queue.publish' AND actor = 'tester'"),
	    3, "each publication has its audit row, a refused one has none");
}

/* By priority, then age, the durable store before the memory store. */
static void
check_order(void)
{
	struct message_list l = { NULL, 0, 0 }, m = { NULL, 0, 0 };
	int64_t before, n = 0;

	publish_memory("order", "mem");
	(void)publish("order", "old", 0);
	(void)publish("order", "urgent", 7);
	(void)publish("order", "new", 0);
	peek_is("order", 9, "urgent old new mem",
	    "peek shows the order of delivery");
	peek_is("order", 2, "urgent old", "and no more than asked");
	before = clock_now_us();
	is_int(sched_lease(&r.s,
		   &(struct sched_lease){ .queue = "order",
		       .max = 1,
		       .lease_us = HOUR },
		   &l),
	    STORE_OK, "lease");
	is_int(sched_lease(&r.s,
		   &(struct sched_lease){ .queue = "order",
		       .max = 2,
		       .lease_us = HOUR / 2 },
		   &l),
	    STORE_OK, "what is in the list counts");
	is_str(tasks(&l), "urgent old", "the first two");
	ok(l.v[0].until_us >= before + HOUR &&
		l.v[0].until_us <= clock_now_us() + HOUR,
	    "leased for as long as was asked");
	ok(l.v[0].attempt == 1 && l.v[0].priority == 7 &&
		l.v[0].state == MESSAGE_HELD,
	    "its attempt, priority and state");
	peek_is("order", 9, "new mem old urgent",
	    "held ones come after the ready ones, by the end of the lease");
	is_int(sched_lease(&r.s,
		   &(struct sched_lease){ .queue = "order",
		       .max = 9,
		       .lease_us = HOUR },
		   &m),
	    STORE_OK, "the rest");
	is_str(tasks(&m), "new mem", "of both stores");
	ok(m.v[0].lease[0] != m.v[1].lease[0],
	    "the lease text names the store");
	(void)sched_message_count(&r.s, "order", &n);
	is_int(n, 4, "held ones are counted in both stores");
	message_list_fini(&m);
	is_int(sched_lease(&r.s,
		   &(struct sched_lease){ .queue = "order",
		       .max = 9,
		       .lease_us = HOUR },
		   &m),
	    STORE_OK, "again");
	is_int((long long)m.n, 0, "a message is leased to one consumer only");
	message_list_fini(&m);
	message_list_fini(&l);
	is_int(sched_message_clear(&r.s, "order", &n), STORE_OK, "clear");
	is_int(n, 4, "ready and held ones of both stores");
}

/* Lease all of a queue; the texts into v. */
static size_t
lease_all(const char *queue, struct message_list *l, const char *v[8])
{
	(void)sched_lease(&r.s,
	    &(struct sched_lease){ .queue = queue, .max = 8, .lease_us = HOUR },
	    l);
	for (size_t i = 0; i < l->n && i < 8; i++)
		v[i] = l->v[i].lease;
	return l->n;
}

static void
check_ack(void)
{
	struct message_list l = { NULL, 0, 0 };
	const char *v[8] = { NULL };
	struct sched_leases some = { "ack", v, 0 };
	size_t done = 99;

	(void)publish("ack", "a1", 0);
	(void)publish("ack", "a2", 0);
	publish_memory("ack", "a3");
	is_int((long long)lease_all("ack", &l, v), 3, "three are leased");
	is_int(sched_ack(&r.s, &some, &(struct sched_work){ 0 }, &done),
	    STORE_OK, "none is given");
	is_int((long long)done, 0, "none is acknowledged");
	some.n = 3;
	some.queue = "other";
	is_int(sched_ack(&r.s, &some, &(struct sched_work){ 0 }, &done),
	    STORE_OK, "leases of another queue");
	is_int((long long)done, 0, "do not hold there");
	some.queue = "ack";
	v[3] = v[0]; /* twice in one call */
	v[4] = "dnonsense";
	v[5] = "";
	v[6] = "x1-0";
	some.n = 7;
	is_int(sched_ack(&r.s, &some, &(struct sched_work){ 0 }, &done),
	    STORE_OK, "what is no lease does no harm to the others");
	is_int((long long)done, 3, "each message counts once, of both stores");
	is_int(sched_ack(&r.s, &some, &(struct sched_work){ 0 }, &done),
	    STORE_OK, "a second time");
	is_int((long long)done, 0, "nothing holds any more");
	peek_is("ack", 9, "", "they are gone");
	message_list_fini(&l);
}

static void
check_extend(void)
{
	struct message_list l = { NULL, 0, 0 }, seen = { NULL, 0, 0 };
	const char *v[8] = { NULL };
	struct sched_leases some = { "extend", v, 1 };
	int64_t was, before;
	size_t done = 0;

	(void)publish("extend", "e1", 0);
	(void)sched_lease(&r.s,
	    &(struct sched_lease){ .queue = "extend",
		.max = 1,
		.lease_us = 60 * RIG_S },
	    &l);
	v[0] = l.v[0].lease;
	was = l.v[0].until_us;
	before = clock_now_us();
	is_int(sched_extend(&r.s, &some, HOUR, &done), STORE_OK, "extended");
	is_int((long long)done, 1, "one");
	(void)sched_peek(&r.s, "extend", 1, &seen);
	ok(seen.v[0].until_us >= before + HOUR && seen.v[0].until_us > was,
	    "it now ends so long from now");
	is_int(seen.v[0].attempt, 1, "that is no delivery");
	message_list_fini(&seen);
	is_int(sched_extend(&r.s, &some, 0, &done), STORE_OK, "or ends now");
	message_list_fini(&l);
	(void)sched_lease(&r.s,
	    &(struct sched_lease){ .queue = "extend",
		.max = 1,
		.lease_us = HOUR },
	    &l);
	ok(l.n == 1 && l.v[0].attempt == 2,
	    "then it is delivered again, as the second attempt");
	is_str(l.v[0].reason, "lease expired", "which says why");
	is_int(sched_extend(&r.s,
		   &(struct sched_leases){ "extend",
		       (const char *[]){ "d1-00" }, 1 },
		   HOUR, &done),
	    STORE_OK, "a lapsed lease");
	is_int((long long)done, 0, "is not extended");
	message_list_fini(&l);
}

/* Put back: at once, later, for free; dead after max_deliveries. */
static void
check_nack(void)
{
	const struct sched_nack
	    now = { .delay_us = 0, .reason = "broken", .is_free = false },
	    later = { .delay_us = HOUR, .reason = NULL, .is_free = false },
	    free_ = { .delay_us = 0, .reason = "try later", .is_free = true };
	struct message_list l = { NULL, 0, 0 };
	const char *v[8] = { NULL };
	struct sched_leases one = { "nack", v, 1 };
	int64_t n = 0;
	size_t done = 0;

	(void)publish("nack", "n1", 0);
	for (int i = 0; i < 5; i++) {
		(void)lease_all("nack", &l, v);
		is_int(l.n == 1 ? l.v[0].attempt : -1, 1,
		    "a free return does not count, however often");
		(void)sched_nack(&r.s, &one, &free_, &done);
		message_list_fini(&l);
	}
	(void)lease_all("nack", &l, v);
	is_str(l.v[0].reason, "try later", "the reason of the last return");
	(void)sched_nack(&r.s, &one, &later, &done);
	is_int((long long)done, 1, "returned with a delay");
	message_list_fini(&l);
	is_int((long long)lease_all("nack", &l, v), 0,
	    "it is not delivered before the delay is over");
	(void)sched_message_count(&r.s, "nack", &n);
	is_int(n, 1, "but counts as waiting");
	rig_meddle(r.conf->store,
	    "UPDATE message SET until_us = 1 WHERE queue = 'nack'");
	is_int((long long)lease_all("nack", &l, v), 1, "then it is");
	is_int(l.v[0].attempt, 2, "as the second attempt");
	ok(l.v[0].reason == NULL, "no reason was given");
	is_int(sched_nack(&r.s, &one, &now, &done), STORE_OK,
	    "refused for the second time, of two");
	message_list_fini(&l);
	is_int((long long)lease_all("nack", &l, v), 0, "a dead letter");
	peek_is("nack", 9, "n1", "that can still be looked at");
	(void)sched_message_count(&r.s, "nack", &n);
	is_int(n, 0, "but does not count as waiting");
	(void)sched_message_clear(&r.s, "nack", &n);
	is_int(n, 0, "and is not cleared with the others");
	peek_is("nack", 9, "n1", "it stays");
}

/* max_deliveries of the queue's own section counts, not the default. */
static void
check_deliveries(void)
{
	struct message_list l = { NULL, 0, 0 };
	const char *v[8] = { NULL };
	int n = 0;

	(void)publish("once-x", "o1", 0);
	(void)publish("twice", "t1", 0);
	for (int i = 0; i < 4; i++) {
		n += (int)lease_all("once-x", &l, v);
		message_list_fini(&l);
		rig_meddle(r.conf->store, "UPDATE message SET until_us = 1");
	}
	is_int(n, 1, "a queue with max_deliveries = 1 delivers once");
	for (int i = n = 0; i < 4; i++) {
		n += (int)lease_all("twice", &l, v);
		message_list_fini(&l);
		rig_meddle(r.conf->store, "UPDATE message SET until_us = 1");
	}
	is_int(n, 2, "any other as often as the top of the file says");
	is_int(rig_ask(r.conf->store,
		   "SELECT count(*) FROM message WHERE state = 2 AND reason ="
		   " 'lease expired' AND queue IN ('once-x', 'twice')"),
	    2, "leases that lapse make dead letters that say so");
}

/* Somebody else writes: busy, nothing done, nothing half taken. */
static void
check_busy(void)
{
	const struct store_opts o = { .path = r.conf->store };
	struct message_list l = { NULL, 0, 0 };
	enum store_rc rc;
	struct store *other = store_open(&o, &rc, NULL);
	size_t done = 9;
	int64_t n = -1;

	(void)publish("busy", "b1", 0);
	(void)store_begin(other);
	is_int(sched_lease(&r.s,
		   &(struct sched_lease){ .queue = "busy",
		       .max = 1,
		       .lease_us = HOUR },
		   &l),
	    STORE_BUSY, "no lease");
	is_int((long long)l.n, 0, "and no message");
	is_int(publish("busy", "b2", 0), STORE_BUSY, "no publication");
	is_int(sched_ack(&r.s,
		   &(struct sched_leases){ "busy", (const char *[]){ "d1-0" },
		       1 },
		   &(struct sched_work){ 0 }, &done),
	    STORE_BUSY, "no acknowledgement");
	is_int((long long)done, 0, "none counted");
	is_int(sched_message_clear(&r.s, "busy", &n), STORE_BUSY, "no clear");
	is_int(n, 0, "none cleared");
	is_int(sched_queue_set_paused(&r.s, "busy", true), STORE_BUSY,
	    "no switch");
	store_rollback(other);
	store_close(other);
	is_int(publish("busy", "b2", 0), STORE_OK,
	    "what was refused was not kept: its id is free");
	peek_is("busy", 9, "b1 b2", "both are ready");
}

/* What the memory store cannot give does not withhold what the first gave. */
static void
check_half(void)
{
	const struct store_opts o = { .path = r.conf->memory_store,
		.is_unsynced = true };
	struct message_list l = { NULL, 0, 0 };
	enum store_rc rc;
	struct store *other;

	(void)publish("half", "h1", 0);
	publish_memory("half", "h2");
	other = store_open(&o, &rc, NULL);
	(void)store_begin(other);
	is_int(sched_lease(&r.s,
		   &(struct sched_lease){ .queue = "half",
		       .max = 2,
		       .lease_us = HOUR },
		   &l),
	    STORE_OK, "one store is busy, the other gave a message");
	is_str(tasks(&l), "h1", "which reaches its consumer");
	message_list_fini(&l);
	is_int(sched_lease(&r.s,
		   &(struct sched_lease){ .queue = "half",
		       .max = 2,
		       .lease_us = HOUR },
		   &l),
	    STORE_BUSY, "with nothing from either it is busy");
	store_rollback(other);
	store_close(other);
}

int
main(void)
{
	folder_init("t_sched_lease");
	folder_quiet();
	rig_open(&r,
	    "max_deliveries = 2\n"
	    "queue \"once-*\" {\n max_deliveries = 1\n}\n");
	check_publish();
	check_order();
	check_ack();
	check_extend();
	check_nack();
	check_deliveries();
	check_busy();
	check_half();
	rig_close(&r);
	folder_fini();
	return tap_done();
}
