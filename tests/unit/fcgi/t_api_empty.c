/*
 * A parameter that is empty counts as absent, on every route that has one that
 * narrows a list or words what is asked: the answer is the same as without.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/api.h"

#include "lib/base/ban.h"

#define JOBS "/v1/services/srv-c3rfdgg6n88pa7t3a6ag/jobs"

static const struct {
	const char *path;
	const char *part; /* of the answer, to compare: the envelope varies */
	const char *names[12];
} routes[] = {
	{ "/funboost/get_timing_jobs", "data.jobs",
	    { "limit", "cursor", "queue_name", "job_store_kind" } },
	{ "/funboost/get_timing_job?queue_name=q&job_id=a", "data",
	    { "job_store_kind" } },
	{ "/v1/queues/q/messages", "messages", { "limit" } },
	{ "/v1/queues/q/dead", "dead", { "limit", "cursor" } },
	{ "/v1/runs", "runs",
	    { "limit", "cursor", "state", "from", "to", "queue_name",
		"job_id" } },
	{ JOBS, "",
	    { "limit", "cursor", "status", "createdAfter", "createdBefore",
		"startedAfter", "startedBefore", "finishedAfter",
		"finishedBefore" } },
};

static const struct api_case setup[] = {
	{ "a job", "POST", "/funboost/add_timing_job",
	    "{\"queue_name\":\"q\",\"job_id\":\"a\",\"trigger\":\"cron\","
	    "\"hour\":3}",
	    200, NULL, NULL },
	{ "another", "POST", "/funboost/add_timing_job",
	    "{\"queue_name\":\"r\",\"job_id\":\"b\",\"trigger\":\"cron\","
	    "\"hour\":4}",
	    200, NULL, NULL },
	{ "a run", "POST", "/v1/timing_jobs/q/a/run", NULL, 200, NULL, NULL },
	{ "at Render", "POST", JOBS, "{\"startCommand\":\"x\"}", 201, NULL,
	    NULL },
	{ "another there", "POST", JOBS, "{\"startCommand\":\"y\"}", 201, NULL,
	    NULL },
};

/* What is compared, of the last answer. */
static const char *
part_of(struct api *a, const char *part)
{
	return part[0] == '\0' ? buf_cstr(&a->body) : api_value(a, part);
}

static void
call(struct api *a, const char *path, const char *name)
{
	char full[512];
	const struct api_request r = { .path = full };

	(void)snprintf(full, sizeof(full), "%s%s%s%s", path,
	    name == NULL		  ? "" :
		strchr(path, '?') != NULL ? "&" :
					    "?",
	    name == NULL ? "" : name, name == NULL ? "" : "=");
	(void)api_call(a, &r);
}

int
main(void)
{
	static char want[65536];
	struct api a;
	int n = 0;

	api_open(&a, NULL);
	API_RUN(&a, setup);
	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		const char *const *name = routes[i].names;

		call(&a, routes[i].path, NULL);
		is_int(a.status, 200, "%s", routes[i].path);
		(void)snprintf(want, sizeof(want), "%s",
		    part_of(&a, routes[i].part));
		ok(strlen(want) > 2 || strstr(routes[i].path, "dead") != NULL,
		    "shows something");
		for (; *name != NULL; name++, n++) {
			call(&a, routes[i].path, *name);
			is_int(a.status, 200, "with %s=", *name);
			is_str(part_of(&a, routes[i].part), want,
			    "the same as without");
		}
	}
	printf("# %d parameters of %zu routes\n", n,
	    sizeof(routes) / sizeof(routes[0]));
	api_close(&a);
	return tap_done();
}
