/*
 * Parameters that nothing asks for, on the routes below /funboost.  All other
 * routes refuse or ignore them by themselves.
 */

#include "config.h"

#include <string.h>

#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/trigger/warn.h"

#include "fcgi/api/route.h"
#include "fcgi/api/unknown.h"

#include "lib/base/ban.h"

#define FUNBOOST "/funboost/"
#define KNOWN_MAX 4

/* What each route asks for; any other of them asks for nothing. */
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
	{ "get_msg_count", { "queue_name", "job_store_kind" } },
	{ "clear_queue", { "queue_name", "job_store_kind" } },
	{ "get_one_queue_config", { "queue_name", "job_store_kind" } },
	{ "get_result", { "task_id", "timeout", "queue_name" } },
	{ "get_all_queues", { NULL } },
	{ "get_queues_config", { NULL } },
};
#define NASKED (sizeof(asked) / sizeof(asked[0]))

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

static void
check_one(const char *name, const char *const known[KNOWN_MAX],
    struct response *res)
{
	size_t n = count(known);
	const char *near_name;

	for (size_t i = 0; i < n; i++)
		if (strcmp(name, known[i]) == 0)
			return;
	near_name = json_near(name, known, n);
	if (near_name != NULL)
		fault_add(&res->faults, name,
		    "unknown parameter; did you mean %s?", near_name);
	else
		(void)unknown_ignore(&res->warns, name, NULL);
}

void
unknown_check(const struct request *req, struct response *res)
{
	const char *path = req->route->pattern;
	size_t i = 0;

	if (req->route->input != ROUTE_INPUT_PARAMS ||
	    strncmp(path, FUNBOOST, strlen(FUNBOOST)) != 0)
		return;
	path += strlen(FUNBOOST);
	while (i < NASKED && strcmp(asked[i].path, path) != 0)
		i++;
	for (size_t k = 0; i < NASKED && k < req->nparams; k++)
		check_one(req->params[k].name, asked[i].known, res);
}
