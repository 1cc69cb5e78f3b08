/* Jobs by HTTP: list, get, pause, resume, run, patch, delete. */
#include "config.h"

#include "tests/unit/api.h"

#include "lib/base/ban.h"

/*
 * Jobs one by one and in lists: sessions in the order a client has them, and
 * every parameter of these routes, missing, bad, twice and unknown.
 */

#define F "/funboost/"
#define ADD "POST", F "add_timing_job"
#define GET_JOB "GET", F "get_timing_job?"
#define GET_JOBS "GET", F "get_timing_jobs?"
#define DELETE_JOB "DELETE", F "delete_timing_job?"
#define DELETE_ALL "DELETE", F "delete_all_timing_jobs"
#define PAUSE "POST", F "pause_timing_job?"
#define RESUME "POST", F "resume_timing_job?"
#define IN_Q(id) "{\"queue_name\":\"q\",\"job_id\":\"" id "\","

/* clang-format off */
static const struct api_case empty[] = {
	{ "no job is there", GET_JOBS, NULL, 200, "msg=OK | data={\"jobs\":[],\"count\":0,\"jobs_by_queue\":{},\"total_count\":0}", NULL },
	{ "nor in a queue", GET_JOBS "queue_name=q", NULL, 200, "data.count=0", NULL },
	{ "nor when a page is asked for", GET_JOBS "limit=5", NULL, 200, "data.count=0 | data.next_cursor!", NULL },
	{ "nothing to show", GET_JOB "queue_name=q&job_id=a", NULL, 404, "error=not_found | msg=No such job: a | error_data!", NULL },
	{ "nothing to delete", DELETE_JOB "queue_name=q&job_id=a", NULL, 404, "msg=Deleting the job failed: 'No job by the id of a was found'", NULL },
	{ "nothing to pause", PAUSE "queue_name=q&job_id=a", NULL, 404, "msg=Pausing the job failed: 'No job by the id of a was found'", NULL },
	{ "nothing to resume", RESUME "queue_name=q&job_id=a", NULL, 404, "msg=Resuming the job failed: 'No job by the id of a was found'", NULL },
	{ "nothing to run", "POST", "/v1/timing_jobs/q/a/run", NULL, 404, "message=No such job: a | error_data={}", NULL },
	{ "none to delete at once", DELETE_ALL, NULL, 200, "msg=Number of jobs deleted: 0 | data={\"deleted_count\":0,\"failed_jobs\":[]}", NULL },
};

static const struct api_case session[] = {
	{ "add", ADD, IN_Q("a") "\"trigger\":\"interval\",\"hours\":2}", 200, "msg=Job added | data.warnings#=1 | data.warnings[0].code=unknown_queue", NULL },
	{ "the same id again", ADD, IN_Q("a") "\"trigger\":\"interval\",\"hours\":3}", 409, "error=conflict | msg=Adding the job failed: 'Job identifier (a) conflicts with an existing job' | error_data!", NULL },
	{ "which changed nothing", GET_JOB "queue_name=q&job_id=a", NULL, 200, "data.trigger=interval[2:00:00]", NULL },
	{ "the same in the other store", ADD, IN_Q("a") "\"trigger\":\"interval\",\"hours\":3,\"job_store_kind\":\"memory\"}", 200, "data.job_store_kind=memory", NULL },
	{ "without a kind the durable one is meant", GET_JOB "queue_name=q&job_id=a", NULL, 200, "data.job_store_kind=redis", NULL },
	{ "with it, the other", GET_JOB "queue_name=q&job_id=a&job_store_kind=memory", NULL, 200, "data.trigger=interval[3:00:00]", NULL },
	{ "which is listed", GET_JOBS, NULL, 200, "data.count=1 | data.jobs[0].job_store_kind=redis", NULL },
	{ "both, when that is said", GET_JOBS "job_store_kind=all", NULL, 200, "data.count=2 | data.jobs[0].trigger=interval[2:00:00] | data.jobs_by_queue.q#=2", NULL },
	{ "or one", GET_JOBS "job_store_kind=sqlite", NULL, 200, "data.count=1 | data.jobs[0].job_store_kind=redis", NULL },
	{ "delete that of the memory", DELETE_JOB "queue_name=q&job_id=a&job_store_kind=memory", NULL, 200, "msg=Job a deleted | data!", NULL },
	{ "it is gone", GET_JOB "queue_name=q&job_id=a&job_store_kind=memory", NULL, 404, NULL, NULL },
	{ "pause", PAUSE "queue_name=q&job_id=a", NULL, 200, "msg=Job a is paused | data.status=paused | data.next_run_time!", NULL },
	{ "pause again", PAUSE "queue_name=q&job_id=a", NULL, 200, "data.status=paused", NULL },
	{ "it shows", GET_JOB "queue_name=q&job_id=a", NULL, 200, "data.status=paused | data.reason?", NULL },
	{ "replaced, it stays paused", ADD, IN_Q("a") "\"trigger\":\"cron\",\"hour\":4,\"replace_existing\":true}", 200, "data.status=paused | data.next_run_time! | data.reason?", NULL },
	{ "replaced, it runs", ADD, IN_Q("a") "\"trigger\":\"cron\",\"hour\":4,\"replace_existing\":true,\"paused\":false}", 200, "data.status=running | data.next_run_time? | data.reason!", NULL },
	{ "pause for the next", PAUSE "queue_name=q&job_id=a", NULL, 200, NULL, NULL },
	{ "resume", RESUME "queue_name=q&job_id=a", NULL, 200, "msg=Job a is resumed | data.status=running | data.next_run_time~04:00:00+08:00", NULL },
	{ "resume again", RESUME "queue_name=q&job_id=a", NULL, 200, "data.status=running", NULL },
	{ "run it now", "POST", "/v1/timing_jobs/q/a/run", NULL, 200, "run_id~-7", "run_id" },
	{ "the run is in the ledger", "GET", "/v1/runs/{kept}", NULL, 200, "job_id=a | state=sent", NULL },
	{ "the schedule is as it was", GET_JOB "queue_name=q&job_id=a", NULL, 200, "data.next_run_time~04:00:00+08:00", NULL },
	{ "a paused one can be run, too", PAUSE "queue_name=q&job_id=a", NULL, 200, NULL, NULL },
	{ "and stays paused", "POST", "/v1/timing_jobs/q/a/run", NULL, 200, "run_id?", NULL },
	{ "as one sees", GET_JOB "queue_name=q&job_id=a", NULL, 200, "data.status=paused", NULL },
	{ "delete", DELETE_JOB "queue_name=q&job_id=a", NULL, 200, "msg=Job a deleted", NULL },
	{ "a second time", DELETE_JOB "queue_name=q&job_id=a", NULL, 404, NULL, NULL },
	{ "its runs outlive it", "GET", "/v1/runs?queue_name=q&job_id=a", NULL, 200, "runs#=2", NULL },
};

/* Sorted by next run, those without last; the same in pages. */
static const struct api_case lists[] = {
	{ "add c", ADD, IN_Q("c") "\"trigger\":\"date\",\"run_date\":\"2099-03-01\"}", 200, NULL, NULL },
	{ "add a", ADD, IN_Q("a") "\"trigger\":\"date\",\"run_date\":\"2099-01-01\"}", 200, NULL, NULL },
	{ "add p", ADD, IN_Q("p") "\"trigger\":\"date\",\"run_date\":\"2099-01-02\",\"paused\":true}", 200, NULL, NULL },
	{ "add b", ADD, IN_Q("b") "\"trigger\":\"date\",\"run_date\":\"2099-02-01\",\"job_store_kind\":\"memory\"}", 200, NULL, NULL },
	{ "add r", ADD, "{\"queue_name\":\"r\",\"job_id\":\"r\",\"trigger\":\"date\",\"run_date\":\"2099-01-15\"}", 200, NULL, NULL },
	{ "all, in order", GET_JOBS "job_store_kind=all", NULL, 200, "data.count=5 | data.total_count=5 | data.jobs[0].job_id=a | data.jobs[1].job_id=r | data.jobs[2].job_id=b | data.jobs[3].job_id=c | data.jobs[4].job_id=p | data.next_cursor!", NULL },
	{ "by queue, in order", GET_JOBS "job_store_kind=all", NULL, 200, "data.jobs_by_queue#=2 | data.jobs_by_queue.q[0].job_id=a | data.jobs_by_queue.q[1].job_id=b | data.jobs_by_queue.q[3].job_id=p | data.jobs_by_queue.r[0].job_id=r", NULL },
	{ "an empty queue_name is none here", GET_JOBS "job_store_kind=all&queue_name=", NULL, 200, "data.count=5", NULL },
	{ "an empty kind is none", GET_JOBS "job_store_kind=", NULL, 200, "data.count=4", NULL },
	{ "one queue", GET_JOBS "queue_name=r", NULL, 200, "data.count=1 | data.jobs_by_queue#=1", NULL },
	{ "no such queue", GET_JOBS "queue_name=R", NULL, 200, "succ=true | data.count=0", NULL },
	{ "the first page", GET_JOBS "job_store_kind=all&limit=2", NULL, 200, "data.count=2 | data.total_count=5 | data.jobs[1].job_id=r", "data.next_cursor" },
	{ "the second", GET_JOBS "job_store_kind=all&limit=2&cursor={kept}", NULL, 200, "data.count=2 | data.total_count=5 | data.jobs[0].job_id=b | data.jobs[1].job_id=c", "data.next_cursor" },
	{ "the last", GET_JOBS "job_store_kind=all&limit=2&cursor={kept}", NULL, 200, "data.count=1 | data.jobs[0].job_id=p | data.next_cursor!", NULL },
	{ "a page of one queue", GET_JOBS "job_store_kind=all&limit=3&queue_name=q", NULL, 200, "data.count=3 | data.total_count=4", "data.next_cursor" },
	{ "and what is left of it", GET_JOBS "job_store_kind=all&limit=3&queue_name=q&cursor={kept}", NULL, 200, "data.count=1 | data.jobs[0].job_id=p", NULL },
	{ "a page that holds all", GET_JOBS "job_store_kind=all&limit=1000", NULL, 200, "data.count=5 | data.next_cursor!", NULL },
	{ "an empty cursor is the start", GET_JOBS "limit=1&cursor=", NULL, 200, "data.jobs[0].job_id=a", NULL },
	{ "limit 0", GET_JOBS "limit=0", NULL, 400, "error_data.limit=must be a whole number from 1 to 1000", NULL },
	{ "limit 1001", GET_JOBS "limit=1001", NULL, 400, "error_data.limit~from 1 to 1000", NULL },
	{ "limit in words", GET_JOBS "limit=many", NULL, 400, "error_data.limit~whole number", NULL },
	{ "an empty limit is none", GET_JOBS "job_store_kind=all&limit=", NULL, 200, "data.count=5", NULL },
	{ "limit twice", GET_JOBS "limit=1&limit=1", NULL, 400, "error_data.limit=was given twice", NULL },
	{ "a cursor of nobody's", GET_JOBS "limit=1&cursor=x", NULL, 400, "error_data.cursor=is not a cursor of this list", NULL },
	{ "all faults at once", GET_JOBS "limit=x&job_store_kind=x&queue_name=%00&cursor=%zz", NULL, 400, "error_data#=4", NULL },
	{ "delete those of the store that was not named", DELETE_ALL "?queue_name=none", NULL, 200, "data.deleted_count=0", NULL },
	{ "delete those of one store", DELETE_ALL "?queue_name=q&job_store_kind=memory", NULL, 200, "data.deleted_count=1", NULL },
	{ "of one queue", DELETE_ALL "?queue_name=q", NULL, 200, "msg=Number of jobs deleted: 3 | data.deleted_count=3", NULL },
	{ "of all", DELETE_ALL, NULL, 200, "data.deleted_count=1 | data.failed_jobs=[]", NULL },
};

/* The routes about one job take the same three parameters. */
static const struct api_case of_one[] = {
	{ "nothing given", NULL, "", NULL, 400, "error_data.job_id=is required | error_data.queue_name=is required | error_data#=2", NULL },
	{ "no queue", NULL, "job_id=a", NULL, 400, "error_data.queue_name=is required | error_data#=1", NULL },
	{ "no job", NULL, "queue_name=q", NULL, 400, "error_data.job_id=is required | error_data#=1", NULL },
	{ "an empty job", NULL, "queue_name=q&job_id=", NULL, 400, "error_data.job_id=must not be empty", NULL },
	{ "a name without =", NULL, "queue_name=q&job_id", NULL, 400, "error_data.job_id=must not be empty", NULL },
	{ "an empty queue", NULL, "queue_name=&job_id=a", NULL, 400, "error_data.queue_name=must not be empty", NULL },
	{ "a job too long", NULL, "queue_name=q&job_id=" X256, NULL, 400, "error_data.job_id~at most 255", NULL },
	{ "a queue too long", NULL, "job_id=a&queue_name=" X256, NULL, 400, "error_data.queue_name~at most 255", NULL },
	{ "the longest names", NULL, "queue_name=" X255 "&job_id=" X255, NULL, 404, "error=not_found", NULL },
	{ "a job given twice", NULL, "queue_name=q&job_id=a&job_id=a", NULL, 400, "error_data.job_id=was given twice", NULL },
	{ "a queue given twice", NULL, "queue_name=q&job_id=a&queue_name=r", NULL, 400, "error_data.queue_name=was given twice", NULL },
	{ "no UTF-8", NULL, "queue_name=%e9&job_id=a", NULL, 400, "error_data.queue_name~UTF-8", NULL },
	{ "a control character", NULL, "queue_name=q&job_id=a%0a", NULL, 400, "error_data.job_id~control characters", NULL },
	{ "NUL", NULL, "queue_name=q&job_id=a%00b", NULL, 400, "error_data.job_id~NUL", NULL },
	{ "half an escape", NULL, "queue_name=q&job_id=a%2", NULL, 400, "error_data.job_id~two hex digits", NULL },
	{ "no such kind", NULL, "queue_name=q&job_id=a&job_store_kind=disk", NULL, 400, "error_data.job_store_kind=must be redis, sqlite, memory or all", NULL },
	{ "a kind twice", NULL, "queue_name=q&job_id=a&job_store_kind=redis&job_store_kind=redis", NULL, 400, "error_data.job_store_kind=was given twice", NULL },
	{ "an empty kind is none", NULL, "queue_name=q&job_id=none&job_store_kind=", NULL, 404, NULL, NULL },
	{ "unknown parameters are ignored", NULL, "queue_name=q&job_id=none&_=17&_=18&x=%zz", NULL, 404, NULL, NULL },
	{ "any script, escaped or not", NULL, "queue_name=%E9%98%9F列&job_id=%F0%9F%9A%80+x", NULL, 404, "msg~🚀 x", NULL },
	{ "a plus is a blank, %2b is a plus", NULL, "queue_name=q&job_id=a+b%2bc", NULL, 404, "msg~a b+c", NULL },
};
/* clang-format on */

/* What is asked of get_timing_job is asked of all four. */
static void
run_of_one(struct api *a)
{
	static const struct {
		const char *method, *path;
	} routes[] = {
		{ GET_JOB },
		{ DELETE_JOB },
		{ PAUSE },
		{ RESUME },
	};
	char path[1024];

	for (size_t r = 0; r < sizeof(routes) / sizeof(routes[0]); r++) {
		for (size_t i = 0; i < sizeof(of_one) / sizeof(of_one[0]);
		     i++) {
			struct api_case c = of_one[i];

			(void)snprintf(path, sizeof(path), "%s%s",
			    routes[r].path, c.path);
			c.method = routes[r].method;
			c.path = path;
			api_run(a, &c, 1);
		}
	}
}

/* Four ways to say the same. */
static void
run_forms(struct api *a)
{
	static const char form[] = "application/x-www-form-urlencoded";
	static const struct {
		const char *query, *body, *type;
		int status;
	} cases[] = {
		{ "?queue_name=q&job_id=a", NULL, NULL, 200 },
		{ "", "queue_name=q&job_id=a", form, 200 },
		{ "", "queue_name=q&job_id=%61", form, 200 },
		{ "", "{\"queue_name\":\"q\",\"job_id\":\"a\"}", NULL, 200 },
		{ "?queue_name=q", "{\"job_id\":\"a\"}", NULL, 200 },
		{ "?queue_name=q", "job_id=a", form, 200 },
		{ "?queue_name=q", "{\"job_id\":\"a\",\"queue_name\":null}",
		    NULL, 200 },
		{ "?queue_name=q", "{\"job_id\":\"a\",\"queue_name\":\"q\"}",
		    NULL, 400 },
		{ "",
		    "{\"queue_name\":\"q\",\"job_id\":\"a\",\"job_id\":\"b\"}",
		    NULL, 400 },
		{ "", "{\"queue_name\":\"q\",\"job_id\":[\"a\"]}", NULL, 400 },
		{ "", "{\"queue_name\":\"q\",\"job_id\":true}", NULL, 400 },
		{ "", "{\"queue_name\":\"q\",\"job_id\":1.5}", NULL, 400 },
		/* A number is as good as its digits. */
		{ "", "{\"queue_name\":\"q\",\"job_id\":7}", NULL, 404 },
		{ "", "[]", NULL, 400 },
		{ "", "queue_name=q&job_id=a", "text/plain", 415 },
		{ "", "queue_name=q&job_id=a", "multipart/form-data", 415 },
	};
	char path[128];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct api_request r = {
			.method = "POST",
			.path = path,
			.body = cases[i].body,
			.type = cases[i].type,
		};

		(void)snprintf(path, sizeof(path), F "pause_timing_job%s",
		    cases[i].query);
		is_int(api_call(a, &r), cases[i].status, "%s with %s",
		    cases[i].query, r.body == NULL ? "no body" : r.body);
		ok(api_flaw(a) == NULL, "in good form");
	}
}

int
main(void)
{
	static const struct api_case add_a = { "add for the forms", ADD,
		IN_Q("a") "\"trigger\":\"interval\",\"hours\":2}", 200, NULL,
		NULL };
	struct api a;

	api_open(&a, NULL);
	API_RUN(&a, empty);
	API_RUN(&a, session);
	API_RUN(&a, lists);
	run_of_one(&a);
	api_run(&a, &add_a, 1);
	run_forms(&a);
	api_close(&a);
	return tap_done();
}
