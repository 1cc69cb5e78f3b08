/*
 * Jobs that are registered again, as clients do at every start: the same
 * trigger, however it is spelled and by whichever door it comes, keeps cursor,
 * grid and what is due; another begins anew.  And jobs that fire once: queue, id
 * and instant stand for one run.
 */
#include "config.h"

#include <stdlib.h>

#include "lib/job_json.h"
#include "lib/json.h"
#include "lib/run.h"
#include "lib/store_prune.h"
#include "lib/store_run.h"
#include "tests/unit/clock.h"
#include "tests/unit/rig.h"
#include "ticker/claim.h"

#define MINUTE (60 * RIG_S)
#define T0 (RIG_2030 + 10 * MINUTE)

/* A patch that does not name the start keeps it. */
enum expect { KEPT, ANEW, ANEW_BY_ADD };

/* Members of two bodies, the second given two minutes and a half later. */
static const struct {
	const char *first, *again;
	enum expect expect;
} cases[] = {
#define EVERY "\"trigger\":\"interval\",\"minutes\":1"
#define CRON "\"trigger\":\"cron\","
#define AT "\"trigger\":\"date\",\"run_date\":"
	{ EVERY, EVERY, KEPT },
	{ EVERY, "\"trigger\":\"interval\",\"seconds\":60", KEPT },
	{ EVERY, EVERY ",\"start_date\":null", KEPT },
	{ EVERY, EVERY ",\"start_date\":\"2030-01-01 00:11:00\"", KEPT },
	{ EVERY, EVERY ",\"start_date\":\"2030-01-01T08:11:00+08:00\"", KEPT },
	{ EVERY, EVERY ",\"start_date\":\"2030-01-01 00:01\"", KEPT },
	{ EVERY, EVERY ",\"start_date\":\"2030-01-01 00:10:30\"", ANEW },
	{ EVERY, EVERY ",\"start_date\":\"2030-01-01 00:12:00\"", ANEW },
	{ EVERY ",\"start_date\":\"2030-01-01\"", EVERY, KEPT },
	{ EVERY ",\"start_date\":\"2031-01-01\"", EVERY, ANEW_BY_ADD },
	{ EVERY ",\"start_date\":\"2031-01-01\"",
	    EVERY ",\"start_date\":\"2031-01-01\"", KEPT },
	{ EVERY, EVERY ",\"jitter\":5", KEPT },
	{ EVERY ",\"jitter\":5", EVERY, KEPT },
	{ EVERY, EVERY ",\"end_date\":\"2030-02-01\"", KEPT },
	{ EVERY ",\"end_date\":\"2030-02-01\"", EVERY, KEPT },
	{ EVERY, EVERY ",\"end_date\":\"2030-01-01 00:13:45\"", KEPT },
	{ EVERY, EVERY ",\"timezone\":\"Asia/Shanghai\"", KEPT },
	{ EVERY, "\"trigger\":\"interval\",\"seconds\":61", ANEW },
	{ EVERY, CRON "\"minute\":\"*\"", ANEW },
	{ CRON "\"minute\":\"*\"", CRON "\"minute\":\"*\"", KEPT },
	{ CRON "\"minute\":\"*\"", CRON "\"minute\":\"*/1\"", KEPT },
	{ CRON "\"minute\":\"*\"", CRON "\"minute\":\"0-59\"", KEPT },
	{ CRON "\"minute\":\"*\"",
	    CRON "\"minute\":\"*\",\"second\":0,\"hour\":\"*\"", KEPT },
	{ CRON "\"minute\":\"*\"", CRON "\"minute\":\"*/2\"", ANEW },
	{ CRON "\"minute\":\"*\"", CRON "\"crontab\":\"* * * * *\"", KEPT },
	{ CRON "\"crontab\":\"* * * * *\"", CRON "\"crontab\":\"*  *\\t* * *\"",
	    KEPT },
	{ CRON "\"hour\":9,\"day_of_week\":\"mon-fri\"",
	    CRON "\"hour\":\"9\",\"day_of_week\":\"MON-Fri\"", KEPT },
	{ CRON "\"hour\":9,\"day_of_week\":\"mon-fri\"",
	    CRON "\"hour\":\"09\",\"minute\":\"0\",\"day_of_week\":\"0-4\"",
	    KEPT },
	{ CRON "\"hour\":9,\"day_of_week\":\"mon-fri\"",
	    CRON "\"crontab\":\"0 9 * * 1-5\"", KEPT },
	{ CRON "\"hour\":9,\"day_of_week\":\"mon-fri\"",
	    CRON "\"crontab\":\"0 9 * * 1,6\"", ANEW },
	{ CRON "\"hour\":0", CRON "\"crontab\":\"@daily\"", KEPT },
	{ CRON "\"hour\":9", CRON "\"hour\":10", ANEW },
	{ CRON "\"hour\":9,\"year\":\"*\"", CRON "\"hour\":9", KEPT },
	{ CRON "\"hour\":9,\"year\":\"1970-9999\"", CRON "\"hour\":9", KEPT },
	{ CRON "\"day\":\"last\"", CRON "\"day\":30", ANEW },
	{ CRON "\"minute\":\"*\",\"timezone\":\"UTC\"",
	    CRON "\"minute\":\"*\",\"timezone\":\"Etc/UTC\"", KEPT },
	{ CRON "\"hour\":9,\"timezone\":\"UTC\"",
	    CRON "\"hour\":9,\"timezone\":\"+00:00\"", KEPT },
	{ CRON "\"hour\":9,\"timezone\":\"Asia/Shanghai\"",
	    CRON "\"hour\":9,\"timezone\":\"PRC\"", KEPT },
	{ CRON "\"hour\":9,\"timezone\":\"Asia/Shanghai\"",
	    CRON "\"hour\":9,\"timezone\":\"+08:00\"", KEPT },
	{ CRON "\"hour\":9,\"timezone\":\"Europe/Berlin\"",
	    CRON "\"hour\":9,\"timezone\":\"Europe/London\"", ANEW },
	{ CRON "\"minute\":\"*\"", CRON "\"minute\":\"*\",\"dst\":\"wall\"",
	    KEPT },
	{ CRON "\"hour\":2", CRON "\"hour\":2,\"dst\":\"once\"", KEPT },
	{ CRON "\"minute\":\"*\"", CRON "\"minute\":\"*\",\"jitter\":3", KEPT },
	{ CRON "\"minute\":\"*\"",
	    CRON "\"minute\":\"*\",\"start_date\":\"2029-01-01\"", KEPT },
	{ CRON "\"minute\":\"*\"",
	    CRON "\"minute\":\"*\",\"start_date\":\"2030-01-01 00:12:30\"",
	    ANEW },
	{ CRON "\"minute\":\"*\"",
	    CRON "\"minute\":\"*\",\"end_date\":\"2030-03-01\"", KEPT },
	{ AT "\"2030-01-01 00:11:00\"", AT "\"2030-01-01T00:11\"", KEPT },
	{ AT "\"2030-01-01 00:11:00\"", AT "\"2030-01-01 08:11:00+08:00\"",
	    KEPT },
	{ AT "\"2030-01-01 00:11:00\"",
	    AT "\"2030-01-01 08:11\",\"timezone\":\"Asia/Shanghai\"", KEPT },
	{ AT "\"2030-01-01 00:11:00\"", AT "\"2030-01-01 00:15\"", ANEW },
};
#define NCASES (sizeof(cases) / sizeof(cases[0]))

static struct rig r;
static struct claim claim;

static struct store *
store(void)
{
	return r.s.stores[JOB_DURABLE];
}

static const struct trigger_env *
env_now(void)
{
	static struct trigger_env env;

	env = (struct trigger_env){ r.s.zones, "UTC", now, false };
	return &env;
}

static struct json_object *
body_of(const char *members, const char *more)
{
	struct json_object *o;
	struct buf b = BUF_INIT;
	char why[128];

	buf_printf(&b, "{%s%s%s}", members, *more == '\0' ? "" : ",", more);
	o = json_parse(buf_cstr(&b), b.len, why, sizeof(why));
	buf_fini(&b);
	return o;
}

#define NAMES(id) "\"queue_name\":\"q\",\"job_id\":\"" id "\""

/* Register by an add; the job as answered in *j. */
static enum store_rc
add(const char *members, const char *names, struct job *j)
{
	const struct job_env env = { r.conf, env_now(), NULL, NULL, false };
	struct json_object *o = body_of(members, names);
	struct faults fs = { .n = 0 };
	enum store_rc rc = STORE_ERROR;
	bool is_replace;

	job_init(j);
	if (job_from_json(o, &env, j, &is_replace, &fs) != 0)
		printf("# %s: %s\n", fs.v[0].field, fs.v[0].text);
	else
		rc = sched_add(&r.s, j, true, now);
	json_free(o);
	return rc;
}

struct edit {
	struct json_object *o;
	struct job_env env;
	struct faults fs;
};

static int
edit(void *cookie, struct job *j)
{
	struct edit *e = cookie;
	int rc = job_patch(e->o, &e->env, j, &e->fs);

	if (rc != 0)
		printf("# %s: %s\n", e->fs.v[0].field, e->fs.v[0].text);
	return rc;
}

static enum store_rc
patch(const char *members, struct job *j)
{
	struct edit e = { .o = body_of(members, ""),
		.env = { .conf = r.conf, .trigger = env_now() } };
	const struct sched_patch p = { JOB_DURABLE, edit, &e };
	enum store_rc rc;

	job_init(j);
	rc = sched_patch(&r.s, "q", "j", &p, j);
	json_free(e.o);
	return rc;
}

static void
get(const char *id, struct job *j)
{
	job_init(j);
	(void)sched_get(&r.s, JOB_DURABLE, "q", id, j);
}

static int64_t
ask(const char *sql)
{
	return rig_ask(r.conf->store, sql);
}

/* What a tick does now. */
static void
tick(void)
{
	while (ask("SELECT count(*) FROM job WHERE next_run_us <= 0") < 0 ||
	    claim_batch(&claim, store(), now) == STORE_OK) {
		int64_t next = 0;

		if (store_job_next(store(), &next) != STORE_OK || next > now)
			return;
	}
}

static void
clear(void)
{
	int64_t n;

	(void)sched_delete_all(&r.s, SCHED_ANY, NULL, &n);
	rig_meddle(r.conf->store,
	    "DELETE FROM run; DELETE FROM job_gone; DELETE FROM message;"
	    "DELETE FROM history");
}

/* One case by one door. */
static void
try(size_t i, bool is_patch)
{
	struct job was, is, answer;

	clear();
	now = T0;
	is_int(add(cases[i].first, NAMES("j"), &answer), STORE_OK, "added");
	job_fini(&answer);
	get("j", &was);
	now += 150 * RIG_S;
	is_int(is_patch ? patch(cases[i].again, &answer) :
			  add(cases[i].again, NAMES("j"), &answer),
	    STORE_OK, "again");
	job_fini(&answer);
	get("j", &is);
	if (cases[i].expect == KEPT ||
	    (is_patch && cases[i].expect == ANEW_BY_ADD))
		ok(is.cursor_us == was.cursor_us &&
			ask("SELECT count(*) FROM run") == 0,
		    "%s %s: kept", is_patch ? "patch" : "add", cases[i].again);
	else
		ok(is.cursor_us != was.cursor_us &&
			(was.cursor_us > now ||
			    ask("SELECT sum(count) FROM run") > 0),
		    "%s %s: anew", is_patch ? "patch" : "add", cases[i].again);
	ok(is.next_run_us >= is.cursor_us &&
		is.next_run_us <= is.cursor_us + 5 * RIG_S,
	    "it runs when it should");
	job_fini(&was);
	job_fini(&is);
}

/* An hourly job of an application that restarts every 50 minutes. */
static void
test_restarts(void)
{
	static const char hourly[] = "\"trigger\":\"interval\",\"hours\":1,"
				     "\"coalesce\":false";
	struct job j;

	clear();
	now = T0;
	for (int i = 0; i < 12; i++) {
		is_int(add(hourly, NAMES("j"), &j), STORE_OK, "start %d", i);
		job_fini(&j);
		now += 50 * MINUTE;
		/* The tick comes late now and then. */
		if (i % 3 != 0)
			tick();
	}
	is_int(ask("SELECT count(*) FROM message"), 10, "an hour, a run");
	is_int(ask("SELECT sum(count) FROM run"), 10, "and a row");
}

/* What is not said stays, and only that. */
static void
test_pause(void)
{
	struct job j;

	clear();
	now = T0;
	(void)add(EVERY, NAMES("j"), &j);
	job_fini(&j);
	is_int(sched_pause(&r.s, SCHED_ANY, "q", "j", NULL), STORE_OK,
	    "paused");
	now += 150 * RIG_S;
	(void)add(EVERY ",\"priority\":7", NAMES("j"), &j);
	ok(j.state == JOB_PAUSED && j.priority == 7 && j.reason != NULL &&
		strstr(j.reason, "00:10:00Z") != NULL,
	    "stays paused, since then: %s", j.reason);
	job_fini(&j);
	(void)add(CRON "\"hour\":3", NAMES("j"), &j);
	ok(j.state == JOB_PAUSED, "by another trigger, too");
	job_fini(&j);
	is_int(ask("SELECT count FROM run WHERE state = 'paused'"), 2,
	    "what was due by the old one was paused");
	(void)add(CRON "\"hour\":3", NAMES("j") ",\"paused\":false", &j);
	ok(j.state == JOB_ACTIVE && j.reason == NULL &&
		j.next_run_us == RIG_2030 + 180 * MINUTE,
	    "until the body says so");
	job_fini(&j);
	(void)add(CRON "\"hour\":3", NAMES("j") ",\"paused\":true", &j);
	ok(j.state == JOB_PAUSED, "or the other way");
	job_fini(&j);
}

static void
test_quarantine(void)
{
	struct job j;

	clear();
	now = T0;
	(void)add(EVERY, NAMES("j"), &j);
	job_fini(&j);
	rig_meddle(r.conf->store,
	    "UPDATE job SET state = 'quarantined', next_run_us = NULL,"
	    "reason = 'x'");
	now += 150 * RIG_S;
	(void)add(EVERY, NAMES("j"), &j);
	ok(j.state == JOB_ACTIVE && j.cursor_us == T0 + 3 * MINUTE,
	    "out of quarantine, on its grid");
	job_fini(&j);
	is_int(ask("SELECT count FROM run"), 2, "its slots are told of");
}

/* The run that an add of a date finds, in words. */
static const char *
once(const char *date, const char *more)
{
	static char text[64];
	char members[200];
	struct job j;
	enum store_rc rc;

	(void)snprintf(members, sizeof(members), "%s\"%s\"%s", AT, date, more);
	rc = add(members, NAMES("j"), &j);
	(void)snprintf(text, sizeof(text), "%s",
	    rc != STORE_OK	     ? store_strrc(rc) :
		j.ran == NULL	     ? "added" :
		j.ran->id[0] == '\0' ? "ran" :
				       run_state_name(j.ran->state));
	job_fini(&j);
	return text;
}

static void
test_once(void)
{
	clear();
	now = T0;
	is_str(once("2030-01-01 00:11", ""), "added", "first");
	now += 2 * MINUTE;
	is_str(once("2030-01-01 00:11", ""), "added", "due, not decided");
	tick();
	for (int i = 0; i < 3; i++)
		is_str(once("2030-01-01 00:11", ""), "sent",
		    "registered again");
	is_str(once("2030-01-01 08:11+08:00", ""), "sent", "in other words");
	tick();
	is_int(ask("SELECT count(*) FROM message"), 1, "sent once");
	is_int(ask("SELECT count(*) FROM job"), 0, "nothing is left");
	is_str(once("2030-01-01 00:20", ""), "added", "a new instant");
	is_str(once("2030-01-01 00:11", ""), "sent", "the old one again");
	is_int(ask("SELECT count(*) FROM job"), 0, "takes its place");
	now += 10 * MINUTE;
	tick();
	is_int(ask("SELECT count(*) FROM message"), 1, "and that does not run");
	is_str(once("2030-01-01 00:20", ""), "added", "until it is wanted");
	tick();
	is_int(ask("SELECT count(*) FROM message"), 2, "late, as it may");
	is_str(once("2030-01-01 00:20", ""), "sent", "and once");
}

static void
test_once_missed(void)
{
	static const char grace[] = ",\"misfire_grace_time\":30";

	clear();
	now = T0;
	is_str(once("2030-01-01 00:11", grace), "added", "first");
	now += 5 * MINUTE;
	tick();
	is_str(once("2030-01-01 00:11", grace), "missed", "and missed");
	is_int(ask("SELECT count(*) FROM run"), 1, "one row");
	is_str(once("2030-01-01 00:11", ""), "added", "may be late by now");
	tick();
	is_str(once("2030-01-01 00:11", grace), "sent", "it ran");
	is_int(ask("SELECT count(*) FROM message"), 1, "once");
	is_str(once("2030-01-01 00:14", ""), "added", "deleted before it ran");
	(void)sched_delete(&r.s, SCHED_ANY, "q", "j");
	is_str(once("2030-01-01 00:14", ""), "added", "it never did");
}

static void
test_once_paused(void)
{
	struct job j;

	clear();
	now = T0;
	is_str(once("2030-01-01 00:11", ""), "added", "first");
	(void)sched_pause(&r.s, SCHED_ANY, "q", "j", NULL);
	now += 1500 * MINUTE;
	tick();
	is_str(once("2030-01-01 00:11", ""), "added", "still there, paused");
	job_init(&j);
	is_int(sched_resume(&r.s, SCHED_ANY, "q", "j", &j), STORE_OK,
	    "resumed");
	ok(j.ran != NULL && j.ran->state == RUN_PAUSED, "it has ended");
	job_fini(&j);
	tick();
	is_int(ask("SELECT count(*) FROM message"), 0, "it did not run");
	is_int(ask("SELECT count(*) FROM job"), 0, "and is gone");
	is_str(once("2030-01-01 00:11", ""), "paused", "nor does it again");
	for (int i = 0; i < 2; i++) {
		clear();
		now = T0;
		(void)once("2030-01-01 00:11", "");
		(void)sched_pause(&r.s, SCHED_ANY, "q", "j", NULL);
		now += 60 * MINUTE;
		if (i == 0)
			is_str(once("2030-01-01 00:11", ",\"paused\":false"),
			    "paused", "resumed by an add");
		else {
			is_int(patch("\"paused\":false", &j), STORE_OK,
			    "patch");
			ok(j.ran != NULL, "resumed by a patch");
			job_fini(&j);
		}
		tick();
		is_int(ask("SELECT count(*) FROM run WHERE state = 'paused'"),
		    1, "a row");
		is_int(ask("SELECT count(*) FROM message"), 0, "no run");
		is_int(ask("SELECT count(*) FROM job"), 0, "no job");
	}
}

/* Retention takes the run and the name: the guard stays. */
static void
test_once_pruned(void)
{
	const struct store_prune p = { INT64_MAX, 0, 0, 100, RIG_S,
		&clock_test };
	bool is_more = true;
	int64_t n = 0;

	clear();
	now = T0;
	is_str(once("2030-01-01 00:11", ""), "added", "first");
	now += 2 * MINUTE;
	tick();
	/* The newest row of all is never taken. */
	(void)sched_publish(&r.s,
	    &(const struct sched_publish){ .queue = "p", .task_id = "x" },
	    (char[RUN_ID_LEN + 1]){ 0 });
	for (int i = 0; i < 9 && is_more; i++) {
		(void)store_begin(store());
		(void)store_prune_step(store(), &p, &n, &is_more);
		(void)store_commit(store());
	}
	is_int(ask("SELECT count(*) FROM run WHERE job IS NOT NULL"), 0,
	    "the run is gone");
	is_int(ask("SELECT count(*) FROM job_gone"), 0, "the name, too");
	is_str(once("2030-01-01 00:11", ""), "ran",
	    "but it does not run again");
	is_str(once("2030-01-01 00:12", ""), "added", "another instant does");
	tick();
	is_int(ask("SELECT count(*) FROM message WHERE queue = 'q'"), 2, "so");
}

/* A patch to an instant that ran; and a queue's switch. */
static void
test_once_patched(void)
{
	struct job j;

	clear();
	now = T0;
	is_str(once("2030-01-01 00:11", ""), "added", "first");
	now += 2 * MINUTE;
	tick();
	is_str(once("2030-01-01 00:20", ""), "added", "later");
	is_int(patch("\"run_date\":\"2030-01-01 00:11\"", &j), STORE_CONFLICT,
	    "that ran");
	job_fini(&j);
	(void)sched_queue_set_paused(&r.s, "q", true);
	now += 20 * MINUTE;
	tick();
	(void)sched_queue_set_paused(&r.s, "q", false);
	is_str(once("2030-01-01 00:20", ""), "paused", "its queue was paused");
	tick();
	is_int(ask("SELECT count(*) FROM message"), 1, "it stays so");
}

int
main(void)
{
	folder_init("t_register");
	rig_open(&r, "");
	r.s.clock = &clock_test;
	claim = (struct claim){ .clock = &clock_test,
		.zones = r.s.zones,
		.conf = r.conf };
	for (size_t i = 0; i < NCASES; i++) {
		try(i, false);
		try(i, true);
	}
	printf("# %zu registrations by 2 doors\n", NCASES);
	test_restarts();
	test_pause();
	test_quarantine();
	test_once();
	test_once_missed();
	test_once_paused();
	test_once_patched();
	test_once_pruned();
	buf_fini(&claim.scratch);
	rig_close(&r);
	folder_fini();
	return tap_done();
}
