/*
 * Jobs that fire once, added again: queue, id and time identify one run, in any
 * state, and also after it was pruned.
 */
#include "tests/unit/registering.h"

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

/* A worker takes all messages there are, with success. */
static void
consume(void)
{
	const struct sched_lease want = { .queue = "q",
		.max = 100,
		.lease_us = MINUTE };
	struct message_list l = { NULL, 0, 0 };
	size_t done;

	(void)sched_lease(&r.s, &want, &l);
	for (size_t i = 0; i < l.n; i++)
		(void)sched_ack(&r.s,
		    &(struct sched_leases){ "q",
			(const char *[]){ l.v[i].lease }, 1 },
		    &(struct sched_work){ 0 }, &done);
	message_list_fini(&l);
}

/* What a tick's retention does, keeping rows of the ledger. */
static void
prune(int64_t rows)
{
	const struct store_prune p = { INT64_MAX, rows, 0, 100, RIG_S,
		&clock_test };
	bool is_more = true;
	static int called;
	char task[20];
	int64_t n = 0;

	(void)snprintf(task, sizeof(task), "x%d", ++called);
	/* The newest row of all is never taken. */
	(void)sched_publish(&r.s,
	    &(const struct sched_publish){ .queue = "p", .task_id = task },
	    (char[RUN_ID_LEN + 1]){ 0 });
	for (int i = 0; i < 9 && is_more; i++) {
		(void)store_begin(store());
		(void)store_prune_step(store(), &p, &n, &is_more);
		(void)store_commit(store());
	}
}

/* Retention takes the run and the name: the guard stays. */
static void
test_once_pruned(void)
{
	clear();
	now = T0;
	is_str(once("2030-01-01 00:11", ""), "added", "first");
	now += 2 * MINUTE;
	tick();
	prune(0);
	is_int(ask("SELECT count(*) FROM run WHERE job IS NOT NULL"), 1,
	    "the run stays while its message waits");
	consume();
	prune(0);
	is_int(ask("SELECT count(*) FROM run WHERE job IS NOT NULL"), 0,
	    "then it goes");
	is_int(ask("SELECT count(*) FROM job_gone"), 0, "the name, too");
	is_str(once("2030-01-01 00:11", ""), "ran",
	    "but it does not run again");
	is_str(once("2030-01-01 00:12", ""), "added", "another instant does");
	tick();
	is_int(ask("SELECT count(*) FROM message WHERE queue = 'q'"), 1, "so");
}

/* For a year, and as long as it is asked for each year. */
static void
test_once_forgotten(void)
{
	const int64_t day = 1440 * MINUTE;

	rig_meddle(r.conf->store, "DELETE FROM once; DELETE FROM prune");
	clear();
	now = T0;
	(void)once("2030-01-01 00:11", "");
	now += 2 * MINUTE;
	tick();
	consume();
	prune(0);
	for (int i = 0; i < 4; i++) {
		now += 365 * day;
		prune(0);
		is_str(once("2030-01-01 00:11", ""), "ran", "year %d", i + 1);
	}
	now += 364 * day;
	prune(0);
	is_int(ask("SELECT count(*) FROM once"), 1, "remembered");
	now += 3 * day;
	prune(0);
	is_int(ask("SELECT count(*) FROM once"), 0, "not asked for in a year");
	is_str(once("2030-01-01 00:11", ""), "added", "and forgotten");
}

/* Not of more than the ledger keeps: the oldest are forgotten. */
static void
test_once_many(void)
{
	char date[40];

	rig_meddle(r.conf->store, "DELETE FROM once; DELETE FROM prune");
	clear();
	now = T0;
	for (int i = 0; i < 30; i++) {
		(void)snprintf(date, sizeof(date), "2030-01-01 00:%02d",
		    11 + i);
		(void)once(date, "");
		now = T0 + (2 + i) * MINUTE;
		tick();
		consume();
		prune(0);
	}
	is_int(ask("SELECT count(*) FROM once"), 30, "all are remembered");
	is_int(ask("SELECT at FROM prune WHERE name = 'once'"), 30, "counted");
	prune(20);
	is_int(ask("SELECT count(*) FROM once"), 20, "no more than rows");
	is_int(ask("SELECT at FROM prune WHERE name = 'once'"), 20, "counted");
	is_str(once("2030-01-01 00:40", ""), "ran", "the newest");
	is_str(once("2030-01-01 00:11", ""), "added", "not the oldest");
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

/* A process that has not opened the memory store yet, as each CGI request. */
static void
forget_memory(void)
{
	store_close(r.s.stores[JOB_MEMORY]);
	r.s.stores[JOB_MEMORY] = NULL;
}

static int64_t
messages(void)
{
	return ask("SELECT count(*) FROM message") +
	    rig_ask(r.conf->memory_store, "SELECT count(*) FROM message");
}

static void
clear_memory(void)
{
	clear();
	now = T0;
	rig_meddle(r.conf->memory_store,
	    "DELETE FROM run; DELETE FROM job_gone; DELETE FROM message;"
	    "DELETE FROM history; DELETE FROM once");
}

/* One run over both stores, whichever had it first. */
static void
test_once_both(void)
{
	static const char *const kinds[] = { ",\"job_store_kind\":\"memory\"",
		",\"job_store_kind\":\"sqlite\"" };
	static const char at[] = "2030-01-01 00:11";
	static const char grace[] = ",\"misfire_grace_time\":30";
	char first[80];
	struct job j;

	is_str(once("2031-01-01", kinds[0]), "added", "a memory store");
	for (int i = 0; i < 2; i++) {
		const char *a = kinds[i], *b = kinds[1 - i];

		clear_memory();
		is_str(once(at, a), "added", "first%s", a);
		now += 2 * MINUTE;
		tick_all();
		forget_memory();
		is_str(once(at, b), "sent", "ran as the other kind");
		forget_memory();
		is_str(once(at, a), "sent", "as its own");
		tick_all();
		is_int(messages(), 1, "sent once");
		is_str(once("2030-01-01 00:20", b), "added", "a new instant");
		forget_memory();
		if (i == 0) {
			is_int(patch("\"run_date\":\"2030-01-01 00:11\"", &j),
			    STORE_CONFLICT, "a patch to the old one");
			job_fini(&j);
		}
		clear_memory();
		(void)snprintf(first, sizeof(first), "%s%s", a, grace);
		is_str(once(at, first), "added", "with a grace%s", a);
		now += 5 * MINUTE;
		tick_all();
		is_str(once(at, b), "added", "missed, it may run still");
		tick_all();
		is_int(messages(), 1, "once");
		clear_memory();
		is_str(once(at, a), "added", "in one%s", a);
		is_str(once(at, b), "added", "and in the other");
		now += 2 * MINUTE;
		tick_all();
		is_int(messages(), 1, "of two that wait one runs");
		is_int(ask("SELECT count(*) FROM run") +
			rig_ask(r.conf->memory_store,
			    "SELECT count(*) FROM run WHERE state ="
			    " 'coalesced' AND reason LIKE '%other kind%'"),
		    2, "the other says so");
	}
}

int
main(void)
{
	open_all("t_once");
	test_once();
	test_once_missed();
	test_once_paused();
	test_once_patched();
	test_once_pruned();
	test_once_forgotten();
	test_once_many();
	test_once_both();
	close_all();
	return tap_done();
}
