/*
 * /v1/badge: a picture for anybody of jobs that show one, and of no other; its
 * text is harmless, and is not sent again while it stays the same.
 */
#include "config.h"

#include <string.h>

#include "tests/unit/api.h"

#include "lib/base/ban.h"

#define ADD "POST", "/v1/jobs"
#define GET(j) "GET", "/v1/badge/q/" j
#define JOB(j, more) \
	"{\"queue_name\":\"q\",\"job_id\":\"" j "\",\"trigger\":\"interval\"," \
	"\"days\":1" more "}"

/* clang-format off */
static const struct api_case made[] = {
	{ "a job", ADD, JOB("plain", ""), 200, "badge=false", NULL },
	{ "one that shows a badge", ADD, JOB("open", ",\"badge\":true"), 200, "badge=true", NULL },
	{ "a name with marks", ADD, JOB("<a&b>'c", ",\"badge\":true"), 200, NULL, NULL },
	{ "no Boolean", ADD, JOB("x", ",\"badge\":\"yes\""), 400, "error_data.badge~true or false", NULL },
};

static const struct api_case off[] = {
	{ "without a badge", GET("plain.svg"), NULL, 404, "message=No such resource | error_data={}", NULL },
	{ "no such job", GET("none.svg"), NULL, 404, "message=No such resource | error_data={}", NULL },
	{ "no such queue", "GET", "/v1/badge/other/open.svg", NULL, 404, "message=No such resource | error_data={}", NULL },
	{ "without .svg", GET("open"), NULL, 404, "message=No such resource | error_data={}", NULL },
	{ "nothing but .svg", GET(".svg"), NULL, 404, "message=No such resource | error_data={}", NULL },
};

static const struct api_case switched[] = {
	{ "switch it on", "PATCH", "/v1/job", "{\"queue_name\":\"q\",\"job_id\":\"plain\",\"set\":{\"badge\":true}}", 200, "badge=true", NULL },
	{ "and off", "PATCH", "/v1/job", "{\"queue_name\":\"q\",\"job_id\":\"open\",\"set\":{\"badge\":null}}", 200, "badge=false", NULL },
};
/* clang-format on */

/* Ask for a badge, of a version; the status. */
static int
ask(struct api *a, const char *path, const char *etag)
{
	char var[64];
	const char *const vars[] = { var, NULL };
	const struct api_request r = { .path = path,
		.vars = etag == NULL ? NULL : vars };

	(void)snprintf(var, sizeof(var), "HTTP_IF_NONE_MATCH=%s",
	    etag == NULL ? "" : etag);
	return api_call(a, &r);
}

static bool
shows(const struct api *a, const char *text)
{
	return strstr(buf_cstr(&a->body), text) != NULL;
}

static void
test_versions(struct api *a)
{
	char etag[64], list[140];

	is_int(ask(a, "/v1/badge/q/open.svg", NULL), 200, "without a token");
	ok(shows(a, ">no runs<"), "it has not run");
	is_str(api_header(a, "Content-Type"), "image/svg+xml", "a picture");
	is_str(api_header(a, "Cache-Control"), "public, max-age=60",
	    "for a minute");
	(void)snprintf(etag, sizeof(etag), "%s", api_header(a, "ETag"));
	is_int((long long)strlen(etag), 18, "a version");
	is_int(ask(a, "/v1/badge/q/open.svg", etag), 304, "the same");
	is_int((long long)a->body.len, 0, "without a body");
	is_str(api_header(a, "ETag"), etag, "and with the version");
	(void)snprintf(list, sizeof(list), "\"x\", W/%s", etag);
	is_int(ask(a, "/v1/badge/q/open.svg", list), 304, "one of several");
	is_int(ask(a, "/v1/badge/q/open.svg", "\"x\""), 200, "another");
	api_sql(a,
	    "INSERT INTO run (id, task_id, job, queue, job_id, slot_us, last_us,"
	    " count, state, decided_us) SELECT v.column1, 't' || v.column1, id, queue,"
	    " job_id, v.column1, v.column1, 1, 'sent', 1 FROM job, (VALUES (1), (2), (3))"
	    " AS v WHERE job_id = 'open';"
	    "INSERT INTO work (run, outcome, due_us, attempts) VALUES"
	    " (1, 'succeeded', 1, 1), (2, 'dead', 2, 1), (3, 'running', 3, 1)");
	is_int(ask(a, "/v1/badge/q/open.svg", etag), 200, "it has changed");
	ok(shows(a, ">dead<"), "the last one that has ended");
	is_int(ask(a, "/v1/badge/q/<a&b>'c.svg", NULL), 200, "marks");
	ok(shows(a, "&#60;a&#38;b&#62;&#39;c") && !shows(a, "<a"),
	    "are escaped");
}

int
main(void)
{
	const struct grant none = { "x", "" };
	char text[TOKEN_TEXT_MAX];
	struct api a;

	api_open(&a, NULL);
	API_RUN(&a, made);
	a.token = NULL;
	API_RUN(&a, off);
	test_versions(&a);
	api_grant(&a, TOKEN_READ, &none, 0, text);
	a.token = text;
	API_RUN(&a, off);
	is_int(ask(&a, "/v1/badge/q/open.svg", NULL), 200,
	    "with a token of another queue as well");
	a.token = a.admin;
	API_RUN(&a, switched);
	is_int(ask(&a, "/v1/badge/q/open.svg", NULL), 404, "off again");
	is_int(ask(&a, "/v1/badge/q/plain.svg", NULL), 200, "on");
	api_close(&a);
	return tap_done();
}
