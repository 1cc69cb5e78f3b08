#ifndef FCGI_API_AUTH_H
#define FCGI_API_AUTH_H

#include "fcgi/api/http.h"

/*
 * Check that the client may use the route.  0, with ctx->sched.actor and
 * ctx->token set; or -1 and the response is a 401 with the fault of the token,
 * a 400 for two different tokens, a 403 or a 503.
 */
int auth_check(struct ctx *ctx, const struct request *req,
    struct response *res);

/* True if the client's globs match the queue or service; NULL means all. */
bool auth_may_queue(const struct ctx *ctx, const char *queue);
bool auth_may_service(const struct ctx *ctx, const char *service);

/* True if the client has the scope (enum token_scope). */
bool auth_may(const struct ctx *ctx, unsigned scope);

/*
 * As auth_may_queue, for the queue of a request: 0, or -1 and the response is a
 * 404, whether the queue exists or not, or a 403 for a request without a queue,
 * which would change all of them.
 */
int auth_queue(const struct ctx *ctx, const char *queue, struct response *res);

/* As auth_queue, for a service of Render that the request is addressed to. */
int auth_service(const struct ctx *ctx, const char *service,
    struct response *res);

#endif
