#ifndef FCGI_SERVE_H
#define FCGI_SERVE_H

#include "fcgi/http.h"

/*
 * Answer one request, from its variables (envp) and its body (read through
 * read_fn), whichever server brought it.  The whole answer is in ctx->out
 * afterwards, as a CGI program gives it.
 */
void serve_one(struct ctx *ctx, char *const *envp, http_read *read_fn,
    void *cookie);

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
