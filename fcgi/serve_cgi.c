#include "config.h"

#include <stdio.h>

#include "lib/buf.h"

#include "fcgi/ctx.h"
#include "fcgi/serve.h"

#include "lib/ban.h"

static size_t
read_stdin(void *cookie, char *p, size_t n)
{
	(void)cookie;
	return fread(p, 1, n, stdin);
}

int
serve_cgi(struct ctx *ctx, char *const *envp)
{
	serve_one(ctx, envp, read_stdin, NULL);
	if (fwrite(buf_cstr(&ctx->out), 1, ctx->out.len, stdout) !=
	    ctx->out.len)
		return -1;
	return fflush(stdout) == 0 ? 0 : -1;
}
