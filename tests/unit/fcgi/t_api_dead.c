/* Dead letters by HTTP: list, show, replay, purge, of one queue and of all. */
#include "config.h"

#include "tests/unit/api.h"

#include "lib/base/ban.h"

/* Dead letters by HTTP: list, show, replay, purge, of one and of all. */

#define DEAD(q) "/v1/queues/" q "/dead"
#define PUBLISH "POST", "/funboost/publish"

static const char conf[] = "timezone = UTC\nmax_deliveries = 1\n"
			   "webhook \"main\" {\n"
			   "\turl = \"http://127.0.0.1:1/\"\n"
			   "\tsecret = \"s\"\n}\n"
			   "queue \"r*\" {\n\tbroker = webhook\n}\n";

/* Ten in each place of a queue, and one that is no JSON in another. */
static const char rows[] =
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
    " WHERE i < 10) INSERT INTO message (queue, priority, state, attempt,"
    " enqueued_us, reason, body) SELECT 'rr', 0, 2, 5, i * 1000000, 'why',"
    " json_object('task_id', 'q' || i, 'job_id', 'j', 'kwargs',"
    " json_object('i', i)) FROM n;"
    "INSERT INTO run (task_id, job, queue, job_id, slot_us, last_us, count,"
    " state, reason, decided_us) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL"
    " SELECT i + 1 FROM n WHERE i < 10) SELECT 'b' || i, 1, 'rr', 'j',"
    " i * 1000000, i * 1000000, 1, iif(i % 2, 'dead', 'refused'), 'no', i"
    " FROM n;"
    "INSERT INTO outbox (run, queue, kwargs, priority, base_us, cap_us,"
    " due_us, attempt) SELECT id, 'rr', '{\"i\":1}', 0, 1, 1, slot_us, 2"
    " FROM run WHERE queue = 'rr';"
    "INSERT INTO message (queue, priority, state, attempt, enqueued_us, body)"
    " VALUES ('odd', 0, 2, 1, 1, 'no json')";

/* clang-format off */
static const struct api_case reads[] = {
	{ "all of a queue", "GET", DEAD("rr"), NULL, 200, "dead#=20 | dead[0].id=q1 | dead[9].id=q10 | dead[10].id=b1 | dead[19].id=b10 | next_cursor!", NULL },
	{ "one of the queue", "GET", DEAD("rr") "/q2", NULL, 200, "id=q2 | queue_name=rr | job_id=j | where=queue | reason=why | attempt=5 | slot! | since=1970-01-01T00:00:02Z | body={\"task_id\":\"q2\",\"job_id\":\"j\",\"kwargs\":{\"i\":2}}", NULL },
	{ "one for a broker", "GET", DEAD("rr") "/b3", NULL, 200, "id=b3 | queue_name=rr | job_id=j | where=broker | reason=no | attempt=2 | slot=1970-01-01T00:00:03Z | since=1970-01-01T00:00:03Z | body={\"args\":[],\"kwargs\":{\"i\":1}}", NULL },
	{ "one that is no JSON", "GET", DEAD("odd"), NULL, 200, "dead#=1 | dead[0].id~message: | dead[0].body=no json | dead[0].job_id! | dead[0].reason! | dead[0].slot!", "dead[0].id" },
	{ "by its number", "GET", DEAD("odd") "/{kept}", NULL, 200, "body=no json", NULL },
	{ "none", "GET", DEAD("nobody's"), NULL, 200, "dead=[] | next_cursor!", NULL },
	{ "a page", "GET", DEAD("rr") "?limit=9", NULL, 200, "dead#=9 | dead[8].id=q9", "next_cursor" },
	{ "the next", "GET", DEAD("rr") "?limit=9&cursor={kept}", NULL, 200, "dead#=9 | dead[0].id=q10 | dead[8].id=b8", "next_cursor" },
	{ "the last", "GET", DEAD("rr") "?limit=9&cursor={kept}", NULL, 200, "dead#=2 | dead[1].id=b10 | next_cursor!", NULL },
	{ "a page that fits", "GET", DEAD("rr") "?limit=20", NULL, 200, "dead#=20 | next_cursor!", NULL },
	{ "limit 0", "GET", DEAD("rr") "?limit=0", NULL, 400, "error_data.limit~from 1 to 1000", NULL },
	{ "limit 1001", "GET", DEAD("rr") "?limit=1001", NULL, 400, "error_data.limit~from 1 to 1000", NULL },
	{ "a cursor of nobody's", "GET", DEAD("rr") "?cursor=x", NULL, 400, "error_data.cursor=is not a cursor of this list", NULL },
	{ "that of another list", "GET", DEAD("rr") "?cursor=1.1,1.1", NULL, 400, "error_data.cursor?", NULL },
	{ "a cursor twice", "GET", DEAD("rr") "?cursor=a&cursor=b", NULL, 400, "error_data.cursor=was given twice", NULL },
	{ "an empty cursor is the start", "GET", DEAD("rr") "?cursor=&limit=1", NULL, 200, "dead[0].id=q1", NULL },
	{ "no such message", "GET", DEAD("rr") "/q11", NULL, 404, "message=The queue has no dead letter q11 | error_data={}", NULL },
	{ "one of another queue", "GET", DEAD("odd") "/q1", NULL, 404, NULL, NULL },
	{ "a queue that is no name", "GET", DEAD("a\tb"), NULL, 400, "error_data.queue~control characters", NULL },
	{ "a message that is no name", "GET", DEAD("rr") "/a\tb", NULL, 400, "error_data.message~control characters", NULL },
	{ "to patch is not known", "PATCH", DEAD("rr") "/q1", "{}", 405, NULL, NULL },
	{ "to post to the list neither", "POST", DEAD("rr"), NULL, 405, NULL, NULL },
};

static const struct api_case writes[] = {
	{ "replay none", "POST", DEAD("rr") "/q11/replay", NULL, 404, "message=The queue has no dead letter q11", NULL },
	{ "purge, the message lost its place", "DELETE", DEAD("rr") "?message=q1", NULL, 400, "error_data.message~is unknown", NULL },
	{ "purge, it is in the body", "DELETE", DEAD("rr"), "{\"id\":\"q1\"}", 400, "error_data.id~is unknown", NULL },
	{ "purge, a name that is empty", "DELETE", DEAD("rr") "/", NULL, 404, NULL, NULL },
	{ "replay, the message lost its place", "POST", DEAD("rr") "/replay?id=q1", NULL, 400, "error_data.id~is unknown", NULL },
	{ "replay, it is in the body", "POST", DEAD("rr") "/replay", "{\"message\":null}", 400, "error_data.message~is unknown", NULL },
	{ "all are there still", "GET", DEAD("rr"), NULL, 200, "dead#=20", NULL },
	{ "purge none", "DELETE", DEAD("rr") "/q11", NULL, 404, "message=The queue has no dead letter q11", NULL },
	{ "replay one", "POST", DEAD("rr") "/q1/replay", NULL, 200, "replayed=1", NULL },
	{ "it is ready", "GET", "/v1/queues/rr/messages?limit=1", NULL, 200, "messages[0].state=ready | messages[0].attempt=0 | messages[0].body.task_id=q1", NULL },
	{ "replay it once more", "POST", DEAD("rr") "/q1/replay", NULL, 404, NULL, NULL },
	{ "replay one for a broker", "POST", DEAD("rr") "/b1/replay", NULL, 200, "replayed=1", NULL },
	{ "it is due", "GET", "/v1/runs/b1", NULL, 200, "state=due | reason~replayed by ", NULL },
	{ "and no dead letter", "GET", DEAD("rr") "/b1", NULL, 404, NULL, NULL },
	{ "purge one", "DELETE", DEAD("rr") "/q2", NULL, 200, "purged=1", NULL },
	{ "and one for a broker", "DELETE", DEAD("rr") "/b2", NULL, 200, "purged=1", NULL },
	{ "its run stays as it is", "GET", "/v1/runs/b2", NULL, 200, "state=refused | reason=no", NULL },
	{ "sixteen are left", "GET", DEAD("rr"), NULL, 200, "dead#=16 | dead[0].id=q3 | dead[8].id=b3", NULL },
	{ "a queue counts them", "GET", "/v1/queues", NULL, 200, "queues[1].queue_name=rr | queues[1].dead=16 | queues[1].waiting=1", NULL },
	{ "replay all of none", "POST", DEAD("nobody's") "/replay", NULL, 200, "replayed=0", NULL },
	{ "purge all of none", "DELETE", DEAD("nobody's"), NULL, 200, "purged=0", NULL },
	{ "an empty name is no path", "DELETE", DEAD("rr") "/", NULL, 404, NULL, NULL },
	{ "replay all", "POST", DEAD("rr") "/replay", NULL, 200, "replayed=16", NULL },
	{ "none is left", "GET", DEAD("rr"), NULL, 200, "dead=[]", NULL },
	{ "other queues are left alone", "GET", DEAD("odd"), NULL, 200, "dead#=1", NULL },
	{ "purge all", "DELETE", DEAD("odd"), NULL, 200, "purged=1", NULL },
	{ "none is left there", "GET", DEAD("odd"), NULL, 200, "dead=[]", NULL },
	{ "a message called replay", PUBLISH, "{\"queue_name\":\"w\",\"msg_body\":{},\"task_id\":\"replay\"}", 200, NULL, NULL },
	{ "leased", "POST", "/v1/queues/w/lease", "{}", 200, "messages#=1", "messages[0].lease" },
	{ "and given back", "POST", "/v1/queues/w/nack", "{\"leases\":[\"{kept}\"],\"reason\":\"no\"}", 200, "done=1", NULL },
	{ "is shown", "GET", DEAD("w") "/replay", NULL, 200, "id=replay | reason=no | slot?", NULL },
	{ "and replayed", "POST", DEAD("w") "/replay/replay", NULL, 200, "replayed=1", NULL },
};
/* clang-format on */

/* Nobody sees or touches those of queues that are not his. */
static void
test_access(struct api *a)
{
	static const struct {
		unsigned scopes;
		const char *queues, *method, *path;
		int status;
	} cases[] = {
		{ TOKEN_READ, "*", "GET", DEAD("acc"), 200 },
		{ TOKEN_READ, "ac*", "GET", DEAD("acc") "/none", 404 },
		{ TOKEN_READ, "x*", "GET", DEAD("acc"), 404 },
		{ TOKEN_READ, "x*", "GET", DEAD("acc") "/none", 404 },
		{ TOKEN_READ, "*", "DELETE", DEAD("acc"), 403 },
		{ TOKEN_READ, "*", "DELETE", DEAD("acc") "/none", 403 },
		{ TOKEN_READ, "*", "POST", DEAD("acc") "/replay", 403 },
		{ TOKEN_READ, "*", "POST", DEAD("acc") "/none/replay", 403 },
		{ TOKEN_WRITE, "ac*", "POST", DEAD("acc") "/replay", 200 },
		{ TOKEN_WRITE, "ac*", "DELETE", DEAD("acc"), 200 },
		{ TOKEN_WRITE, "x*", "POST", DEAD("acc") "/replay", 404 },
		{ TOKEN_WRITE, "x*", "DELETE", DEAD("acc"), 404 },
		{ TOKEN_WRITE, "x*", "DELETE", DEAD("acc") "/none", 404 },
		{ TOKEN_WRITE, "ac*", "GET", DEAD("acc"), 403 },
	};
	char text[TOKEN_TEXT_MAX];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct api_request r = { .method = cases[i].method,
			.path = cases[i].path };

		api_token(a, cases[i].scopes, cases[i].queues, 0, text);
		a->token = text;
		is_int(api_call(a, &r), cases[i].status, "%s %s for %s",
		    r.method, r.path, cases[i].queues);
	}
	a->token = a->admin;
}

/* In Chinese, and in the audit. */
static void
test_rest(struct api *a)
{
	const struct api_request r = { .path = DEAD("rr") "/x", .lang = "zh" };

	(void)api_call(a, &r);
	is_str(api_value(a, "message"), "该队列没有死信 x", "in Chinese");
	is_str(api_sql_text(a,
		   "SELECT count(*) || ' ' || sum(job_id IS NULL) FROM audit"
		   " WHERE action = 'dead.replay'"),
	    "5 3", "replays in the audit, of one with its job");
	is_str(api_sql_text(a,
		   "SELECT count(*) FROM audit WHERE action = 'dead.purge'"),
	    "3", "purges, too");
}

int
main(void)
{
	struct api a;

	api_open(&a, conf);
	api_sql(&a, rows);
	API_RUN(&a, reads);
	API_RUN(&a, writes);
	test_access(&a);
	test_rest(&a);
	api_close(&a);
	return tap_done();
}
