/*
 * The body is read, and the token checked, before a broker is called: the Redis
 * of these requests counts connections, and never answers.
 */

#include "config.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "tests/unit/api.h"

#include "lib/base/ban.h"

#define F "/funboost/"
#define JOB \
	"\"queue_name\":\"q\",\"job_id\":\"j\",\"trigger\":\"cron\",\"hour\":3"
#define RENDER \
	",\"render\":{\"serviceId\":\"srv-cukouhrtq21c73e9scng\"," \
	"\"startCommand\":\"true\"}"
#define PATCH "PATCH", "/v1/timing_jobs/q/j"

/* A socket that listens on a free port of this host. */
static int
listen_somewhere(int *port)
{
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t len = sizeof(sin);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd == -1 || bind(fd, (struct sockaddr *)&sin, len) != 0 ||
	    listen(fd, 8) != 0 || fcntl(fd, F_SETFL, O_NONBLOCK) != 0 ||
	    getsockname(fd, (struct sockaddr *)&sin, &len) != 0)
		printf("Bail out! no socket\n");
	*port = ntohs(sin.sin_port);
	return fd;
}

/* How many have connected since the last call. */
static int
count_connections(int listener)
{
	int n = 0, fd;

	for (; (fd = accept(listener, NULL, NULL)) != -1; n++)
		(void)close(fd);
	return n;
}

/* clang-format off */
static const struct api_case unasked[] = {
	{ "no body", "POST", F "add_timing_job", NULL, 400, "error_data.queue_name~required", NULL },
	{ "a field that is none", "POST", F "add_timing_job", "{" JOB ",\"kwargs\":{\"x\":1},\"arg\":1}", 400, "error_data.arg?", NULL },
	{ "a bad trigger", "POST", F "add_timing_job", "{\"queue_name\":\"q\",\"trigger\":\"cron\",\"hour\":99,\"args\":[1]}", 400, "error_data.hour?", NULL },
	{ "bad parameters", "POST", F "add_timing_job", "{" JOB ",\"args\":1}", 400, "error_data.args?", NULL },
	{ "a job at Render has no parameters", "POST", F "add_timing_job", "{" JOB RENDER "}", 200, NULL, NULL },
	{ "another", "POST", F "add_timing_job", "{" JOB RENDER "}", 409, NULL, NULL },
	{ "a patch of no parameters", PATCH, "{\"description\":\"x\"}", 200, "description=x", NULL },
	{ "a patch of a field that is none", PATCH, "{\"kwargs\":{\"x\":1},\"nonsense\":1}", 400, "error_data.nonsense?", NULL },
	{ "a patch of no job", "PATCH", "/v1/timing_jobs/q/none", "{\"kwargs\":{\"x\":1}}", 404, NULL, NULL },
	{ "a message of a bad priority", "POST", F "publish", "{\"queue_name\":\"q\",\"msg_body\":{\"x\":1},\"priority\":-1}", 400, "error_data.priority?", NULL },
	{ "a message without a body", "POST", F "publish", "{\"queue_name\":\"q\"}", 400, "error_data.msg_body?", NULL },
	{ "a preview", "POST", "/v1/preview", "{" JOB ",\"kwargs\":{\"x\":1}}", 200, NULL, NULL },
};
static const struct api_case foreign[] = {
	{ "another's queue", "POST", F "add_timing_job", "{" JOB ",\"kwargs\":{\"x\":1}}", 404, NULL, NULL },
	{ "a message for it", "POST", F "publish", "{\"queue_name\":\"q\",\"msg_body\":{\"x\":1}}", 404, NULL, NULL },
	{ "a patch there", PATCH, "{\"kwargs\":{\"x\":1}}", 404, NULL, NULL },
};
static const struct api_case asked[] = {
	{ "one whose args need names", "POST", F "add_timing_job", "{\"queue_name\":\"q\",\"trigger\":\"cron\",\"hour\":3,\"args\":[1]}", 400, "error_data.args~need names", NULL },
};
/* clang-format on */

static void
run(struct api *a, int listener, const struct api_case *c, size_t n,
    bool is_asked)
{
	for (size_t i = 0; i < n; i++) {
		api_run(a, &c[i], 1);
		is_int(count_connections(listener) > 0, is_asked,
		    is_asked ? "asks the broker" : "without asking");
	}
}
#define RUN(a, fd, cases, is_asked) \
	run((a), (fd), (cases), sizeof(cases) / sizeof((cases)[0]), is_asked)

int
main(void)
{
	char conf[256], text[TOKEN_TEXT_MAX];
	struct api a;
	int listener, port;

#ifndef HAVE_HIREDIS
	puts("1..0 # SKIP Redis is not built in");
	return 0;
#endif
	listener = listen_somewhere(&port);
	(void)snprintf(conf, sizeof(conf),
	    "timezone = UTC\nredis \"r\" { port = %d }\n"
	    "queue \"q\" {\n\tbroker = funboost\n}\n",
	    port);
	api_open(&a, conf);
	RUN(&a, listener, unasked, false);
	api_token(&a, TOKEN_READ | TOKEN_WRITE, "other", 0, text);
	a.token = text;
	RUN(&a, listener, foreign, false);
	a.token = a.admin;
	RUN(&a, listener, asked, true);
	(void)close(listener);
	api_close(&a);
	return tap_done();
}
