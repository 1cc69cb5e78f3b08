/*
 * The far side of launch_http: the stand-in of tests/stub as a process, over
 * real HTTP.
 */
#include "config.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/record/delivery.h"
#include "tests/launch/far.h"
#include "net/http/http.h"

#include "lib/base/ban.h"

#define S CLOCK_US_PER_S

/* What is lost is known by then, in real time. */
#define TIMEOUT_US (S * 3 / 20)

/* Each answer takes a part of the 200 ms that 32 at once take together. */
#define PARALLEL 32
#define ANSWER_US (S / 5 / PARALLEL)

/* A ticker is killed after so many creates at least, and at most. */
#define KILL_MIN 100
#define KILL_MAX 500
#define KILL_NAP_US (20 * 1000)
#define LOOK_US (5 * 1000)

#define KEY "LAUNCH_KEY"

struct far {
	pid_t pid;
	int64_t *now_us;   /* shared with the tickers */
	char stub_url[64]; /* where it is told things */
	char base_url[64]; /* where it is Render */
	struct http *http; /* of this process, to tell it things */
	unsigned short random32[3];
};

static _Noreturn void
die(const char *why)
{
	(void)fprintf(stderr, "launch: %s\n", why);
	exit(EXIT_FAILURE);
}

/* Each fault of the ones asked for, half of the cuts and of the 5xx after the
 * create was obeyed; the job then runs for five seconds. */
static void
exec_stub(const struct far_opts *o, int out)
{
	char hide[32], seed[32];

	(void)snprintf(hide, sizeof(hide), "hide_s=%lld",
	    (long long)o->hidden_s);
	(void)snprintf(seed, sizeof(seed), "seed=%lld", (long long)o->seed);
	(void)prctl(PR_SET_PDEATHSIG, SIGTERM);
	(void)dup2(out, STDOUT_FILENO);
	(void)execl(o->stub, o->stub, o->cert == NULL ? "key=" : "-c",
	    o->cert == NULL ? "key=" : o->cert, "hide_random=1", "start_s=1",
	    "run_s=5", "clock=1800000000", "create.lost=0.05",
	    "create.cut_before=0.025", "create.cut_after=0.025",
	    "create.429=0.1", "create.500=0.025", "create.500_after=0.025",
	    "create.503=0.025", "create.503_after=0.025", hide, seed, NULL);
	perror(o->stub);
	_exit(EXIT_FAILURE);
}

static void
start_stub(struct far *f, const struct far_opts *o)
{
	int ends[2], port, tls = 0;
	FILE *in;

	if (o->stub == NULL)
		die("the stand-in is not named");
	if (pipe(ends) == -1 || (f->pid = fork()) == -1)
		die("no process for the stand-in");
	if (f->pid == 0)
		exec_stub(o, ends[1]);
	(void)close(ends[1]);
	if ((in = fdopen(ends[0], "r")) == NULL ||
	    fscanf(in, "http %d", &port) != 1 ||
	    (o->cert != NULL && fscanf(in, " https %d", &tls) != 1))
		die("the stand-in does not start");
	(void)fclose(in);
	(void)snprintf(f->stub_url, sizeof(f->stub_url), "http://127.0.0.1:%d",
	    port);
	(void)snprintf(f->base_url, sizeof(f->base_url), "%s", f->stub_url);
	if (o->cert != NULL)
		(void)snprintf(f->base_url, sizeof(f->base_url),
		    "https://localhost:%d", tls);
}

/* Ask the stand-in for something of its own; the answer is the caller's. */
static struct http_result *
ask(struct far *f, enum http_method method, const char *what)
{
	static const struct http_opts o = { .max_body = (size_t)1 << 28 };
	struct http_request req = { .method = method };
	struct http_result *res;
	struct err why;
	char url[256];

	(void)snprintf(url, sizeof(url), "%s/_stub/%s", f->stub_url, what);
	req.url = url;
	if (f->http == NULL)
		f->http = http_new(&o, &why);
	if (f->http == NULL || http_start(f->http, &req, &why) != 0)
		die(why.text);
	while ((res = http_result(f->http)) == NULL)
		http_wait(f->http, clock_mono_us() + S);
	if (res->status != 200)
		die("the stand-in does not answer");
	return res;
}

/* A number of its statistics; a fault by "fault" and its name. */
static int64_t
number_of(const char *stats, const char *group, const char *name)
{
	const char *at = strstr(stats, group);
	char member[32];

	(void)snprintf(member, sizeof(member), "\"%s\":", name);
	if (at == NULL || (at = strstr(at, member)) == NULL)
		return 0;
	return strtoll(at + strlen(member), NULL, 10);
}

struct far *
far_open(const struct far_opts *o, struct conf *c)
{
	struct far *f = calloc(1, sizeof(*f));

	if (f == NULL)
		die("out of memory");
	f->now_us = mmap(NULL, sizeof(*f->now_us), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (f->now_us == MAP_FAILED || setenv(KEY, "rnd_launch", 1) != 0)
		die("out of memory");
	f->random32[0] = (unsigned short)o->seed;
	start_stub(f, o);
	far_leap(f, FAR_START_US);
	c->max_parallel = PARALLEL;
	c->http_timeout_us = TIMEOUT_US;
	c->ca_file = (char *)o->cert;
	c->render_keys[0].file = (char *)"";
	c->render_keys[0].env = (char *)KEY;
	c->render_keys[0].base_url = f->base_url;
	return f;
}

void
far_close(struct far *f)
{
	http_free(f->http);
	(void)kill(f->pid, SIGTERM);
	(void)waitpid(f->pid, NULL, 0);
	(void)munmap(f->now_us, sizeof(*f->now_us));
	free(f);
}

int64_t
far_now(const struct far *f)
{
	return *f->now_us;
}

void
far_leap(struct far *f, int64_t now_us)
{
	char what[64];

	*f->now_us = now_us;
	(void)snprintf(what, sizeof(what), "set?clock=%lld.%06lld",
	    (long long)(now_us / S), (long long)(now_us % S));
	http_result_free(ask(f, HTTP_POST, what));
}

struct render *
far_render(struct far *f, const struct conf *c)
{
	struct render *r;
	struct err why;

	/* Connections are not for two processes. */
	f->http = NULL;
	if ((r = render_new(c, getenv, &why)) == NULL)
		die(why.text);
	return r;
}

bool
far_wait(struct far *f, struct render *r, int64_t next_us)
{
	if (render_count(r) > 0) {
		render_wait(r, clock_mono_us() + S);
		far_leap(f, *f->now_us + ANSWER_US);
		return true;
	}
	if (next_us == DELIVERY_NEVER)
		return false;
	far_leap(f, next_us > *f->now_us ? next_us : *f->now_us + 1);
	return true;
}

static int64_t
count_creates(struct far *f)
{
	struct http_result *res = ask(f, HTTP_GET, "stats");
	int64_t n = number_of(res->body, "{", "create");

	http_result_free(res);
	return n;
}

static bool
has_ended(pid_t pid)
{
	siginfo_t info = { .si_pid = 0 };

	return waitid(P_PID, (id_t)pid, &info, WEXITED | WNOHANG | WNOWAIT) !=
	    0 ||
	    info.si_pid == pid;
}

void
far_watch(struct far *f, pid_t pid)
{
	int64_t until = count_creates(f) + KILL_MIN +
	    nrand48(f->random32) % (KILL_MAX - KILL_MIN + 1);

	while (!has_ended(pid)) {
		if (count_creates(f) < until) {
			clock_sleep_us(LOOK_US);
			continue;
		}
		clock_sleep_us(nrand48(f->random32) % KILL_NAP_US);
		(void)kill(pid, SIGKILL);
		return;
	}
}

/* One page of the list, from behind the cursor, which is moved. */
static struct render_answer *
read_page(struct render *r, char cursor[RENDER_CURSOR_MAX])
{
	struct render_ask list = { .op = RENDER_LIST,
		.service = FAR_PLACE,
		.after_us = RENDER_NO_TIME,
		.cursor = *cursor == '\0' ? NULL : cursor };
	struct render_answer *a;
	struct err why;

	if (render_start(r, 0, &list, &why) != 0)
		die(why.text);
	while ((a = render_next(r, FAR_START_US)) == NULL)
		render_wait(r, clock_mono_us() + S);
	if (a->class != RENDER_OK || a->nbad > 0)
		die(a->message);
	(void)snprintf(cursor, RENDER_CURSOR_MAX, "%s", a->cursor);
	return a;
}

size_t
far_jobs(struct far *f, struct far_job **out)
{
	struct conf_render_key key = { .file = (char *)"",
		.env = (char *)KEY,
		.base_url = f->stub_url };
	const struct conf c = { .max_parallel = 1,
		.http_timeout_us = 10 * S,
		.render_keys = &key,
		.nrender_keys = 1 };
	struct err why;
	char cursor[RENDER_CURSOR_MAX] = "";
	struct render *r = render_new(&c, getenv, &why);
	struct far_job *v = NULL;
	struct render_answer *a;
	bool is_last;
	size_t n = 0;

	/* By then nothing is hidden any more. */
	far_leap(f, *f->now_us + 3600 * S);
	do {
		a = read_page(r, cursor);
		v = realloc(v, (n + a->njobs + 1) * sizeof(*v));
		if (v == NULL)
			die("out of memory");
		for (size_t i = 0; i < a->njobs; i++, n++) {
			memcpy(v[n].id, a->jobs[i].id, sizeof(v[n].id));
			v[n].task =
			    strtoll(a->jobs[i].command + strlen("task "), NULL,
				10);
		}
		is_last = a->is_last;
		render_answer_free(a);
	} while (!is_last);
	render_free(r);
	*out = v;
	return n;
}

void
far_launches(struct far *f, int64_t *times)
{
	struct http_result *res = ask(f, HTTP_GET, "launches");
	long long task, n;

	for (const char *at = res->body; (at = strstr(at, "\"task ")) != NULL;
	     at++) {
		if (sscanf(at, "\"task %lld\":%lld", &task, &n) == 2)
			times[task] += n;
	}
	http_result_free(res);
}

void
far_print(struct far *f)
{
	static const struct {
		const char *fault, *words;
	} rows[] = {
		{ "lost", "taken, answer timed out" },
		{ "cut_after", "taken, connection cut" },
		{ "cut_before", "not taken, connection cut" },
		{ "500_after", "taken, answered 500" },
		{ "500", "not taken, answered 500" },
		{ "503_after", "taken, answered 503" },
		{ "503", "not taken, answered 503" },
		{ "429", "answered 429" },
	};
	struct http_result *res = ask(f, HTTP_GET, "stats");
	int64_t reads = number_of(res->body, "{", "read");

	(void)printf("requests to create   %lld\n",
	    (long long)number_of(res->body, "{", "create"));
	/* Reads are all answered. */
	(void)printf("  %-25s %lld\n", "answered 201",
	    (long long)(number_of(res->body, "\"fault\"", "none") - reads));
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		(void)printf("  %-25s %lld\n", rows[i].words,
		    (long long)number_of(res->body, "\"fault\"",
			rows[i].fault));
	(void)printf("requests to read     %lld\n", (long long)reads);
	(void)printf("connections          %lld\n",
	    (long long)number_of(res->body, "{", "connections"));
	http_result_free(res);
}
