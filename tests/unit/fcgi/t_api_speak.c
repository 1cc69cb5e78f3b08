/*
 * How a request may be put, and in which language it is answered: a slash at
 * the end, methods that hosts forbid, names that are no text; Accept-Language
 * and the configuration's language.  t_messages.c has the header's grammar.
 */

#include "config.h"

#include <string.h>

#include "fcgi/api/route.h"
#include "tests/unit/api.h"

#include "lib/base/ban.h"

/* The pattern with names put in, and text behind it. */
static const char *
path_of(const struct route *r, const char *behind, struct buf *out)
{
	buf_reset(out);
	for (const char *s = r->pattern; *s != '\0'; s++) {
		if (*s == '{') {
			buf_char(out, 'x');
			s = strchr(s, '}');
		} else
			buf_char(out, *s);
	}
	buf_str(out, behind);
	return buf_cstr(out);
}

/* Where a slash may hide that a name got lost: all in place of one. */
static bool
is_dangerous(const struct route *r)
{
	return r->method == HTTP_DELETE &&
	    strcmp(r->pattern, "/v1/queues/{queue}/dead") == 0;
}

/* Every route with a slash behind it: the same answer as without. */
static void
test_slash(struct api *a)
{
	struct buf path = BUF_INIT;
	const struct route *r;

	for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
		struct api_request req = { .lang = "en" };
		int bare;

		/* Without a token: nothing is done, and each is known. */
		a->token = NULL;
		req.method = route_method_name(r->method);
		req.path = path_of(r, "", &path);
		bare = api_call(a, &req);
		req.path =
		    path_of(r, strcmp(r->pattern, "/") == 0 ? "" : "/", &path);
		is_int(api_call(a, &req), is_dangerous(r) ? 404 : bare, "%s %s",
		    req.method, req.path);
	}
	a->token = a->admin;
	buf_fini(&path);
}

/* Every route whose method hosts forbid, as a POST that stands for it. */
static void
test_override(struct api *a)
{
	char var[64], reader[TOKEN_TEXT_MAX], writer[TOKEN_TEXT_MAX];
	const char *vars[] = { var, NULL };
	struct buf path = BUF_INIT;
	const struct route *r;
	int n = 0;

	api_token(a, TOKEN_READ | TOKEN_CONSUME, "*", 0, reader);
	api_token(a, TOKEN_READ | TOKEN_WRITE, "*", 0, writer);
	for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
		struct api_request req = { .lang = "en" };
		int want;

		if (r->method != HTTP_DELETE && r->method != HTTP_PATCH)
			continue;
		n++;
		ok(r->scope == TOKEN_WRITE, "%s needs write", r->pattern);
		a->token = writer;
		req.method = route_method_name(r->method);
		req.path = path_of(r, "?job_id=x&queue_name=x", &path);
		want = api_call(a, &req);
		(void)snprintf(var, sizeof(var),
		    "HTTP_X_HTTP_METHOD_OVERRIDE=%s", req.method);
		req.method = "POST";
		req.vars = vars;
		is_int(api_call(a, &req), want, "POST for %s", r->pattern);
		ok(want != 405, "is known");
		a->token = reader;
		is_int(api_call(a, &req), 403, "not without write");
		a->token = NULL;
		is_int(api_call(a, &req), 401, "nor without a token");
		req.method = "GET";
		a->token = writer;
		is_int(api_call(a, &req), 400, "nor by a GET");
	}
	ok(n >= 4, "%d such routes", n);
	a->token = a->admin;
	buf_fini(&path);
}

/* What else may stand in that header. */
static void
test_override_words(struct api *a)
{
	static const struct {
		const char *method, *word;
		int status;
	} cases[] = {
		{ "POST", "DELETE", 404 },
		{ "POST", "PATCH", 405 },
		{ "POST", "POST", 405 },
		{ "POST", "GET", 400 },
		{ "POST", "HEAD", 400 },
		{ "POST", "PUT", 400 },
		{ "POST", "OPTIONS", 400 },
		{ "POST", "delete", 400 },
		{ "POST", " DELETE", 400 },
		{ "POST", "", 400 },
		{ "POST", "DELETE, PATCH", 400 },
		{ "DELETE", "DELETE", 404 },
		{ "DELETE", "PATCH", 400 },
		{ "DELETE", "POST", 400 },
		{ "GET", "DELETE", 400 },
		{ "HEAD", "DELETE", 400 },
		{ "PUT", "DELETE", 400 },
		{ "OPTIONS", "DELETE", 204 },
	};
	char var[64];
	const char *vars[] = { var, NULL };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct api_request req = {
			.method = cases[i].method,
			.path = "/funboost/delete_timing_job"
				"?queue_name=q&job_id=none",
			.vars = vars,
		};

		(void)snprintf(var, sizeof(var),
		    "HTTP_X_HTTP_METHOD_OVERRIDE=%s", cases[i].word);
		is_int(api_call(a, &req), cases[i].status, "%s for \"%s\"",
		    cases[i].method, cases[i].word);
		if (cases[i].status == 400 && a->body.len > 0)
			ok(api_value(a,
			       "error_data.X-HTTP-Method-Override")[0] != 'n',
			    "which is named: %s", buf_cstr(&a->value));
	}
}

/* Bytes that are no UTF-8 in each name of each path: 400, and not repeated. */
static void
test_utf8(struct api *a)
{
	static const char *const bad[] = { "\xff", "a\x80z", "\xc3", "\xc0\xaf",
		"\xed\xa0\x80", "\xf4\x90\x80\x80" };
	struct buf path = BUF_INIT;
	const struct route *r;
	int n = 0;

	for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
		for (size_t k = 0; k < sizeof(bad) / sizeof(bad[0]); k++) {
			struct api_request req = { .lang = "en" };
			const char *s = strchr(r->pattern, '{');

			buf_reset(&path);
			buf_add(&path, r->pattern,
			    s == NULL ? strlen(r->pattern) :
					(size_t)(s - r->pattern));
			buf_str(&path, bad[k]);
			if (s != NULL)
				buf_str(&path, strchr(s, '}') + 1);
			req.method = route_method_name(r->method);
			req.path = buf_cstr(&path);
			is_int(api_call(a, &req), 400, "%s with bytes",
			    r->pattern);
			ok(a->json != NULL && api_flaw(a) == NULL,
			    "in good form");
			n++;
		}
	}
	ok(n > 100, "%d paths", n);
	buf_fini(&path);
}

/* The language by configuration, dialect and header. */
static void
test_language(struct api *a)
{
	static const char *const paths[] = { "/funboost/get_timing_job",
		"/funboost/none", "/v1/runs/none", "/v1/none",
		"/v1/services/srv-cukouhrtq21c73e9scng/jobs/none",
		"/v1/services/none", "/none" };
	static const char *const modes[] = { "auto", "en", "zh" };
	static const struct {
		const char *header;
		bool is_zh[2]; /* elsewhere; below /funboost */
	} headers[] = {
		{ NULL, { false, true } },
		{ "*", { false, true } },
		{ "de", { false, false } },
		{ "fr, *;q=0.5", { false, false } },
		{ "en-GB", { false, false } },
		{ "zh-TW", { true, true } },
		{ "en;q=0.5, zh", { true, true } },
		{ "zh;q=0.5, en", { false, false } },
	};
	char conf[64];

	for (size_t m = 0; m < 3; m++) {
		(void)snprintf(conf, sizeof(conf), "language = %s", modes[m]);
		api_conf(a, conf);
		for (size_t h = 0; h < sizeof(headers) / sizeof(headers[0]);
		     h++)
			for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]);
			     i++) {
				const struct api_request r = {
					.path = paths[i],
					.lang = headers[h].header,
				};
				bool is_funboost =
				    strncmp(paths[i], "/funboost/", 10) == 0;
				bool want = m == 0 ?
				    headers[h].is_zh[is_funboost] :
				    m == 2;

				(void)api_call(a, &r);
				/* Chinese has no ASCII at its beginning. */
				ok((buf_cstr(
					&a->body)[strcspn(buf_cstr(&a->body),
					":")] != '\0') &&
					(strstr(buf_cstr(&a->body), "\xe4") !=
						NULL ||
					    strstr(buf_cstr(&a->body),
						"\xe6") != NULL) == want,
				    "%s, language = %s, Accept-Language: %s",
				    paths[i], modes[m],
				    headers[h].header == NULL ?
					"none" :
					headers[h].header);
			}
	}
	api_conf(a, NULL);
}

int
main(void)
{
	struct api a;

	api_open(&a, NULL);
	test_slash(&a);
	test_override(&a);
	test_override_words(&a);
	test_utf8(&a);
	test_language(&a);
	api_close(&a);
	return tap_done();
}
