/*
 * Which token a request has, and what it may do.  The headers are read by
 * credential.c.  Tested in t_api_token and t_api_authority.
 */
#include "config.h"

#include <stdio.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/time/datetime.h"
#include "lib/db/store.h"
#include "lib/secret/token.h"
#include "lib/store/token.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/credential.h"
#include "fcgi/api/ctx.h"
#include "fcgi/api/loopback.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"
#include "fcgi/api/route.h"

#include "lib/base/ban.h"

#define USED_EVERY_US (3600 * CLOCK_US_PER_S)
#define USED_RETRY_US (300 * CLOCK_US_PER_S)

/*
 * Record the use, at most once an hour.  A lost record does no harm, a wait for
 * a writer does: if the store is busy, it is tried again later.
 */
static void
note_use(struct ctx *ctx, int64_t now_us)
{
	struct store *st = ctx->sched.stores[JOB_DURABLE];
	const struct token *t = &ctx->token;

	if ((now_us - t->used_us < USED_EVERY_US && t->used_us <= now_us) ||
	    clock_mono_us() < ctx->used_after_us)
		return;
	ctx->used_after_us = clock_mono_us() + USED_RETRY_US;
	if (store_begin_idle(st) != STORE_OK)
		return;
	store_set_durable(st, false);
	if (store_token_used(st, t->id, now_us) != STORE_OK)
		store_rollback(st);
	else if (store_commit(st) == STORE_OK)
		ctx->used_after_us = 0;
	store_set_durable(st, true);
}

/* Why a well-formed token is refused. */
enum flaw { FLAW_NONE, FLAW_UNKNOWN, FLAW_EXPIRED, FLAW_REVOKED };

/*
 * Load the token of the text into ctx.  Only a request with the secret learns
 * that the token has expired or was revoked; otherwise it is unknown.
 */
static enum store_rc
load_token(struct ctx *ctx, const char *text, enum flaw *flaw)
{
	struct store *st = ctx->sched.stores[JOB_DURABLE];
	struct token *t = &ctx->token;
	int64_t now_us = clock_now_us();
	char id[TOKEN_ID_LEN + 1];
	enum store_rc rc;

	*flaw = FLAW_UNKNOWN;
	(void)token_id(text, id);
	rc = store_token_get(st, id, t);
	if (rc == STORE_NOTFOUND)
		rc = store_token_get_revoked(st, id, t);
	if (rc != STORE_OK || !token_matches(t, text))
		return rc == STORE_NOTFOUND ? STORE_OK : rc;
	if (t->revoked_us != 0)
		*flaw = FLAW_REVOKED;
	else if (t->expires_us != 0 && t->expires_us <= now_us)
		*flaw = FLAW_EXPIRED;
	else {
		*flaw = FLAW_NONE;
		note_use(ctx, now_us);
	}
	return STORE_OK;
}

/* Grant access by the token in ctx. */
static void
enter_token(struct ctx *ctx)
{
	ctx->scopes = ctx->token.scopes;
	ctx->sched.actor = ctx->token.id;
	ctx->grant = token_grant(&ctx->token);
}

/* Grant access without a token to a program of this host, if configured. */
static bool
enter_anonymous(struct ctx *ctx, const struct request *req)
{
	if (ctx->conf->anonymous != CONF_ANONYMOUS_LOOPBACK ||
	    !loopback_is_local(req))
		return false;
	ctx->scopes = (unsigned)ctx->conf->anonymous_scopes;
	ctx->grant = (struct grant){ "*", "" };
	return true;
}

static int
check_scope(const struct ctx *ctx, const struct request *req,
    struct response *res)
{
	if (auth_may(ctx, req->route->scope))
		return 0;
	token_scopes_print(req->route->scope, res->auth_scope,
	    sizeof(res->auth_scope));
	fault_add(&res->faults, "scope", "%s is required", res->auth_scope);
	response_error(res, 403, MSG_NO_SCOPE, NULL);
	res->auth_error = "insufficient_scope";
	return -1;
}

/* A 401 (RFC 6750 section 3.1); kind is the keyword in error_data.token. */
static int
refuse(struct response *res, enum msg msg, const char *kind, const char *arg)
{
	fault_add(&res->faults, "token", "%s", kind);
	response_error(res, 401, msg, arg);
	res->auth_error = "invalid_token";
	return -1;
}

/* A 401 with the fault of the token in ctx. */
static int
refuse_token(struct ctx *ctx, enum flaw flaw, struct response *res)
{
	struct buf at = BUF_INIT;

	if (flaw == FLAW_UNKNOWN)
		return refuse(res, MSG_TOKEN_UNKNOWN, "unknown", NULL);
	datetime_rfc3339_s(flaw == FLAW_EXPIRED ? ctx->token.expires_us :
						  ctx->token.revoked_us,
	    &at);
	(void)snprintf(res->number, sizeof(res->number), "%s", buf_cstr(&at));
	buf_fini(&at);
	return flaw == FLAW_EXPIRED ?
	    refuse(res, MSG_TOKEN_EXPIRED, "expired", res->number) :
	    refuse(res, MSG_TOKEN_REVOKED, "revoked", res->number);
}

static int
check_token(struct ctx *ctx, const struct request *req, const char *text,
    struct response *res)
{
	enum flaw flaw;
	enum store_rc rc = load_token(ctx, text, &flaw);

	if (!response_store(res, rc))
		return -1;
	if (flaw != FLAW_NONE)
		return refuse_token(ctx, flaw, res);
	enter_token(ctx);
	return check_scope(ctx, req, res);
}

/* A route that needs no token, but returns more with one. */
static void
check_quietly(struct ctx *ctx, const struct request *req)
{
	struct credential c;
	enum flaw flaw;

	if (!ctx->is_open)
		return;
	credential_read(req, &c);
	if (c.kind == CREDENTIAL_NONE)
		(void)enter_anonymous(ctx, req);
	else if (c.kind == CREDENTIAL_TOKEN &&
	    load_token(ctx, c.text, &flaw) == STORE_OK && flaw == FLAW_NONE)
		enter_token(ctx);
}

/* Refuse credentials that are invalid without reading the store. */
static int
refuse_credential(const struct credential *c, struct response *res)
{
	switch (c->kind) {
	case CREDENTIAL_TOKEN:
		break;
	case CREDENTIAL_NONE:
		(void)refuse(res, MSG_TOKEN_NONE, "missing", NULL);
		/* RFC 6750: no error code without credentials. */
		res->auth_error = NULL;
		break;
	case CREDENTIAL_MALFORMED:
		(void)refuse(res, MSG_TOKEN_MALFORMED, "malformed", c->header);
		break;
	case CREDENTIAL_BOTH:
		fault_add(&res->faults, "X-Minutehand-Token",
		    "differs from the token in Authorization");
		response_bad_input(res);
		res->auth_error = "invalid_request";
		break;
	case CREDENTIAL_FOREIGN:
		response_error(res, 403, MSG_FOREIGN_PAGE, NULL);
		break;
	}
	return -1;
}

int
auth_check(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct credential c;

	token_fini(&ctx->token);
	ctx->token = (struct token){ .name = NULL };
	ctx->scopes = 0;
	ctx->grant = (struct grant){ NULL, "" };
	ctx->sched.grant = &ctx->grant;
	ctx->sched.actor = "loopback";
	if (req->route->scope == 0) {
		check_quietly(ctx, req);
		return 0;
	}
	credential_read(req, &c);
	if (c.kind == CREDENTIAL_TOKEN)
		return check_token(ctx, req, c.text, res);
	if (c.kind == CREDENTIAL_NONE && enter_anonymous(ctx, req))
		return check_scope(ctx, req, res);
	return refuse_credential(&c, res);
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
