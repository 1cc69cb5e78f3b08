/*
 * The embedded queue and its consumers by HTTP: lease, ack, nack, extend, peek.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/clock.h"
#include "tests/unit/api.h"

#include "lib/base/ban.h"

/* The embedded queue and its consumers: lease, ack, nack, extend, look. */

#define PUBLISH "POST", "/funboost/publish"
#define Q "/v1/queues/q/"
#define LEASE "POST", Q "lease"
#define ACK "POST", Q "ack"
#define NACK "POST", Q "nack"
#define EXTEND "POST", Q "extend"
#define LOOK "GET", Q "messages"
#define ONE "{\"leases\":[\"{kept}\"]"

/* clang-format off */
static const struct api_case session[] = {
	{ "nothing to lease", LEASE, "{}", 200, "messages=[]", NULL },
	{ "nor by no body", LEASE, NULL, 200, "messages=[]", NULL },
	{ "nothing to see", LOOK, NULL, 200, "messages=[]", NULL },
	{ "no queues", "GET", "/v1/queues", NULL, 200, "queues=[]", NULL },
	{ "a message comes", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{\"n\":1},\"task_id\":\"one\",\"priority\":3}", 200, NULL, NULL },
	{ "the queue tells of it", "GET", "/v1/queues", NULL, 200, "queues#=1 | queues[0].queue_name=q | queues[0].paused=false | queues[0].jobs=0 | queues[0].depth=1 | queues[0].in_flight=0 | queues[0].dead=0 | queues[0].oldest_age?", NULL },
	{ "lease it", LEASE, "{\"max\":5,\"lease_seconds\":30,\"wait_seconds\":0}", 200, "messages#=1 | messages[0].attempt=1 | messages[0].priority=3 | messages[0].id? | messages[0].enqueued_at~Z | messages[0].body.task_id=one | messages[0].body.queue_name=q | messages[0].body.kwargs={\"n\":1} | messages[0].body.attempt=1", "messages[0].lease" },
	{ "nobody else gets it", LEASE, "{}", 200, "messages=[]", NULL },
	{ "it is in flight", "GET", "/v1/queues", NULL, 200, "queues[0].depth=0 | queues[0].in_flight=1", NULL },
	{ "it is seen as held, without its lease", LOOK, NULL, 200, "messages[0].state=held | messages[0].held_until~Z | messages[0].lease!", NULL },
	{ "extend it", EXTEND, ONE ",\"lease_seconds\":60}", 200, "done=1 | lapsed=0", NULL },
	{ "by the length of the configuration", EXTEND, ONE "}", 200, "done=1 | lapsed=0", NULL },
	{ "in another queue there is no such lease", "POST", "/v1/queues/r/ack", ONE "}", 200, "done=0 | lapsed=1", NULL },
	{ "give it back", NACK, ONE ",\"reason\":\"no disk: 满\"}", 200, "done=1 | lapsed=0", NULL },
	{ "twice is once", NACK, ONE "}", 200, "done=0 | lapsed=1", NULL },
	{ "it is ready, with the reason", LOOK, NULL, 200, "messages[0].state=ready | messages[0].attempt=1 | messages[0].reason=no disk: 满 | messages[0].held_until!", NULL },
	{ "lease it again: the body is as it was sent", LEASE, "{}", 200, "messages[0].attempt=2 | messages[0].body.attempt=1", "messages[0].lease" },
	{ "give it back for later", NACK, ONE ",\"delay_seconds\":600}", 200, "done=1", NULL },
	{ "so it is not ready", LEASE, "{}", 200, "messages=[]", NULL },
	{ "but held", LOOK, NULL, 200, "messages[0].state=held | messages[0].attempt=2", NULL },
	{ "a second comes", PUBLISH, "{\"queue_name\":\"q\",\"msg_body\":{\"n\":2}}", 200, NULL, NULL },
	{ "lease that", LEASE, "{\"max\":1}", 200, "messages#=1 | messages[0].body.kwargs.n=2", "messages[0].lease" },
	{ "done", ACK, ONE "}", 200, "done=1 | lapsed=0", NULL },
	{ "twice is once", ACK, ONE "}", 200, "done=0 | lapsed=1", NULL },
	{ "it is gone", LOOK, NULL, 200, "messages#=1", NULL },
	{ "its run is not", "GET", "/v1/runs/one", NULL, 200, "state=sent", NULL },
};

/* What is wrong with the bodies; each names its field alone. */
static const struct api_case bad[] = {
	{ "max 0", LEASE, "{\"max\":0}", 400, "error_data.max~from 1 to 1000 | error_data#=1", NULL },
	{ "max 1001", LEASE, "{\"max\":1001}", 400, "error_data.max~from 1 to 1000", NULL },
	{ "max of another type", LEASE, "{\"max\":[1]}", 400, "error_data.max~not a list", NULL },
	{ "a fraction of a message", LEASE, "{\"max\":1.5}", 400, "error_data.max~not a fraction", NULL },
	{ "lease_seconds 0", LEASE, "{\"lease_seconds\":0}", 400, "error_data.lease_seconds~from 1 to 43200", NULL },
	{ "lease_seconds 43201", LEASE, "{\"lease_seconds\":43201}", 400, "error_data.lease_seconds~from 1 to 43200", NULL },
	{ "wait_seconds 21", LEASE, "{\"wait_seconds\":21}", 400, "error_data.wait_seconds~from 0 to 20", NULL },
	{ "wait_seconds -1", LEASE, "{\"wait_seconds\":-1}", 400, "error_data.wait_seconds~from 0 to 20", NULL },
	{ "a misspelt field", LEASE, "{\"lease_second\":1}", 400, "error_data.lease_second~did you mean lease_seconds?", NULL },
	{ "all at once", LEASE, "{\"max\":0,\"lease_seconds\":0,\"wait_seconds\":99,\"x\":1}", 400, "error_data#=4", NULL },
	{ "no object", LEASE, "[]", 400, "error_data.body=must be a JSON object", NULL },
	{ "no JSON", LEASE, "{", 400, "error_data.body~is not valid JSON", NULL },
	{ "the ends of the ranges", LEASE, "{\"max\":1000,\"lease_seconds\":43200,\"wait_seconds\":0}", 200, "messages=[]", NULL },
	{ "and the others", LEASE, "{\"max\":1,\"lease_seconds\":1}", 200, "messages=[]", NULL },
	{ "numeric strings and null", LEASE, "{\"max\":\"3\",\"lease_seconds\":null,\"wait_seconds\":null}", 200, "messages=[]", NULL },
	{ "no leases", ACK, "{}", 400, "error_data.leases=is required: the lease texts of messages", NULL },
	{ "null for leases", ACK, "{\"leases\":null}", 400, "error_data.leases~is required", NULL },
	{ "an empty list", ACK, "{\"leases\":[]}", 400, "error_data.leases~is required", NULL },
	{ "a text for leases", ACK, "{\"leases\":\"x\"}", 400, "error_data.leases=must be a list, not a string", NULL },
	{ "numbers for leases", ACK, "{\"leases\":[\"x\",1]}", 400, "error_data.leases~must be a list of strings", NULL },
	{ "null in the list", ACK, "{\"leases\":[null]}", 400, "error_data.leases~must be a list of strings", NULL },
	{ "a NUL in a lease", ACK, "{\"leases\":[\"a\\u0000b\"]}", 400, "error_data.leases?", NULL },
	{ "leases of nobody's", ACK, "{\"leases\":[\"\",\"x\",\"0-1-zz\",\"" X256 "\",\"🚀\"]}", 200, "done=0 | lapsed=5", NULL },
	{ "a field of nack's", ACK, "{\"leases\":[\"x\"],\"reason\":\"x\"}", 400, "error_data.reason~unknown field | error_data#=1", NULL },
	{ "a delay below 0", NACK, "{\"leases\":[\"x\"],\"delay_seconds\":-1}", 400, "error_data.delay_seconds~from 0 to 31536000", NULL },
	{ "a delay over a year", NACK, "{\"leases\":[\"x\"],\"delay_seconds\":31536001}", 400, "error_data.delay_seconds~from 0 to 31536000", NULL },
	{ "the longest delay", NACK, "{\"leases\":[\"x\"],\"delay_seconds\":31536000}", 200, "lapsed=1", NULL },
	{ "the longest reason", NACK, "{\"leases\":[\"x\"],\"reason\":\"" X1024 "\"}", 200, "lapsed=1", NULL },
	{ "a reason too long", NACK, "{\"leases\":[\"x\"],\"reason\":\"" X1024 "x\"}", 400, "error_data.reason=has more than 1024 bytes", NULL },
	{ "a reason of another type", NACK, "{\"leases\":[\"x\"],\"reason\":{}}", 400, "error_data.reason=must be a string, not an object", NULL },
	{ "no leases to give back", NACK, "{\"reason\":\"x\"}", 400, "error_data.leases~is required | error_data#=1", NULL },
	{ "a misspelt delay", NACK, "{\"leases\":[\"x\"],\"delay_second\":1}", 400, "error_data.delay_second~did you mean delay_seconds?", NULL },
	{ "extend by 0", EXTEND, "{\"leases\":[\"x\"],\"lease_seconds\":0}", 400, "error_data.lease_seconds~from 1 to 43200", NULL },
	{ "extend by more than half a day", EXTEND, "{\"leases\":[\"x\"],\"lease_seconds\":43201}", 400, "error_data.lease_seconds~from 1 to 43200", NULL },
	{ "extend nothing", EXTEND, "{}", 400, "error_data.leases~is required", NULL },
	{ "extend with a field of lease's", EXTEND, "{\"leases\":[\"x\"],\"max\":1}", 400, "error_data.max~unknown field", NULL },
	{ "limit 0", LOOK "?limit=0", NULL, 400, "error_data.limit~from 1 to 1000", NULL },
	{ "limit 1001", LOOK "?limit=1001", NULL, 400, "error_data.limit~from 1 to 1000", NULL },
	{ "limit twice", LOOK "?limit=1&limit=2", NULL, 400, "error_data.limit=was given twice", NULL },
	{ "limit 1000", LOOK "?limit=1000", NULL, 200, NULL, NULL },
	{ "a control character in the path", "POST", "/v1/queues/a\tb/lease", "{}", 400, "error_data.queue~control characters", NULL },
	{ "bytes that are no UTF-8", "POST", "/v1/queues/a\xff/lease", "{}", 400, "error_data.queue~UTF-8", NULL },
	{ "a name too long is no path", "POST", "/v1/queues/" X256 "/lease", "{}", 404, NULL, NULL },
	{ "no name is no path", "POST", "/v1/queues//lease", "{}", 404, NULL, NULL },
	{ "the longest name", "POST", "/v1/queues/" X255 "/lease", "{}", 200, NULL, NULL },
	{ "any script", "POST", "/v1/queues/очередь 队列+🚀/lease", "{}", 200, "messages=[]", NULL },
};
/* clang-format on */

static void
publish(struct api *a, const char *queue, int priority)
{
	char body[256];
	const struct api_request r = { .method = "POST",
		.path = "/funboost/publish",
		.body = body };

	(void)snprintf(body, sizeof(body),
	    "{\"queue_name\":\"%s\",\"msg_body\":{\"p\":%d},\"priority\":%d}",
	    queue, priority, priority);
	is_int(api_call(a, &r), 200, "publish to %s", queue);
}

static const char *
lease(struct api *a, const char *queue, const char *body, const char *want)
{
	char path[64];
	const struct api_request r = { .method = "POST",
		.path = path,
		.body = body };

	(void)snprintf(path, sizeof(path), "/v1/queues/%s/lease", queue);
	(void)api_call(a, &r);
	return api_value(a, want);
}

/* The order: priority, then age; max bounds it, ten by default. */
static void
test_order(struct api *a)
{
	static const int in[] = { 0, 5, 0, 9, 5 }, out[] = { 9, 5, 5, 0, 0 };
	char path[64];

	for (size_t i = 0; i < 5; i++)
		publish(a, "o", in[i]);
	is_str(lease(a, "o", "{\"max\":5}", "messages#"), "5", "all five");
	for (size_t i = 0; i < 5; i++) {
		(void)snprintf(path, sizeof(path), "messages[%zu].priority", i);
		is_int(strtol(api_value(a, path), NULL, 10), out[i],
		    "place %zu", i);
	}
	ok(strtol(api_value(a, "messages[1].id"), NULL, 10) <
		strtol(api_value(a, "messages[2].id"), NULL, 10),
	    "the older of two alike is first");
	for (int i = 0; i < 12; i++)
		publish(a, "ten", 0);
	is_str(lease(a, "ten", NULL, "messages#"), "10", "ten by default");
	is_str(lease(a, "ten", NULL, "messages#"), "2", "then the rest");
}

/* A lease that runs out gives the message back, and counts. */
static void
test_lapse(struct api *a)
{
	publish(a, "l", 0);
	is_str(lease(a, "l", "{\"lease_seconds\":1}", "messages#"), "1",
	    "leased for a second");
	clock_sleep_us(1050000);
	is_str(lease(a, "l", "{}", "messages[0].attempt"), "2",
	    "it is delivered again when that is over");
}

/* max_deliveries of the configuration, then a dead letter with the reason. */
static void
test_dead(struct api *a)
{
	char body[256];
	const struct api_request nack = { .method = "POST",
		.path = "/v1/queues/d/nack",
		.body = body };
	const struct api_request look = { .path = "/v1/queues/d/messages" };

	publish(a, "d", 0);
	for (int i = 1; i <= 2; i++) {
		(void)snprintf(body, sizeof(body),
		    "{\"leases\":[\"%s\"],\"reason\":\"fault %d\"}",
		    lease(a, "d", "{}", "messages[0].lease"), i);
		(void)api_call(a, &nack);
		is_str(api_value(a, "done"), "1", "given back %d", i);
	}
	is_str(lease(a, "d", "{}", "messages#"), "0", "no more of it");
	(void)api_call(a, &look);
	is_str(api_value(a, "messages[0].state"), "dead", "it is dead");
	ok(strstr(api_value(a, "messages[0].reason"), "fault 2") != NULL,
	    "with the last reason: %s", buf_cstr(&a->value));
}

/* Waiting ends in time, and at once when there is something. */
static void
test_wait(struct api *a)
{
	int64_t from = clock_mono_us();

	is_str(lease(a, "w", "{\"wait_seconds\":1}", "messages#"), "0",
	    "nobody comes");
	ok(clock_mono_us() - from >= 1000000, "for a second");
	publish(a, "w", 0);
	from = clock_mono_us();
	is_str(lease(a, "w", "{\"wait_seconds\":20}", "messages#"), "1",
	    "one is there");
	ok(clock_mono_us() - from < 10000000, "so nobody waits");
}

/* A client that goes at any of our looks leaves messages as they were. */
static void
test_gone(struct api *a)
{
	int n = 0;

	for (int i = 0; i < 3; i++)
		publish(a, "gone", i);
	for (a->gone_after = 1; a->gone_after < 6; a->gone_after++) {
		is_str(lease(a, a->gone_after < 3 ? "gone" : "none",
			   "{\"wait_seconds\":20}", "messages#"),
		    "0", "gone at look %d", a->gone_after);
		is_str(api_sql_text(a,
			   "SELECT group_concat(attempt || state || "
			   "(lease IS NULL)) FROM message WHERE queue = "
			   "'gone'"),
		    "001,001,001", "and nothing was leased");
		n++;
	}
	a->gone_after = 0;
	is_str(lease(a, "gone", "{\"wait_seconds\":20}", "messages[2].attempt"),
	    "1", "one that stays gets all for the first time");
	printf("# %d clients that went\n", n);
}

/* A thousand leases at once, and no more. */
static void
test_many(struct api *a)
{
	struct buf b = BUF_INIT;
	struct api_request r = { .method = "POST", .path = Q "ack" };

	buf_str(&b, "{\"leases\":[\"x\"");
	for (int i = 1; i < 1000; i++)
		buf_str(&b, ",\"x\"");
	buf_str(&b, "]}");
	r.body = buf_cstr(&b);
	r.len = b.len;
	is_int(api_call(a, &r), 200, "a thousand leases");
	is_str(api_value(a, "lapsed"), "1000", "have lapsed");
	b.len -= 2;
	buf_str(&b, ",\"x\"]}");
	r.body = buf_cstr(&b);
	r.len = b.len;
	is_int(api_call(a, &r), 400, "one more");
	is_str(api_value(a, "error_data.leases"), "are more than 1000",
	    "is too many");
	buf_fini(&b);
}

int
main(void)
{
	struct api a;

	api_open(&a, "timezone = UTC\nqueue d {\n\tmax_deliveries = 2\n}\n");
	API_RUN(&a, session);
	API_RUN(&a, bad);
	test_order(&a);
	test_lapse(&a);
	test_dead(&a);
	test_wait(&a);
	test_gone(&a);
	test_many(&a);
	api_close(&a);
	return tap_done();
}
