/*
 * Answers while the store is missing, busy or replaced, and when the
 * configuration changes.
 */
#include "config.h"

#include <sys/stat.h>

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "tests/unit/api.h"

#include "lib/base/ban.h"

/*
 * What becomes of requests when the store or the configuration is not as it
 * should be, when they change, and at the limits the owner set.
 */

#define LIST "GET", "/funboost/get_timing_jobs"
#define ADD "POST", "/funboost/add_timing_job"
#define EVERY "\"queue_name\":\"q\",\"trigger\":\"interval\",\"hours\":1"
#define HEALTH "GET", "/healthz"

static const struct api_case list_ok = { "the list is given", LIST, NULL, 200,
	NULL, NULL };
static const struct api_case list_down = { "503, without the inside", LIST,
	NULL, 503,
	"error=unavailable | error_data.cause=store-missing | "
	"msg=The service is not available now; try again later",
	NULL };

static void
move(const struct api *a, const char *from, const char *to)
{
	char source[128], target[128];

	(void)snprintf(source, sizeof(source), "%s/%s", a->dir, from);
	(void)snprintf(target, sizeof(target), "%s/%s", a->dir, to);
	ok(rename(source, target) == 0, "%s becomes %s", from, to);
}

static void
test_missing(struct api *a)
{
	api_run(a, &list_ok, 1);
	move(a, "store.db", "away.db");
	api_run(a, &list_down, 1);
	is_str(api_header(a, "Retry-After"), "5", "with Retry-After");
	ok(strstr(buf_cstr(&a->body), a->dir) == NULL, "no path is told");
	{
		static const struct api_case still[] = {
			{ "the index needs no store", "GET", "/", NULL, 200,
			    "name=minutehand", NULL },
			{ "an unknown path is told", "GET", "/x", NULL, 404,
			    NULL, NULL },
			{ "a wrong method is told", "PUT", "/v1/runs", NULL,
			    405, NULL, NULL },
			{ "health names the cause", HEALTH, NULL, 503,
			    "status=error | cause=store-missing", NULL },
		};

		API_RUN(a, still);
	}
	move(a, "away.db", "store.db");
	api_run(a, &list_ok, 1);
}

/* Another process writes for longer than busy: 503 and Retry-After. */
static void
test_busy(struct api *a)
{
	static const struct api_case busy = { "503 when it must be written",
		ADD, "{" EVERY "}", 503,
		"error=unavailable | msg=The store is busy; try again", NULL };
	static const struct api_case later = { "later it works", ADD,
		"{" EVERY "}", 200, NULL, NULL };
	char path[128];
	sqlite3 *db;

	api_conf(a, "busy = 100ms\n");
	(void)snprintf(path, sizeof(path), "%s/store.db", a->dir);
	if (sqlite3_open(path, &db) != SQLITE_OK)
		abort();
	(void)sqlite3_exec(db, "BEGIN IMMEDIATE; UPDATE queue SET name = name",
	    NULL, NULL, NULL);
	api_run(a, &busy, 1);
	is_str(api_header(a, "Retry-After"), "1", "with Retry-After");
	api_run(a, &list_ok, 1);
	(void)sqlite3_exec(db, "ROLLBACK", NULL, NULL, NULL);
	(void)sqlite3_close(db);
	api_run(a, &later, 1);
}

/* A changed configuration counts at once; a broken one changes nothing. */
static void
test_conf(struct api *a)
{
	static const struct api_case zones[] = {
		{ "the zone of before", "POST", "/v1/preview",
		    "{\"trigger\":\"date\"}", 200, "timezone=Asia/Tokyo",
		    NULL },
		{ "also after a mistake", "POST", "/v1/preview",
		    "{\"trigger\":\"date\"}", 200, "timezone=Asia/Tokyo",
		    NULL },
		{ "the zone of the new one", "POST", "/v1/preview",
		    "{\"trigger\":\"date\"}", 200, "timezone=Europe/Paris",
		    NULL },
	};

	api_conf(a, "timezone = Asia/Tokyo\n");
	api_run(a, &zones[0], 1);
	api_conf(a, "timezone = Europe/Berlin\nwindow = soon\n");
	api_run(a, &zones[1], 1);
	api_conf(a, "timezone = Europe/Paris\n# mended\n");
	api_run(a, &zones[2], 1);
}

/* Limits of minutehand.conf(5) that show over HTTP. */
static void
test_limits(struct api *a)
{
	static const struct api_case cases[] = {
		{ "the first job", ADD, "{" EVERY ",\"job_id\":\"a\"}", 200,
		    NULL, NULL },
		{ "the second", ADD, "{" EVERY ",\"job_id\":\"b\"}", 200, NULL,
		    NULL },
		{ "max_jobs_per_queue is 2", ADD, "{" EVERY "}", 400,
		    "error_data.queue_name~max_jobs_per_queue | "
		    "msg~Adding the job failed",
		    NULL },
		{ "replacing one makes no more", ADD,
		    "{" EVERY ",\"job_id\":\"b\",\"replace_existing\":true}",
		    200, NULL, NULL },
		{ "another queue has its own", ADD,
		    "{\"queue_name\":\"r\",\"trigger\":\"date\","
		    "\"run_date\":\"2099-01-01\"}",
		    200, NULL, NULL },
		{ "max_list is 2, too", LIST, NULL, 400,
		    "error_data.limit=is required: there are more than 2 jobs",
		    NULL },
		{ "a queue's are few enough", LIST "?queue_name=q", NULL, 200,
		    "data.count=2", NULL },
		{ "with a limit all can be had", LIST "?limit=10", NULL, 200,
		    "data.count=3", NULL },
		{ "a job in memory is one of them", ADD,
		    "{" EVERY ",\"job_store_kind\":\"memory\"}", 400,
		    "error_data.queue_name~max_jobs_per_queue", NULL },
		{ "one in memory alone", ADD,
		    "{\"queue_name\":\"m\",\"trigger\":\"interval\",\"hours\":1,"
		    "\"job_store_kind\":\"memory\",\"job_id\":\"a\"}",
		    200, NULL, NULL },
		{ "and a durable one beside it", ADD,
		    "{\"queue_name\":\"m\",\"trigger\":\"interval\",\"hours\":1}",
		    200, NULL, NULL },
		{ "leave no room for a third", ADD,
		    "{\"queue_name\":\"m\",\"trigger\":\"interval\",\"hours\":1}",
		    400, NULL, NULL },
	};

	api_conf(a, "max_jobs_per_queue = 2\nmax_list = 2\n");
	API_RUN(a, cases);
}

/* misfire_grace is for jobs that say nothing; lease for consumers. */
static void
test_defaults(struct api *a)
{
	static const struct api_case cases[] = {
		{ "misfire_grace of the configuration", ADD, "{" EVERY "}", 200,
		    "data.misfire_grace_time=90", NULL },
		{ "null is none", ADD,
		    "{" EVERY ",\"misfire_grace_time\":null}", 200,
		    "data.misfire_grace_time!", NULL },
		{ "a job's own", ADD, "{" EVERY ",\"misfire_grace_time\":5}",
		    200, "data.misfire_grace_time=5", NULL },
		{ "a message", "POST", "/funboost/publish",
		    "{\"queue_name\":\"l\",\"msg_body\":{}}", 200, NULL, NULL },
		{ "leased without a length", "POST", "/v1/queues/l/lease", "{}",
		    200, "messages#=1", NULL },
	};

	api_conf(a, "misfire_grace = 90s\nlease = 2h\n");
	API_RUN(a, cases);
	is_str(api_sql_text(a,
		   "SELECT (until_us / 1000000 - strftime('%s', "
		   "'now') + 60) / 3600 FROM message"),
	    "2", "is held for lease of the configuration");
}

/* Health by the ticks there were: each a time ago and so far apart. */
static void
test_health(struct api *a)
{
	static const struct {
		const char *what;
		int age_s, apart_s, n;
		int status;
		const char *want;
	} cases[] = {
		{ "no tick yet", 0, 0, 0, 503,
		    "status=late | late=true | last_tick! | last_tick_age! | "
		    "cadence=60" },
		{ "one just now", 1, 60, 1, 200,
		    "status=ok | late=false | last_tick~Z | cadence=60" },
		{ "more than two minutes ago", 130, 60, 5, 200, "status=ok" },
		{ "longer ago", 170, 60, 5, 503, "status=late | cadence=60" },
		{ "each five minutes", 600, 300, 5, 200,
		    "status=ok | cadence=300" },
		{ "each five minutes, and late", 660, 300, 5, 503,
		    "status=late | cadence=300" },
		{ "too few to measure", 600, 300, 2, 503, "cadence=60" },
	};
	char sql[512];
	struct api_case c = { .method = "GET", .path = "/healthz" };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(sql, sizeof(sql),
		    "DELETE FROM tick; WITH RECURSIVE n(i) AS (SELECT 0 UNION "
		    "ALL SELECT i + 1 FROM n WHERE i < %d) INSERT INTO tick "
		    "(started_us, until_us, ended_us, sent, decided) SELECT "
		    "t, t, t, 0, 0 FROM (SELECT 1000000 * (strftime('%%s', "
		    "'now') - %d - %d * (%d - i)) AS t FROM n WHERE %d > 0)",
		    cases[i].n - 1, cases[i].age_s, cases[i].apart_s,
		    cases[i].n - 1, cases[i].n);
		api_sql(a, sql);
		c.what = cases[i].what;
		c.status = cases[i].status;
		c.want = cases[i].want;
		api_run(a, &c, 1);
		ok((api_header(a, "Retry-After")[0] != '\0') ==
			(cases[i].status == 503),
		    "Retry-After: %s", buf_cstr(&a->value));
	}
	a->token = a->admin;
}

/* The request's id, when it is a sane one, is the answer's. */
static void
test_trace(struct api *a)
{
	static const struct {
		const char *id;
		bool is_sane;
	} cases[] = {
		{ "a", true },
		{ "Ab-9._", true },
		{ X50 "xxxxxxxxxxxxxx", true },
		{ X50 "xxxxxxxxxxxxxxx", false },
		{ "", false },
		{ "a b", false },
		{ "a\"b", false },
		{ "a\nb", false },
		{ "é", false },
		{ "<script>", false },
	};
	char var[256], last[64] = "";
	const char *vars[] = { var, NULL };
	const struct api_request r = { .path = "/funboost/get_timing_jobs",
		.vars = vars };

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *got;

		(void)snprintf(var, sizeof(var), "HTTP_X_REQUEST_ID=%s",
		    cases[i].id);
		(void)api_call(a, &r);
		got = api_value(a, "trace_id");
		if (cases[i].is_sane) {
			is_str(got, cases[i].id, "it comes back");
			continue;
		}
		ok(strlen(got) == 32 && strspn(got, "0123456789abcdef") == 32 &&
			strcmp(got, last) != 0,
		    "a new one: %s", got);
		(void)snprintf(last, sizeof(last), "%s", got);
	}
}

int
main(void)
{
	static void (*const tests[])(struct api *) = { test_missing, test_busy,
		test_conf, test_limits, test_defaults, test_health,
		test_trace };
	struct api a;

	for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
		api_open(&a, NULL);
		tests[i](&a);
		api_close(&a);
	}
	return tap_done();
}
