#include "config.h"

#include <limits.h>
#include <signal.h>
#include <unistd.h>

#include <fcgiapp.h>

#include "lib/buf.h"
#include "lib/log.h"
#include "lib/stop.h"

#include "fcgi/ctx.h"
#include "fcgi/serve.h"

#include "lib/ban.h"

/*
 * A signal that comes just before accept(2) is not noticed by it: knock again
 * each second until the loop has ended.
 */
static void
on_stop(int signo)
{
	(void)signo;
	FCGX_ShutdownPending();
	alarm(1);
}

/* Without SA_RESTART, so that accept(2) returns. */
static void
catch_stop(void)
{
	struct sigaction sa = { .sa_handler = on_stop };

	sigemptyset(&sa.sa_mask);
	sigaction(SIGTERM, &sa, NULL);
	sigaction(SIGALRM, &sa, NULL);
}

/* What stops us only comes through while no request is being handled. */
static void
let_stop(int how)
{
	sigset_t set;

	stop_set(&set);
	sigaddset(&set, SIGALRM);
	sigprocmask(how, &set, NULL);
}

static size_t
read_stream(void *cookie, char *p, size_t n)
{
	size_t got = 0;

	while (got < n) {
		int want = n - got > INT_MAX ? INT_MAX : (int)(n - got);
		int rc = FCGX_GetStr(p + got, want, cookie);

		if (rc <= 0)
			break;
		got += (size_t)rc;
	}
	return got;
}

bool
serve_fcgi_is_asked(void)
{
	return FCGX_IsCGI() == 0;
}

int
serve_fcgi(struct ctx *ctx)
{
	FCGX_Request fr;

	catch_stop();
	if (FCGX_Init() != 0 ||
	    FCGX_InitRequest(&fr, 0, FCGI_FAIL_ACCEPT_ON_INTR) != 0)
		return -1;
	let_stop(SIG_UNBLOCK);
	while (FCGX_Accept_r(&fr) == 0) {
		let_stop(SIG_BLOCK);
		serve_one(ctx, fr.envp, read_stream, fr.in);
		/* An answer nobody waits for any more is no error of ours. */
		if (FCGX_PutStr(buf_cstr(&ctx->out), (int)ctx->out.len,
			fr.out) < 0)
			log_event(LOG_LEVEL_INFO, "answer-not-taken", NULL);
		FCGX_Finish_r(&fr);
		let_stop(SIG_UNBLOCK);
	}
	let_stop(SIG_BLOCK);
	FCGX_Free(&fr, 1);
	return 0;
}
