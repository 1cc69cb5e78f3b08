/*
 * What clients of funboost rely on: members that its server ignored, lists
 * that name every queue, names of messages, and warnings for what is meant
 * otherwise.
 */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "fcgi/api/route.h"
#include "tests/unit/api.h"

#include "lib/base/err.h"
#include "lib/base/ban.h"

#define ADD "POST", "/funboost/add_timing_job"
#define LIST "GET", "/funboost/get_timing_jobs"
#define PUBLISH "POST", "/funboost/publish"
#define OF "\"queue_name\":\"q\",\"job_id\":\"j\""

/* A body that is good on each route below /funboost. */
static const struct {
	const char *path;
	const char *members;
} bodies[] = {
	{ "add_timing_job",
	    OF ",\"trigger\":\"interval\",\"hours\":1,"
	       "\"replace_existing\":true" },
	{ "get_timing_jobs", "\"queue_name\":\"q\"" },
	{ "get_timing_job", OF },
	{ "delete_timing_job", OF },
	{ "delete_all_timing_jobs", "\"queue_name\":\"q\"" },
	{ "pause_timing_job", OF },
	{ "resume_timing_job", OF },
	{ "get_scheduler_status", "\"queue_name\":\"q\"" },
	{ "pause_scheduler", "\"queue_name\":\"q\"" },
	{ "resume_scheduler", "\"queue_name\":\"q\"" },
	{ "publish", "\"queue_name\":\"q\",\"msg_body\":{}" },
	{ "get_msg_count", "\"queue_name\":\"q\"" },
	{ "clear_queue", "\"queue_name\":\"q\"" },
	{ "get_all_queues", "" },
	{ "get_queues_config", "" },
	{ "get_one_queue_config", "\"queue_name\":\"q\"" },
};
#define NBODIES (sizeof(bodies) / sizeof(bodies[0]))

static const char *
members_of(const char *path)
{
	for (size_t i = 0; i < NBODIES; i++)
		if (strcmp(bodies[i].path, path) == 0)
			return bodies[i].members;
	return NULL;
}

/* One more member in a good body; the answer's status. */
static void
with_member(struct api *a, const struct route *r, const char *member,
    const char *want, int status)
{
	const char *path = r->pattern + strlen("/funboost/");
	const char *members = members_of(path);
	struct err why;
	char body[512];
	const struct api_case add = { "", ADD, body, 200, NULL, NULL };
	const struct api_case c = { "", route_method_name(r->method),
		r->pattern, body, status, want, NULL };
	bool is_good;

	/* There is always the job that some routes need. */
	(void)snprintf(body, sizeof(body), "{%s}", bodies[0].members);
	(void)api_judge(a, &add, &why);
	(void)snprintf(body, sizeof(body), "{%s%s%s}", members,
	    *members == '\0' ? "" : ",", member);
	is_good = api_judge(a, &c, &why);
	ok(is_good, "%s with %s", path, member);
	if (!is_good)
		printf("# %s\n# %s\n# %s\n", body, why.text,
		    buf_cstr(&a->body));
}

static void
check_routes(struct api *a)
{
	const struct route *r;
	int n = 0;

	for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
		if (strncmp(r->pattern, "/funboost/", 10) != 0)
			continue;
		if (members_of(r->pattern + 10) == NULL) {
			ok(strcmp(r->pattern, "/funboost/get_result") == 0,
			    "%s has a body here", r->pattern);
			continue;
		}
		n++;
		with_member(a, r, "\"wobble\":{\"a\":[1]}",
		    "succ=true | data.warnings~\"code\":\"ignored\",\"message\":"
		    "\"unknown field wobble: ignored\"",
		    200);
		if (*members_of(r->pattern + 10) != '\0')
			with_member(a, r, "\"queue_nam\":\"q\"",
			    "error_data.queue_nam~did you mean queue_name?",
			    400);
	}
	is_int(n, (int)NBODIES, "every body was tried");
	printf("# %d routes with members that are not known\n", n);
}

/* clang-format off */
static const struct api_case ignored[] = {
	{ "in Chinese, as these clients are", ADD, "{\"queue_name\":\"i\",\"trigger\":\"interval\",\"hours\":1,\"xyzzy\":1}", 200, "data.warnings[0].code=ignored | data.warnings[0].message~xyzzy", NULL },
	{ "other ways to write a name are near misses", ADD, "{\"queueName\":\"i\",\"trigger\":\"date\"}", 400, "error_data.queueName~did you mean queue_name?", NULL },
	{ "dashes", ADD, "{\"queue_name\":\"i\",\"trigger\":\"cron\",\"day-of-week\":1}", 400, "error_data.'day-of-week'~did you mean day_of_week?", NULL },
	{ "three letters have one", ADD, "{\"queue_name\":\"i\",\"trigger\":\"interval\",\"hours\":1,\"bar\":1,\"foo\":2}", 200, "data.warnings#=3 | data.warnings[0].code=ignored | data.warnings[1].code=ignored | data.warnings[2].code=unknown_queue", NULL },
	{ "below ours nothing is ignored", ADD, "{\"queue_name\":\"i\",\"trigger\":\"interval\",\"hours\":1,\"retry\":{\"x\":1}}", 400, "error_data.'retry.x'=unknown field", NULL },
	{ "native routes refuse", "POST", "/v1/preview", "{\"trigger\":\"interval\",\"hours\":1,\"xyzzy\":1}", 400, "error_data.xyzzy=unknown field", NULL },
	{ "all queues by accident: never", "DELETE", "/funboost/delete_all_timing_jobs", "{\"xyzzy\":\"q\"}", 400, "error_data.xyzzy~is unknown", NULL },
	{ "in a query, too", LIST "?_=1", NULL, 200, "data.warnings[0].code=ignored", NULL },
	{ "where all is known there is no list", LIST "?queue_name=q", NULL, 200, "data.warnings!", NULL },
};

static const struct api_case fields[] = {
	{ "a field of interval beside cron", ADD, "{\"queue_name\":\"f\",\"trigger\":\"cron\",\"minute\":0,\"hours\":9}", 200, "data.warnings[0].code=ignored_field | data.warnings[0].message~hours is not a field of trigger cron", NULL },
	{ "of cron beside interval", ADD, "{\"queue_name\":\"f\",\"trigger\":\"interval\",\"hours\":1,\"minute\":\"*/5\"}", 200, "data.warnings[0].code=ignored_field | data.warnings[0].message~minute", NULL },
	{ "each of them", ADD, "{\"queue_name\":\"f\",\"trigger\":\"interval\",\"hours\":1,\"minute\":5,\"run_date\":\"x\",\"crontab\":[]}", 200, "data.warnings[0].code=ignored_field | data.warnings[1].code=ignored_field | data.warnings[2].code=ignored_field", NULL },
	{ "leftovers say nothing", ADD, "{\"queue_name\":\"f\",\"trigger\":\"interval\",\"hours\":1,\"minute\":null,\"hour\":\"\",\"second\":0,\"week\":0.0,\"run_date\":\"\"}", 200, "data.warnings#=1 | data.warnings[0].code=unknown_queue", NULL },
	{ "a date is not run at once for it", ADD, "{\"queue_name\":\"f\",\"trigger\":\"date\",\"seconds\":30}", 400, "error_data.run_date~seconds is not a field of trigger date | error_data#=1", NULL },
	{ "not with an empty instant either", ADD, "{\"queue_name\":\"f\",\"trigger\":\"date\",\"run_date\":\"\",\"hour\":9}", 400, "error_data.run_date~hour", NULL },
	{ "with an instant it is ignored", ADD, "{\"queue_name\":\"f\",\"trigger\":\"date\",\"run_date\":\"2099-01-01\",\"hour\":9}", 200, "data.warnings[0].code=ignored_field", NULL },
	{ "leftovers do not keep a date from now", ADD, "{\"queue_name\":\"f\",\"trigger\":\"date\",\"run_date\":\"\",\"seconds\":0,\"hour\":\"\"}", 200, "data.trigger~date[", NULL },
	{ "preview says it, too", "POST", "/v1/preview", "{\"trigger\":\"cron\",\"minute\":0,\"hours\":9}", 200, "warnings[0].code=ignored_field", NULL },
	{ "and refuses it", "POST", "/v1/preview", "{\"trigger\":\"date\",\"seconds\":9}", 400, "error_data.run_date~seconds", NULL },
	{ "an empty start, end or zone is none", ADD, "{\"queue_name\":\"f\",\"trigger\":\"interval\",\"hours\":1,\"start_date\":\"\",\"end_date\":\"\"}", 200, "data.start_date! | data.end_date!", NULL },
};

static const struct api_case surprises[] = {
	{ "an instant that does not exist", ADD, "{\"queue_name\":\"s\",\"job_id\":\"d\",\"trigger\":\"date\",\"run_date\":\"2099-03-29 02:30\",\"timezone\":\"Europe/Berlin\"}", 200, "data.warnings[0].code=gap | data.warnings[0].message~03:30:00", NULL },
	{ "one that comes twice, by PATCH", "PATCH", "/v1/timing_jobs/s/d", "{\"run_date\":\"2099-10-25 02:30\"}", 200, "warnings[0].code=fold", NULL },
	{ "PATCH without anything to say", "PATCH", "/v1/timing_jobs/s/d", "{\"run_date\":\"2099-10-26 02:30\"}", 200, "warnings!", NULL },
	{ "steps", ADD, "{\"queue_name\":\"s\",\"job_id\":\"c\",\"trigger\":\"cron\",\"minute\":\"*/45\"}", 200, "data.warnings[0].code=uneven", NULL },
	{ "replaced", ADD, "{\"queue_name\":\"s\",\"job_id\":\"c\",\"trigger\":\"cron\",\"hour\":\"*/7\",\"replace_existing\":true}", 200, "data.warnings[0].code=uneven | data.warnings[0].message~hour", NULL },
	{ "patched", "PATCH", "/v1/timing_jobs/s/c", "{\"hour\":\"*/5\"}", 200, "warnings[0].code=uneven", NULL },
	{ "days in real time", ADD, "{\"queue_name\":\"s\",\"trigger\":\"interval\",\"days\":1,\"timezone\":\"Europe/Berlin\"}", 200, "data.warnings[0].code=drift", NULL },
	{ "the end of a day", ADD, "{\"queue_name\":\"s\",\"trigger\":\"cron\",\"hour\":9,\"end_date\":\"2099-01-02\"}", 200, "data.warnings[0].code=end_of_day", NULL },
};

static const struct api_case queues[] = {
	{ "every known queue has a list", LIST, NULL, 200, "data.jobs_by_queue.configured=[] | data.jobs_by_queue.q#=1 | data.jobs_by_queue.s?", NULL },
	{ "the one asked for", LIST "?queue_name=nobodys", NULL, 200, "data.jobs_by_queue={\"nobodys\":[]} | data.jobs=[] | data.total_count=0 | data.warnings[0].code=unknown_queue", NULL },
	{ "a configured one is known", LIST "?queue_name=configured", NULL, 200, "data.jobs_by_queue={\"configured\":[]} | data.warnings!", NULL },
	{ "also by a pattern", LIST "?queue_name=pat-1", NULL, 200, "data.jobs_by_queue={\"pat-1\":[]} | data.warnings!", NULL },
	{ "publish warns", PUBLISH, "{\"queue_name\":\"p\",\"msg_body\":{}}", 200, "data.warnings[0].code=unknown_queue", NULL },
	{ "a consumer", "POST", "/v1/queues/p/lease", "{}", 200, "messages#=1", NULL },
	{ "makes it known", PUBLISH, "{\"queue_name\":\"p\",\"msg_body\":{}}", 200, "data.warnings!", NULL },
	{ "also to add", ADD, "{\"queue_name\":\"p\",\"trigger\":\"interval\",\"hours\":1}", 200, "data.warnings=[]", NULL },
	{ "extra names the message", PUBLISH, "{\"queue_name\":\"p\",\"msg_body\":{\"x\":1,\"extra\":{\"task_id\":\"mine-1\"}}}", 200, "data.task_id=mine-1", NULL },
	{ "once", PUBLISH, "{\"queue_name\":\"p\",\"msg_body\":{\"x\":1,\"extra\":{\"task_id\":\"mine-1\"}}}", 409, "succ=false", NULL },
	{ "task_id goes before it", PUBLISH, "{\"queue_name\":\"p\",\"task_id\":\"mine-2\",\"msg_body\":{\"extra\":{\"task_id\":\"mine-1\"}}}", 200, "data.task_id=mine-2", NULL },
	{ "an empty one is none", PUBLISH, "{\"queue_name\":\"p\",\"task_id\":\"\",\"msg_body\":{\"extra\":{\"task_id\":\"mine-3\"}}}", 200, "data.task_id=mine-3", NULL },
	{ "it must be a name", PUBLISH, "{\"queue_name\":\"p\",\"msg_body\":{\"extra\":{\"task_id\":\"a\\nb\"}}}", 400, "error_data.'msg_body.extra.task_id'~control", NULL },
	{ "of text", PUBLISH, "{\"queue_name\":\"p\",\"msg_body\":{\"extra\":{\"task_id\":[]}}}", 400, "error_data.'msg_body.extra.task_id'~must be a string", NULL },
	{ "the ledger has it", "GET", "/v1/runs/mine-1", NULL, 200, "id=mine-1 | queue_name=p", NULL },
};
/* clang-format on */

int
main(void)
{
	struct api a;

	api_open(&a,
	    "timezone = \"Asia/Shanghai\"\n"
	    "queue \"configured\" { }\n"
	    "queue \"pat-*\" { }\n");
	check_routes(&a);
	API_RUN(&a, ignored);
	API_RUN(&a, fields);
	API_RUN(&a, surprises);
	API_RUN(&a, queues);
	api_close(&a);
	return tap_done();
}
