/*
 * Every field that names an authority, on every route that may set, keep or
 * start one, with every kind of token.
 */
#include "config.h"

#include <string.h>

#include "fcgi/api/route.h"
#include "lib/base/clock.h"
#include "tests/unit/api.h"

#include "lib/base/ban.h"

/*
 * Whatever a request names, in its address or in a field, has to be among
 * what its token may touch: every route, every such field, every token.
 */

#define OWN "srv-aaaaaaaaaaaaaaaaaaaa"
#define FAR "srv-bbbbbbbbbbbbbbbbbbbb"
#define F "/funboost/"
#define RENDER(s) "\"render\":{\"serviceId\":\"" s "\",\"startCommand\":\"x\"}"
#define EVERY "\"trigger\":\"interval\",\"seconds\":60"
#define ADD(q, j, more) \
	"{\"queue_name\":\"" q "\",\"job_id\":\"" j "\"," EVERY more "}"
#define REPLACE ",\"replace_existing\":true"
#define SERVICE(s) "/v1/services/" s "/jobs"
#define JOB(q, j) "?queue_name=" q "&job_id=" j
#define LEASES "{\"leases\":[\"d1-x\"]}"

/* What a case names: queues, services. */
enum { MAIL = 1, OTHER = 2, AT_OWN = 4, AT_FAR = 8 };

/* A service in the address, of which one is told only that it is not there. */
#define ADDRESS 16

/* clang-format off */
static const struct touch {
	const char *method, *path, *body;
	unsigned names;
	int status;
} touches[] = {
	/* --- jobs: add, replace */
	{ "POST", F "add_timing_job", ADD("mail", "new", ""), MAIL, 200 },
	{ "POST", F "add_timing_job", ADD("other", "new", ""), OTHER, 200 },
	{ "POST", F "add_timing_job", ADD("mail", "new", "," RENDER(OWN)), MAIL | AT_OWN, 200 },
	{ "POST", F "add_timing_job", ADD("mail", "new", "," RENDER(FAR)), MAIL | AT_FAR, 200 },
	{ "POST", F "add_timing_job", ADD("other", "new", "," RENDER(OWN)), OTHER | AT_OWN, 200 },
	{ "POST", F "add_timing_job", ADD("mail", "plain", REPLACE), MAIL, 200 },
	{ "POST", F "add_timing_job", ADD("mail", "plain", REPLACE "," RENDER(FAR)), MAIL | AT_FAR, 200 },
	{ "POST", F "add_timing_job", ADD("mail", "own", REPLACE), MAIL | AT_OWN, 200 },
	{ "POST", F "add_timing_job", ADD("mail", "own", REPLACE "," RENDER(FAR)), MAIL | AT_OWN | AT_FAR, 200 },
	{ "POST", F "add_timing_job", ADD("mail", "far", REPLACE), MAIL | AT_FAR, 200 },
	{ "POST", F "add_timing_job", ADD("mail", "far", REPLACE "," RENDER(OWN)), MAIL | AT_OWN | AT_FAR, 200 },
	{ "POST", F "add_timing_job", ADD("other", "plain", ""), OTHER, 409 },
	/* --- patch: as it was and as it becomes */
	{ "PATCH", "/v1/timing_jobs/mail/plain", "{\"description\":\"d\"}", MAIL, 200 },
	{ "PATCH", "/v1/timing_jobs/mail/plain", "{" RENDER(OWN) "}", MAIL | AT_OWN, 200 },
	{ "PATCH", "/v1/timing_jobs/mail/plain", "{" RENDER(FAR) "}", MAIL | AT_FAR, 200 },
	{ "PATCH", "/v1/timing_jobs/mail/own", "{" RENDER(FAR) "}", MAIL | AT_OWN | AT_FAR, 200 },
	{ "PATCH", "/v1/timing_jobs/mail/own", "{\"seconds\":30}", MAIL | AT_OWN, 200 },
	{ "PATCH", "/v1/timing_jobs/mail/far", "{}", MAIL | AT_FAR, 200 },
	{ "PATCH", "/v1/timing_jobs/mail/far", "{\"seconds\":30}", MAIL | AT_FAR, 200 },
	{ "PATCH", "/v1/timing_jobs/mail/far", "{\"paused\":false}", MAIL | AT_FAR, 200 },
	{ "PATCH", "/v1/timing_jobs/mail/far", "{\"render\":null}", MAIL | AT_FAR, 200 },
	{ "PATCH", "/v1/timing_jobs/mail/far", "{" RENDER(OWN) "}", MAIL | AT_OWN | AT_FAR, 200 },
	{ "PATCH", "/v1/timing_jobs/other/plain", "{\"description\":\"d\"}", OTHER, 200 },
	{ "PATCH", "/v1/timing_jobs/other/none", "{\"description\":\"d\"}", OTHER, 404 },
	/* --- what starts something, and what only stops it */
	{ "POST", "/v1/timing_jobs/mail/plain/run", NULL, MAIL, 200 },
	{ "POST", "/v1/timing_jobs/mail/own/run", NULL, MAIL | AT_OWN, 200 },
	{ "POST", "/v1/timing_jobs/mail/far/run", NULL, MAIL | AT_FAR, 200 },
	{ "POST", "/v1/timing_jobs/mail/broken/run", NULL, MAIL | AT_OWN | AT_FAR, 500 },
	{ "POST", "/v1/timing_jobs/other/far/run", NULL, OTHER | AT_FAR, 200 },
	{ "POST", "/v1/timing_jobs/other/plain/run", NULL, OTHER, 200 },
	{ "POST", F "resume_timing_job" JOB("mail", "plain"), NULL, MAIL, 200 },
	{ "POST", F "resume_timing_job" JOB("mail", "own"), NULL, MAIL | AT_OWN, 200 },
	{ "POST", F "resume_timing_job" JOB("mail", "far"), NULL, MAIL | AT_FAR, 200 },
	{ "POST", F "resume_timing_job" JOB("other", "plain"), NULL, OTHER, 200 },
	{ "POST", F "pause_timing_job" JOB("mail", "far"), NULL, MAIL, 200 },
	{ "POST", F "pause_timing_job" JOB("other", "far"), NULL, OTHER, 200 },
	{ "DELETE", F "delete_timing_job" JOB("mail", "far"), NULL, MAIL, 200 },
	{ "DELETE", F "delete_timing_job" JOB("other", "far"), NULL, OTHER, 200 },
	{ "DELETE", F "delete_timing_job" JOB("other", "none"), NULL, OTHER, 404 },
	{ "DELETE", F "delete_all_timing_jobs?queue_name=mail", NULL, MAIL, 200 },
	{ "DELETE", F "delete_all_timing_jobs?queue_name=other", NULL, OTHER, 200 },
	{ "POST", F "pause_scheduler?queue_name=mail", NULL, MAIL, 200 },
	{ "POST", F "pause_scheduler?queue_name=other", NULL, OTHER, 200 },
	{ "POST", F "resume_scheduler?queue_name=mail", NULL, MAIL | AT_FAR, 200 },
	{ "POST", F "resume_scheduler?queue_name=mail2", NULL, MAIL, 200 },
	{ "POST", F "resume_scheduler?queue_name=other", NULL, OTHER | AT_FAR, 200 },
	/* --- replays of runs: of what the job is now, else of what ran */
	{ "POST", "/v1/runs/r-plain/replay", NULL, MAIL, 200 },
	{ "POST", "/v1/runs/r-own/replay", NULL, MAIL | AT_OWN, 200 },
	{ "POST", "/v1/runs/r-far/replay", NULL, MAIL | AT_FAR, 200 },
	{ "POST", "/v1/runs/r-was-far/replay", NULL, MAIL | AT_FAR, 200 },
	{ "POST", "/v1/runs/r-other/replay", NULL, OTHER, 200 },
	{ "POST", "/v1/runs/r-other/replay?queue_name=mail", NULL, OTHER, 404 },
	{ "POST", "/v1/runs/r-at-own/replay", NULL, AT_OWN | ADDRESS, 200 },
	{ "POST", "/v1/runs/r-at-far/replay", NULL, AT_FAR | ADDRESS, 200 },
	/* --- dead letters */
	{ "POST", "/v1/queues/mail/dead/d-mail/replay", NULL, MAIL, 200 },
	{ "POST", "/v1/queues/other/dead/d-other/replay", NULL, OTHER, 200 },
	{ "POST", "/v1/queues/mail/dead/d-other/replay", NULL, MAIL, 404 },
	{ "POST", "/v1/queues/mail/dead/replay", NULL, MAIL, 200 },
	{ "POST", "/v1/queues/other/dead/replay", NULL, OTHER, 200 },
	{ "DELETE", "/v1/queues/mail/dead/d-mail", NULL, MAIL, 200 },
	{ "DELETE", "/v1/queues/other/dead/d-other", NULL, OTHER, 200 },
	{ "DELETE", "/v1/queues/mail/dead", NULL, MAIL, 200 },
	{ "DELETE", "/v1/queues/other/dead", NULL, OTHER, 200 },
	{ "GET", "/v1/queues/mail/dead/d-mail", NULL, MAIL, 200 },
	{ "GET", "/v1/queues/other/dead/d-other", NULL, OTHER, 200 },
	{ "GET", "/v1/queues/other/dead", NULL, OTHER, 200 },
	/* --- messages */
	{ "POST", F "publish", "{\"queue_name\":\"mail\",\"msg_body\":{}}", MAIL, 200 },
	{ "POST", F "publish", "{\"queue_name\":\"other\",\"msg_body\":{}}", OTHER, 200 },
	{ "POST", F "publish", "{\"queue_name\":\"other\",\"msg_body\":{},\"task_id\":\"r-other\"}", OTHER, 409 },
	{ "POST", F "publish", "{\"queue_name\":\"mail\",\"msg_body\":{},\"task_id\":\"r-other\"}", MAIL, 200 },
	{ "POST", F "clear_queue?queue_name=mail", NULL, MAIL, 200 },
	{ "POST", F "clear_queue?queue_name=other", NULL, OTHER, 200 },
	{ "GET", F "get_result?task_id=r-other", NULL, OTHER, 404 },
	{ "GET", F "get_result?task_id=r-other&queue_name=other", NULL, OTHER, 404 },
	{ "GET", F "get_msg_count?queue_name=other", NULL, OTHER, 200 },
	{ "GET", F "get_one_queue_config?queue_name=other", NULL, OTHER, 200 },
	{ "GET", F "get_scheduler_status?queue_name=other", NULL, OTHER, 200 },
	{ "GET", "/v1/queues/other/messages", NULL, OTHER, 200 },
	{ "POST", "/v1/queues/mail/lease", "{}", MAIL, 200 },
	{ "POST", "/v1/queues/other/lease", "{}", OTHER, 200 },
	{ "POST", "/v1/queues/mail/ack", LEASES, MAIL, 200 },
	{ "POST", "/v1/queues/other/ack", LEASES, OTHER, 200 },
	{ "POST", "/v1/queues/other/nack", LEASES, OTHER, 200 },
	{ "POST", "/v1/queues/other/extend", LEASES, OTHER, 200 },
	/* --- services */
	{ "POST", SERVICE(OWN), "{\"startCommand\":\"y\"}", AT_OWN | ADDRESS, 201 },
	{ "POST", SERVICE(FAR), "{\"startCommand\":\"y\"}", AT_FAR | ADDRESS, 201 },
	{ "GET", SERVICE(FAR), NULL, AT_FAR | ADDRESS, 200 },
	{ "GET", SERVICE(OWN) "/r-at-own", NULL, AT_OWN | ADDRESS, 200 },
	{ "GET", SERVICE(OWN) "/r-at-far", NULL, AT_OWN | ADDRESS, 404 },
	{ "GET", SERVICE(FAR) "/r-at-far", NULL, AT_FAR | ADDRESS, 200 },
	{ "POST", SERVICE(OWN) "/r-at-own/cancel", NULL, AT_OWN | ADDRESS, 200 },
	{ "POST", SERVICE(FAR) "/r-at-far/cancel", NULL, AT_FAR | ADDRESS, 200 },
	{ "POST", SERVICE(OWN) "/r-at-far/cancel", NULL, AT_OWN | ADDRESS, 404 },
	/* --- looks */
	{ "GET", F "get_timing_job" JOB("other", "plain"), NULL, OTHER, 200 },
	{ "GET", F "get_timing_job" JOB("other", "none"), NULL, OTHER, 404 },
	{ "GET", F "get_timing_jobs?queue_name=other", NULL, OTHER, 200 },
	{ "GET", "/v1/timing_jobs/other/plain", NULL, OTHER, 200 },
	{ "GET", "/v1/timing_jobs/other/none", NULL, OTHER, 404 },
	{ "GET", "/v1/runs/r-plain", NULL, MAIL, 200 },
	{ "GET", "/v1/runs/r-other", NULL, OTHER, 200 },
	{ "GET", "/v1/runs/r-at-own", NULL, AT_OWN | ADDRESS, 200 },
	{ "GET", "/v1/runs/r-at-far", NULL, AT_FAR | ADDRESS, 200 },
	{ "GET", "/v1/runs?queue_name=other", NULL, OTHER, 200 },
	{ "GET", "/v1/runs/sums?queue_name=other", NULL, OTHER, 200 },
	{ "GET", "/v1/runs/sums" JOB("other", "plain"), NULL, OTHER, 200 },
	{ "GET", "/v1/why" JOB("other", "plain") "&at=2026-01-01", NULL, OTHER, 200 },
	/* --- the same by parameters or members */
	{ "GET", "/v1/jobs?queue_name=other", NULL, OTHER, 200 },
	{ "POST", "/v1/jobs", ADD("mail", "new", ""), MAIL, 200 },
	{ "POST", "/v1/jobs", ADD("other", "new", ""), OTHER, 200 },
	{ "POST", "/v1/jobs", ADD("mail", "new", "," RENDER(FAR)), MAIL | AT_FAR, 200 },
	{ "POST", "/v1/jobs", ADD("mail", "far", REPLACE), MAIL | AT_FAR, 200 },
	{ "GET", "/v1/job" JOB("other", "plain"), NULL, OTHER, 200 },
	{ "GET", "/v1/job" JOB("other", "none"), NULL, OTHER, 404 },
	{ "PATCH", "/v1/job" JOB("mail", "plain"), "{\"set\":{" RENDER(FAR) "}}", MAIL | AT_FAR, 200 },
	{ "PATCH", "/v1/job" JOB("mail", "far"), "{\"set\":{\"seconds\":30}}", MAIL | AT_FAR, 200 },
	{ "PATCH", "/v1/job" JOB("mail", "far"), "{\"set\":{\"render\":null}}", MAIL | AT_FAR, 200 },
	{ "PATCH", "/v1/job" JOB("other", "plain"), "{\"set\":{\"seconds\":30}}", OTHER, 200 },
	{ "DELETE", "/v1/job" JOB("mail", "far"), NULL, MAIL, 200 },
	{ "DELETE", "/v1/job" JOB("other", "plain"), NULL, OTHER, 200 },
	{ "POST", "/v1/job/run" JOB("mail", "far"), NULL, MAIL | AT_FAR, 200 },
	{ "POST", "/v1/job/run" JOB("other", "plain"), NULL, OTHER, 200 },
	{ "POST", "/v1/job/resume" JOB("mail", "far"), NULL, MAIL | AT_FAR, 200 },
	{ "POST", "/v1/job/pause" JOB("other", "far"), NULL, OTHER, 200 },
	{ "POST", "/v1/queue/pause?queue_name=other", NULL, OTHER, 200 },
	{ "POST", "/v1/queue/resume?queue_name=mail", NULL, MAIL | AT_FAR, 200 },
	{ "POST", "/v1/queue/resume?queue_name=other", NULL, OTHER | AT_FAR, 200 },
	{ "GET", "/v1/messages?queue_name=other", NULL, OTHER, 200 },
	{ "POST", "/v1/lease?queue_name=other", "{}", OTHER, 200 },
	{ "POST", "/v1/ack?queue_name=other", LEASES, OTHER, 200 },
	{ "POST", "/v1/nack?queue_name=other", LEASES, OTHER, 200 },
	{ "POST", "/v1/extend?queue_name=other", LEASES, OTHER, 200 },
	{ "GET", "/v1/dead?queue_name=other", NULL, OTHER, 200 },
	{ "GET", "/v1/dead/letter?queue_name=other&id=d-other", NULL, OTHER, 200 },
	{ "GET", "/v1/dead/letter?queue_name=mail&id=d-other", NULL, MAIL, 404 },
	{ "DELETE", "/v1/dead/letter?queue_name=other&id=d-other", NULL, OTHER, 200 },
	{ "POST", "/v1/dead/replay?queue_name=other", "{\"all\":true}", OTHER, 200 },
	{ "POST", "/v1/dead/purge?queue_name=other", "{\"all\":true}", OTHER, 200 },
	{ "GET", "/v1/run?run_id=r-other", NULL, OTHER, 200 },
	{ "GET", "/v1/run?run_id=r-at-far", NULL, AT_FAR | ADDRESS, 200 },
	{ "POST", "/v1/run/replay?run_id=r-was-far", NULL, MAIL | AT_FAR, 200 },
	{ "POST", "/v1/run/replay?run_id=r-other", NULL, OTHER, 200 },
	{ "POST", "/v1/run/replay?run_id=r-at-far", NULL, AT_FAR | ADDRESS, 200 },
	{ "POST", "/v1/run/start?run_id=r-other", "{}", OTHER, 200 },
	{ "POST", "/v1/runs/r-other/start", "{}", OTHER, 200 },
	{ "POST", "/v1/run/start?run_id=r-at-far", "{}", AT_FAR | ADDRESS, 409 },
	{ "POST", "/v1/run/progress?run_id=r-other", "{\"output\":\"x\"}", OTHER, 409 },
	{ "POST", "/v1/runs/r-other/progress", "{\"output\":\"x\"}", OTHER, 409 },
	{ "POST", "/v1/run/progress?run_id=r-at-far", "{\"output\":\"x\"}", AT_FAR | ADDRESS, 409 },
	{ "POST", "/v1/run/done?run_id=r-other", "{}", OTHER, 200 },
	{ "POST", "/v1/runs/r-other/done", "{}", OTHER, 200 },
	{ "POST", "/v1/run/done?run_id=r-at-far", "{}", AT_FAR | ADDRESS, 409 },
	{ "POST", "/v1/run/fail?run_id=r-other", "{}", OTHER, 200 },
	{ "POST", "/v1/runs/r-other/fail", "{}", OTHER, 200 },
	{ "POST", "/v1/run/fail?run_id=r-at-far", "{}", AT_FAR | ADDRESS, 409 },
	{ "GET", "/v1/badge/other/plain.svg", NULL, OTHER, 404 },
	{ "GET", "/v1/fires?queue_name=other", NULL, OTHER, 200 },
	{ "POST", "/v1/preview", ADD("other", "x", ""), OTHER, 200 },
};

/* Bits of what each token may touch. */
static const struct holder {
	const char *what;
	struct grant grant;
	unsigned may;
} holders[] = {
	{ "no services", { "mail*", "" }, MAIL },
	{ "one service", { "mail*", OWN }, MAIL | AT_OWN },
	{ "the other service", { "mail*", "nothing,*b" }, MAIL | AT_FAR },
	{ "all services", { "other", "*" }, OTHER | AT_OWN | AT_FAR },
	{ "of before", { "mail*,other", NULL }, MAIL | OTHER },
	{ "of before, with a service", { "mail*,*-a*", NULL }, MAIL | AT_OWN },
	{ "every queue", { "*", "" }, MAIL | OTHER },
	{ "names like a service's", { "s*,crn-*", "" }, 0 },
	{ "everything", { "*", "*" }, MAIL | OTHER | AT_OWN | AT_FAR },
};
/* clang-format on */

#define N(a) (sizeof(a) / sizeof((a)[0]))

#define TRIGGER "'interval;length_us=60000000;run_us=0;timezone=UTC'"
#define JOB_ROW(id, q, j, render, state) \
	"(" #id ",'" q "','" j "'," TRIGGER "," render ",0,1,1,1," state \
	",4000000000000000,1,1)"
#define TARGET(s) \
	"'{\"serviceId\":\"" s "\",\"startCommand\":\"x\",\"marker\":\"\"," \
	"\"on_ambiguous\":\"retry\"}'"
#define RUN_ROW(row, id, job, q, j, state) \
	"(" #row ",'" id "'," job ",'" q "','" j "'," #row "," #row \
	",1,'" state "',1)"
#define DELIVERY_ROW(run, job, s) \
	"(" #run "," job ",'render','" s "','x','','retry'," #run \
	",'due',0,1,0,0,1,0)"
#define DEAD_ROW(q, id) \
	"('" q "',0,2,1,1,'{\"task_id\":\"" id "\",\"args\":[],\"kwargs\":{}}')"

/* What there is before each case. */
static const char reset[] =
    "DELETE FROM delivery; DELETE FROM work; DELETE FROM run; DELETE FROM job;"
    "DELETE FROM message; DELETE FROM queue; DELETE FROM alert;"
    "DELETE FROM audit; DELETE FROM job_gone; DELETE FROM history;"
    "INSERT INTO job (id, queue, job_id, trigger, render, priority, coalesce,"
    " max_catchup, max_instances, state, cursor_us, created_us, changed_us)"
    " VALUES" JOB_ROW(1, "mail", "plain", "NULL", "'paused'") "," JOB_ROW(2,
	"mail", "own", TARGET(OWN), "'paused'") "," JOB_ROW(3, "mail", "far",
	TARGET(FAR), "'active'") "," JOB_ROW(4, "mail", "broken", "'damaged'",
	"'paused'") "," JOB_ROW(5, "other", "plain", "NULL",
	"'paused'") "," JOB_ROW(6, "other", "far", TARGET(FAR),
	"'active'") ";"
		    "INSERT INTO run (id, task_id, job, queue, job_id, slot_us, last_us,"
		    " count, state, decided_us) VALUES" RUN_ROW(1, "r-plain",
			"1", "mail", "plain", "sent") "," RUN_ROW(2, "r-own",
			"2", "mail", "own", "succeeded") "," RUN_ROW(3, "r-far",
			"3", "mail", "far", "succeeded") "," RUN_ROW(4,
			"r-was-far", "9", "mail", "gone",
			"due") "," RUN_ROW(5, "r-other", "5", "other", "plain",
			"sent") "," RUN_ROW(6, "r-at-own", "NULL", OWN, "",
			"due") "," RUN_ROW(7, "r-at-far", "NULL", FAR, "",
			"due") ";"
			       "INSERT INTO delivery (run, job, target, service, command, marker,"
			       " on_ambiguous, fingerprint, state, version, next_us, is_waiting, attempt, due_us,"
			       " looks) VALUES" DELIVERY_ROW(4, "9",
				   FAR) "," DELIVERY_ROW(6, "NULL",
				   OWN) "," DELIVERY_ROW(7, "NULL",
				   FAR) ";"
					"INSERT INTO message (queue, priority, state, attempt, enqueued_us, body)"
					" VALUES" DEAD_ROW("mail",
					    "d-mail") "," DEAD_ROW("other",
					    "d-other") ";"
						       "UPDATE message SET run = (SELECT id FROM run WHERE task_id ="
						       " json_extract(body, '$.task_id'));";

/* All that a request could change. */
static const char sum[] =
    "SELECT (SELECT group_concat(id || queue || job_id || trigger ||"
    " coalesce(render, '') || state || changed_us || coalesce(description, ''))"
    " FROM job) || (SELECT group_concat(task_id || state) FROM run)"
    " || (SELECT group_concat(run || state || version || coalesce(cancel_us, ''))"
    " FROM delivery) || (SELECT group_concat(id || state || attempt) FROM"
    " message) || (SELECT count(*) FROM queue) || (SELECT count(*) FROM audit)";

/* What the answer is to be. */
static int
want(const struct touch *t, const struct holder *h)
{
	unsigned lacks = t->names & ~h->may & ~(unsigned)ADDRESS;

	if (lacks == 0)
		return t->status;
	/* A service in a field is refused as such; all else is not there. */
	return (lacks & (MAIL | OTHER)) != 0 || (t->names & ADDRESS) != 0 ?
	    404 :
	    403;
}

static void
check(struct api *a, const struct touch *t, const struct holder *h)
{
	const struct api_request r = { .method = t->method,
		.path = t->path,
		.body = t->body,
		.lang = "en" };
	char before[4096];
	int status;

	api_sql(a, reset);
	(void)snprintf(before, sizeof(before), "%s", api_sql_text(a, sum));
	status = api_call(a, &r);
	is_int(status, want(t, h), "%s: %s %.60s %.60s", h->what, t->method,
	    t->path, t->body == NULL ? "" : t->body);
	if (status != t->status)
		is_str(api_sql_text(a, sum), before, "and nothing was changed");
}

/* Does a path have the form of a route's pattern? */
static bool
has_form(const char *pattern, const char *path)
{
	for (; *pattern != '\0'; pattern++, path++) {
		if (*pattern == '{') {
			pattern = strchr(pattern, '}');
			path += strcspn(path, "/?") - 1;
		} else if (*pattern != *path)
			return false;
	}
	return *path == '\0' || *path == '?';
}

/* Routes that name nothing, and those whose answers leave out what is not
 * granted: t_api_access.c. */
static bool
names_nothing(const struct route *r)
{
	static const char *const paths[] = { "/", "/healthz", "/metrics",
		"/v1/tick", "/v1/queues", F "get_all_queues",
		F "get_queues_config" };

	for (size_t i = 0; i < N(paths); i++)
		if (strcmp(r->pattern, paths[i]) == 0)
			return true;
	return false;
}

static void
check_all_routes(void)
{
	const struct route *r;
	bool is_there;

	for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
		is_there = names_nothing(r);
		for (size_t k = 0; k < N(touches) && !is_there; k++)
			is_there = strcmp(touches[k].method,
				       route_method_name(r->method)) == 0 &&
			    has_form(r->pattern, touches[k].path);
		ok(is_there, "%s %s is in the table",
		    route_method_name(r->method), r->pattern);
	}
}

int
main(void)
{
	char text[TOKEN_TEXT_MAX];
	struct api a;
	size_t n = 0;

	api_open(&a, NULL);
	for (size_t k = 0; k < N(holders); k++) {
		api_grant(&a, TOKEN_READ | TOKEN_WRITE | TOKEN_CONSUME,
		    &holders[k].grant, 0, text);
		a.token = text;
		for (size_t i = 0; i < N(touches); i++, n++)
			check(&a, &touches[i], &holders[k]);
	}
	check_all_routes();
	printf("# %zu requests: %zu of routes and fields, with each of %zu "
	       "tokens\n",
	    n, N(touches), N(holders));
	api_close(&a);
	return tap_done();
}
