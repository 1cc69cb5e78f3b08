/* What workers report of their runs by HTTP: start, progress, done, fail. */
#include "config.h"

#include "tests/unit/api.h"

#include "lib/base/ban.h"

#define RUN "/v1/runs/one/"
#define NAMED(step) "POST", "/v1/run/" step
#define LOOK "GET", "/v1/runs/one"
#define PUBLISH(id) \
	"POST", "/funboost/publish", \
	    "{\"queue_name\":\"q\",\"msg_body\":{},\"task_id\":\"" id "\"}"

/* clang-format off */
static const struct api_case session[] = {
	{ "a message comes", PUBLISH("one"), 200, NULL, NULL },
	{ "it waits", LOOK, NULL, 200, "outcome=queued | attempts=0 | started_at!", NULL },
	{ "no progress before it begins", "POST", RUN "progress", "{\"output\":\"x\"}", 409, "message~queued", NULL },
	{ "an attempt begins", "POST", RUN "start", "{\"worker\":\"w1\"}", 200, "id=one | outcome=running", NULL },
	{ "twice is once", "POST", RUN "start", "{\"worker\":\"w1\"}", 200, "outcome=running", NULL },
	{ "nor does a nameless start begin another", "POST", RUN "start", "{}", 200, NULL, NULL },
	{ "it runs", LOOK, NULL, 200, "outcome=running | attempts=1 | worker=w1 | started_at~Z | finished_at! | earlier_attempts=[]", NULL },
	{ "what it prints", NAMED("progress"), "{\"run_id\":\"one\",\"output\":\"half\"}", 200, "outcome=running", NULL },
	{ "is shown", LOOK, NULL, 200, "output=half", NULL },
	{ "how far it is", "POST", RUN "progress", "{\"percent\":40,\"progress\":\"reads 表\"}", 200, "outcome=running", NULL },
	{ "is shown as well, beside the output", LOOK, NULL, 200, "percent=40 | progress=reads 表 | output=half", NULL },
	{ "what is not said stays", "POST", RUN "progress", "{\"percent\":100}", 200, NULL, NULL },
	{ "as it was", LOOK, NULL, 200, "percent=100 | progress=reads 表", NULL },
	{ "another worker takes over", "POST", RUN "start", "{\"worker\":\"w2\"}", 200, "outcome=running", NULL },
	{ "and is at its own beginning", LOOK, NULL, 200, "percent! | progress!", NULL },
	{ "the first attempt was lost", LOOK, NULL, 200, "attempts=2 | worker=w2 | earlier_attempts#=1 | earlier_attempts[0].worker=w1 | earlier_attempts[0].error=another attempt began", NULL },
	{ "it fails", NAMED("fail"), "{\"run_id\":\"one\",\"queue_name\":\"q\",\"error\":\"no disk: 满\",\"status\":3,\"output\":\"all\"}", 200, "outcome=failed", NULL },
	{ "twice is once", NAMED("fail"), "{\"run_id\":\"one\",\"error\":\"else\"}", 200, "outcome=failed", NULL },
	{ "with all that was said", LOOK, NULL, 200, "outcome=failed | status=3 | error=no disk: 满 | output=all | duration_ms? | attempts=2", NULL },
	{ "what failed has not succeeded", "POST", RUN "done", "{}", 409, "message~its outcome is failed", NULL },
	{ "lists find it", "GET", "/v1/runs?outcome=failed,dead", NULL, 200, "runs#=1 | runs[0].id=one", NULL },
	{ "and not elsewhere", "GET", "/v1/runs?outcome=succeeded", NULL, 200, "runs=[]", NULL },
	{ "it is tried again", "POST", RUN "start", "{\"worker\":\"w3\"}", 200, "outcome=running", NULL },
	{ "prints something", "POST", RUN "progress", "{\"output\":\"rows\"}", 200, NULL, NULL },
	{ "and works", "POST", RUN "done", "{\"result\":{\"n\":[1]}}", 200, "outcome=succeeded", NULL },
	{ "as is shown", LOOK, NULL, 200, "outcome=succeeded | attempts=3 | error! | status! | result={\"n\":[1]} | output=rows | earlier_attempts#=2", NULL },
	{ "the end alone", PUBLISH("two"), 200, NULL, NULL },
	{ "is an attempt of no length", NAMED("done"), "{\"run_id\":\"two\"}", 200, "outcome=succeeded", NULL },
	{ "of which the ends are known", "GET", "/v1/runs/two", NULL, 200, "attempts=1 | duration_ms=0", NULL },
	{ "too late", PUBLISH("three"), 200, NULL, NULL },
	{ "is an outcome, too", NAMED("fail"), "{\"run_id\":\"three\",\"expired\":true}", 200, "outcome=expired", NULL },
	{ "a false one is none", PUBLISH("four"), 200, NULL, NULL },
	{ "but a failure", NAMED("fail"), "{\"run_id\":\"four\",\"expired\":false}", 200, "outcome=failed", NULL },
	{ "no such run", NAMED("done"), "{\"run_id\":\"five\"}", 404, "message~five", NULL },
	{ "nor of that queue", NAMED("done"), "{\"run_id\":\"four\",\"queue_name\":\"r\"}", 404, NULL, NULL },
	{ "a worker's acknowledgment keeps its report", "POST", "/v1/queues/q/lease", "{\"worker\":\"w4\"}", 200, "messages#=4 | messages[0].body.task_id=one", "messages[0].lease" },
	{ "a lease that is extended says how far", "POST", "/v1/queues/q/extend", "{\"leases\":[\"{kept}\"],\"percent\":5,\"progress\":\"p\"}", 200, "done=1", NULL },
	{ "of its run", LOOK, NULL, 200, "percent=5 | progress=p", NULL },
	{ "of the attempt that it has leased", "POST", RUN "fail", "{\"error\":\"mine\"}", 200, "outcome=failed", NULL },
	{ "though it is acknowledged", "POST", "/v1/queues/q/ack", "{\"leases\":[\"{kept}\"]}", 200, "done=1", NULL },
	{ "it has failed", LOOK, NULL, 200, "outcome=failed | error=mine | attempts=4 | worker=w4", NULL },
};

/* What is wrong with a report is named, and nothing changes. */
static const struct api_case bad[] = {
	{ "a worker of another type", "POST", RUN "start", "{\"worker\":1}", 400, "error_data.worker? | error_data#=1", NULL },
	{ "no such field", "POST", RUN "start", "{\"works\":1}", 400, "error_data.works~worker", NULL },
	{ "progress without output", "POST", RUN "progress", "{}", 400, "error_data.output~required", NULL },
	{ "more than all", "POST", RUN "progress", "{\"percent\":101}", 400, "error_data.percent~100", NULL },
	{ "no number", "POST", RUN "progress", "{\"percent\":\"x\"}", 400, "error_data.percent?", NULL },
	{ "no text", "POST", "/v1/queues/q/extend", "{\"leases\":[\"dx\"],\"progress\":1,\"percent\":-1}", 400, "error_data.progress? | error_data.percent?", NULL },
	{ "a status that is none", "POST", RUN "done", "{\"status\":600}", 400, "error_data.status~599", NULL },
	{ "success has no error", "POST", RUN "done", "{\"error\":\"x\"}", 400, "error_data.error?", NULL },
	{ "no yes and no no", "POST", RUN "fail", "{\"expired\":\"no\"}", 400, "error_data.expired?", NULL },
	{ "a run without a name", NAMED("done"), "{}", 400, "error_data.run_id?", NULL },
	{ "an outcome that is none", "GET", "/v1/runs?outcome=done", NULL, 400, "error_data.outcome~succeeded", NULL },
	{ "nor is an empty one of two", "GET", "/v1/runs?outcome=dead,", NULL, 400, "error_data.outcome?", NULL },
	{ "all is as it was", LOOK, NULL, 200, "outcome=failed | error=mine | attempts=4", NULL },
};
/* clang-format on */

int
main(void)
{
	struct api a;

	api_open(&a, NULL);
	API_RUN(&a, session);
	API_RUN(&a, bad);
	api_close(&a);
	return tap_done();
}
