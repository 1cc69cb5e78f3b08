/*
 * Parameters that nothing asks for: on the routes below /funboost, whose server
 * ignored them with others, and below /v1, where one that is misspelt must not
 * widen what is meant.
 */

#include "config.h"

#include <stdbool.h>
#include <string.h>

#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/trigger/warn.h"

#include "fcgi/api/input.h"
#include "fcgi/api/response.h"
#include "fcgi/api/route.h"
#include "fcgi/api/unknown.h"

#include "lib/base/ban.h"

#define FUNBOOST "/funboost/"
#define NATIVE "/v1/"
#define KNOWN_MAX 9

/* The parameters of each route; other routes have none. */
static const struct {
	const char *path; /* below FUNBOOST */
	const char *known[KNOWN_MAX];
} asked[] = {
	{ "get_timing_jobs",
	    { "queue_name", "job_store_kind", "limit", "cursor" } },
	{ "get_timing_job", { "queue_name", "job_store_kind", "job_id" } },
	{ "delete_timing_job", { "queue_name", "job_store_kind", "job_id" } },
	{ "delete_all_timing_jobs", { "queue_name", "job_store_kind" } },
	{ "pause_timing_job", { "queue_name", "job_store_kind", "job_id" } },
	{ "resume_timing_job", { "queue_name", "job_store_kind", "job_id" } },
	{ "get_scheduler_status", { "queue_name", "job_store_kind" } },
	{ "pause_scheduler", { "queue_name", "job_store_kind" } },
	{ "resume_scheduler", { "queue_name", "job_store_kind" } },
	{ "get_msg_count", { "queue_name" } },
	{ "clear_queue", { "queue_name" } },
	{ "get_one_queue_config", { "queue_name" } },
	{ "get_result", { "task_id", "timeout", "queue_name" } },
	{ "get_all_queues", { NULL } },
	{ "get_queues_config", { NULL } },
};
#define NASKED (sizeof(asked) / sizeof(asked[0]))

/*
 * Parameters of native routes besides the names in their path; other routes
 * have none.
 */
static const struct {
	enum http_method method;
	const char *path; /* below NATIVE */
	const char *known[KNOWN_MAX];
} natives[] = {
	{ HTTP_GET, "jobs",
	    { "queue_name", "job_store_kind", "limit", "cursor" } },
	{ HTTP_GET, "timing_jobs/{queue}/{job}", { "job_store_kind" } },
	{ HTTP_PATCH, "timing_jobs/{queue}/{job}", { "job_store_kind" } },
	{ HTTP_POST, "timing_jobs/{queue}/{job}/run", { "job_store_kind" } },
	{ HTTP_GET, "queues", { "queue_name" } },
	{ HTTP_POST, "queue/pause", { "job_store_kind" } },
	{ HTTP_POST, "queue/resume", { "job_store_kind" } },
	{ HTTP_GET, "messages", { "limit" } },
	{ HTTP_GET, "queues/{queue}/messages", { "limit" } },
	{ HTTP_GET, "dead", { "limit", "cursor" } },
	{ HTTP_GET, "queues/{queue}/dead", { "limit", "cursor" } },
	{ HTTP_GET, "fires",
	    { "from", "to", "queue_name", "job_id", "job_store_kind", "limit",
		"dense", "cursor", "format" } },
	{ HTTP_GET, "runs",
	    { "queue_name", "job_id", "job_store_kind", "state", "from", "to",
		"limit", "cursor" } },
	{ HTTP_GET, "run", { "queue_name" } },
	{ HTTP_POST, "run/replay", { "queue_name" } },
	{ HTTP_GET, "runs/{run}", { "queue_name" } },
	{ HTTP_POST, "runs/{run}/replay", { "queue_name" } },
	{ HTTP_GET, "why", { "queue_name", "job_id", "job_store_kind", "at" } },
};
#define NNATIVES (sizeof(natives) / sizeof(natives[0]))

int
unknown_ignore(void *cookie, const char *name, struct json_object *value)
{
	(void)value;
	warns_ignored(cookie, name);
	return 0;
}

static size_t
count(const char *const known[KNOWN_MAX])
{
	size_t n = 0;

	while (n < KNOWN_MAX && known[n] != NULL)
		n++;
	return n;
}

static bool
is_among(const char *name, const char *const known[KNOWN_MAX], size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, known[i]) == 0)
			return true;
	return false;
}

static void
check_one(const char *name, const char *const known[KNOWN_MAX],
    struct response *res)
{
	size_t n = count(known);
	const char *near_name;

	if (is_among(name, known, n))
		return;
	near_name = json_suggest(name, known, n);
	if (near_name != NULL)
		fault_add(&res->faults, name,
		    "unknown parameter; did you mean %s?", near_name);
	else
		(void)unknown_ignore(&res->warns, name, NULL);
}

/* Check a native route; the list of jobs refuses every unknown parameter. */
static void
check_native(const struct request *req, const char *const known[KNOWN_MAX],
    struct response *res)
{
	bool is_strict = known == natives[0].known;
	size_t n = count(known);

	for (size_t i = 0; i < req->nparams; i++) {
		const char *name = req->params[i].name;
		const char *near_name = input_near_name(req, name);

		if (is_among(name, known, n) ||
		    (near_name != NULL && strcmp(near_name, name) == 0))
			continue;
		if (near_name == NULL)
			near_name = json_suggest(name, known, n);
		if (near_name != NULL)
			fault_add(&res->faults, name,
			    "is unknown; did you mean %s?", near_name);
		else if (is_strict)
			fault_add(&res->faults,
			    name[0] != '\0' ? name : "parameters",
			    "is unknown");
	}
}

static int
check_v1(const struct request *req, struct response *res)
{
	static const char *const nothing[KNOWN_MAX] = { NULL };
	const char *path = req->route->pattern + strlen(NATIVE);
	size_t i = 0;

	while (i < NNATIVES &&
	    (natives[i].method != req->route->method ||
		strcmp(natives[i].path, path) != 0))
		i++;
	check_native(req, i < NNATIVES ? natives[i].known : nothing, res);
	input_same_names(req, &res->faults);
	if (res->faults.n == 0)
		return 0;
	response_bad_input(res);
	return -1;
}

int
unknown_check(const struct request *req, struct response *res)
{
	const char *path = req->route->pattern;
	size_t i = 0;

	if (strncmp(path, NATIVE, strlen(NATIVE)) == 0)
		return check_v1(req, res);
	if (req->route->input != ROUTE_INPUT_PARAMS ||
	    strncmp(path, FUNBOOST, strlen(FUNBOOST)) != 0)
		return 0;
	path += strlen(FUNBOOST);
	while (i < NASKED && strcmp(asked[i].path, path) != 0)
		i++;
	for (size_t k = 0; i < NASKED && k < req->nparams; k++)
		check_one(req->params[k].name, asked[i].known, res);
	return 0;
}
