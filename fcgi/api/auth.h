#ifndef FCGI_API_AUTH_H
#define FCGI_API_AUTH_H

#include "fcgi/api/http.h"

/*
 * May the client do what the route is about?  0, with ctx->sched.actor and
 * the token set; or -1 and the response is a 401 that says what is wrong with
 * the token, a 400 for two of them, a 403 or a 503.
 */
int auth_check(struct ctx *ctx, const struct request *req,
    struct response *res);

/* May this client touch the queue, the service?  NULL means all there are. */
bool auth_may_queue(const struct ctx *ctx, const char *queue);
bool auth_may_service(const struct ctx *ctx, const char *service);

/* Was this client let in with the scope (enum token_scope)? */
bool auth_may(const struct ctx *ctx, unsigned scope);

/*
 * As auth_may_queue, for a request that names it; -1 when not.  Then the
 * response is a 404, whether there is such a queue or not, or a 403 where
 * naming none would mean all.
 */
int auth_queue(const struct ctx *ctx, const char *queue, struct response *res);

/* As auth_queue, for a service of Render that the request is addressed to. */
int auth_service(const struct ctx *ctx, const char *service,
    struct response *res);

#endif
