/*
 * A request from its CGI variables (RFC 3875) and its body.  Pure; bodies are
 * read by body.c.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"

#include "fcgi/api/params.h"
#include "fcgi/api/request.h"
#include "fcgi/api/route.h"

#include "lib/base/ban.h"

#define VAR(s) \
	{ \
		.name = s, .len = sizeof(s) - 1 \
	}

static const struct {
	const char *name;
	size_t len;
} vars[] = {
	[HTTP_VAR_REQUEST_METHOD] = VAR("REQUEST_METHOD"),
	[HTTP_VAR_PATH_INFO] = VAR("PATH_INFO"),
	[HTTP_VAR_SCRIPT_NAME] = VAR("SCRIPT_NAME"),
	[HTTP_VAR_QUERY_STRING] = VAR("QUERY_STRING"),
	[HTTP_VAR_CONTENT_TYPE] = VAR("CONTENT_TYPE"),
	[HTTP_VAR_CONTENT_LENGTH] = VAR("CONTENT_LENGTH"),
	[HTTP_VAR_AUTHORIZATION] = VAR("HTTP_AUTHORIZATION"),
	[HTTP_VAR_REDIRECT_AUTHORIZATION] = VAR("REDIRECT_HTTP_AUTHORIZATION"),
	[HTTP_VAR_AUTH_TYPE] = VAR("AUTH_TYPE"),
	[HTTP_VAR_TOKEN] = VAR("HTTP_X_MINUTEHAND_TOKEN"),
	[HTTP_VAR_ACCEPT_LANGUAGE] = VAR("HTTP_ACCEPT_LANGUAGE"),
	[HTTP_VAR_REQUEST_ID] = VAR("HTTP_X_REQUEST_ID"),
	[HTTP_VAR_TRANSFER_ENCODING] = VAR("HTTP_TRANSFER_ENCODING"),
	[HTTP_VAR_SERVER_PROTOCOL] = VAR("SERVER_PROTOCOL"),
	[HTTP_VAR_REMOTE_ADDR] = VAR("REMOTE_ADDR"),
	[HTTP_VAR_REMOTE_PORT] = VAR("REMOTE_PORT"),
	[HTTP_VAR_SERVER_ADDR] = VAR("SERVER_ADDR"),
	[HTTP_VAR_HOST] = VAR("HTTP_HOST"),
	[HTTP_VAR_ORIGIN] = VAR("HTTP_ORIGIN"),
	[HTTP_VAR_FORWARDED_FOR] = VAR("HTTP_X_FORWARDED_FOR"),
	[HTTP_VAR_FORWARDED] = VAR("HTTP_FORWARDED"),
	[HTTP_VAR_REAL_IP] = VAR("HTTP_X_REAL_IP"),
	[HTTP_VAR_VIA] = VAR("HTTP_VIA"),
	[HTTP_VAR_FETCH_SITE] = VAR("HTTP_SEC_FETCH_SITE"),
	[HTTP_VAR_METHOD_OVERRIDE] = VAR("HTTP_X_HTTP_METHOD_OVERRIDE"),
	[HTTP_VAR_IF_NONE_MATCH] = VAR("HTTP_IF_NONE_MATCH"),
};
_Static_assert(sizeof(vars) / sizeof(vars[0]) == HTTP_VAR__MAX,
    "one name for each variable");

static void
read_vars(struct request *req, char *const *envp)
{
	for (; *envp != NULL; envp++) {
		size_t len = strcspn(*envp, "=");

		if ((*envp)[len] != '=')
			continue;
		for (int i = 0; i < HTTP_VAR__MAX; i++) {
			if (vars[i].len == len &&
			    memcmp(vars[i].name, *envp, len) == 0) {
				req->var[i] = *envp + len + 1;
				break;
			}
		}
	}
}

static enum http_method
method_of(const char *name)
{
	static const struct {
		const char *name;
		enum http_method method;
	} methods[] = {
		{ "GET", HTTP_GET },
		{ "HEAD", HTTP_GET },
		{ "POST", HTTP_POST },
		{ "DELETE", HTTP_DELETE },
		{ "PATCH", HTTP_PATCH },
		{ "OPTIONS", HTTP_OPTIONS },
	};

	for (size_t i = 0; i < sizeof(methods) / sizeof(methods[0]); i++)
		if (strcmp(name, methods[i].name) == 0)
			return methods[i].method;
	return HTTP_OTHER;
}

/* Methods that some hosts block, which a POST may name instead. */
static bool
may_stand_for(enum http_method m)
{
	return m == HTTP_DELETE || m == HTTP_PATCH;
}

static void
read_method(struct request *req)
{
	const char *name = request_var(req, HTTP_VAR_REQUEST_METHOD);
	enum http_method meant =
	    method_of(request_var(req, HTTP_VAR_METHOD_OVERRIDE));

	req->method = method_of(name);
	req->is_head = strcmp(name, "HEAD") == 0;
	if (req->method == HTTP_POST && may_stand_for(meant))
		req->method = meant;
}

int
request_check_override(const struct request *req, struct faults *fs)
{
	const char *text = req->var[HTTP_VAR_METHOD_OVERRIDE];
	enum http_method sent =
	    method_of(request_var(req, HTTP_VAR_REQUEST_METHOD));

	if (text == NULL || method_of(text) == sent || sent == HTTP_OPTIONS)
		return 0;
	if (sent != HTTP_POST)
		return fault_add(fs, "X-HTTP-Method-Override",
		    "is accepted in a POST only");
	if (!may_stand_for(method_of(text)))
		return fault_add(fs, "X-HTTP-Method-Override",
		    "must be DELETE or PATCH");
	return 0;
}

/* The finalizer of SplitMix64: spreads differences over all bits. */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

/* Take the client's X-Request-Id if it is valid, else generate an id. */
static void
read_trace_id(struct request *req, uint64_t serial)
{
	static const char sane[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "abcdefghijklmnopqrstuvwxyz0123456789._-";
	const char *id = request_var(req, HTTP_VAR_REQUEST_ID);
	size_t len = strlen(id);

	if (len >= 1 && len <= HTTP_TRACE_MAX && strspn(id, sane) == len) {
		memcpy(req->trace_id, id, len + 1);
		return;
	}
	snprintf(req->trace_id, sizeof(req->trace_id),
	    "%016" PRIx64 "%016" PRIx64, mix((uint64_t)clock_now_us()),
	    mix((uint64_t)getpid() << 32 ^ serial));
}

void
request_init(struct request *req, char *const *envp, uint64_t serial)
{
	memset(req->var, 0, sizeof(req->var));
	req->client = NULL;
	req->route = NULL;
	req->is_funboost = false;
	req->path = (struct http_path){ .queue = "" };
	req->nparams = 0;
	req->nquery = 0;
	req->json = NULL;
	read_vars(req, envp);
	read_method(req);
	read_trace_id(req, serial);
	req->lang = LANG_EN;
}

void
request_fini(struct request *req)
{
	json_free(req->json);
	req->json = NULL;
}

const char *
request_var(const struct request *req, enum http_var var)
{
	return req->var[var] != NULL ? req->var[var] : "";
}

int
request_check_vars(const struct request *req, struct faults *fs)
{
	static const enum http_var needed[] = { HTTP_VAR_REQUEST_METHOD,
		HTTP_VAR_QUERY_STRING, HTTP_VAR_REMOTE_ADDR };
	int rc = 0;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		if (req->var[needed[i]] == NULL)
			rc = fault_add(fs, vars[needed[i]].name,
			    "was not set by the web server");
	return rc;
}

/*
 * Return whether the parameters of a media type name another charset than
 * UTF-8.
 */
static bool
is_foreign_charset(const char *params)
{
	for (const char *s = params; (s = strchr(s, ';')) != NULL;) {
		s++;
		s += strspn(s, " \t");
		if (strncasecmp(s, "charset=", 8) != 0)
			continue;
		s += 8;
		s += *s == '"';
		if (strncasecmp(s, "utf-8", 5) != 0 &&
		    strncasecmp(s, "utf8", 4) != 0)
			return true;
		s += s[3] == '-' ? 5 : 4;
		return strchr("\"; \t", *s) == NULL;
	}
	return false;
}

/*
 * Return whether type is the media type name (RFC 9110 section 8.3.1: in any
 * case), in UTF-8.
 */
static bool
is_type(const char *type, const char *name)
{
	size_t n = strlen(name);

	type += strspn(type, " \t");
	return strncasecmp(type, name, n) == 0 &&
	    strchr("; \t", type[n]) != NULL && !is_foreign_charset(type + n);
}

static enum request_rc
read_json(struct request *req, const struct buf *body, struct faults *fs)
{
	struct err why;

	if (body->len == 0)
		req->json = json_parse("{}", 2, &why);
	else
		req->json = json_parse(body->data, body->len, &why);
	if (req->json == NULL)
		fault_add(fs, "body", "is not valid JSON: %s", why.text);
	else if (!json_is_object(req->json))
		fault_add(fs, "body", "must be a JSON object");
	else
		return REQUEST_OK;
	return REQUEST_BAD;
}

/*
 * Refuse a request with Content-Type and no body: the body may have been lost,
 * and with it a filter.  A GET changes nothing, and many clients send the type
 * with it.  An empty form has a length of 0.
 */
static int
check_present(const struct request *req, bool is_form, struct faults *fs)
{
	if (request_var(req, HTTP_VAR_CONTENT_TYPE)[0] == '\0' ||
	    req->method == HTTP_GET ||
	    (is_form && req->route->input == ROUTE_INPUT_PARAMS &&
		request_var(req, HTTP_VAR_CONTENT_LENGTH)[0] != '\0'))
		return 0;
	return fault_add(fs, "body",
	    "is missing, which Content-Type announces; send it, or no "
	    "Content-Type");
}

enum request_rc
request_read_input(struct request *req, struct buf *query, struct buf *body,
    struct faults *fs)
{
	const char *type = request_var(req, HTTP_VAR_CONTENT_TYPE);
	bool is_json = is_type(type, "application/json") ||
	    (req->method == HTTP_PATCH &&
		is_type(type, "application/merge-patch+json"));
	bool is_form = is_type(type, "application/x-www-form-urlencoded");

	buf_reset(query);
	buf_str(query, request_var(req, HTTP_VAR_QUERY_STRING));
	if (query->len > 0 && params_add_form(req, query->data, fs) != 0)
		return REQUEST_BAD;
	req->nquery = req->nparams;
	if (body->len > 0 && !is_json &&
	    !(is_form && req->route->input == ROUTE_INPUT_PARAMS))
		return REQUEST_BAD_TYPE;
	if (body->len == 0 && check_present(req, is_form, fs) != 0)
		return REQUEST_BAD;
	if (req->route->input == ROUTE_INPUT_JSON)
		return read_json(req, body, fs);
	if (body->len == 0)
		return REQUEST_OK;
	if (is_form) {
		/* Text after a NUL byte would be ignored. */
		if (strlen(body->data) != body->len) {
			fault_add(fs, "body", "contains a NUL byte");
			return REQUEST_BAD;
		}
		return params_add_form(req, body->data, fs) == 0 ? REQUEST_OK :
								   REQUEST_BAD;
	}
	if (read_json(req, body, fs) != REQUEST_OK ||
	    params_add_json(req, fs) != 0)
		return REQUEST_BAD;
	return REQUEST_OK;
}

int
request_param(const struct request *req, const char *name, const char **out,
    struct faults *fs)
{
	const struct http_param *found = NULL;

	*out = NULL;
	for (size_t i = 0; i < req->nparams; i++) {
		const struct http_param *p = &req->params[i];

		/* null counts as absent. */
		if (strcmp(p->name, name) != 0 ||
		    (p->value == NULL && p->why == NULL))
			continue;
		if (found != NULL)
			return fault_add(fs, name, "was given twice");
		found = p;
	}
	if (found == NULL)
		return 0;
	if (found->why != NULL)
		return fault_add(fs, name, "%s", found->why);
	*out = found->value;
	return 0;
}
