/*
 * A response as a CGI program writes it: status, headers, and the body in the
 * form that the client expects.  Tested in tests/http/errors.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"

#include "fcgi/api/response.h"
#include "fcgi/api/route.h"

#include "lib/base/ban.h"

#define RETRY_BUSY_S 1
#define RETRY_FULL_S 30

/* Reason phrase, and the code in the member "error". */
static const struct status {
	int code;
	const char *reason;
	const char *error;
} statuses[] = {
	{ 200, "OK", NULL },
	{ 201, "Created", NULL },
	{ 204, "No Content", NULL },
	{ 304, "Not Modified", NULL },
	{ 400, "Bad Request", "bad_input" },
	{ 401, "Unauthorized", "unauthorized" },
	{ 403, "Forbidden", "forbidden" },
	{ 404, "Not Found", "not_found" },
	{ 405, "Method Not Allowed", "method_not_allowed" },
	{ 408, "Request Timeout", "timeout" },
	{ 409, "Conflict", "conflict" },
	{ 413, "Content Too Large", "too_large" },
	{ 415, "Unsupported Media Type", "unsupported_media_type" },
	{ 429, "Too Many Requests", "too_many_requests" },
	{ 503, "Service Unavailable", "unavailable" },
	{ 500, "Internal Server Error", "internal" },
};
#define NSTATUSES (sizeof(statuses) / sizeof(statuses[0]))

static const struct status *
status_of(int code)
{
	size_t i = 0;

	while (i < NSTATUSES - 1 && statuses[i].code != code)
		i++;
	return &statuses[i];
}

void
response_init(struct response *res, struct buf *data)
{
	res->status = 200;
	res->msg = MSG_OK;
	res->args[0] = NULL;
	res->args[1] = NULL;
	res->faults.n = 0;
	res->faults.is_transient = false;
	res->data = data;
	res->shape = HTTP_SHAPE_ENVELOPE;
	res->type = NULL;
	res->allow = 0;
	res->auth_error = NULL;
	res->auth_scope[0] = '\0';
	res->retry_after_s = 0;
	res->max_age_s = 0;
	res->etag[0] = '\0';
	res->warns.n = 0;
	res->has_warnings = false;
	buf_reset(data);
}

void
response_fini(struct response *res)
{
	warns_fini(&res->warns);
}

void
response_error(struct response *res, int status, enum msg msg, const char *arg)
{
	/* A temporary failure of this host is not the client's fault. */
	if (status == 400 && res->faults.is_transient) {
		status = 503;
		res->retry_after_s = RETRY_FULL_S;
	}
	res->status = status;
	res->msg = msg;
	res->args[0] = arg;
	buf_reset(res->data);
}

void
response_bad_input(struct response *res)
{
	response_error(res, 400, MSG_BAD_INPUT, NULL);
}

bool
response_store(struct response *res, enum store_rc rc)
{
	switch (rc) {
	case STORE_OK:
		return true;
	case STORE_BUSY:
		response_error(res, 503, MSG_STORE_BUSY, NULL);
		res->retry_after_s = RETRY_BUSY_S;
		return false;
	case STORE_FULL:
		response_error(res, 503, MSG_STORE_FULL, NULL);
		res->retry_after_s = RETRY_FULL_S;
		return false;
	case STORE_CONFIG:
		response_error(res, 503, MSG_NOT_OPEN, NULL);
		res->retry_after_s = RETRY_FULL_S;
		return false;
	case STORE_DENIED:
		fault_add(&res->faults, "render.serviceId",
		    "is not among the services of the token");
		response_error(res, 403, MSG_NO_SERVICE_ACCESS, NULL);
		return false;
	case STORE_NOTFOUND:
	case STORE_CONFLICT:
	case STORE_LIMIT:
	case STORE_ERROR:
		break;
	}
	response_error(res, 500, MSG_INTERNAL, NULL);
	return false;
}

const char *
response_number(struct response *res, int64_t n)
{
	snprintf(res->number, sizeof(res->number), "%" PRId64, n);
	return res->number;
}

/* Append the faults as an object, or the given text if there are none. */
static void
add_error_data(const struct faults *fs, const char *none, struct buf *out)
{
	if (fs->n == 0) {
		buf_str(out, none);
		return;
	}
	for (size_t i = 0; i < fs->n; i++) {
		buf_char(out, i == 0 ? '{' : ',');
		buf_json(out, fs->v[i].field);
		buf_char(out, ':');
		buf_json(out, fs->v[i].text);
	}
	buf_char(out, '}');
}

static void
add_message(const struct response *res, const struct request *req,
    struct buf *out)
{
	struct buf text = BUF_INIT;

	messages_print(res->msg, req->lang, res->args, &res->faults, &text);
	buf_json(out, buf_cstr(&text));
	out->is_failed |= text.is_failed;
	buf_fini(&text);
}

static void
write_native(const struct response *res, const struct request *req,
    struct buf *out)
{
	if (res->data->len > 0) {
		buf_add(out, res->data->data, res->data->len);
		return;
	}
	buf_str(out, "{\"message\":");
	add_message(res, req, out);
	if (res->shape == HTTP_SHAPE_NATIVE &&
	    status_of(res->status)->error != NULL) {
		buf_str(out, ",\"error_data\":");
		add_error_data(&res->faults, "{}", out);
	}
	buf_char(out, '}');
}

static void
write_envelope(const struct response *res, const struct request *req,
    struct buf *out)
{
	const char *error = status_of(res->status)->error;

	buf_printf(out,
	    "{\"succ\":%s,\"msg\":", error == NULL ? "true" : "false");
	add_message(res, req, out);
	buf_str(out, ",\"data\":");
	if (res->data->len > 0)
		buf_add(out, res->data->data, res->data->len);
	else
		buf_str(out, "null");
	buf_str(out, ",\"error_data\":");
	add_error_data(&res->faults, "null", out);
	buf_printf(out, ",\"code\":%d,\"error\":", res->status);
	if (error != NULL)
		buf_json(out, error);
	else
		buf_str(out, "null");
	buf_str(out, ",\"traceback\":null,\"trace_id\":");
	buf_json(out, req->trace_id);
	buf_char(out, '}');
}

/*
 * RFC 6750 section 3; below /funboost also RFC 7617, for clients that have no
 * tokens and send a password only after a challenge.
 */
static void
write_challenge(const struct response *res, const struct request *req,
    struct buf *out)
{
	if (res->status != 401 && res->auth_error == NULL)
		return;
	buf_str(out, "WWW-Authenticate: Bearer realm=\"minutehand\"");
	if (res->auth_error != NULL)
		buf_printf(out, ", error=\"%s\"", res->auth_error);
	if (res->auth_scope[0] != '\0')
		buf_printf(out, ", scope=\"%s\"", res->auth_scope);
	if (res->auth_error != NULL && res->status == 401)
		buf_printf(out, ", error_description=\"the token is %s\"",
		    res->faults.n > 0 ? res->faults.v[0].text : "invalid");
	buf_str(out, "\r\n");
	if (res->status == 401 && req->is_funboost)
		buf_str(out,
		    "WWW-Authenticate: Basic realm=\"minutehand\", "
		    "charset=\"UTF-8\"\r\n");
}

static bool
has_body(const struct response *res)
{
	return res->status != 204 && res->status != 304;
}

static void
write_headers(const struct response *res, const struct request *req,
    size_t length, struct buf *out)
{
	buf_printf(out, "Status: %d %s\r\n", res->status,
	    status_of(res->status)->reason);
	/* RFC 9110 section 8.6: no Content-Length with a 204. */
	if (has_body(res))
		buf_printf(out,
		    "Content-Type: %s\r\n"
		    "Content-Length: %zu\r\n",
		    res->type != NULL ? res->type : "application/json", length);
	if (res->max_age_s > 0)
		buf_printf(out, "Cache-Control: public, max-age=%d\r\n",
		    res->max_age_s);
	else
		buf_str(out, "Cache-Control: no-store\r\n");
	if (res->etag[0] != '\0')
		buf_printf(out, "ETag: %s\r\n", res->etag);
	write_challenge(res, req, out);
	if (res->retry_after_s > 0)
		buf_printf(out, "Retry-After: %d\r\n", res->retry_after_s);
	if (res->allow != 0) {
		buf_str(out, "Allow: ");
		route_methods(res->allow, out);
		buf_str(out, "\r\n");
	}
	buf_str(out, "\r\n");
}

/* Add the warnings to data, which is an object or empty. */
static void
add_warnings(const struct response *res, const struct request *req)
{
	struct buf *data = res->data;
	bool is_empty = data->len == 0;

	if (status_of(res->status)->error != NULL || res->type != NULL ||
	    (res->warns.n == 0 && !res->has_warnings) || data->is_failed ||
	    (is_empty ? res->shape != HTTP_SHAPE_ENVELOPE :
			data->data[data->len - 1] != '}'))
		return;
	if (is_empty)
		buf_char(data, '{');
	else
		data->data[--data->len] = '\0';
	if (data->len > 0 && data->data[data->len - 1] != '{')
		buf_char(data, ',');
	buf_str(data, "\"warnings\":");
	warns_to_json(&res->warns,
	    req->lang == LANG_EN ? DESCRIBE_EN : DESCRIBE_ZH, data);
	buf_char(data, '}');
}

void
response_write(const struct response *res, const struct request *req,
    struct buf *text, struct buf *out)
{
	add_warnings(res, req);
	buf_reset(text);
	if (res->shape != HTTP_SHAPE_ENVELOPE)
		write_native(res, req, text);
	else
		write_envelope(res, req, text);
	write_headers(res, req, text->len, out);
	if (!req->is_head && has_body(res))
		buf_add(out, text->data, text->len);
	if (text->is_failed || res->data->is_failed)
		out->is_failed = true;
}
