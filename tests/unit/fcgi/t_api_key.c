/* No key for a service: each answer that lets a run there begin says so. */

#include "config.h"

#include <string.h>

#include "tests/unit/api.h"

#include "lib/base/ban.h"

#define SRV "srv-aaaaaaaaaaaaaaaaaaaa"
#define NONE "srv-bbbbbbbbbbbbbbbbbbbb"
#define F "/funboost/"
#define OF "?queue_name=q&job_id=j"
#define TARGET(service) \
	"\"render\":{\"serviceId\":\"" service "\",\"startCommand\":\"x\"}"
#define BODY(service, more) \
	"{\"queue_name\":\"q\",\"job_id\":\"j\",\"trigger\":\"interval\"," \
	"\"hours\":1,\"max_instances\":9," more \
	TARGET(service) "}"
#define SAYS \
	".warnings#=1 | data.warnings[0].code=no_key | " \
	"data.warnings[0].message~" NONE
#define SAYS_V1 \
	"warnings#=1 | warnings[0].code=no_key | " \
	"warnings[0].message~" NONE

/* clang-format off */
static const struct api_case without[] = {
	{ "add", "POST", F "add_timing_job", BODY(NONE, ""), 200, "data" SAYS, NULL },
	{ "add, native", "POST", "/v1/jobs", "{\"queue_name\":\"q\",\"job_id\":\"k\",\"trigger\":\"interval\",\"hours\":1," TARGET(NONE) "}", 200, SAYS_V1, NULL },
	{ "replace", "POST", F "add_timing_job", BODY(NONE, "\"replace_existing\":true,"), 200, "data" SAYS, NULL },
	{ "patch another field", "PATCH", "/v1/job" OF, "{\"set\":{\"priority\":2}}", 200, SAYS_V1, NULL },
	{ "patch the target", "PATCH", "/v1/job" OF, "{\"set\":{" TARGET(NONE) "}}", 200, SAYS_V1, NULL },
	{ "patch by the old route", "PATCH", "/v1/timing_jobs/q/j", "{\"priority\":3}", 200, SAYS_V1, NULL },
	{ "pause says nothing", "POST", F "pause_timing_job" OF, NULL, 200, "data.job_id=j | data.warnings!", NULL },
	{ "resume", "POST", F "resume_timing_job" OF, NULL, 200, "data" SAYS, NULL },
	{ "resume, native", "POST", "/v1/job/resume" OF, NULL, 200, SAYS_V1, NULL },
	{ "run", "POST", "/v1/job/run" OF, NULL, 200, "run_id? | " SAYS_V1, "run_id" },
	{ "replay", "POST", "/v1/run/replay?run_id={kept}", NULL, 200, "run_id? | " SAYS_V1, NULL },
	{ "replay by the old route", "POST", "/v1/runs/{kept}/replay?queue_name=q", NULL, 200, "run_id? | " SAYS_V1, NULL },
	{ "run by the old route", "POST", "/v1/timing_jobs/q/j/run", NULL, 200, "run_id? | " SAYS_V1, NULL },
	{ "a second job at the same service", "POST", "/v1/jobs", "{\"queue_name\":\"r\",\"job_id\":\"k\",\"trigger\":\"interval\",\"hours\":1," TARGET(NONE) "}", 200, SAYS_V1, NULL },
	{ "a queue is paused", "POST", F "pause_scheduler?queue_name=q", NULL, 200, "data.warnings!", NULL },
	{ "and resumed: once for all its jobs", "POST", F "resume_scheduler?queue_name=q", NULL, 200, "data" SAYS, NULL },
	{ "native", "POST", "/v1/queue/resume?queue_name=q", NULL, 200, SAYS_V1, NULL },
	{ "all queues: once", "POST", F "resume_scheduler", NULL, 200, "data" SAYS, NULL },
	{ "a one-off job", "POST", "/v1/services/" NONE "/jobs", "{\"startCommand\":\"x\"}", 201, "warnings#=1 | warnings[0]~" NONE, NULL },
};

/* The same with a key: no such warning. */
static const struct api_case with[] = {
	{ "add", "POST", F "add_timing_job", BODY(SRV, "\"replace_existing\":true,"), 200, "data.warnings#=0", NULL },
	{ "patch", "PATCH", "/v1/job" OF, "{\"set\":{\"priority\":2}}", 200, "warnings!", NULL },
	{ "resume", "POST", F "resume_timing_job" OF, NULL, 200, "data.warnings!", NULL },
	{ "run", "POST", "/v1/job/run" OF, NULL, 200, "run_id? | warnings!", "run_id" },
	{ "replay", "POST", "/v1/runs/{kept}/replay?queue_name=q", NULL, 200, "run_id? | warnings!", NULL },
	{ "a one-off job", "POST", "/v1/services/" SRV "/jobs", "{\"startCommand\":\"x\"}", 201, "warnings!", NULL },
};

/* A client that may not read is not told how the service is set up. */
static const struct api_case blind[] = {
	{ "add: of what it gave itself", "POST", F "add_timing_job", BODY(NONE, "\"replace_existing\":true,"), 200, "data" SAYS, NULL },
	{ "patch", "PATCH", "/v1/job" OF, "{\"set\":{\"priority\":2}}", 200, "warnings!", NULL },
	{ "resume", "POST", F "resume_timing_job" OF, NULL, 200, "data.warnings!", NULL },
	{ "run", "POST", "/v1/job/run" OF, NULL, 200, "run_id? | warnings!", NULL },
	{ "resume its queue", "POST", F "resume_scheduler?queue_name=q", NULL, 200, "data.warnings!", NULL },
};
/* clang-format on */

int
main(void)
{
	const struct grant g = { "q", "srv-*" };
	char text[TOKEN_TEXT_MAX];
	struct api a;

	api_open(&a,
	    "timezone = \"UTC\"\nrender_key \"k\" {\n\tenv = \"X\"\n"
	    "\tservices = {\"" SRV "\"}\n}\n");
	API_RUN(&a, without);
	API_RUN(&a, with);
	api_grant(&a, TOKEN_WRITE, &g, 0, text);
	a.token = text;
	API_RUN(&a, blind);
	printf("# %zu requests that let a run at Render begin\n",
	    sizeof(without) / sizeof(without[0]));
	api_close(&a);
	return tap_done();
}
