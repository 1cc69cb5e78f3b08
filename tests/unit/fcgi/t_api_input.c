/* How bodies and parameters are read: types, lengths, decoding, NUL. */
#include "config.h"

#include <string.h>

#include "tests/unit/api.h"

#include "lib/base/err.h"
#include "lib/base/ban.h"

/*
 * How input comes in: lengths, types and charsets of bodies, forms, queries,
 * the number of parameters, and JSON that is none.
 */

#define PAUSE "/funboost/pause_scheduler"
#define FORM "application/x-www-form-urlencoded"

/* A form body for a route of parameters, a JSON body for one of JSON. */
static void
test_types(struct api *a)
{
	static const struct {
		const char *type;
		bool is_form; /* taken as a form */
		bool is_json; /* taken as JSON */
	} cases[] = {
		{ "application/json", false, true },
		{ "APPLICATION/JSON", false, true },
		{ " application/json", false, true },
		{ "application/json;", false, true },
		{ "application/json ;charset=UTF-8", false, true },
		{ "application/json; charset=utf8", false, true },
		{ "application/json; charset=\"utf-8\"", false, true },
		{ "application/json; x=1; charset=utf-8", false, true },
		{ "application/json; charset=utf-16", false, false },
		{ "application/json; charset=utf-8x", false, false },
		{ "application/json; charset=latin1", false, false },
		{ "application/json; charset=", false, false },
		{ "application/jsonp", false, false },
		{ "application/vnd.api+json", false, false },
		{ "text/json", false, false },
		{ "json", false, false },
		{ "", false, false },
		{ FORM, true, false },
		{ FORM "; charset=UTF-8", true, false },
		{ "Application/X-WWW-Form-URLEncoded", true, false },
		{ FORM "; charset=gbk", false, false },
		{ "multipart/form-data; boundary=x", false, false },
		{ "text/plain", false, false },
	};
	struct api_request r = { .method = "POST", .lang = "en" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		r.type = cases[i].type;
		r.path = PAUSE;
		r.body = "queue_name=q";
		is_int(api_call(a, &r),
		    cases[i].is_form	 ? 200 :
			cases[i].is_json ? 400 :
					   415,
		    "a form as \"%s\"", r.type);
		r.body = "{\"queue_name\":\"q\"}";
		is_int(api_call(a, &r),
		    cases[i].is_json	 ? 200 :
			cases[i].is_form ? 400 :
					   415,
		    "JSON for parameters");
		r.path = "/funboost/publish";
		r.body = "{\"queue_name\":\"q\",\"msg_body\":{}}";
		is_int(api_call(a, &r), cases[i].is_json ? 200 : 415,
		    "JSON for a route that wants it");
		ok(api_flaw(a) == NULL, "in good form");
		if (a->status == 415)
			ok(strstr(api_value(a, "error_data.Content-Type"),
			       "must be application/json") != NULL,
			    "it is told what is taken");
	}
}

/* CONTENT_LENGTH as a server may give it; the body has 18 bytes. */
static void
test_lengths(struct api *a)
{
	static const struct {
		const char *length;
		int status;
		const char *want;
	} cases[] = {
		{ "18", 200, "data.queue_name=q" },
		{ "00018", 200, "data.queue_name=q" },
		{ "17", 400, "error_data.body~is not valid JSON" },
		{ "19", 400, "error_data.body=ends after 18 of 19 bytes" },
		{ "1048576", 400, "error_data.body~ends after 18" },
		{ "1048577", 413, "error=too_large" },
		{ "99999999999", 413, "error=too_large" },
		{ "9223372036854775808", 413, "error=too_large" },
		{ "-1", 400, "error_data.Content-Length=is not a number" },
		{ "+18", 400, "error_data.Content-Length=is not a number" },
		{ "18 ", 400, "error_data.Content-Length=is not a number" },
		{ " 18", 400, "error_data.Content-Length=is not a number" },
		{ "0x12", 400, "error_data.Content-Length=is not a number" },
		{ "1e1", 400, "error_data.Content-Length=is not a number" },
		{ "18, 18", 400, "error_data.Content-Length=is not a number" },
	};
	struct err why;
	char var[64];
	const char *vars[] = { var, NULL };
	const struct api_request r = {
		.method = "POST",
		.path = "/funboost/clear_queue",
		.body = "{\"queue_name\":\"q\"}",
		.lang = "en",
		.vars = vars,
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(var, sizeof(var), "CONTENT_LENGTH=%s",
		    cases[i].length);
		is_int(api_call(a, &r), cases[i].status, "%s", var);
		err_clear(&why);
		ok(api_holds(a, cases[i].want, &why), "%s%s", cases[i].want,
		    why.text);
	}
	(void)snprintf(var, sizeof(var), "CONTENT_LENGTH=");
	is_int(api_call(a, &r), 200, "no length: all that comes");
	(void)snprintf(var, sizeof(var), "CONTENT_LENGTH=0");
	is_int(api_call(a, &r), 400, "0 is no body");
	ok(api_holds(a, "error_data.body~is missing", &why),
	    "which the type announced");
}

/* Queries and forms are decoded alike: name and value, or what is wrong. */
static const struct {
	const char *text;
	const char *want;
} decoded[] = {
	{ "queue_name=a", "data.queue_name=a" },
	{ "queue_name=a+b", "data.queue_name=a b" },
	{ "queue_name=a%20b", "data.queue_name=a b" },
	{ "queue_name=a%2Bb", "data.queue_name=a+b" },
	{ "queue_name=a%2bb", "data.queue_name=a+b" },
	{ "queue_name=%26%3D%25", "data.queue_name=&=%" },
	{ "queue_name=a=b", "data.queue_name=a=b" },
	{ "queue%5Fname=a", "data.queue_name=a" },
	{ "&&queue_name=a&&", "data.queue_name=a" },
	{ "x&queue_name=a&y=", "data.queue_name=a" },
	{ "queue_name=%e9%98%9f", "data.queue_name=队" },
	{ "queue_name=队", "data.queue_name=队" },
	{ "queue_name=%F0%9F%9A%80", "data.queue_name=🚀" },
	{ "queue_name", "error_data.queue_name=must not be empty" },
	{ "queue_name=", "error_data.queue_name=must not be empty" },
	{ "Queue_name=a", "error_data.queue_name=is required" },
	{ "queue_name =a", "error_data.queue_name=is required" },
	{ "queue_name=%", "error_data.queue_name~two hex digits" },
	{ "queue_name=%4", "error_data.queue_name~two hex digits" },
	{ "queue_name=%zz", "error_data.queue_name~two hex digits" },
	{ "queue_name=%+4", "error_data.queue_name~two hex digits" },
	{ "queue_name=%00", "error_data.queue_name~NUL" },
	{ "queue_name=a%0Ab", "error_data.queue_name~control" },
	{ "queue_name=%7f", "error_data.queue_name~control" },
	{ "queue_name=%c3", "error_data.queue_name~UTF-8" },
	{ "queue_name=%c0%80", "error_data.queue_name~UTF-8" },
	{ "queue_name=%ed%a0%80", "error_data.queue_name~UTF-8" },
	{ "queue_name=a&queue_name=b",
	    "error_data.queue_name=was given twice" },
	{ "queue_name=a&queue%5fname=a",
	    "error_data.queue_name=was given twice" },
	/* A name that nobody can read might be the one that matters. */
	{ "queue_name=a&%zz=1", "error_data.parameters~two hex digits" },
	{ "queue_name=a&%00=1", "error_data.parameters~NUL" },
	{ "queue_name=a&%ff=1", "error_data.parameters~UTF-8" },
	/* A value of no interest is not looked at. */
	{ "queue_name=a&x=%zz&x=%ff", "data.queue_name=a" },
};

static void
test_decoding(struct api *a)
{
	struct api_request r = { .method = "POST", .lang = "en" };
	struct err why;
	char path[256];

	for (size_t i = 0; i < sizeof(decoded) / sizeof(decoded[0]); i++) {
		(void)snprintf(path, sizeof(path), "/funboost/clear_queue?%s",
		    decoded[i].text);
		r.path = path;
		r.body = NULL;
		(void)api_call(a, &r);
		err_clear(&why);
		ok(api_holds(a, decoded[i].want, &why), "query %s: %s",
		    decoded[i].text, why.text);
		r.path = "/funboost/clear_queue";
		r.body = decoded[i].text;
		r.type = FORM;
		(void)api_call(a, &r);
		ok(api_holds(a, decoded[i].want, &why), "form: %s", why.text);
		ok(api_flaw(a) == NULL, "in good form");
	}
}

/* 64 parameters, wherever they come from. */
static void
test_number(struct api *a)
{
	struct buf query = BUF_INIT, form = BUF_INIT, json = BUF_INIT;
	struct api_request r = { .method = "POST", .lang = "en" };

	buf_str(&query, "/funboost/clear_queue?queue_name=q");
	buf_str(&form, "queue_name=q");
	buf_str(&json, "{\"queue_name\":\"q\"");
	for (int i = 1; i <= 64; i++) {
		bool is_over = i == 64;

		buf_printf(&query, "&p%d=", i);
		buf_printf(&form, "&p%d=", i);
		buf_printf(&json, ",\"p%d\":1", i);
		if (i < 63)
			continue;
		r.path = buf_cstr(&query);
		r.body = NULL;
		is_int(api_call(a, &r), is_over ? 400 : 200, "%d in a query",
		    i + 1);
		if (is_over)
			is_str(api_value(a, "error_data.parameters"),
			    "are more than 64", "are too many");
		r.path = "/funboost/clear_queue";
		r.body = buf_cstr(&form);
		r.type = FORM;
		is_int(api_call(a, &r), is_over ? 400 : 200, "in a form");
		buf_char(&json, '}');
		r.body = buf_cstr(&json);
		r.type = NULL;
		is_int(api_call(a, &r), is_over ? 400 : 200, "in JSON");
		json.len--;
		/* Together they are as many. */
		r.path = "/funboost/clear_queue?x=1";
		r.body = buf_cstr(&form);
		r.type = FORM;
		is_int(api_call(a, &r), 400, "one in the query besides");
	}
	buf_fini(&query);
	buf_fini(&form);
	buf_fini(&json);
}

/* A NUL hides what follows it from C, not from us. */
static void
test_nul(struct api *a)
{
	struct api_request r = {
		.method = "POST",
		.path = "/funboost/clear_queue",
		.body = "queue_name=q\0&x=1",
		.len = 17,
		.type = FORM,
		.lang = "en",
	};

	is_int(api_call(a, &r), 400, "a NUL in a form");
	is_str(api_value(a, "error_data.body"), "contains a NUL byte",
	    "is told");
	r.body = "{\"queue_name\":\"q\0\"}";
	r.len = 19;
	r.type = NULL;
	is_int(api_call(a, &r), 400, "a NUL in JSON");
	r.body = "{\"queue_name\":\"q\"}\0{}";
	r.len = 21;
	is_int(api_call(a, &r), 400, "a NUL behind JSON");
}

int
main(void)
{
	static void (*const tests[])(struct api *) = { test_types, test_lengths,
		test_decoding, test_number, test_nul };
	struct api a;

	api_open(&a, NULL);
	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++)
		tests[i](&a);
	api_close(&a);
	return tap_done();
}
