/* The loop of a FastCGI program: request after request, until it is stopped. */
#include "config.h"

#include <unistd.h>

#include "lib/base/stop.h"

#include "fcgi/api/ctx.h"
#include "fcgi/handler/tick.h"
#include "fcgi/server/fastcgi.h"
#include "fcgi/serve.h"

#include "lib/base/ban.h"

bool
serve_fcgi_is_asked(void)
{
	return fastcgi_is_listening(STDIN_FILENO);
}

int
serve_fcgi(struct ctx *ctx)
{
	struct fastcgi f;

	fastcgi_init(&f, STDIN_FILENO);
	while (fastcgi_next(&f) == 0) {
		struct client c = fastcgi_client(&f);

		serve_request(ctx, f.envp, &c);
		fastcgi_end(&f);
		tick_after_answer(ctx);
	}
	fastcgi_fini(&f);
	return stop_is_pending() ? 0 : -1;
}
