/*
 * Native routes name jobs, queues, runs and messages by parameters and members:
 * each is walked with names that no path can hold, and each is refused without
 * them.  The routes with names in their paths do the same.
 */

#include "config.h"

#include <string.h>

#include "fcgi/api/route.h"
#include "lib/json/json.h"
#include "tests/unit/api.h"

#include "lib/base/ban.h"

/* clang-format off */
#define Q "a/b"
#define J "x/../y"
#define QJ "queue_name=a%2Fb&job_id=x%2F..%2Fy"
#define NAMES "\"queue_name\":\"" Q "\",\"job_id\":\"" J "\""
#define ADD "{" NAMES ",\"trigger\":\"cron\",\"hour\":3}"

static const struct api_case slashes[] = {
	{ "add", "POST", "/v1/jobs", ADD, 200, "queue_name=" Q " | job_id=" J " | warnings?", NULL },
	{ "but once", "POST", "/v1/jobs", ADD, 409, "message~conflicts", NULL },
	{ "list", "GET", "/v1/jobs", NULL, 200, "jobs#=1 | total_count=1 | jobs_by_queue! | jobs[0].job_id=" J, NULL },
	{ "of the queue", "GET", "/v1/jobs?queue_name=a%2Fb&limit=1", NULL, 200, "jobs#=1", NULL },
	{ "of another", "GET", "/v1/jobs?queue_name=a", NULL, 200, "jobs#=0 | next_cursor!", NULL },
	{ "a filter that is none", "GET", "/v1/jobs?queue=a", NULL, 400, "error_data.queue~is unknown", NULL },
	{ "show", "GET", "/v1/job?" QJ, NULL, 200, "job_id=" J " | status=running", NULL },
	{ "pause", "POST", "/v1/job/pause?" QJ, NULL, 200, "status=paused", NULL },
	{ "resume, by members", "POST", "/v1/job/resume", "{" NAMES "}", 200, "status=running", NULL },
	{ "change", "PATCH", "/v1/job", "{" NAMES ",\"set\":{\"description\":\"d\"}}", 200, "description=d", NULL },
	{ "change, names in the query", "PATCH", "/v1/job?" QJ, "{\"set\":{\"priority\":7}}", 200, "priority=7 | description=d", NULL },
	{ "nothing to set", "PATCH", "/v1/job", "{" NAMES "}", 400, "error_data.set~required", NULL },
	{ "a set that is none", "PATCH", "/v1/job", "{" NAMES ",\"set\":1}", 400, "error_data.set?", NULL },
	{ "members beside it", "PATCH", "/v1/job", "{" NAMES ",\"set\":{},\"priority\":1}", 400, "error_data.priority?", NULL },
	{ "a name twice", "PATCH", "/v1/job?" QJ, "{" NAMES ",\"set\":{}}", 400, "error_data.queue_name~twice", NULL },
	{ "a name within set", "PATCH", "/v1/job", "{" NAMES ",\"set\":{\"job_id\":\"z\"}}", 400, "error_data.job_id~cannot be changed", NULL },
	{ "run", "POST", "/v1/job/run", "{" NAMES "}", 200, "run_id?", "run_id" },
	{ "its run", "GET", "/v1/run?run_id={kept}", NULL, 200, "job_id=" J, NULL },
	{ "replay it", "POST", "/v1/run/replay?run_id={kept}", NULL, 200, "run_id?", NULL },
	{ "messages", "GET", "/v1/messages?queue_name=a%2Fb", NULL, 200, "messages#=2", NULL },
	{ "queues", "GET", "/v1/queues", NULL, 200, "queues#=1 | queues[0].depth=2", NULL },
	{ "one of them", "GET", "/v1/queues?queue_name=a%2Fb", NULL, 200, "queues#=1", NULL },
	{ "none of that name", "GET", "/v1/queues?queue_name=a", NULL, 200, "queues#=0", NULL },
	{ "switch it off", "POST", "/v1/queue/pause?queue_name=a%2Fb", NULL, 200, "status_str=paused", NULL },
	{ "and on", "POST", "/v1/queue/resume", "{\"queue_name\":\"" Q "\"}", 200, "status_str=running", NULL },
	{ "lease", "POST", "/v1/lease", "{\"queue_name\":\"" Q "\",\"max\":1}", 200, "messages#=1", "messages[0].lease" },
	{ "extend", "POST", "/v1/extend", "{\"queue_name\":\"" Q "\",\"leases\":[\"{kept}\"]}", 200, "done=1", NULL },
	{ "acknowledge", "POST", "/v1/ack?queue_name=a%2Fb", "{\"leases\":[\"{kept}\"]}", 200, "done=1", NULL },
	{ "lease the other", "POST", "/v1/lease", "{\"queue_name\":\"" Q "\"}", 200, "messages#=1", "messages[0].lease" },
	{ "give it back", "POST", "/v1/nack", "{\"queue_name\":\"" Q "\",\"leases\":[\"{kept}\"]}", 200, "done=1", NULL },
	{ "a field that is none", "POST", "/v1/lease", "{\"queue_name\":\"" Q "\",\"maxx\":1}", 400, "error_data.maxx?", NULL },
	{ "publish under a name with slashes", "POST", "/funboost/publish", "{\"queue_name\":\"" Q "\",\"msg_body\":{},\"task_id\":\"t/1\"}", 200, NULL, NULL },
	{ "its run", "GET", "/v1/run?run_id=t%2F1", NULL, 200, "id=t/1", NULL },
};

static const struct api_case dead[] = {
	{ "list the dead", "GET", "/v1/dead?queue_name=a%2Fb", NULL, 200, "dead#=2", NULL },
	{ "show one", "GET", "/v1/dead/letter?queue_name=a%2Fb&id=t%2F1", NULL, 200, "id=t/1", NULL },
	{ "show none", "GET", "/v1/dead/letter?queue_name=a%2Fb&id=t", NULL, 404, NULL, NULL },
	{ "replay: which?", "POST", "/v1/dead/replay", "{\"queue_name\":\"" Q "\"}", 400, "error_data.ids~required", NULL },
	{ "purge: which?", "POST", "/v1/dead/purge", "{\"queue_name\":\"" Q "\"}", 400, "error_data.ids~required", NULL },
	{ "purge: none is not all", "POST", "/v1/dead/purge", "{\"queue_name\":\"" Q "\",\"ids\":[]}", 400, "error_data.ids~required", NULL },
	{ "purge: not both", "POST", "/v1/dead/purge", "{\"queue_name\":\"" Q "\",\"ids\":[\"t/1\"],\"all\":true}", 400, "error_data.ids~only one of them", NULL },
	{ "purge: all: false is not all", "POST", "/v1/dead/purge", "{\"queue_name\":\"" Q "\",\"all\":false}", 400, "error_data.ids?", NULL },
	{ "purge one that is not there", "POST", "/v1/dead/purge", "{\"queue_name\":\"" Q "\",\"ids\":[\"none\"]}", 404, NULL, NULL },
	{ "replay one of two", "POST", "/v1/dead/replay", "{\"queue_name\":\"" Q "\",\"ids\":[\"t/1\",\"none\"]}", 404, "error_data.ids~none", NULL },
	{ "which changed nothing", "GET", "/v1/dead?queue_name=a%2Fb", NULL, 200, "dead#=2", NULL },
	{ "replay it alone, named twice", "POST", "/v1/dead/replay", "{\"queue_name\":\"" Q "\",\"ids\":[\"t/1\",\"t/1\"]}", 200, "replayed=1", NULL },
	{ "one is left", "GET", "/v1/dead?queue_name=a%2Fb", NULL, 200, "dead#=1", "dead[0].id" },
	{ "forget it", "DELETE", "/v1/dead/letter?queue_name=a%2Fb&id={kept}", NULL, 200, "purged=1", NULL },
	{ "forget all", "POST", "/v1/dead/purge", "{\"queue_name\":\"" Q "\",\"all\":true}", 200, "purged=0", NULL },
	{ "delete the job", "DELETE", "/v1/job?" QJ, NULL, 200, "deleted=1", NULL },
	{ "it is gone", "DELETE", "/v1/job?" QJ, NULL, 404, NULL, NULL },
	{ "pause it", "POST", "/v1/job/pause?" QJ, NULL, 404, NULL, NULL },
};

/* The same by paths, for names that one can hold. */
static const struct api_case paths[] = {
	{ "add", "POST", "/v1/jobs", "{\"queue_name\":\"q\",\"job_id\":\"j\",\"trigger\":\"cron\",\"hour\":3}", 200, NULL, NULL },
	{ "show", "GET", "/v1/timing_jobs/q/j", NULL, 200, "job_id=j", NULL },
	{ "change", "PATCH", "/v1/timing_jobs/q/j", "{\"priority\":3}", 200, "priority=3", NULL },
	{ "run", "POST", "/v1/timing_jobs/q/j/run", NULL, 200, NULL, "run_id" },
	{ "its run", "GET", "/v1/runs/{kept}", NULL, 200, "job_id=j", NULL },
	{ "lease", "POST", "/v1/queues/q/lease", "{}", 200, "messages#=1", "messages[0].lease" },
	{ "a name in the body of a path is none", "POST", "/v1/queues/q/lease", "{\"queue_name\":\"q\"}", 400, "error_data.queue_name?", NULL },
	{ "acknowledge", "POST", "/v1/queues/q/ack", "{\"leases\":[\"{kept}\"]}", 200, "done=1", NULL },
};
/* clang-format on */

/* Each route that takes names: 400 that names those that are missing. */
static void
test_missing(struct api *a)
{
	static const struct {
		unsigned bit;
		const char *name;
	} names[] = {
		{ ROUTE_QUEUE, "queue_name" },
		{ ROUTE_JOB, "job_id" },
		{ ROUTE_RUN, "run_id" },
		{ ROUTE_MESSAGE, "id" },
	};
	static const char *const values[] = { NULL, "", "a%09b", "%FF" };
	const struct route *r;
	int n = 0;

	for (size_t i = 0; (r = route_at(i)) != NULL; i++)
		/* Names in the path are there. */
		for (size_t v = 0;
		     r->names != 0 && strchr(r->pattern, '{') == NULL && v < 4;
		     v++) {
			struct buf path = BUF_INIT;
			struct api_request req = { .lang = "en" };

			buf_printf(&path, "%s?x=1", r->pattern);
			for (size_t k = 0; values[v] != NULL && k < 4; k++)
				buf_printf(&path, "&%s=%s", names[k].name,
				    values[v]);
			req.method = route_method_name(r->method);
			req.path = buf_cstr(&path);
			is_int(api_call(a, &req),
			    r->names == ROUTE_ANY_QUEUE && v < 2 &&
				    r->method == HTTP_GET ?
				200 :
				400,
			    "%s %s", req.method, req.path);
			for (size_t k = 0; k < 4; k++)
				ok((r->names & names[k].bit) == 0 ||
					json_has(json_member(a->json,
						     "error_data"),
					    names[k].name),
				    "%s is named", names[k].name);
			n++;
			buf_fini(&path);
		}
	printf("# %d requests without names\n", n);
	ok(n >= 60, "%d requests", n);
}

int
main(void)
{
	struct api a;

	api_open(&a, NULL);
	test_missing(&a);
	API_RUN(&a, slashes);
	api_sql(&a, "UPDATE message SET state = 2");
	API_RUN(&a, dead);
	API_RUN(&a, paths);
	api_close(&a);
	return tap_done();
}
