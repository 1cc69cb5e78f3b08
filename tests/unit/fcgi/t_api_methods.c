/*
 * Methods of every route: OPTIONS, HEAD, those that are not allowed, languages.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "fcgi/api/route.h"
#include "lib/json/json.h"
#include "tests/unit/api.h"

#include "lib/base/ban.h"

/*
 * What holds for every route there is: methods, OPTIONS, HEAD, Allow, bodies
 * of a wrong type, too long or no JSON, without a token, in two languages.
 */

/* The pattern with names put in: a path that the route knows. */
static const char *
path_of(const struct route *r, struct buf *out)
{
	buf_reset(out);
	for (const char *s = r->pattern; *s != '\0'; s++) {
		if (*s == '{') {
			buf_char(out, 'x');
			s = strchr(s, '}');
		} else
			buf_char(out, *s);
	}
	return buf_cstr(out);
}

/* Is path one of the pattern? */
static bool
fits(const char *pattern, const char *path)
{
	while (*pattern != '\0') {
		if (*pattern == '{') {
			pattern = strchr(pattern, '}') + 1;
			path += strcspn(path, "/");
		} else if (*pattern++ != *path++)
			return false;
	}
	return *path == '\0';
}

/* All methods that some route knows for the path of r. */
static unsigned
methods_of(const struct route *r)
{
	struct buf path = BUF_INIT;
	const struct route *other;
	unsigned all = 0;

	(void)path_of(r, &path);
	for (size_t i = 0; (other = route_at(i)) != NULL; i++)
		if (fits(other->pattern, buf_cstr(&path)))
			all |= (unsigned)other->method;
	buf_fini(&path);
	return all;
}

static void
test_options(struct api *a, const struct route *r)
{
	struct buf path = BUF_INIT, allow = BUF_INIT;
	const struct api_request options = {
		.method = "OPTIONS",
		.path = path_of(r, &path),
	};

	a->token = NULL;
	route_methods(methods_of(r), &allow);
	is_int(api_call(a, &options), 204, "OPTIONS %s", r->pattern);
	is_str(api_header(a, "Allow"), buf_cstr(&allow), "tells its methods");
	ok(strstr(buf_cstr(&allow), route_method_name(r->method)) != NULL,
	    "which are the right ones: %s", buf_cstr(&allow));
	ok(api_flaw(a) == NULL, "without a body");
	a->token = a->admin;
	buf_fini(&path);
	buf_fini(&allow);
}

/* The methods it does not know: 405 and Allow, also without a token. */
static void
test_others(struct api *a, const struct route *r)
{
	static const struct {
		const char *name;
		unsigned method;
	} methods[] = {
		{ "GET", HTTP_GET },
		{ "HEAD", HTTP_GET },
		{ "POST", HTTP_POST },
		{ "DELETE", HTTP_DELETE },
		{ "PUT", HTTP_OTHER },
		{ "TRACE", HTTP_OTHER },
		{ "get", HTTP_OTHER },
		{ "GETX", HTTP_OTHER },
		{ "", HTTP_OTHER },
	};
	struct buf path = BUF_INIT, allow = BUF_INIT;
	struct api_request req = { .path = path_of(r, &path), .lang = "en" };

	route_methods(methods_of(r), &allow);
	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++) {
		if ((methods[i].method & methods_of(r)) != 0)
			continue;
		req.method = methods[i].name;
		is_int(api_call(a, &req), 405, "\"%s\" %s", req.method,
		    r->pattern);
		is_str(api_header(a, "Allow"), buf_cstr(&allow),
		    "with what it knows");
		ok(api_flaw(a) == NULL, "in good form");
	}
	buf_fini(&path);
	buf_fini(&allow);
}

/* HEAD is GET without the body: same status, same length. */
static void
test_head(struct api *a, const struct route *r)
{
	static const char *const vars[] = { "HTTP_X_REQUEST_ID=same", NULL };
	struct buf path = BUF_INIT;
	struct api_request req = { .path = path_of(r, &path), .vars = vars };
	char length[32];
	int status;

	status = api_call(a, &req);
	(void)snprintf(length, sizeof(length), "%s",
	    api_header(a, "Content-Length"));
	req.method = "HEAD";
	is_int(api_call(a, &req), status, "HEAD %s", r->pattern);
	is_int((long long)a->body.len, 0, "has no body");
	/* An age of seconds may have got one digit more. */
	ok(labs(strtol(api_header(a, "Content-Length"), NULL, 10) -
	       strtol(length, NULL, 10)) <= 1,
	    "but the length of one");
	buf_fini(&path);
}

/* Without a token, whatever else is wrong: 401, unless none is needed. */
static void
test_no_token(struct api *a, const struct route *r)
{
	struct buf path = BUF_INIT;
	const struct api_request req = {
		.method = route_method_name(r->method),
		.path = path_of(r, &path),
		.body = r->method == HTTP_GET ? NULL : "nonsense",
		.lang = "en",
	};
	int want = r->scope == 0 ? 200 : 401;

	a->token = NULL;
	if (strcmp(r->pattern, "/healthz") == 0)
		want = 503;
	/* The job of the path shows no badge. */
	if (strncmp(r->pattern, "/v1/badge/", 10) == 0)
		want = 404;
	/* Without tick_key_file there is none. */
	if (strcmp(r->pattern, "/v1/tick") == 0)
		want = r->method == HTTP_GET ? 404 : 400;
	is_int(api_call(a, &req), want, "%s without a token", r->pattern);
	ok(api_flaw(a) == NULL, "in good form");
	a->token = a->admin;
	buf_fini(&path);
}

/* Bodies that no route takes: 415 for the type, 413 for the length. */
static void
test_bodies(struct api *a, const struct route *r)
{
	static char large[1048578];
	struct buf path = BUF_INIT;
	struct api_request req = {
		.method = route_method_name(r->method),
		.path = path_of(r, &path),
		.body = "x=1",
		.type = "text/plain",
		.lang = "en",
	};
	const char *service =
	    r->shape == HTTP_SHAPE_RENDER ? "message" : "error_data.body";

	is_int(api_call(a, &req), 415, "text to %s", r->pattern);
	ok(api_flaw(a) == NULL, "in good form");
	req.type = "application/json";
	req.body = "{\"a\":";
	is_int(api_call(a, &req), 400, "half a JSON text");
	ok(strstr(api_value(a, service), "is not valid JSON: ") != NULL,
	    "is told: %s", buf_cstr(&a->value));
	req.body = "[1]";
	is_int(api_call(a, &req), 400, "a list");
	ok(strstr(api_value(a, service), "must be a JSON object") != NULL,
	    "is told");
	memset(large, ' ', sizeof(large) - 1);
	req.body = large;
	is_int(api_call(a, &req), 413, "more than 1 MiB");
	ok(api_flaw(a) == NULL, "in good form");
	buf_fini(&path);
}

/* Both languages, of one sentence each. */
static void
test_languages(struct api *a, const struct route *r)
{
	struct buf path = BUF_INIT;
	struct api_request req = {
		.method = "PUT",
		.path = path_of(r, &path),
		.lang = "zh",
	};
	const char *service =
	    r->shape == HTTP_SHAPE_ENVELOPE ? "msg" : "message";

	(void)api_call(a, &req);
	is_str(api_value(a, service), "该接口不支持此请求方法", "%s in Chinese",
	    r->pattern);
	req.lang = "en-GB,en;q=0.8,zh;q=0.1";
	(void)api_call(a, &req);
	is_str(api_value(a, service),
	    "The method is not supported by this resource", "in English");
	buf_fini(&path);
}

/* Paths that no route knows: each dialect has its own form of errors. */
static void
test_unknown(struct api *a)
{
	static const struct {
		const char *path, *service;
		bool is_render;
	} cases[] = {
		{ "/x", "msg", false },
		{ "/v1x", "msg", false },
		{ "/v2/runs", "msg", false },
		{ "/funboost", "msg", false },
		{ "/funboost/", "msg", false },
		{ "/funboost/x", "msg", false },
		{ "/funboost/v1/runs", "msg", false },
		{ "/funboost//get_timing_jobs", "msg", false },
		{ "/funboost/get_timing_jobs//", "msg", false },
		{ "/Funboost/get_timing_jobs", "msg", false },
		{ "//healthz", "msg", false },
		{ "/healthz//", "msg", false },
		{ "/healthz\n", "msg", false },
		{ "/../healthz", "msg", false },
		{ "/v1", "message", false },
		{ "/v1/", "message", false },
		{ "/v1//", "message", false },
		{ "/v1/x", "message", false },
		{ "/v1/funboost/get_timing_jobs", "message", false },
		{ "/v1/runs/x/y", "message", false },
		{ "/v1/queues/q", "message", false },
		{ "/v1/queues/q/", "message", false },
		{ "/v1/queues//lease", "message", false },
		{ "/v1/queues/q/lease/x", "message", false },
		{ "/v1/timing_jobs/q", "message", false },
		{ "/v1/timing_jobs/q/j/run/x", "message", false },
		{ "/v1/servicesx", "message", false },
		{ "/v1/services", "message", true },
		{ "/v1/services/s", "message", true },
		{ "/v1/services/s/jobs/j/x", "message", true },
	};
	static const char *const methods[] = { "GET", "POST", "DELETE", "PUT",
		"OPTIONS" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		for (size_t k = 0; k < 5; k++) {
			const struct api_request r = {
				.method = methods[k],
				.path = cases[i].path,
				.lang = "en",
			};

			is_int(api_call(a, &r), 404, "%s %s", methods[k],
			    cases[i].path);
			is_str(api_value(a, cases[i].service),
			    "No such resource", "in the form of its dialect");
			ok(json_has(a->json, "error_data") !=
				cases[i].is_render,
			    "which is Render's below its services");
			ok(api_flaw(a) == NULL, "in good form");
		}
	}
}

/* The list of routes is the table. */
static void
test_index(struct api *a)
{
	const struct api_request req = { .path = "/" };
	const struct route *r;
	char path[64];
	size_t i;

	is_int(api_call(a, &req), 200, "the index");
	for (i = 0; (r = route_at(i)) != NULL; i++) {
		(void)snprintf(path, sizeof(path), "routes[%zu].path", i);
		is_str(api_value(a, path), r->pattern, "route %zu", i);
		(void)snprintf(path, sizeof(path), "routes[%zu].method", i);
		is_str(api_value(a, path), route_method_name(r->method),
		    "its method");
		(void)snprintf(path, sizeof(path), "routes[%zu].scope", i);
		ok((strcmp(api_value(a, path), "null") == 0) == (r->scope == 0),
		    "its scope: %s", buf_cstr(&a->value));
		(void)snprintf(path, sizeof(path), "routes[%zu].help", i);
		is_str(api_value(a, path), r->help, "its help");
	}
	(void)snprintf(path, sizeof(path), "%zu", i);
	is_str(api_value(a, "routes#"), path, "and no others");
}

int
main(void)
{
	const struct route *r;
	struct api a;

	api_open(&a, NULL);
	for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
		test_options(&a, r);
		test_others(&a, r);
		if (r->method == HTTP_GET)
			test_head(&a, r);
		test_no_token(&a, r);
		test_bodies(&a, r);
		test_languages(&a, r);
	}
	test_unknown(&a);
	test_index(&a);
	api_close(&a);
	return tap_done();
}
