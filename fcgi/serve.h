#ifndef FCGI_SERVE_H
#define FCGI_SERVE_H

#include "fcgi/server/client.h"
#include "fcgi/api/http.h"

/*
 * Work out the answer to one request, from its variables (envp) and its body
 * (the client's), whichever server brought it.  The whole answer is in
 * ctx->out afterwards, as a CGI program gives it.
 */
void serve_one(struct ctx *ctx, char *const *envp, struct client *client);

/*
 * Answer one request: serve_one, and the answer to the client.  0, or -1 when
 * it could not be written.
 */
int serve_request(struct ctx *ctx, char *const *envp, struct client *client);

/*
 * Answer the one request that environment and standard input hold, on
 * standard output.  0, or -1 when the answer could not be written.
 */
int serve_cgi(struct ctx *ctx, char *const *envp);

/* Has a FastCGI server started us? */
bool serve_fcgi_is_asked(void);

/*
 * Answer requests from the FastCGI server until SIGTERM, which lets the
 * request at hand finish.  0, or -1 when accepting failed.
 */
int serve_fcgi(struct ctx *ctx);

#endif
