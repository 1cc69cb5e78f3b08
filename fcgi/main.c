/*
 * minutehand.fcgi: reads the options, and serves as CGI or as FastCGI.  Tested
 * in tests/http/webservers.bats and workers.bats.
 */
#include "config.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/cmdline.h"
#include "lib/conf/conf.h"
#include "lib/base/log.h"
#include "lib/base/num.h"
#include "lib/base/stop.h"
#include "lib/base/text.h"

#include "fcgi/api/ctx.h"
#include "fcgi/api/route.h"
#include "fcgi/serve.h"
#include "fcgi/server/workers.h"

#include "lib/base/ban.h"

#define EXIT_USAGE 64 /* of sysexits.h, which POSIX does not have */
#define EXIT_FAIL 70

extern char **environ;

static void
print_help(void)
{
	struct buf b = BUF_INIT;

	buf_str(&b,
	    "usage: minutehand.fcgi [-c FILE] [-w NUMBER] [-hV]\n"
	    "Started by a web server as CGI or FastCGI program, it answers:"
	    "\n\n");
	route_print(&b);
	text_block(stdout, buf_cstr(&b));
	buf_fini(&b);
}

/* Flush standard output; an exit status. */
static int
end_output(void)
{
	if (fflush(stdout) == 0 && ferror(stdout) == 0)
		return 0;
	text_to(stderr, "minutehand.fcgi: standard output cannot be written");
	return EXIT_FAIL;
}

/*
 * Return whether a web server started the program for one request.  One without
 * a method is answered, too, by 400.
 */
static bool
is_cgi(void)
{
	return getenv("REQUEST_METHOD") != NULL ||
	    getenv("GATEWAY_INTERFACE") != NULL;
}

/*
 * A web server may pass a query without "=" as arguments (RFC 3875 section
 * 4.4); a client must not set options.
 */
static bool
are_args_foreign(int argc)
{
	const char *query = getenv("QUERY_STRING");

	return argc > 1 && is_cgi() && query != NULL && query[0] != '\0' &&
	    strchr(query, '=') == NULL;
}

struct options {
	const char *conf; /* NULL: not given */
	int64_t workers;
};

/* Read the options; -1: continue with *o set, else an exit status. */
static int
read_options(int argc, char **argv, struct options *o)
{
	static const struct option longs[] = {
		{ "config", required_argument, NULL, 'c' },
		{ "help", no_argument, NULL, 'h' },
		{ "version", no_argument, NULL, 'V' },
		{ "workers", required_argument, NULL, 'w' },
		{ NULL, 0, NULL, 0 },
	};
	int c;

	while ((c = cmdline_next("minutehand.fcgi", argc, argv, ":c:w:hV",
		    longs)) != -1) {
		switch (c) {
		case 'c':
			o->conf = optarg;
			break;
		case 'w':
			if (num_parse(optarg, 1, WORKERS_MAX, &o->workers) == 0)
				break;
			text_to(stderr,
			    "minutehand.fcgi: -w must be a number from 1 to %d",
			    WORKERS_MAX);
			return EXIT_USAGE;
		case 'h':
			print_help();
			return end_output();
		case 'V':
			text_to(stdout, "%s", PACKAGE_STRING);
			return end_output();
		default:
			return EXIT_USAGE;
		}
	}
	if (optind == argc)
		return -1;
	text_to(stderr, "minutehand.fcgi: unexpected argument %s",
	    argv[optind]);
	return EXIT_USAGE;
}

static int
run_worker(void *arg)
{
	return serve_fcgi(arg);
}

static int
serve(struct ctx *ctx, int workers)
{
	/* A closed connection is reported by write(2). */
	signal(SIGPIPE, SIG_IGN);
	/* An exceeded file size limit is reported by write(2). */
	signal(SIGXFSZ, SIG_IGN);
	stop_block();
	if (serve_fcgi_is_asked())
		return workers == 1 ? serve_fcgi(ctx) :
				      workers_run(workers, run_worker, ctx);
	if (is_cgi())
		return serve_cgi(ctx, environ);
	text_to(stderr,
	    "minutehand.fcgi: must be started by a web server; see "
	    "minutehand.fcgi(8)");
	return -1;
}

int
main(int argc, char *argv[])
{
	struct options o = { .workers = 1 };
	const char *env_conf;
	struct ctx ctx;
	char *path;
	int rc;

	log_open(LOG_TARGET_STDERR, LOG_LEVEL_INFO, "minutehand.fcgi");
	if (are_args_foreign(argc)) {
		text_block(stdout,
		    "Status: 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
		return 0;
	}
	rc = read_options(argc, argv, &o);
	if (rc >= 0)
		return rc;
	env_conf = getenv("MINUTEHAND_CONF");
	if (env_conf == NULL)
		env_conf = getenv("REDIRECT_MINUTEHAND_CONF");
	path = conf_find(o.conf, env_conf, getenv("HOME"));
	if (path == NULL)
		return EXIT_FAIL;
	ctx_init(&ctx, path, getenv("TZ"));
	rc = serve(&ctx, (int)o.workers);
	ctx_fini(&ctx);
	return rc == 0 ? 0 : EXIT_FAIL;
}
