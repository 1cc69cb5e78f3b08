/*
 * Which store a request means: without job_store_kind, or with an empty one,
 * the durable one, on every route that names a job or jobs; both only by "all".
 */

#include "config.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fcgi/api/route.h"
#include "tests/unit/api.h"

#include "lib/base/ban.h"

#define F "/funboost/"
#define OF "?queue_name=q&job_id=@"
#define IN "\"queue_name\":\"q\",\"job_id\":\"@\""
#define N(a) (sizeof(a) / sizeof((a)[0]))

/* Where a route takes the kind from, besides its query. */
enum { QUERY_ALONE, MEMBER };

/* Routes that name one job, "@"; "^" is where a body has the kind. */
static const struct named {
	const char *method, *path, *body;
	int kind_in;
} named[] = {
	{ "GET", F "get_timing_job" OF, NULL, QUERY_ALONE },
	{ "DELETE", F "delete_timing_job" OF, NULL, QUERY_ALONE },
	{ "DELETE", F "delete_timing_job", "{" IN "^}", MEMBER },
	{ "POST", F "pause_timing_job" OF, NULL, QUERY_ALONE },
	{ "POST", F "pause_timing_job", "{" IN "^}", MEMBER },
	{ "POST", F "resume_timing_job" OF, NULL, QUERY_ALONE },
	{ "POST", F "resume_timing_job", "{" IN "^}", MEMBER },
	{ "GET", "/v1/job" OF, NULL, QUERY_ALONE },
	{ "PATCH", "/v1/job" OF, "{\"set\":{\"description\":\"new\"}}",
	    QUERY_ALONE },
	{ "PATCH", "/v1/job", "{" IN "^,\"set\":{\"description\":\"new\"}}",
	    MEMBER },
	{ "PATCH", "/v1/job", "{" IN "^,\"set\":{\"kwargs\":{\"x\":1}}}",
	    MEMBER },
	{ "DELETE", "/v1/job" OF, NULL, QUERY_ALONE },
	{ "DELETE", "/v1/job", "{" IN "^}", MEMBER },
	{ "POST", "/v1/job/run" OF, NULL, QUERY_ALONE },
	{ "POST", "/v1/job/run", "{" IN "^}", MEMBER },
	{ "POST", "/v1/job/pause" OF, NULL, QUERY_ALONE },
	{ "POST", "/v1/job/pause", "{" IN "^}", MEMBER },
	{ "POST", "/v1/job/resume" OF, NULL, QUERY_ALONE },
	{ "POST", "/v1/job/resume", "{" IN "^}", MEMBER },
	{ "GET", "/v1/timing_jobs/q/@", NULL, QUERY_ALONE },
	{ "PATCH", "/v1/timing_jobs/q/@", "{\"description\":\"new\"}",
	    QUERY_ALONE },
	{ "POST", "/v1/timing_jobs/q/@/run", NULL, QUERY_ALONE },
	{ "GET", "/v1/why" OF "&at=2099-01-01", NULL, QUERY_ALONE },
};

/* Routes of many jobs: where the answer has how many there were. */
static const struct many {
	const char *method, *path, *count;
	bool is_summary; /* of both stores, unless a kind is given */
} many[] = {
	{ "GET", F "get_timing_jobs", "data.count", false },
	{ "GET", F "get_timing_jobs?queue_name=q", "data.total_count", false },
	{ "GET", "/v1/jobs", "total_count", false },
	{ "GET", "/v1/jobs?queue_name=q", "jobs#", false },
	{ "DELETE", F "delete_all_timing_jobs", "data.deleted_count", false },
	{ "DELETE", F "delete_all_timing_jobs?queue_name=q",
	    "data.deleted_count", false },
	{ "GET", "/v1/fires", "jobs", true },
	{ "GET", "/v1/runs", "runs#", true },
	{ "GET", "/v1/runs?queue_name=q", "runs#", true },
};

enum { DURABLE = 1, MEMORY = 2 };
static const struct kind {
	const char *word; /* NULL: no such parameter */
	unsigned means;
} kinds[] = {
	{ NULL, DURABLE },
	{ "", DURABLE },
	{ "redis", DURABLE },
	{ "sqlite", DURABLE },
	{ "memory", MEMORY },
	{ "all", DURABLE | MEMORY },
	{ "both", 0 },
};

/* Jobs: in which stores each is. */
static const struct job_in {
	const char *id;
	unsigned in;
} jobs[] = { { "d", DURABLE }, { "m", MEMORY }, { "b", DURABLE | MEMORY } };

static void
add(struct api *a, const char *id, const char *kind)
{
	char body[256];
	const struct api_request r = { .method = "POST",
		.path = "/v1/jobs",
		.body = body };

	(void)snprintf(body, sizeof(body),
	    "{\"queue_name\":\"q\",\"job_id\":\"%s\",\"trigger\":\"interval\","
	    "\"hours\":2,\"description\":\"old\",\"paused\":false,"
	    "\"replace_existing\":true,\"job_store_kind\":\"%s\"}",
	    id, kind);
	if (api_call(a, &r) != 200)
		printf("Bail out! %s\n", buf_cstr(&a->body));
}

static void
reset(struct api *a)
{
	for (size_t i = 0; i < N(jobs); i++) {
		if ((jobs[i].in & DURABLE) != 0)
			add(a, jobs[i].id, "redis");
		if ((jobs[i].in & MEMORY) != 0)
			add(a, jobs[i].id, "memory");
	}
}

/* What a list of one store says. */
static void
state(struct api *a, const char *kind, char *out, size_t len)
{
	char path[64];
	const struct api_request r = { .path = path };

	(void)snprintf(path, sizeof(path), "/v1/jobs?job_store_kind=%s", kind);
	(void)api_call(a, &r);
	(void)snprintf(out, len, "%s", buf_cstr(&a->body));
}

/* Append "?job_store_kind=" or "&…" and the kind, if there is one. */
static void
add_kind(struct buf *path, const char *kind)
{
	if (kind == NULL)
		return;
	buf_printf(path, "%cjob_store_kind=%s",
	    strchr(buf_cstr(path), '?') == NULL ? '?' : '&', kind);
}

/* A template of a row, for a job and a kind. */
static void
fill(const char *from, const char *id, const char *kind, struct buf *out)
{
	buf_reset(out);
	for (; from != NULL && *from != '\0'; from++)
		if (*from == '@')
			buf_str(out, id);
		else if (*from == '^' && kind != NULL)
			buf_printf(out, ",\"job_store_kind\":\"%s\"", kind);
		else if (*from != '^')
			buf_char(out, *from);
}

/* One route, one job, one kind. */
static void
check_named(struct api *a, const struct named *n, const struct job_in *j,
    const struct kind *k)
{
	struct buf path = BUF_INIT, body = BUF_INIT;
	struct api_request r = { .method = n->method };
	char before[2][4096], after[4096];
	unsigned hit = j->in & k->means;
	int want = k->means == 0 ? 400 : hit == 0 ? 404 : 200;

	reset(a);
	state(a, "redis", before[0], sizeof(before[0]));
	state(a, "memory", before[1], sizeof(before[1]));
	fill(n->path, j->id, NULL, &path);
	if (n->kind_in == QUERY_ALONE)
		add_kind(&path, k->word);
	fill(n->body, j->id, k->word, &body);
	r.path = buf_cstr(&path);
	r.body = n->body == NULL ? NULL : buf_cstr(&body);
	is_int(api_call(a, &r), want, "%s %s %s, kind %s", n->method, r.path,
	    buf_cstr(&body), k->word == NULL ? "absent" : k->word);
	/* Of two of one name "all" means the durable one. */
	if ((hit & DURABLE) == 0) {
		state(a, "redis", after, sizeof(after));
		is_str(after, before[0], "the durable ones are as they were");
	}
	if (hit != MEMORY) {
		state(a, "memory", after, sizeof(after));
		is_str(after, before[1], "those in memory are as they were");
	}
	buf_fini(&path);
	buf_fini(&body);
}

static void
check_many(struct api *a, const struct many *m, const struct kind *k)
{
	static const int n[] = { 0, 2, 2, 4 }; /* by what is meant */
	struct buf path = BUF_INIT;
	struct api_request r = { .method = m->method };
	bool is_given = k->word != NULL && k->word[0] != '\0';
	unsigned means =
	    m->is_summary && !is_given ? DURABLE | MEMORY : k->means;

	reset(a);
	buf_str(&path, m->path);
	add_kind(&path, k->word);
	r.path = buf_cstr(&path);
	is_int(api_call(a, &r), means == 0 ? 400 : 200, "%s %s", m->method,
	    r.path);
	/* A page of fires ends early on a machine that is busy. */
	for (int i = 0;
	     i < 100 && means != 0 && strcmp(m->count, "jobs") == 0 &&
	     strcmp(api_value(a, "next_cursor"), "null") != 0;
	     i++)
		(void)api_call(a, &r);
	if (means != 0)
		is_int(strtol(api_value(a, m->count), NULL, 10), n[means],
		    "%s jobs or runs", m->count);
	buf_fini(&path);
}

/* Each route that names a job stands in the table. */
static void
check_all_routes(void)
{
	const struct route *r;
	bool is_there;

	for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
		bool is_alias = strstr(r->pattern, "{job}") != NULL &&
		    strstr(r->pattern, "{service}") == NULL;
		size_t len = strcspn(r->pattern, "{");

		/* A badge is that of the job that is found first. */
		if (r->scope == 0)
			continue;
		if ((r->names & ROUTE_JOB) == 0 && !is_alias &&
		    strstr(r->pattern, "_timing_job") == NULL)
			continue;
		is_there = strstr(r->pattern, "/add_") != NULL;
		for (size_t k = 0; k < N(named) && !is_there; k++)
			is_there =
			    strncmp(named[k].path, r->pattern, len) == 0 &&
			    strcmp(named[k].method,
				route_method_name(r->method)) == 0;
		for (size_t k = 0; k < N(many) && !is_there; k++)
			is_there = strncmp(many[k].path, r->pattern, len) == 0;
		ok(is_there, "%s is in the table", r->pattern);
	}
}

int
main(void)
{
	static const char *const one[] = { "d", "m" };
	char path[64];
	const struct api_request run = { .method = "POST", .path = path };
	struct api a;
	size_t cases = 0;

	api_open(&a, NULL);
	for (size_t i = 0; i < N(named); i++)
		for (size_t j = 0; j < N(jobs); j++)
			for (size_t k = 0; k < N(kinds); k++, cases++)
				check_named(&a, &named[i], &jobs[j], &kinds[k]);
	api_close(&a);
	api_open(&a, NULL);
	reset(&a);
	/* Two runs in each ledger. */
	for (size_t i = 0; i < 4; i++) {
		(void)snprintf(path, sizeof(path),
		    "/v1/timing_jobs/q/%s/run?job_store_kind=all", one[i % 2]);
		is_int(api_call(&a, &run), 200, "a run");
	}
	for (size_t i = 0; i < N(many); i++)
		for (size_t k = 0; k < N(kinds); k++, cases++)
			check_many(&a, &many[i], &kinds[k]);
	check_all_routes();
	printf(
	    "# %zu requests: %zu routes and forms, of %zu jobs, by %zu kinds\n",
	    cases, N(named) + N(many), N(jobs), N(kinds));
	api_close(&a);
	return tap_done();
}
