#ifndef FCGI_SERVE_H
#define FCGI_SERVE_H

#include "fcgi/server/client.h"
#include "fcgi/api/http.h"

/*
 * Compute the response to one request, from its CGI variables (envp) and the
 * body read from client.  Afterwards ctx->out has the whole response, as a CGI
 * program writes it.
 */
void serve_one(struct ctx *ctx, char *const *envp, struct client *client);

/*
 * Answer one request: serve_one, then write the response to the client.  0, or
 * -1 if it could not be written.
 */
int serve_request(struct ctx *ctx, char *const *envp, struct client *client);

/*
 * Answer the request in environment and standard input on standard output.  0,
 * or -1 if the response could not be written.
 */
int serve_cgi(struct ctx *ctx, char *const *envp);

/* True if this process was started by a FastCGI server. */
bool serve_fcgi_is_asked(void);

/*
 * Answer requests from the FastCGI server until SIGTERM, after which the
 * current request is finished.  0, or -1 if accepting connections failed.
 */
int serve_fcgi(struct ctx *ctx);

#endif
