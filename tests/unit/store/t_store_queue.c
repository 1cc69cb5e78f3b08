/*
 * The embedded queue: delivery, leases, dead letters, switches
 * (lib/store/queue.h).
 */
#include "config.h"

#include <stdlib.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/store/job.h"
#include "lib/store/queue.h"
#include "tests/unit/tap.h"

/* The embedded queue: delivery, leases, dead letters, switches. */

#define MAX 3 /* deliveries */

static struct store *st;

static void
put(const char *queue, int64_t priority, int64_t now_us, const char *body)
{
	(void)store_begin(st);
	is_int(store_message_insert(st,
		   &(struct store_message_new){
		       .queue = queue,
		       .body = body,
		       .priority = priority,
		       .now_us = now_us,
		   }),
	    STORE_OK, "put %s", body);
	(void)store_commit(st);
}

/* Lease at now_us until until_us; the bodies, joined by spaces. */
static const char *
lease(const char *queue, int max, int64_t now_us, int64_t until_us,
    struct message_list *l)
{
	static char text[256];
	size_t n = 0;

	message_list_fini(l);
	(void)store_begin(st);
	(void)store_message_expire(st, queue, MAX, now_us);
	(void)store_message_lease(st,
	    &(struct store_lease){ .queue = queue,
		.max = max,
		.now_us = now_us,
		.until_us = until_us },
	    l);
	(void)store_commit(st);
	text[0] = '\0';
	for (size_t i = 0; i < l->n; i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
		    i == 0 ? "" : " ", l->v[i].body);
	return text;
}

static enum store_rc
nack(const char *queue, const char *text, const struct store_nack *how)
{
	enum store_rc rc;

	(void)store_begin(st);
	rc = store_message_nack(st, queue, text, how);
	(void)store_commit(st);
	return rc;
}

static enum store_rc
ack(const char *queue, const char *text)
{
	enum store_rc rc;

	(void)store_begin(st);
	rc = store_message_ack(st, queue, text,
	    &(struct work_end){ .outcome = OUTCOME_SUCCEEDED, .now_us = 1 });
	(void)store_commit(st);
	return rc;
}

static size_t
peek(const char *queue, enum message_state state, struct message_list *l)
{
	message_list_fini(l);
	(void)store_message_peek(st, queue, state, 100, l);
	return l->n;
}

/* By priority, then age; a message is leased to one consumer only. */
static void
check_order(void)
{
	struct message_list l = { NULL, 0, 0 }, m = { NULL, 0, 0 };
	int64_t n = 0;

	put("order", 0, 1, "old");
	put("order", 5, 2, "urgent");
	put("order", 0, 3, "new");
	put("else", 9, 3, "foreign");
	is_int((long long)peek("order", MESSAGE_READY, &l), 3, "three ready");
	is_str(l.v[0].body, "urgent", "peek shows the order of delivery");
	is_str(lease("order", 2, 10, 100, &l), "urgent old", "leased");
	ok(l.v[0].attempt == 1 && l.v[0].until_us == 100 &&
		l.v[0].enqueued_us == 2 && l.v[0].priority == 5,
	    "its members");
	ok(strcmp(l.v[0].lease, l.v[1].lease) != 0, "leases differ");
	is_str(lease("order", 9, 10, 100, &m), "new", "what is left");
	is_str(lease("order", 9, 10, 100, &m), "", "then nothing");
	(void)store_message_count(st, "order", &n);
	is_int(n, 3, "held ones count");
	is_int(ack("else", l.v[0].lease), STORE_NOTFOUND, "another queue's");
	is_int(ack("order", "17"), STORE_NOTFOUND, "no lease at all");
	is_int(ack("order", "x-y"), STORE_NOTFOUND, "nor this");
	is_int(ack("order", ""), STORE_NOTFOUND, "nor nothing");
	is_int(ack("order", l.v[0].lease), STORE_OK, "acknowledged");
	is_int(ack("order", l.v[0].lease), STORE_NOTFOUND, "only once");
	(void)store_begin(st);
	(void)store_message_clear(st,
	    &(struct store_clear){ "order", "cleared", 1 }, &n);
	(void)store_commit(st);
	is_int(n, 2, "cleared");
	is_int((long long)peek("else", MESSAGE_READY, &l), 1, "others stay");
	message_list_fini(&l);
	message_list_fini(&m);
}

/* A lease that lapses gives the message back, at last to the dead. */
static void
check_expiry(void)
{
	struct message_list l = { NULL, 0, 0 };
	char first[MESSAGE_LEASE_MAX];

	put("exp", 0, 1, "m");
	is_str(lease("exp", 1, 10, 20, &l), "m", "first delivery");
	(void)snprintf(first, sizeof(first), "%s", l.v[0].lease);
	is_str(lease("exp", 1, 19, 30, &l), "", "not before the lease ends");
	is_str(lease("exp", 1, 20, 30, &l), "m", "second delivery");
	is_int(l.v[0].attempt, 2, "is counted");
	is_str(l.v[0].reason, "lease expired", "and says why");
	is_int(ack("exp", first), STORE_NOTFOUND, "the first lease lapsed");
	(void)store_begin(st);
	is_int(store_message_extend(st, "exp", l.v[0].lease, 90), STORE_OK,
	    "a lease is lengthened");
	is_int(store_message_extend(st, "exp", first, 90), STORE_NOTFOUND,
	    "a lapsed one is not");
	(void)store_commit(st);
	is_str(lease("exp", 1, 50, 60, &l), "", "and then lasts longer");
	is_str(lease("exp", 1, 90, 95, &l), "m", "third delivery");
	is_str(lease("exp", 1, 95, 99, &l), "", "there is no fourth");
	is_int((long long)peek("exp", MESSAGE_DEAD, &l), 1, "a dead letter");
	is_int(l.v[0].attempt, MAX, "after as many as allowed");
	is_str(l.v[0].reason, "lease expired", "with its reason");
	is_str(l.v[0].body, "m", "and its body");
	is_str(l.v[0].lease, "", "leased to nobody");
	message_list_fini(&l);
}

static void
check_nack(void)
{
	const struct store_nack now = { .now_us = 100,
		.delay_us = 0,
		.max_deliveries = MAX,
		.reason = "bad day",
		.is_free = false };
	const struct store_nack later = { .now_us = 100,
		.delay_us = 50,
		.max_deliveries = MAX,
		.reason = NULL,
		.is_free = false };
	const struct store_nack gratis = { .now_us = 100,
		.delay_us = 0,
		.max_deliveries = MAX,
		.reason = NULL,
		.is_free = true };
	struct message_list l = { NULL, 0, 0 };

	put("nack", 0, 1, "m");
	(void)lease("nack", 1, 90, 200, &l);
	is_int(nack("nack", l.v[0].lease, &now), STORE_OK, "given back");
	is_int(nack("nack", l.v[0].lease, &now), STORE_NOTFOUND, "only once");
	is_str(lease("nack", 1, 100, 200, &l), "m", "delivered again at once");
	is_str(l.v[0].reason, "bad day", "with what was said");
	is_int(nack("nack", l.v[0].lease, &later), STORE_OK, "with a delay");
	is_int((long long)peek("nack", MESSAGE_HELD, &l), 1, "it is held");
	ok(l.v[0].lease[0] == '\0' && l.v[0].until_us == 150, "by nobody");
	is_str(lease("nack", 1, 149, 200, &l), "", "not before the delay");
	is_str(lease("nack", 1, 150, 200, &l), "m", "but after it");
	is_int(l.v[0].attempt, 3, "the third delivery");
	for (int i = 0; i < 5; i++) {
		is_int(nack("nack", l.v[0].lease, &gratis), STORE_OK,
		    "\"try later\" is free");
		is_str(lease("nack", 1, 150, 200, &l), "m", "delivered");
		is_int(l.v[0].attempt, 3, "and not counted");
	}
	is_int(nack("nack", l.v[0].lease, &later), STORE_OK, "the last straw");
	is_int((long long)peek("nack", MESSAGE_DEAD, &l), 1, "is dead at once");
	is_int(l.v[0].until_us, 0, "delay or not");
	message_list_fini(&l);
}

/* Both a delayed message and one leased for the last time come due at once:
 * only the lease is a delivery that failed. */
static void
check_delay_is_no_delivery(void)
{
	const struct store_nack later = { .now_us = 100,
		.delay_us = 50,
		.max_deliveries = MAX,
		.reason = "wait",
		.is_free = false };
	struct message_list l = { NULL, 0, 0 };

	put("delay", 0, 1, "m");
	(void)lease("delay", 1, 90, 200, &l);
	(void)nack("delay", l.v[0].lease, &later);
	(void)lease("delay", 1, 150, 200, &l);
	(void)nack("delay", l.v[0].lease, &later);
	is_str(lease("delay", 1, 150, 200, &l), "m", "two delays later");
	is_int(l.v[0].attempt, 3, "the third delivery");
	is_str(l.v[0].reason, "wait", "the reason is the consumer's");
	message_list_fini(&l);
}

static void
check_switches(void)
{
	struct queue_list l = { NULL, 0, 0 };
	struct buf why = BUF_INIT;
	struct job j;
	bool is_paused = true;

	is_int(store_queue_is_paused(st, "sw", &is_paused), STORE_OK, "asked");
	ok(!is_paused, "an unknown queue is not paused");
	for (int on = 1; on >= 0; on--) {
		(void)store_begin(st);
		(void)store_queue_set_paused(st, "sw", on != 0, 1000000, "me");
		(void)store_queue_set_paused(st, "sw", on != 0, 9 * 1000000,
		    "you");
		(void)store_commit(st);
		(void)store_queue_is_paused(st, "sw", &is_paused);
		is_int(is_paused, on, "switched");
		(void)store_queue_why_paused(st, "sw", &why);
		is_str(buf_cstr(&why),
		    on != 0 ? "queue paused by me since 1970-01-01T00:00:01Z" :
			      "",
		    "by whom and since when: the first to do so");
		buf_reset(&why);
	}
	buf_fini(&why);
	job_init(&j);
	j.queue = strdup("a-job");
	j.job_id = strdup("j");
	j.trigger = strdup("t");
	(void)store_begin(st);
	(void)store_job_insert(st, &j);
	(void)store_commit(st);
	job_fini(&j);
	is_int(store_queue_list(st, &l), STORE_OK, "listed");
	is_int((long long)l.n, 6, "queues of jobs, messages and switches");
	is_str(l.v[0].name, "a-job", "by name");
	is_int(l.v[0].jobs, 1, "its jobs");
	is_str(l.v[2].name, "else", "another");
	ok(l.v[2].ready == 1 && l.v[2].held == 0 && l.v[2].dead == 0 &&
		l.v[2].oldest_us == 3,
	    "its messages");
	is_int(l.v[3].dead, 1, "a dead letter");
	queue_list_fini(&l);
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
	check_order();
	check_expiry();
	check_nack();
	check_delay_is_no_delivery();
	check_switches();
	store_close(st);
	return tap_done();
}
