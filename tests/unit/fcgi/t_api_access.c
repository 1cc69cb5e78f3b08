/* Scopes, queues and the end of tokens, on every route. */
#include "config.h"

#include <string.h>

#include "fcgi/api/route.h"
#include "lib/base/clock.h"
#include "tests/unit/api.h"

#include "lib/base/ban.h"

/*
 * Who may do what: every route with every scope, and every route with a token
 * that is limited to queues.  What a token looks like: t_api_token.c.
 */

/* The path of a route with names put in, and the parameters it needs. */
static void
fill_path(const struct route *r, const char *queue, struct buf *out)
{
	const char *s = r->pattern;
	bool is_open = strchr(s, '{') != NULL;
	/* These refuse what they do not know. */
	bool is_strict = strstr(s, "_scheduler") != NULL ||
	    strstr(s, "delete_all") != NULL || strcmp(s, "/v1/jobs") == 0;

	buf_reset(out);
	for (; *s != '\0'; s++) {
		if (*s != '{') {
			buf_char(out, *s);
			continue;
		}
		buf_str(out, strncmp(s, "{queue}", 7) == 0 ? queue : "t");
		s = strchr(s, '}');
	}
	if (!is_open)
		buf_printf(out, "?queue_name=%s", queue);
	if (!is_open && !is_strict)
		buf_str(out, "&job_id=j&at=2026-01-01&task_id=t&run_id=r&id=m");
}

/* A body that names the queue, for the routes that read it there. */
static void
fill_body(const struct route *r, const char *queue, struct buf *out)
{
	buf_reset(out);
	if (r->input != ROUTE_INPUT_JSON)
		return;
	if (r->member != NULL)
		buf_printf(out, "{\"%s\":{}}", r->member);
	else if (strstr(r->pattern, "dead/") != NULL)
		buf_str(out, "{\"all\":true}");
	else if (strchr(r->pattern, '{') != NULL || r->names != 0)
		buf_str(out, "{\"leases\":[\"x\"]}");
	else if (strstr(r->pattern, "publish") != NULL)
		buf_printf(out, "{\"queue_name\":\"%s\",\"msg_body\":{}}",
		    queue);
	else
		buf_printf(out,
		    "{\"queue_name\":\"%s\",\"trigger\":\"interval\","
		    "\"seconds\":60}",
		    queue);
	/* A lease has other fields than its acknowledgment. */
	if (strstr(r->pattern, "/lease") != NULL) {
		buf_reset(out);
		buf_str(out, "{}");
	}
}

static int
call(struct api *a, const struct route *r, const char *queue)
{
	struct buf path = BUF_INIT, body = BUF_INIT;
	struct api_request req = { .lang = "en" };
	int status;

	fill_path(r, queue, &path);
	fill_body(r, queue, &body);
	req.method = route_method_name(r->method);
	req.path = buf_cstr(&path);
	req.body = body.len > 0 ? buf_cstr(&body) : NULL;
	status = api_call(a, &req);
	buf_fini(&path);
	buf_fini(&body);
	return status;
}

/* What minutehand.fcgi(8) says: read for GET, write for changes, consume for
 * consumers; a preview changes nothing, and the dead are the owner's. */
static unsigned
scope_of(const struct route *r)
{
	static const char *const consume[] = { "/lease", "/ack", "/nack",
		"/extend", "/start", "/progress", "/done", "/fail" };

	if (strcmp(r->pattern, "/") == 0 ||
	    strcmp(r->pattern, "/healthz") == 0 ||
	    strncmp(r->pattern, "/v1/badge/", 10) == 0 ||
	    strcmp(r->pattern, "/v1/tick") == 0)
		return 0;
	if (r->method == HTTP_GET || strcmp(r->pattern, "/v1/preview") == 0)
		return TOKEN_READ;
	for (size_t i = 0; i < sizeof(consume) / sizeof(consume[0]); i++)
		if (strcmp(strrchr(r->pattern, '/'), consume[i]) == 0)
			return TOKEN_CONSUME;
	return TOKEN_WRITE;
}

/* Where an answer tells of a scope; Render's API has one text only. */
static const char *
scope_told(const struct route *r)
{
	return r->shape == HTTP_SHAPE_RENDER ? "message" : "error_data.scope";
}

/* The one answer that is no JSON. */
static bool
is_text(const struct route *r, int status)
{
	return status == 200 && strcmp(r->pattern, "/metrics") == 0;
}

/* Each route with each scope alone: 403 unless it is the one. */
static void
test_scopes(struct api *a)
{
	static const struct {
		unsigned scope;
		const char *name;
	} scopes[] = {
		{ TOKEN_READ, "read" },
		{ TOKEN_WRITE, "write" },
		{ TOKEN_CONSUME, "consume" },
		{ TOKEN_ADMIN, "admin" },
		{ TOKEN_READ | TOKEN_WRITE, "read,write" },
	};
	char text[TOKEN_TEXT_MAX];
	const struct route *r;

	for (size_t k = 0; k < sizeof(scopes) / sizeof(scopes[0]); k++) {
		api_token(a, scopes[k].scope, "*", 0, text);
		a->token = text;
		for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
			unsigned need = scope_of(r);
			bool may = need == 0 ||
			    scopes[k].scope == TOKEN_ADMIN ||
			    (scopes[k].scope & need) != 0;
			int status = call(a, r, "q");

			ok((status != 403) == may && status != 401,
			    "%s %s by %s: %d", route_method_name(r->method),
			    r->pattern, scopes[k].name, status);
			ok(api_flaw(a) == NULL || is_text(r, status),
			    "in good form");
			if (status == 403)
				ok(strstr(api_value(a, scope_told(r)),
				       "is required") != NULL,
				    "with what is needed: %s",
				    buf_cstr(&a->value));
		}
	}
	a->token = a->admin;
}

/* Routes that name no queue of their own: they leave out what is not seen.  A
 * badge is for anybody. */
static bool
is_about_no_queue(const struct route *r)
{
	static const char *const paths[] = { "/", "/healthz", "/v1/queues",
		"/funboost/get_all_queues", "/funboost/get_queues_config",
		"/metrics", "/v1/badge/{queue}/{job}", "/v1/tick" };

	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (strcmp(r->pattern, paths[i]) == 0)
			return true;
	return false;
}

static bool
is_foreign(struct api *a)
{
	return strstr(api_value(a, "error_data.queue_name"),
		   "is not among the queues") != NULL;
}

/* Each route about a queue: 404 with why where it is not among those of the
 * token, whether it is there or not. */
static void
test_queues(struct api *a)
{
	static const struct {
		const char *globs, *queue;
		bool may;
	} cases[] = {
		{ "*", "q", true },
		{ "q", "q", true },
		{ "q", "r", false },
		{ "q", "Q", false },
		{ "q*", "qq", true },
		{ "q*", "aq", false },
		{ "a,b,q", "q", true },
		{ "a,b", "q", false },
		{ "q?", "q", false },
		{ "[p-r]", "q", true },
		{ "[!p-r]", "q", false },
	};
	char text[TOKEN_TEXT_MAX];
	const struct route *r;

	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		api_token(a, TOKEN_ADMIN, cases[k].globs, 0, text);
		a->token = text;
		for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
			int status;

			/* A run's queue is its own, see below; services
			 * are no queues: tests/render/facade.bats. */
			if (strstr(r->pattern, "{run}") != NULL ||
			    (r->names & ROUTE_RUN) != 0 ||
			    strstr(r->pattern, "{service}") != NULL)
				continue;
			status = call(a, r, cases[k].queue);
			ok((status != 404 || !is_foreign(a)) ==
				(cases[k].may || is_about_no_queue(r)),
			    "%s of %s with %s: %d", r->pattern, cases[k].queue,
			    cases[k].globs, status);
		}
	}
	a->token = a->admin;
}

/* clang-format off */
static const struct api_case limited[] = {
	{ "all jobs", "GET", "/funboost/get_timing_jobs", NULL, 403, "error=forbidden | error_data.queue_name=is required: the token is limited to some queues", NULL },
	{ "all runs", "GET", "/v1/runs", NULL, 403, "error_data.queue_name~limited", NULL },
	{ "the state of all", "GET", "/funboost/get_scheduler_status", NULL, 403, "error_data.queue_name~limited", NULL },
	{ "pause all", "POST", "/funboost/pause_scheduler", NULL, 403, "error_data.queue_name~limited", NULL },
	{ "resume all", "POST", "/funboost/resume_scheduler", NULL, 403, "error_data.queue_name~limited", NULL },
	{ "delete all", "DELETE", "/funboost/delete_all_timing_jobs", NULL, 403, "error_data.queue_name~limited", NULL },
	{ "another's run", "GET", "/v1/runs/theirs", NULL, 404, "message~No such run: theirs | error_data={}", NULL },
	{ "replay it", "POST", "/v1/runs/theirs/replay", NULL, 404, "message~No such run: theirs | error_data={}", NULL },
	{ "one's own run", "GET", "/v1/runs/mine", NULL, 200, "queue_name=q", NULL },
	{ "a preview without a queue", "POST", "/v1/preview", "{\"trigger\":\"date\"}", 200, NULL, NULL },
	{ "a preview of another's", "POST", "/v1/preview", "{\"trigger\":\"date\",\"queue_name\":\"r\"}", 404, "error_data.queue_name~not among", NULL },
	{ "queues", "GET", "/v1/queues", NULL, 200, "queues#=1 | queues[0].queue_name=q", NULL },
	{ "their names", "GET", "/funboost/get_all_queues", NULL, 200, "data={\"queues\":[\"q\"],\"count\":1}", NULL },
	{ "their configuration", "GET", "/funboost/get_queues_config", NULL, 200, "data.count=1 | data.queues_config.q?", NULL },
	{ "bad input is told before the queue is judged", "GET", "/funboost/get_timing_job?queue_name=r", NULL, 400, "error_data.job_id=is required", NULL },
};
/* clang-format on */

static void
test_limited(struct api *a)
{
	char text[TOKEN_TEXT_MAX];

	api_sql(a,
	    "INSERT INTO run (task_id, queue, job_id, slot_us, last_us, count, "
	    "state, decided_us) VALUES ('mine', 'q', '', 1, 1, 1, 'sent', 1), "
	    "('theirs', 'r', '', 1, 1, 1, 'sent', 1)");
	api_sql(a,
	    "INSERT INTO message (queue, priority, state, attempt, "
	    "until_us, enqueued_us, body) VALUES ('q', 0, 0, 0, 0, 1, "
	    "'{}'), ('r', 0, 0, 0, 0, 1, '{}')");
	api_token(a, TOKEN_ADMIN, "q", 0, text);
	a->token = text;
	API_RUN(a, limited);
	a->token = a->admin;
}

static void
test_end(struct api *a)
{
	const struct api_request r = { .path = "/v1/queues" };
	int64_t now = clock_now_us();
	char text[TOKEN_TEXT_MAX];

	a->token = text;
	api_token(a, TOKEN_READ, "*", now + 60 * CLOCK_US_PER_S, text);
	is_int(api_call(a, &r), 200, "a token that ends in a minute");
	api_token(a, TOKEN_READ, "*", now - 1, text);
	is_int(api_call(a, &r), 401, "one that ended");
	api_token(a, TOKEN_READ, "*", 0, text);
	is_int(api_call(a, &r), 200, "one without end");
	api_sql(a, "DELETE FROM token");
	is_int(api_call(a, &r), 401, "one that was revoked, at once");
	a->token = NULL;
}

/* A changed row says who did it, and the use of a token is noted. */
static void
test_actor(struct api *a)
{
	const struct api_request r = { .method = "POST",
		.path = "/funboost/pause_scheduler?queue_name=q" };
	char text[TOKEN_TEXT_MAX], want[TOKEN_ID_LEN + 1];

	api_token(a, TOKEN_WRITE, "*", 0, text);
	a->token = text;
	(void)token_id(text, want);
	is_int(api_call(a, &r), 200, "a change");
	is_str(api_sql_text(a, "SELECT actor FROM audit ORDER BY id DESC"),
	    want, "by the token that asked");
	is_str(api_sql_text(a,
		   "SELECT used_us > 1 FROM token ORDER BY used_us "
		   "DESC LIMIT 1"),
	    "1", "whose use is noted");
	a->token = a->admin;
}

int
main(void)
{
	struct api a;

	api_open(&a, NULL);
	test_scopes(&a);
	test_queues(&a);
	test_actor(&a);
	api_close(&a);
	api_open(&a, NULL);
	test_limited(&a);
	test_end(&a);
	api_close(&a);
	return tap_done();
}
