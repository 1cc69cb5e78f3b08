#ifndef FCGI_AUTH_H
#define FCGI_AUTH_H

#include "fcgi/http.h"

/*
 * May the client do what the route is about?  0, with ctx->sched.actor and
 * the token set; or -1 and the response is a 401, 403 or 503.
 */
int auth_check(struct ctx *ctx, const struct request *req,
    struct response *res);

/* May this client touch the queue?  NULL means every queue. */
bool auth_may_queue(const struct ctx *ctx, const char *queue);

/* As auth_may_queue; -1 when not, and the response is a 403. */
int auth_queue(const struct ctx *ctx, const char *queue, struct response *res);

/*
 * May this client run things on the service of Render?  A token's globs of
 * queues are matched against the ids of services too.  0, or -1 and the
 * response is a 403.
 */
int auth_service(const struct ctx *ctx, const char *service,
    struct response *res);

#endif
