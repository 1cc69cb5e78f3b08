#include "config.h"

#include <string.h>
#include <strings.h>

#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/store.h"
#include "lib/token.h"

#include "fcgi/auth.h"
#include "fcgi/ctx.h"
#include "fcgi/loopback.h"
#include "fcgi/request.h"
#include "fcgi/response.h"
#include "fcgi/route.h"

#include "lib/ban.h"

#define USED_EVERY_US (3600 * CLOCK_US_PER_S)

/* The credentials of "Bearer TOKEN" (RFC 6750), or NULL. */
static const char *
bearer(const char *header)
{
	if (strncasecmp(header, "Bearer", 6) != 0 ||
	    (header[6] != ' ' && header[6] != '\t'))
		return NULL;
	return header + 6 + strspn(header + 6, " \t");
}

/* Apache moves the header aside when it rewrites a request. */
static const char *
authorization(const struct request *req)
{
	if (req->var[HTTP_VAR_AUTHORIZATION] != NULL)
		return req->var[HTTP_VAR_AUTHORIZATION];
	return req->var[HTTP_VAR_REDIRECT_AUTHORIZATION];
}

/* Note the use, at most once an hour; losing the note harms nobody. */
static void
note_use(struct ctx *ctx, int64_t now_us)
{
	struct store *st = ctx->sched.stores[JOB_DURABLE];
	const struct token *t = &ctx->token;

	if (now_us - t->used_us < USED_EVERY_US && t->used_us <= now_us)
		return;
	store_set_durable(st, false);
	if (store_begin(st) == STORE_OK) {
		if (store_token_used(st, t->id, now_us) == STORE_OK)
			(void)store_commit(st);
		else
			store_rollback(st);
	}
	store_set_durable(st, true);
}

/* Load the token the text names into ctx; STORE_NOTFOUND when it is none. */
static enum store_rc
load_token(struct ctx *ctx, const char *text)
{
	struct token *t = &ctx->token;
	int64_t now_us = clock_now_us();
	char id[TOKEN_ID_LEN + 1];
	enum store_rc rc;

	if (text == NULL || token_id(text, id) != 0)
		return STORE_NOTFOUND;
	rc = store_token_get(ctx->sched.stores[JOB_DURABLE], id, t);
	if (rc != STORE_OK)
		return rc;
	if (!token_matches(t, text) ||
	    (t->expires_us != 0 && t->expires_us <= now_us))
		return STORE_NOTFOUND;
	note_use(ctx, now_us);
	return STORE_OK;
}

static int
check_token(struct ctx *ctx, const struct request *req, const char *header,
    struct response *res)
{
	enum store_rc rc = load_token(ctx, bearer(header));
	char scopes[64];

	if (rc == STORE_NOTFOUND) {
		response_error(res, 401, MSG_NO_TOKEN, NULL);
		return -1;
	}
	if (!response_store(res, rc))
		return -1;
	ctx->scopes = ctx->token.scopes;
	ctx->sched.actor = ctx->token.id;
	ctx->grant = token_grant(&ctx->token);
	if (token_allows(&ctx->token, req->route->scope))
		return 0;
	token_scopes_print(req->route->scope, scopes, sizeof(scopes));
	fault_add(&res->faults, "scope", "%s is needed", scopes);
	response_error(res, 403, MSG_NO_SCOPE, NULL);
	return -1;
}

int
auth_check(struct ctx *ctx, const struct request *req, struct response *res)
{
	const char *header = authorization(req);

	token_fini(&ctx->token);
	ctx->token = (struct token){ .name = NULL };
	ctx->scopes = 0;
	ctx->grant = (struct grant){ NULL, "" };
	ctx->sched.grant = &ctx->grant;
	ctx->sched.actor = "loopback";
	if (req->route->scope == 0)
		return 0;
	if (header != NULL && header[0] != '\0')
		return check_token(ctx, req, header, res);
	if (ctx->conf->anonymous == CONF_ANONYMOUS_LOOPBACK &&
	    loopback_is_local(req)) {
		ctx->scopes = TOKEN_READ | TOKEN_WRITE | TOKEN_CONSUME;
		ctx->grant = (struct grant){ "*", "" };
		return 0;
	}
	response_error(res, 401, MSG_NO_TOKEN, NULL);
	return -1;
}

bool
auth_may_queue(const struct ctx *ctx, const char *queue)
{
	return grant_queue(ctx->sched.grant, queue);
}

bool
auth_may_service(const struct ctx *ctx, const char *service)
{
	return grant_service(ctx->sched.grant, service);
}

bool
auth_may(const struct ctx *ctx, unsigned scope)
{
	return (ctx->scopes & (scope | TOKEN_ADMIN)) != 0;
}

int
auth_queue(const struct ctx *ctx, const char *queue, struct response *res)
{
	if (auth_may_queue(ctx, queue))
		return 0;
	if (queue == NULL) {
		fault_add(&res->faults, "queue_name",
		    "is required: the token is limited to some queues");
		response_error(res, 403, MSG_NO_QUEUE_ACCESS, NULL);
		return -1;
	}
	fault_add(&res->faults, "queue_name",
	    "is not among the queues of the token");
	response_error(res, 404, MSG_NO_QUEUE_ACCESS, NULL);
	return -1;
}

int
auth_service(const struct ctx *ctx, const char *service, struct response *res)
{
	if (auth_may_service(ctx, service))
		return 0;
	fault_add(&res->faults, "serviceId",
	    "is not among the services of the token");
	response_error(res, 404, MSG_NO_SERVICE_ACCESS, NULL);
	return -1;
}
