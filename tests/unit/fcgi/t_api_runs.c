/* The ledger by HTTP: each parameter of runs, run, replay and why. */
#include "config.h"

#include "tests/unit/api.h"

#include "lib/base/ban.h"

/* The ledger's routes: each parameter of runs, run, replay and why. */

#define RUNS "GET", "/v1/runs"
#define WHY "GET", "/v1/why"
#define ADD "POST", "/funboost/add_timing_job"
#define DAILY \
	"{\"queue_name\":\"q\",\"job_id\":\"j\",\"trigger\":\"cron\"," \
	"\"hour\":3,\"start_date\":\"2090-01-01\",\"end_date\":\"2090-02-01\"}"

/* Ten rows of each outcome in two queues, a second apart; q before r. */
static const char rows[] =
    "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n "
    "WHERE i < 79) INSERT INTO run (task_id, job, queue, job_id, slot_us, "
    "last_us, count, state, decided_us, reason) SELECT 't' || i, 1 + i / 40, "
    "iif(i < 40, 'q', 'r'), iif(i < 40, 'j', 'k'), i * 1000000, "
    "i * 1000000 + (i % 4 = 2) * 500000, 1 + (i % 4 = 2), "
    "CASE i % 4 WHEN 0 THEN 'sent' WHEN 1 THEN 'missed' WHEN 2 THEN "
    "'coalesced' ELSE 'paused' END, i * 1000000 + 5, "
    "iif(i % 4 = 0, NULL, 'because') FROM n;"
    "INSERT INTO job_gone (queue, job_id, job) VALUES ('q', 'j', 1), ('r', 'k', 2)";

/* clang-format off */
static const struct api_case runs[] = {
	{ "all of them", RUNS, NULL, 200, "runs#=80 | runs[0].id=t79 | runs[79].id=t0 | next_cursor!", NULL },
	{ "one in all its fields", RUNS "/t2", NULL, 200, "id=t2 | queue_name=q | job_id=j | slot=1970-01-01T00:00:02Z | last_slot=1970-01-01T00:00:02.500000Z | count=2 | state=coalesced | reason=because | decided_at=1970-01-01T00:00:02.000005Z", NULL },
	{ "a reason that is none", RUNS "/t0", NULL, 200, "reason! | state=sent | count=1 | slot=1970-01-01T00:00:00Z | started_at! | outcome=unreported", NULL },
	{ "sent", RUNS "?state=sent", NULL, 200, "runs#=20 | runs[0].id=t76", NULL },
	{ "missed", RUNS "?state=missed", NULL, 200, "runs#=20 | runs[0].id=t77", NULL },
	{ "coalesced", RUNS "?state=coalesced", NULL, 200, "runs#=20 | runs[0].id=t78", NULL },
	{ "paused", RUNS "?state=paused", NULL, 200, "runs#=20 | runs[0].id=t79", NULL },
	{ "an empty state is none", RUNS "?state=", NULL, 200, "runs#=80", NULL },
	{ "another state", RUNS "?state=Sent", NULL, 400, "error_data.state~must be sent, missed, ", NULL },
	{ "state twice", RUNS "?state=sent&state=missed", NULL, 400, "error_data.state=was given twice", NULL },
	{ "a queue", RUNS "?queue_name=r", NULL, 200, "runs#=40 | runs[39].id=t40", NULL },
	{ "an empty queue is none", RUNS "?queue_name=", NULL, 200, "runs#=80", NULL },
	{ "a queue too long", RUNS "?queue_name=" X256, NULL, 400, "error_data.queue_name~at most 255", NULL },
	{ "a queue twice", RUNS "?queue_name=q&queue_name=q", NULL, 400, "error_data.queue_name=was given twice", NULL },
	{ "a job", RUNS "?queue_name=q&job_id=j", NULL, 200, "runs#=40", NULL },
	{ "an empty job is none", RUNS "?queue_name=q&job_id=", NULL, 200, "runs#=40", NULL },
	{ "a job of another queue", RUNS "?queue_name=q&job_id=k", NULL, 200, "runs=[]", NULL },
	{ "a job without a queue", RUNS "?job_id=j", NULL, 400, "error_data.queue_name=is required with job_id", NULL },
	{ "a job too long", RUNS "?queue_name=q&job_id=" X256, NULL, 400, "error_data.job_id~at most 255", NULL },
	{ "from, which is included", RUNS "?from=1970-01-01T00:01:10Z", NULL, 200, "runs#=10 | runs[9].id=t70", NULL },
	{ "to, which is not", RUNS "?to=1970-01-01T00:00:10Z", NULL, 200, "runs#=10 | runs[0].id=t9", NULL },
	{ "in the default zone", RUNS "?to=1970-01-01+08:00:10", NULL, 200, "runs#=10", NULL },
	{ "nothing between", RUNS "?from=1970-01-01T00:00:10Z&to=1970-01-01T00:00:10Z", NULL, 200, "runs=[] | next_cursor!", NULL },
	{ "an empty from is none", RUNS "?from=&to=", NULL, 200, "runs#=80", NULL },
	{ "a from that is no time", RUNS "?from=soon", NULL, 400, "error_data.from~Invalid date string", NULL },
	{ "a to that is no day", RUNS "?to=2026-02-30", NULL, 400, "error_data.to~day is out of range", NULL },
	{ "from twice", RUNS "?from=2026-01-01&from=2026-01-01", NULL, 400, "error_data.from=was given twice", NULL },
	{ "a page", RUNS "?limit=30", NULL, 200, "runs#=30 | runs[29].id=t50", "next_cursor" },
	{ "the next", RUNS "?limit=30&cursor={kept}", NULL, 200, "runs#=30 | runs[0].id=t49", "next_cursor" },
	{ "the last", RUNS "?limit=30&cursor={kept}", NULL, 200, "runs#=20 | runs[19].id=t0 | next_cursor!", NULL },
	{ "a page that fits is the last", RUNS "?limit=80", NULL, 200, "runs#=80 | next_cursor!", NULL },
	{ "a page of a filter", RUNS "?limit=15&state=paused", NULL, 200, "runs#=15", "next_cursor" },
	{ "goes on by it", RUNS "?limit=15&state=paused&cursor={kept}", NULL, 200, "runs#=5 | runs[4].id=t3", NULL },
	{ "limit 0", RUNS "?limit=0", NULL, 400, "error_data.limit=must be a whole number from 1 to 1000", NULL },
	{ "limit 1001", RUNS "?limit=1001", NULL, 400, "error_data.limit~from 1 to 1000", NULL },
	{ "limit -1", RUNS "?limit=-1", NULL, 400, "error_data.limit~from 1 to 1000", NULL },
	{ "a cursor of nobody's", RUNS "?cursor=x", NULL, 400, "error_data.cursor=is not a cursor of this list", NULL },
	{ "an empty cursor is the start", RUNS "?cursor=&limit=1", NULL, 200, "runs[0].id=t79", NULL },
	{ "a cursor twice", RUNS "?cursor=a&cursor=b", NULL, 400, "error_data.cursor=was given twice", NULL },
	{ "unknown ones are ignored", RUNS "?x=1&x=2", NULL, 200, "runs#=80", NULL },
	{ "all faults at once", RUNS "?state=x&from=x&to=x&limit=x&job_id=%00&queue_name=%ff", NULL, 400, "error_data#=6", NULL },
};

/* Of them t40 is dead, and t44 was canceled. */
static const char works[] =
    "INSERT INTO work (run, outcome, due_us, attempts, error) SELECT id,"
    " CASE task_id WHEN 't40' THEN 'dead' WHEN 't44' THEN 'canceled' ELSE"
    " 'succeeded' END, slot_us, 1, iif(task_id = 't40', 'Boom 7', NULL) FROM run"
    " WHERE state = 'sent'";

static const struct api_case more[] = {
	{ "two states", RUNS "?state=missed,paused", NULL, 200, "runs#=40 | runs[0].id=t79 | runs[1].id=t77 | runs[39].id=t1", NULL },
	{ "one of them is sent", RUNS "?state=sent,paused&limit=3", NULL, 200, "runs#=3 | runs[0].id=t79 | runs[1].id=t76 | runs[2].id=t75", "next_cursor" },
	{ "the next page of them", RUNS "?state=sent,paused&limit=3&cursor={kept}", NULL, 200, "runs[0].id=t72 | runs[1].id=t71 | runs[2].id=t68", NULL },
	{ "of a queue", RUNS "?state=missed,coalesced&queue_name=q", NULL, 200, "runs#=20 | runs[0].id=t38", NULL },
	{ "of a job", RUNS "?state=missed,coalesced&queue_name=q&job_id=j&limit=2", NULL, 200, "runs#=2 | runs[0].id=t38 | runs[1].id=t37", NULL },
	{ "states with a blank", RUNS "?state=sent,+missed", NULL, 400, "error_data.state~comma-separated", NULL },
	{ "an empty one among them", RUNS "?state=sent,", NULL, 400, "error_data.state~comma-separated", NULL },
	{ "problems", RUNS "?problem=1", NULL, 200, "runs#=22 | runs[0].id=t77 | next_cursor!", NULL },
	{ "each once, in order", RUNS "?problem=1&from=1970-01-01T00:00:40Z&to=1970-01-01T00:00:46Z", NULL, 200, "runs#=4 | runs[0].id=t45 | runs[1].id=t44 | runs[2].id=t41 | runs[3].id=t40 | runs[3].outcome=dead", NULL },
	{ "problems of a queue", RUNS "?problem=1&queue_name=q", NULL, 200, "runs#=10", NULL },
	{ "problems with an outcome", RUNS "?problem=1&outcome=dead", NULL, 200, "runs#=1 | runs[0].id=t40", NULL },
	{ "no problem asked for", RUNS "?problem=0", NULL, 200, "runs#=80", NULL },
	{ "problem of another kind", RUNS "?problem=yes", NULL, 400, "error_data.problem=must be 1 or 0", NULL },
	{ "problems in a state", RUNS "?problem=1&state=missed", NULL, 400, "error_data.state=excludes problem", NULL },
	{ "oldest first", RUNS "?order=asc&limit=30", NULL, 200, "runs#=30 | runs[0].id=t0 | runs[29].id=t29", "next_cursor" },
	{ "and on", RUNS "?order=asc&limit=30&cursor={kept}", NULL, 200, "runs#=30 | runs[0].id=t30", "next_cursor" },
	{ "to the end", RUNS "?order=asc&limit=30&cursor={kept}", NULL, 200, "runs#=20 | runs[19].id=t79 | next_cursor!", NULL },
	{ "oldest first, from and to", RUNS "?order=asc&from=1970-01-01T00:00:10Z&to=1970-01-01T00:00:12Z", NULL, 200, "runs#=2 | runs[0].id=t10 | runs[1].id=t11", NULL },
	{ "of a state", RUNS "?order=asc&state=missed&limit=2", NULL, 200, "runs[0].id=t1 | runs[1].id=t5", NULL },
	{ "of a queue's state", RUNS "?order=asc&state=missed&queue_name=r&limit=2", NULL, 200, "runs[0].id=t41 | runs[1].id=t45", NULL },
	{ "of a queue", RUNS "?order=asc&queue_name=r&limit=1", NULL, 200, "runs[0].id=t40", NULL },
	{ "of a job", RUNS "?order=asc&queue_name=r&job_id=k&to=1970-01-01T00:00:42Z", NULL, 200, "runs#=2 | runs[1].id=t41", NULL },
	{ "of problems", RUNS "?order=asc&problem=1&queue_name=r&limit=3", NULL, 200, "runs[0].id=t40 | runs[1].id=t41 | runs[2].id=t44", NULL },
	{ "of outcomes", RUNS "?order=asc&outcome=dead,canceled", NULL, 200, "runs#=2 | runs[0].id=t40 | runs[1].id=t44", NULL },
	{ "newest first, said", RUNS "?order=desc&limit=1", NULL, 200, "runs[0].id=t79", NULL },
	{ "another order", RUNS "?order=up", NULL, 400, "error_data.order=must be asc or desc", NULL },
	{ "a text in a reason", RUNS "?q=BECAUSE&limit=5", NULL, 200, "runs#=5 | runs[0].id=t79 | runs[3].id=t75", "next_cursor" },
	{ "goes on after the last one", RUNS "?q=BECAUSE&limit=5&cursor={kept}", NULL, 200, "runs#=5 | runs[0].id=t73", NULL },
	{ "a text in an error", RUNS "?q=boom+7", NULL, 200, "runs#=1 | runs[0].id=t40 | next_cursor!", NULL },
	{ "a text in a job's id", RUNS "?q=k&state=sent", NULL, 200, "runs#=10", NULL },
	{ "a text that is nowhere", RUNS "?q=%25", NULL, 200, "runs=[] | next_cursor!", NULL },
	{ "an empty text is any", RUNS "?q=", NULL, 200, "runs#=80", NULL },
	{ "a text, oldest first", RUNS "?q=because&order=asc&limit=1", NULL, 200, "runs[0].id=t1", NULL },
};

static const struct api_case one[] = {
	{ "no such run", RUNS "/t80", NULL, 404, "message=No such run: t80 | error_data={}", NULL },
	{ "its name is no path", RUNS "/a/b", NULL, 404, "message=No such resource", NULL },
	{ "replay none", "POST", "/v1/runs/t80/replay", NULL, 404, "message=No such run: t80", NULL },
	{ "replay without job and message", "POST", "/v1/runs/t0/replay", NULL, 409, "message~its parameters are unknown | error_data={}", NULL },
	{ "a job with parameters", ADD, "{\"queue_name\":\"q\",\"job_id\":\"p\",\"trigger\":\"date\",\"run_date\":\"2099-01-01\",\"args\":[1],\"priority\":4}", 200, NULL, NULL },
	{ "run it", "POST", "/v1/timing_jobs/q/p/run", NULL, 200, "run_id?", "run_id" },
	{ "replay that", "POST", "/v1/runs/{kept}/replay", NULL, 200, "run_id?", "run_id" },
	{ "it is told that it is one", RUNS "/{kept}", NULL, 200, "state=sent | job_id=p | reason~replay of", NULL },
	{ "and is in the queue once more", "GET", "/v1/queues/q/messages", NULL, 200, "messages#=2 | messages[1].priority=4 | messages[1].body.args=[1]", NULL },
	{ "replay a replay", "POST", "/v1/runs/{kept}/replay", NULL, 200, "run_id?", NULL },
	{ "a body does no harm", "POST", "/v1/runs/{kept}/replay", "{\"x\":1}", 200, "run_id?", NULL },
};

static const struct api_case why[] = {
	{ "nothing given", WHY, NULL, 400, "error_data#=3 | error_data.at=is required: a time | error_data.queue_name=is required | error_data.job_id=is required", NULL },
	{ "no instant", WHY "?queue_name=q&job_id=j", NULL, 400, "error_data#=1 | error_data.at~is required", NULL },
	{ "two instants", WHY "?queue_name=q&job_id=j&at=2026-01-01&at=2026-01-02", NULL, 400, "error_data.at=was given twice", NULL },
	{ "no such job", WHY "?queue_name=q&job_id=none&at=2026-01-01", NULL, 404, "message=No such job: none", NULL },
	{ "the job", ADD, DAILY, 200, NULL, NULL },
	{ "no time", WHY "?queue_name=q&job_id=j&at=soon", NULL, 400, "error_data.at~Invalid date string", NULL },
	{ "an empty time", WHY "?queue_name=q&job_id=j&at=", NULL, 400, "error_data.at~Invalid date string", NULL },
	{ "no day", WHY "?queue_name=q&job_id=j&at=2026-02-30", NULL, 400, "error_data.at~day is out of range", NULL },
	{ "a slot ahead", WHY "?queue_name=q&job_id=j&at=2090-01-05+03:00:00", NULL, 200, "answer=will_fire | message~will fire | facts.timezone=Asia/Shanghai | facts.slot=2090-01-04T19:00:00Z", NULL },
	{ "with an offset", WHY "?queue_name=q&job_id=j&at=2090-01-04T19:00:00Z", NULL, 200, "answer=will_fire", NULL },
	{ "a second without a fraction is all of it", WHY "?queue_name=q&job_id=j&at=2090-01-05+03:00", NULL, 200, "answer=will_fire", NULL },
	{ "between two", WHY "?queue_name=q&job_id=j&at=2090-01-05+04:00", NULL, 200, "answer=no_slot", NULL },
	{ "before the first", WHY "?queue_name=q&job_id=j&at=2090-01-01+02:00", NULL, 200, "answer=no_slot", NULL },
	{ "behind the last", WHY "?queue_name=q&job_id=j&at=2090-02-01+03:00", NULL, 200, "answer=exhausted", NULL },
	{ "before there was a job", WHY "?queue_name=q&job_id=j&at=2020-01-01", NULL, 200, "answer=before_job", NULL },
	{ "off", "POST", "/funboost/pause_scheduler?queue_name=q", NULL, 200, NULL, NULL },
	{ "the queue is off", WHY "?queue_name=q&job_id=j&at=2090-01-05+03:00:00", NULL, 200, "answer=queue_paused", NULL },
	{ "paused", "POST", "/funboost/pause_timing_job?queue_name=q&job_id=j", NULL, 200, NULL, NULL },
	{ "the job rests", WHY "?queue_name=q&job_id=j&at=2090-01-05+03:00:00", NULL, 200, "answer=job_paused", NULL },
	{ "its earlier rows are asked too", WHY "?queue_name=r&job_id=k&at=1970-01-01T00:00:40Z", NULL, 200, "answer=ran | message~It ran | facts.run_id=t40", NULL },
	{ "missed", WHY "?queue_name=r&job_id=k&at=1970-01-01T00:00:41Z", NULL, 200, "answer=missed | message~because", NULL },
	{ "coalesced", WHY "?queue_name=r&job_id=k&at=1970-01-01T00:00:42Z", NULL, 200, "answer=coalesced", NULL },
	{ "was paused", WHY "?queue_name=r&job_id=k&at=1970-01-01T00:00:43Z", NULL, 200, "answer=was_paused", NULL },
	{ "gone", WHY "?queue_name=r&job_id=k&at=2026-01-01", NULL, 200, "answer=gone", NULL },
};
/* clang-format on */

int
main(void)
{
	struct api a;

	api_open(&a, NULL);
	api_sql(&a, rows);
	API_RUN(&a, runs);
	API_RUN(&a, one);
	api_close(&a);
	api_open(&a, NULL);
	api_sql(&a, rows);
	api_sql(&a, works);
	API_RUN(&a, more);
	api_close(&a);
	api_open(&a, NULL);
	api_sql(&a, rows);
	api_sql(&a,
	    "DELETE FROM run WHERE queue = 'q'; "
	    "DELETE FROM job_gone WHERE queue = 'q'");
	API_RUN(&a, why);
	api_close(&a);
	return tap_done();
}
