/*
 * Jobs that are registered again, as clients do at every start: the same
 * trigger, however it is spelled and by whichever door it comes, keeps cursor,
 * grid and what is due; another begins anew.
 */
#include "tests/unit/registering.h"

/* A patch that does not name the start keeps it. */
enum expect { KEPT, ANEW, ANEW_BY_ADD };

/* Members of two bodies, the second given two minutes and a half later. */
static const struct {
	const char *first, *again;
	enum expect expect;
} cases[] = {
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
#define CAL "\"trigger\":\"calendarinterval\",\"minute\":12,"
	{ CAL "\"days\":1", CAL "\"days\":1", KEPT },
	{ CAL "\"days\":1", CAL "\"days\":\"1\",\"hour\":\"0\"", KEPT },
	{ CAL "\"days\":7", CAL "\"weeks\":1", KEPT },
	{ CAL "\"years\":1", CAL "\"months\":12", KEPT },
	{ CAL "\"weeks\":2", CAL "\"weeks\":2,\"timezone\":\"Etc/UTC\"", KEPT },
	{ CAL "\"months\":1", CAL "\"months\":1,\"on_missing_day\":\"skip\"",
	    KEPT },
	{ CAL "\"months\":1", CAL "\"months\":1,\"on_missing_day\":\"last\"",
	    KEPT },
	{ CAL "\"months\":1", CAL "\"months\":1,\"dst\":\"auto\"", KEPT },
	{ CAL "\"days\":1", CAL "\"days\":1,\"dst\":\"once\"", KEPT },
	{ CAL "\"days\":1", CAL "\"days\":1,\"start_date\":\"2030-01-01\"",
	    KEPT },
	{ CAL "\"days\":1,\"start_date\":\"2030-01-01\"", CAL "\"days\":1",
	    KEPT },
	{ CAL "\"days\":1", CAL "\"days\":1,\"jitter\":3", KEPT },
	{ CAL "\"days\":1", CAL "\"days\":1,\"end_date\":\"2030-01-05\"",
	    KEPT },
	{ CAL "\"days\":1", CAL "\"days\":2", ANEW },
	{ CAL "\"days\":1", CRON "\"hour\":0,\"minute\":12", ANEW },
	{ CAL "\"months\":1,\"days\":3", CAL "\"days\":3,\"months\":1", KEPT },
#define UNTIL ",\"end_date\":\"2030-01-01 00:13:00\""
	{ EVERY UNTIL, EVERY UNTIL, KEPT },
	{ CRON "\"minute\":\"*\"" UNTIL, CRON "\"minute\":\"*\"" UNTIL, KEPT },
	{ EVERY ",\"end_date\":\"2030-01-01 00:12:10\"",
	    EVERY ",\"end_date\":\"2030-01-01 00:12:10\"", KEPT },
	{ CRON "\"minute\":\"*\",\"end_date\":\"2030-01-01 00:12:10\"",
	    CRON
	    "\"minute\":\"*\",\"second\":0,\"end_date\":\"2030-01-01T00:12:10Z\"",
	    KEPT },
	{ CAL "\"days\":1,\"end_date\":\"2030-01-01 00:12:10\"",
	    CAL "\"days\":1,\"hour\":0,\"end_date\":\"2030-01-01T00:12:10Z\"",
	    KEPT },
	{ AT "\"2030-01-01 00:11:00\"", AT "\"2030-01-01T00:11\"", KEPT },
	{ CRON "\"crontab\":\"*/1 * * * *\"",
	    CRON "\"crontab\":\"0 * * * * ?\"", KEPT },
	{ CRON "\"crontab\":\"* * * * *\"",
	    CRON "\"crontab\":\"0 * * * * ? *\"", KEPT },
	{ CRON "\"crontab\":\"12 0 * * *\"",
	    CRON "\"crontab\":\"CRON_TZ=UTC 12 0 * * *\"", KEPT },
	{ CRON "\"crontab\":\"@hourly\"", CRON "\"crontab\":\"0 * * * *\"",
	    KEPT },
	{ CRON "\"crontab\":\"@every 1m\"", CRON "\"crontab\":\"@every 60s\"",
	    KEPT },
	{ CRON "\"crontab\":\"@every 1m\"", EVERY, KEPT },
	{ EVERY, "\"trigger\":\"interval\",\"minutes\":\"1\",\"seconds\":0",
	    KEPT },
	{ EVERY, "\"minutes\":1.0,\"trigger\":\"interval\"", KEPT },
	{ CRON "\"crontab\":\"0 9 * * mon-fri\"",
	    CRON "\"crontab\":\"0 9 * * 1-5\"", KEPT },
	{ CRON "\"crontab\":\"0 9 * * sun\"", CRON "\"crontab\":\"0 9 * * 7\"",
	    KEPT },
	{ CRON "\"crontab\":\"0 9 * jan,feb *\"",
	    CRON "\"crontab\":\"00 09 * 1-2 *\"", KEPT },
	{ CRON "\"crontab\":\"0 9 ? * mon#1\"",
	    CRON "\"crontab\":\"0 9 * * 1#1\"", KEPT },
	{ CRON "\"day\":\"last\",\"hour\":9", CRON "\"crontab\":\"0 9 L * *\"",
	    KEPT },
	{ CRON "\"day\":\"2nd mon\",\"hour\":9",
	    CRON "\"crontab\":\"0 9 * * 1#2\"", KEPT },
	{ CRON "\"day\":\"last fri\",\"hour\":9",
	    CRON "\"crontab\":\"0 9 * * 5L\"", KEPT },
	{ CRON "\"crontab\":\"H * * * *\"", CRON "\"crontab\":\"H  * * * *\"",
	    KEPT },
	{ CRON "\"hour\":9,\"month\":\"jan-dec\"",
	    CRON "\"hour\":9,\"day\":\"1-31\"", KEPT },
	{ CRON "\"hour\":9,\"week\":\"*\"", CRON "\"hour\":9,\"week\":\"1-53\"",
	    KEPT },
	{ AT "\"2030-01-01 00:11:00\"", AT "\"2030-01-01 08:11:00+08:00\"",
	    KEPT },
	{ AT "\"2030-01-01 00:11:00\"",
	    AT "\"2030-01-01 08:11\",\"timezone\":\"Asia/Shanghai\"", KEPT },
	{ AT "\"2030-01-01 00:11:00\"", AT "\"2030-01-01 00:15\"", ANEW },
};
#define NCASES (sizeof(cases) / sizeof(cases[0]))

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

/* A trigger that would never fire is taken for the one a job has alone. */
static void
test_never(void)
{
	struct job j;

	clear();
	now = T0;
	is_int(add(EVERY UNTIL, NAMES("j"), &j), STORE_OK, "three slots");
	job_fini(&j);
	now += 150 * RIG_S;
	is_int(add(EVERY UNTIL ",\"seconds\":1800", NAMES("j"), &j),
	    STORE_LIMIT, "of another length: none is left");
	job_fini(&j);
	is_int(add(EVERY UNTIL ",\"seconds\":1800", NAMES("k"), &j),
	    STORE_LIMIT, "nor of another name");
	job_fini(&j);
	is_int(patch("\"minutes\":30", &j), STORE_LIMIT, "nor by a patch");
	job_fini(&j);
	is_int(ask("SELECT count(*) FROM job"), 1, "nothing was added");
	get("j", &j);
	ok(j.cursor_us == T0 + MINUTE &&
		strstr(j.trigger, "length_us=60000000;") != NULL,
	    "nothing changed: %s", j.trigger);
	job_fini(&j);
	now += 10 * MINUTE;
	is_int(add(EVERY UNTIL ",\"priority\":7", NAMES("j"), &j), STORE_OK,
	    "at its end, too, with what is still to run");
	ok(j.cursor_us == T0 + MINUTE && j.priority == 7, "and what changed");
	job_fini(&j);
	tick();
	is_int(ask("SELECT sum(count) FROM run"), 3, "all three are told of");
	is_int(add(EVERY UNTIL, NAMES("j"), &j), STORE_LIMIT,
	    "one that is gone does not begin again");
	job_fini(&j);
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

int
main(void)
{
	open_all("t_register");
	for (size_t i = 0; i < NCASES; i++) {
		try(i, false);
		try(i, true);
	}
	printf("# %zu registrations by 2 doors\n", NCASES);
	test_never();
	test_restarts();
	test_pause();
	test_quarantine();
	close_all();
	return tap_done();
}
