/*
 * Every place of the API that takes an instant, with every form of one, and
 * what is refused there: places times forms, the count printed.
 */

#include "config.h"

#include <stdio.h>
#include <string.h>

#include "tests/unit/api.h"

#include "lib/base/err.h"
#include "lib/base/ban.h"

#define ADD "POST", "/funboost/add_timing_job"
#define EVERY "{\"queue_name\":\"q\",\"trigger\":\"interval\",\"hours\":1"
#define WHY "/v1/why?queue_name=q&job_id=j"
#define RENDER "/v1/services/srv-abcdefghijklmnopqrst/jobs"

/* %s is where the instant goes: quoted in a body, bare in a query. */
static const struct place {
	const char *what;
	const char *method;
	const char *path;
	const char *body;
	const char *fault; /* the field's name in error_data */
} places[] = {
	{ "run_date", ADD,
	    "{\"queue_name\":\"q\",\"trigger\":\"date\","
	    "\"run_date\":%s}",
	    "run_date" },
	{ "start_date", ADD, EVERY ",\"start_date\":%s}", "start_date" },
	{ "end_date", ADD, EVERY ",\"end_date\":%s}", "end_date" },
	{ "PATCH", "PATCH", "/v1/timing_jobs/q/j", "{\"start_date\":%s}",
	    "start_date" },
	{ "preview", "POST", "/v1/preview",
	    "{\"trigger\":\"cron\",\"hour\":1,\"start_date\":%s}",
	    "start_date" },
	{ "preview's now", "POST", "/v1/preview",
	    "{\"trigger\":\"cron\",\"hour\":1,\"now\":%s}", "now" },
	{ "runs from", "GET", "/v1/runs?from=%s", NULL, "from" },
	{ "runs to", "GET", "/v1/runs?to=%s", NULL, "to" },
	{ "why at", "GET", WHY "&at=%s", NULL, "at" },
	{ "fires from", "GET", "/v1/fires?from=%s", NULL, "from" },
	{ "fires to", "GET", "/v1/fires?from=2098-06-01&to=%s", NULL, "to" },
	{ "a job's, by members", "POST", "/v1/jobs",
	    "{\"queue_name\":\"q\",\"trigger\":\"date\","
	    "\"run_date\":%s}",
	    "run_date" },
	{ "PATCH, by members", "PATCH", "/v1/job",
	    "{\"queue_name\":\"q\",\"job_id\":\"j\","
	    "\"set\":{\"start_date\":%s}}",
	    "start_date" },
	{ "createdBefore", "GET", RENDER "?createdBefore=%s", NULL, NULL },
	{ "createdAfter", "GET", RENDER "?createdAfter=%s", NULL, NULL },
	{ "startedBefore", "GET", RENDER "?startedBefore=%s", NULL, NULL },
	{ "startedAfter", "GET", RENDER "?startedAfter=%s", NULL, NULL },
	{ "finishedBefore", "GET", RENDER "?finishedBefore=%s", NULL, NULL },
	{ "finishedAfter", "GET", RENDER "?finishedAfter=%s", NULL, NULL },
};

/* + is for queries to encode. */
static const struct form {
	const char *text;
	int is_number; /* a JSON number in bodies */
	const char *wrong;
} forms[] = {
	{ "2099-01-02", 0, NULL },
	{ "2099-1-2 3:04", 0, NULL },
	{ "2099-01-02 03:04:05", 0, NULL },
	{ "2099-01-02T03:04:05.123456789Z", 0, NULL },
	{ "2099-01-02t03:04:05z", 0, NULL },
	{ "2099-01-02T03:04:05+08:00", 0, NULL },
	{ "2099-01-02T03:04:05+0000", 0, NULL },
	{ "2099-01-02T03:04:05-03", 0, NULL },
	{ "4070995200", 1, NULL },
	{ "4070995200.5", 1, NULL },
	{ "@4070995200", 0, NULL },
	{ "soon", 0, "write it as 2030-12-03" },
	{ "now", 0, "write it as 2030-12-03" },
	{ "tomorrow 09:00", 0, "write it as 2030-12-03" },
	{ "+30m", 0, "write it as 2030-12-03" },
	{ "20990102", 0, "write it as 2030-12-03" },
	{ "2099-02-30", 0, "write it as 2030-12-03" },
	{ "2099-01-02T03:04:05.1234567890Z", 0, "write it as 2030-12-03" },
	{ "4070995200000", 1, "milliseconds by 1000), not \"4070995200000\"" },
	{ "-99999999999999", 1, "not \"-99999999999999\"" },
};

/* text with its + and blanks encoded. */
static void
encode(const char *text, char *out, size_t size)
{
	size_t n = 0;

	for (; *text != '\0' && n + 4 < size; text++) {
		if (*text == '+' || *text == ' ')
			n += (size_t)snprintf(out + n, size - n, "%%%02X",
			    (unsigned)*text);
		else
			out[n++] = *text;
	}
	out[n] = '\0';
}

/* Put what is given where pattern has %s. */
static void
fill(const char *pattern, const char *given, char *out, size_t size)
{
	const char *hole = strstr(pattern, "%s");

	if (hole == NULL)
		(void)snprintf(out, size, "%s", pattern);
	else
		(void)snprintf(out, size, "%.*s%s%s", (int)(hole - pattern),
		    pattern, given, hole + 2);
}

static void
try(struct api *a, const struct place *p, const struct form *f)
{
	struct err why;
	char given[96], path[256], body[256], want[256];
	struct api_case c = { f->text, p->method, path, NULL, 200, NULL, NULL };
	bool is_good;

	if (p->body == NULL)
		encode(f->text, given, sizeof(given));
	else
		(void)snprintf(given, sizeof(given),
		    f->is_number ? "%s" : "\"%s\"", f->text);
	fill(p->path, given, path, sizeof(path));
	if (p->body != NULL) {
		fill(p->body, given, body, sizeof(body));
		c.body = body;
	}
	if (f->wrong != NULL) {
		c.status = 400;
		c.want = want;
		(void)snprintf(want, sizeof(want), "%s%s~%s",
		    p->fault == NULL ? "message" : "error_data.",
		    p->fault == NULL ? "" : p->fault, f->wrong);
	}
	if (p->fault == NULL && f->wrong == NULL) {
		/* A list, which is no object to look into. */
		is_int(api_call(a, &(struct api_request){ .path = path }), 200,
		    "%s: %s", p->what, f->text);
		return;
	}
	is_good = api_judge(a, &c, &why);
	ok(is_good, "%s: %s", p->what, f->text);
	if (!is_good)
		printf("# %s %s\n# %s\n# %s\n", path,
		    c.body == NULL ? "" : c.body, why.text, buf_cstr(&a->body));
}

/* clang-format off */
static const struct api_case others[] = {
	{ "a bare + of a query", "GET", "/v1/runs?from=2099-01-02T03:04:05+08:00", NULL, 200, "runs=[]", NULL },
	{ "also for why", "GET", WHY "&at=2099-01-02T03:04:05+0800", NULL, 200, "answer?", NULL },
	{ "an integer of a query as 10.0", "GET", "/v1/runs?limit=10.0", NULL, 200, "runs=[]", NULL },
	{ "and as 1e1", "GET", "/funboost/get_timing_jobs?limit=1e1", NULL, 200, "data.count=1", NULL },
	{ "but whole", "GET", "/v1/runs?limit=1.5", NULL, 400, "error_data.limit~must be a whole number", NULL },
	{ "lease", "POST", "/v1/queues/q/lease", "{\"max\":1e1,\"lease_seconds\":10.0,\"wait_seconds\":0.0}", 200, "messages=[]", NULL },
	{ "publish", "POST", "/funboost/publish", "{\"queue_name\":\"q\",\"msg_body\":{\"x\":18446744073709551615},\"priority\":1e0}", 200, "succ=true", NULL },
	{ "2^64-1 comes back from the queue", "GET", "/v1/queues/q/messages", NULL, 200, "messages[0].body.kwargs.x=18446744073709551615 | messages[0].priority=1", NULL },
	{ "an instant of any size is no fraction", "POST", "/v1/jobs", "{\"queue_name\":\"q\",\"trigger\":\"date\",\"run_date\":1e400}", 400, "error_data.run_date~not so large a number", NULL },
	{ "nor is a number", "POST", "/v1/jobs", "{\"queue_name\":\"q\",\"trigger\":\"interval\",\"hours\":1,\"priority\":-1e99}", 400, "error_data.priority~not so large a number", NULL },
	{ "beyond it nothing is taken", "POST", "/funboost/publish", "{\"queue_name\":\"q\",\"msg_body\":{\"x\":18446744073709551616}}", 400, "error_data.body~larger than 64 bits", NULL },
};
/* clang-format on */

int
main(void)
{
	const size_t np = sizeof(places) / sizeof(places[0]);
	const size_t nf = sizeof(forms) / sizeof(forms[0]);
	struct api a;

	api_open(&a,
	    "timezone = \"Asia/Shanghai\"\n"
	    "render_key \"r\" { env = NONE }\n");
	(void)api_call(&a,
	    &(struct api_request){ .method = "POST",
		.path = "/funboost/add_timing_job",
		.body = EVERY ",\"job_id\":\"j\"}" });
	API_RUN(&a, others);
	for (size_t i = 0; i < np; i++)
		for (size_t k = 0; k < nf; k++)
			try(&a, &places[i], &forms[k]);
	printf("# %zu places, %zu forms, %zu pairs\n", np, nf, np * nf);
	api_close(&a);
	return tap_done();
}
