/*
 * From a request to its response, by CGI or FastCGI: input, route, access,
 * handler.  Tested in tests/http/errors.bats.
 */
#include "config.h"

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/base/log.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/body.h"
#include "fcgi/api/ctx.h"
#include "fcgi/api/input.h"
#include "fcgi/api/leased.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"
#include "fcgi/api/route.h"
#include "fcgi/serve.h"
#include "fcgi/api/unknown.h"

#include "lib/base/ban.h"

#define RETRY_OPEN_S 5

/* Answer invalid input; true if it is valid. */
static bool
is_understood(enum request_rc rc, const struct request *req,
    struct response *res)
{
	switch (rc) {
	case REQUEST_OK:
		return true;
	case REQUEST_BAD:
		response_bad_input(res);
		break;
	case REQUEST_TOO_LARGE:
		response_error(res, 413, MSG_TOO_LARGE, NULL);
		break;
	case REQUEST_BAD_TYPE:
		fault_add(&res->faults, "Content-Type",
		    req->route->input == ROUTE_INPUT_JSON ?
			"must be application/json in UTF-8" :
			"must be application/json or "
			"application/x-www-form-urlencoded in UTF-8");
		response_error(res, 415, MSG_BAD_TYPE, "application/json");
		break;
	case REQUEST_SLOW:
		response_error(res, 408, MSG_SLOW, NULL);
		break;
	case REQUEST_STOP:
		response_error(res, 503, MSG_NOT_OPEN, NULL);
		res->retry_after_s = RETRY_OPEN_S;
		break;
	}
	return false;
}

/*
 * The language of the answer: the configured one, else the one the client
 * prefers.  Below /funboost it is Chinese, which existing clients compare.
 */
static enum lang
choose_language(struct ctx *ctx, const struct request *req)
{
	enum conf_language l =
	    ctx_read_conf(ctx) == 0 ? ctx->conf->language : CONF_LANGUAGE_AUTO;

	if (l != CONF_LANGUAGE_AUTO)
		return l == CONF_LANGUAGE_ZH ? LANG_ZH : LANG_EN;
	return lang_choose(req->var[HTTP_VAR_ACCEPT_LANGUAGE],
	    req->is_funboost ? LANG_ZH : LANG_EN);
}

/* Check the variables, that the path is text, and the method override. */
static bool
is_readable(const struct request *req, struct response *res)
{
	int rc = request_check_vars(req, &res->faults);

	rc |= route_check_text(req, &res->faults);
	if (request_check_override(req, &res->faults) == 0 && rc == 0)
		return true;
	response_bad_input(res);
	return false;
}

/* Find the route; false if there is none, with the answer set. */
static bool
find_route(struct ctx *ctx, struct request *req, struct response *res)
{
	unsigned known = route_find(req, &res->shape);

	req->lang = choose_language(ctx, req);
	if (!is_readable(req, res))
		return false;
	if (known == 0) {
		response_error(res, 404, MSG_NO_ROUTE, NULL);
		return false;
	}
	if (req->method == HTTP_OPTIONS) {
		res->status = 204;
		res->allow = known;
		return false;
	}
	if (req->route == NULL) {
		response_error(res, 405, MSG_BAD_METHOD, NULL);
		res->allow = known;
		return false;
	}
	return true;
}

/* Run the checks common to all requests, then the handler. */
static void
answer(struct ctx *ctx, struct request *req, enum request_rc body,
    struct response *res)
{
	if (!find_route(ctx, req, res))
		return;
	if (!req->route->is_storeless && ctx_ready(ctx) != 0) {
		fault_add(&res->faults, "cause", "%s", ctx->cause);
		response_error(res, 503, MSG_NOT_OPEN, NULL);
		res->retry_after_s = RETRY_OPEN_S;
		if (req->route->not_ready != NULL)
			req->route->not_ready(ctx, req, res);
		return;
	}
	if (auth_check(ctx, req, res) != 0 || !is_understood(body, req, res) ||
	    !is_understood(request_read_input(req, &ctx->query, &ctx->body,
			       &res->faults),
		req, res) ||
	    input_names(req, res) != 0)
		return;
	if (unknown_check(req, res) == 0)
		req->route->handler(ctx, req, res);
}

void
serve_one(struct ctx *ctx, char *const *envp, struct client *client)
{
	static const char no_memory[] =
	    "Status: 500 Internal Server Error\r\nContent-Length: 0\r\n\r\n";
	struct response res;
	struct request req;
	enum request_rc body;

	ctx_begin(ctx);
	leased_forget(ctx);
	request_init(&req, envp, ctx->serial);
	req.client = client;
	peer_init(&client->peer, req.var[HTTP_VAR_REMOTE_ADDR],
	    req.var[HTTP_VAR_REMOTE_PORT]);
	response_init(&res, &ctx->data);
	/* Read it in any case: some servers fail if the body is not read. */
	body = body_read(&req, client, &ctx->body, &res.faults);
	answer(ctx, &req, body, &res);
	response_write(&res, &req, &ctx->text, &ctx->out);
	if (ctx->out.is_failed) {
		log_event(LOG_LEVEL_ERR, "no-memory", "trace", req.trace_id,
		    NULL);
		leased_give_back(ctx);
		buf_fini(&ctx->out);
		buf_str(&ctx->out, no_memory);
	}
	/*
	 * Not if a handler set data: a late ticker is no error of the program.
	 */
	if (res.status >= 500 && res.data->len == 0)
		log_event(LOG_LEVEL_WARN, "answered-with-error", "trace",
		    req.trace_id, LOG_KEY_PATH,
		    request_var(&req, HTTP_VAR_PATH_INFO), NULL);
	response_fini(&res);
	request_fini(&req);
}

int
serve_request(struct ctx *ctx, char *const *envp, struct client *client)
{
	serve_one(ctx, envp, client);
	if (client_write(client, buf_cstr(&ctx->out), ctx->out.len) == 0)
		return 0;
	leased_give_back(ctx);
	/* The client has disconnected, which is no error of the program. */
	log_event(LOG_LEVEL_INFO, "answer-not-taken", NULL);
	return -1;
}
