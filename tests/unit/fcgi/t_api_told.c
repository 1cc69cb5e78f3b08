/*
 * What answers give away: to a token that may only write, to a limited one, to
 * no token.
 */
#include "config.h"

#include <string.h>

#include "lib/base/clock.h"
#include "tests/unit/api.h"

#include "lib/base/ban.h"

/*
 * What answers tell: a change nothing of what was there to who may not read,
 * health and numbers nothing of others' queues, a use nothing to who waits.
 */

#define SRV "srv-aaaaaaaaaaaaaaaaaaaa"
#define F "/funboost/"
#define SECRET "\"kwargs\":{\"secret\":1},\"description\":\"secret\""
#define OF "?queue_name=q&job_id=j"
#define BRIEF \
	"data#=3 | data.job_id=j | data.queue_name=q | data.next_run_time?"

/* clang-format off */
/* Every route that changes something, for one who may write alone. */
static const struct api_case writes[] = {
	{ "add", "POST", F "add_timing_job", "{\"queue_name\":\"q\",\"job_id\":\"j\",\"trigger\":\"cron\",\"hour\":3," SECRET "}", 200, BRIEF, NULL },
	{ "replace", "POST", F "add_timing_job", "{\"queue_name\":\"q\",\"job_id\":\"j\",\"trigger\":\"cron\",\"hour\":4,\"replace_existing\":true," SECRET "}", 200, BRIEF, NULL },
	{ "patch nothing", "PATCH", "/v1/timing_jobs/q/j", "{}", 200, "job_id=j | queue_name=q | next_run_time?", NULL },
	{ "patch", "PATCH", "/v1/timing_jobs/q/j", "{\"priority\":2}", 200, "job_id=j | queue_name=q | next_run_time?", NULL },
	{ "a bad patch", "PATCH", "/v1/timing_jobs/q/j", "{\"priority\":-2}", 400, "error_data#=1 | error_data.priority?", NULL },
	{ "a patch that does not go with what is there", "PATCH", "/v1/timing_jobs/q/j", "{\"render\":{\"serviceId\":\"" SRV "\",\"startCommand\":\"x\"}}", 400, "error_data#=1 | error_data.body~cannot be combined", NULL },
	{ "pause", "POST", F "pause_timing_job" OF, NULL, 200, "data#=3 | data.job_id=j | data.queue_name=q | data.next_run_time!", NULL },
	{ "resume", "POST", F "resume_timing_job" OF, NULL, 200, BRIEF, NULL },
	{ "run", "POST", "/v1/timing_jobs/q/j/run", NULL, 200, "run_id?", NULL },
	{ "a message", "POST", F "publish", "{\"queue_name\":\"q\",\"msg_body\":{\"secret\":1}}", 200, "data.task_id? | data.status_and_result!", NULL },
	{ "a run at Render", "POST", "/v1/services/" SRV "/jobs/r-theirs/cancel", NULL, 200, "id=r-theirs | serviceId=" SRV " | status=canceled", NULL },
	{ "a broken one is not resumed", "POST", F "resume_timing_job?queue_name=q&job_id=broken", NULL, 409, "error_data.job_id=is quarantined", NULL },
	{ "clear", "POST", F "clear_queue?queue_name=q", NULL, 200, NULL, NULL },
	{ "a switch", "POST", F "pause_scheduler?queue_name=q", NULL, 200, NULL, NULL },
	{ "delete", "DELETE", F "delete_timing_job" OF, NULL, 200, "data!", NULL },
	{ "delete all", "DELETE", F "delete_all_timing_jobs?queue_name=q", NULL, 200, NULL, NULL },
};
/* clang-format on */

static const char rows[] =
    "INSERT INTO run (id, task_id, queue, job_id, slot_us, last_us, count,"
    " state, decided_us) VALUES (900, 'r-theirs', '" SRV "', '', 1, 1, 1,"
    " 'due', 1);"
    "INSERT INTO delivery (run, target, service, command, marker, on_ambiguous,"
    " fingerprint, state, version, next_us, is_waiting, attempt, due_us, looks) VALUES"
    " (900, 'render', '" SRV "', 'secret', '', 'retry', 1, 'due', 0, 1, 0, 0,"
    " 1, 0);"
    "INSERT INTO job (queue, job_id, trigger, kwargs, priority, coalesce,"
    " max_catchup, max_instances, state, created_us, changed_us) VALUES"
    " ('q', 'broken', 'secret', '{}', 0, 1, 1, 1, 'quarantined', 1, 1),"
    " ('r', 'broken', 'secret', '{}', 0, 1, 1, 1, 'quarantined', 1, 1),"
    " ('r', 'worse', 'secret', '{}', 0, 1, 1, 1, 'quarantined', 1, 1)";

static void
test_writes(struct api *a)
{
	const struct grant g = { "q", SRV };
	char text[TOKEN_TEXT_MAX];
	size_t n = sizeof(writes) / sizeof(writes[0]);

	api_grant(a, TOKEN_WRITE, &g, 0, text);
	a->token = text;
	for (size_t i = 0; i < n; i++) {
		api_run(a, &writes[i], 1);
		ok(strstr(buf_cstr(&a->body), "secret") == NULL,
		    "and no more is told");
	}
	printf("# %zu changes by a token that may not read\n", n);
	a->token = a->admin;
}

/* What each client is told of two queues by /healthz and /metrics. */
static void
test_health(struct api *a)
{
	static const struct {
		const char *what;
		struct grant grant; /* no queues: no token */
		unsigned scopes;
		const char *quarantined;
	} cases[] = {
		{ "no token", { NULL, NULL }, 0, NULL },
		{ "one that may not read", { "*", "" }, TOKEN_WRITE, NULL },
		{ "one queue", { "q", "" }, TOKEN_READ, "1" },
		{ "the other", { "r", "" }, TOKEN_READ, "2" },
		{ "neither", { "x", "" }, TOKEN_READ, "0" },
		{ "all", { "*", "" }, TOKEN_READ, "3" },
	};
	const struct api_request health = { .path = "/healthz" };
	const struct api_request metrics = { .path = "/metrics" };
	char text[TOKEN_TEXT_MAX], want[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		a->token = NULL;
		if (cases[i].grant.queues != NULL) {
			api_grant(a, cases[i].scopes, &cases[i].grant, 0, text);
			a->token = text;
		}
		(void)api_call(a, &health);
		is_str(api_value(a, "status"), "late", "%s: the status",
		    cases[i].what);
		is_str(api_value(a, "quarantined"),
		    cases[i].quarantined == NULL ? "null" :
						   cases[i].quarantined,
		    "put aside");
		if (cases[i].quarantined == NULL) {
			is_str(buf_cstr(&a->body),
			    "{\"status\":\"late\",\"last_tick_age\":null}",
			    "and nothing else than the age");
			continue;
		}
		(void)api_call(a, &metrics);
		(void)snprintf(want, sizeof(want),
		    "minutehand_jobs_quarantined %s\n", cases[i].quarantined);
		ok(strstr(buf_cstr(&a->body), want) != NULL,
		    "the same in metrics");
		ok((strstr(buf_cstr(&a->body), "{queue=\"r\"") != NULL) ==
			(strpbrk(cases[i].grant.queues, "r*") != NULL),
		    "its queues alone");
	}
	a->token = a->admin;
}

/* What /healthz says needs the owner, by token. */
static void
test_troubles(struct api *a)
{
	static const struct {
		struct grant grant;
		const char *names;
	} cases[] = {
		{ { "q", "" }, "dead_letters q 1;no_consumer q 2;" },
		{ { "r", "" }, "failing r 3;" },
		{ { "x", "srv-c3rfdgg6n88pa7t3a6ag" }, "no_key - 1;" },
		{ { "*", "" },
		    "dead_letters q 1;no_consumer q 2;failing r 3;no_alerts - 4;" },
	};
	const struct api_request health = { .path = "/healthz" };
	char text[TOKEN_TEXT_MAX], path[64];

	api_sql(a,
	    "DELETE FROM job; DELETE FROM message; DELETE FROM queue;"
	    "INSERT INTO job (id, queue, job_id, trigger, priority, coalesce,"
	    " max_catchup, max_instances, state, created_us, changed_us, render)"
	    " VALUES (901, 'q', 'a', 'x', 0, 1, 1, 1, 'paused', 1, 1, NULL),"
	    " (902, 'r', 'b', 'x', 0, 1, 1, 1, 'paused', 1, 1, NULL),"
	    " (903, 'r', 'c', 'x', 0, 1, 1, 1, 'paused', 1, 1, NULL),"
	    " (904, 's', 'd', 'x', 0, 1, 1, 1, 'paused', 1, 1,"
	    " '{\"serviceId\":\"srv-c3rfdgg6n88pa7t3a6ag\"}');"
	    "INSERT INTO streak VALUES (902, 1, 3, 5000000, ',failed,'),"
	    " (903, 0, 0, 5000000, ',overdue,');"
	    "INSERT INTO message (queue, priority, state, attempt, enqueued_us,"
	    " body) VALUES ('q', 0, 0, 0, 5000000, '{}'),"
	    " ('q', 0, 0, 0, 6000000, '{}'), ('q', 0, 2, 5, 6000000, '{}')");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct buf b = BUF_INIT;

		api_grant(a, TOKEN_READ, &cases[i].grant, 0, text);
		a->token = text;
		(void)api_call(a, &health);
		for (int k = 0; k < 9; k++) {
			(void)snprintf(path, sizeof(path),
			    "troubles[%d].trouble", k);
			if (strcmp(api_value(a, path), "null") == 0)
				break;
			buf_printf(&b, "%s ", api_value(a, path));
			(void)snprintf(path, sizeof(path),
			    "troubles[%d].queue_name", k);
			buf_printf(&b, "%s ",
			    strcmp(api_value(a, path), "null") == 0 ?
				"-" :
				api_value(a, path));
			(void)snprintf(path, sizeof(path), "troubles[%d].count",
			    k);
			buf_printf(&b, "%s;", api_value(a, path));
		}
		is_str(buf_cstr(&b), cases[i].names, "%s has",
		    cases[i].grant.queues);
		buf_fini(&b);
	}
	a->token = a->admin;
}

/* A use that cannot be noted at once is not waited for, nor tried again. */
static void
test_use(struct api *a)
{
	const struct api_request r = { .path = "/v1/queues" };
	const struct grant g = { "*", "" };
	char text[TOKEN_TEXT_MAX], path[128];
	enum store_rc rc;
	int64_t begin;
	struct store_opts o = { .path = path, .busy_us = 1000000 };
	struct store *st;

	(void)snprintf(path, sizeof(path), "%s/store.db", a->dir);
	api_grant(a, TOKEN_READ, &g, 0, text);
	st = store_open(&o, &rc, NULL);
	if (st == NULL || store_begin(st) != STORE_OK) {
		printf("Bail out! no second writer\n");
		return;
	}
	a->token = text;
	begin = clock_mono_us();
	is_int(api_call(a, &r), 200, "while a writer hangs one may read");
	ok(clock_mono_us() - begin < CLOCK_US_PER_S, "without waiting for it");
	store_rollback(st);
	store_close(st);
	is_int(api_call(a, &r), 200, "again");
	is_str(api_sql_text(a, "SELECT count(used_us) FROM token"), "0",
	    "what failed is left for a while");
	a->ctx.used_after_us = 0;
	is_int(api_call(a, &r), 200, "later");
	is_str(api_sql_text(a, "SELECT count(used_us) FROM token"), "1",
	    "it is noted");
	a->token = a->admin;
}

/* What programs of this host may do without a token. */
static void
test_anonymous(const char *scopes, unsigned may)
{
	static const struct {
		const char *method, *path, *body;
		unsigned scope;
	} asks[] = {
		{ "GET", "/v1/queues", NULL, TOKEN_READ },
		{ "POST", F "pause_scheduler?queue_name=q", NULL, TOKEN_WRITE },
		{ "POST", "/v1/queues/q/lease", "{}", TOKEN_CONSUME },
	};
	const char *here[] = { "REMOTE_ADDR=127.0.0.1", "HTTP_HOST=localhost",
		NULL, NULL };
	char conf[256];
	struct api a;

	(void)snprintf(conf, sizeof(conf),
	    "timezone = UTC\nanonymous = loopback\n%s", scopes);
	api_open(&a, conf);
	a.token = NULL;
	for (size_t i = 0; i < sizeof(asks) / sizeof(asks[0]); i++) {
		const struct api_request r = { .method = asks[i].method,
			.path = asks[i].path,
			.body = asks[i].body,
			.vars = here };

		here[2] = NULL;
		is_int(api_call(&a, &r), (may & asks[i].scope) != 0 ? 200 : 403,
		    "%.*s: %s", (int)strcspn(scopes, "\n"), scopes,
		    asks[i].path);
		here[2] = "SERVER_ADDR=192.0.2.1";
		is_int(api_call(&a, &r), 401, "nobody where others reach it");
		here[2] = "SERVER_ADDR=127.0.0.1";
		is_int(api_call(&a, &r), (may & asks[i].scope) != 0 ? 200 : 403,
		    "but where they do not");
	}
	is_int(api_call(&a,
		   &(struct api_request){ .path = "/v1/services/" SRV "/jobs",
		       .vars = here }),
	    (may & TOKEN_READ) != 0 ? 404 : 403, "no service");
	api_close(&a);
}

int
main(void)
{
	struct api a;

	api_open(&a, NULL);
	test_use(&a);
	api_sql(&a, rows);
	test_health(&a);
	test_writes(&a);
	test_troubles(&a);
	api_close(&a);
	test_anonymous("", TOKEN_READ | TOKEN_WRITE | TOKEN_CONSUME);
	test_anonymous("anonymous_scopes = read\n", TOKEN_READ);
	test_anonymous("anonymous_scopes = \"consume, read\"\n",
	    TOKEN_READ | TOKEN_CONSUME);
	return tap_done();
}
