/*
 * Answers that are about another's job, on every way on which a run learns
 * its job or how that stands: it is not taken, and nothing is sent again.
 */
#include "config.h"

#include "tests/unit/scene.h"

/* A run that has a job; another whose create is answered with a name. */
static const struct {
	const char *what;
	enum fake_fault first, second;
	const char *command; /* of the second; the first has "a" */
	enum delivery_marker marker;
	enum delivery_ambiguous policy;
	enum run_state first_state; /* after an hour */
	int jobs;
	const char *reason; /* of the second, which ends unknown */
} rows[] = {
	{ "not launched, named the other's", FAKE_OK, FAKE_OTHER, "b",
	    DELIVERY_MARKER_NONE, DELIVERY_AMBIGUOUS_RETRY, RUN_SUCCEEDED, 1,
	    "which is the job of run " },
	{ "launched, named the other's", FAKE_OK, FAKE_OTHER_TAKEN, "b",
	    DELIVERY_MARKER_NONE, DELIVERY_AMBIGUOUS_RETRY, RUN_SUCCEEDED, 2,
	    "which is the job of run " },
	{ "of the same command", FAKE_OK, FAKE_OTHER, "a", DELIVERY_MARKER_NONE,
	    DELIVERY_AMBIGUOUS_RETRY, RUN_SUCCEEDED, 1,
	    "which is the job of run " },
	{ "with marks", FAKE_OK, FAKE_OTHER, "a", DELIVERY_MARKER_COMMENT,
	    DELIVERY_AMBIGUOUS_RETRY, RUN_SUCCEEDED, 1,
	    "which is the job of run " },
	{ "under skip", FAKE_OK, FAKE_OTHER_TAKEN, "b", DELIVERY_MARKER_NONE,
	    DELIVERY_AMBIGUOUS_SKIP, RUN_SUCCEEDED, 2,
	    "which is the job of run " },
	{ "while the other is in doubt", FAKE_CUT_TAKEN, FAKE_OTHER, "b",
	    DELIVERY_MARKER_NONE, DELIVERY_AMBIGUOUS_RETRY, RUN_SUCCEEDED, 1,
	    "which has another command or service" },
	{ "while the other's answer is awaited", FAKE_LOST_TAKEN, FAKE_OTHER,
	    "b", DELIVERY_MARKER_ENV, DELIVERY_AMBIGUOUS_RETRY, RUN_SUCCEEDED,
	    1, "which has another command or service" },
};

/* One step of the ticker works; it is no error of ours. */
static void
pump_well(void)
{
	is_int(deliver_pump(sc.d[0], sc.w->now_us), STORE_OK,
	    "the tick goes on");
}

static void
check_create(void)
{
	struct delivery a = { .service = (char *)"srv-a",
		.command = (char *)"a" };
	struct delivery b = { .service = (char *)"srv-a" };
	const char *first, *second;
	struct delivery d;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		scene_start(rows[i].what);
		script(rows[i].first);
		script(rows[i].second);
		a.marker = b.marker = rows[i].marker;
		b.command = (char *)rows[i].command;
		b.on_ambiguous = rows[i].policy;
		first = add(&a);
		(void)deliver_pump(sc.d[0], sc.w->now_us);
		sc.w->now_us += S / 2;
		pump_well();
		second = add(&b);
		for (int k = 0; k < 4; k++) {
			sc.w->now_us += S / 4;
			pump_well();
		}
		pass(3600);
		is_state(first, rows[i].first_state, "the other");
		is_state(second, RUN_UNKNOWN, rows[i].what);
		says(second, rows[i].reason);
		says(second, "not sent again");
		d = get(second);
		ok(!delivery_is_open(&d) && d.remote_id == NULL &&
			d.attempt == 1,
		    "for good, after one attempt");
		delivery_fini(&d);
		is_int((long long)sc.w->njobs, rows[i].jobs, "jobs");
		is_int(sc.w->asked[RENDER_CREATE], 2, "two were sent in all");
		scene_end();
	}
	printf("# %zu ways in which a create names another's job\n",
	    sizeof(rows) / sizeof(rows[0]));
}

/* A look that finds its command under an id that another run has. */
static void
check_look(void)
{
	const char *first, *second;

	scene_start("a list names another's job");
	script(FAKE_OK);
	script(FAKE_CUT);
	first = add_command("srv-a", "a");
	pass(1);
	second = add_command("srv-a", "b");
	pass(1);
	(void)snprintf(sc.w->jobs[0].command, FAKE_TEXT, "b");
	pass(3600);
	is_state(first, RUN_SUCCEEDED, "the other keeps its job");
	is_state(second, RUN_UNKNOWN, "it is not taken twice");
	says(second, "which is the job of run ");
	is_int(sc.w->asked[RENDER_CREATE], 2, "nor sent again");
	scene_end();

	scene_start("a job of the same command that another has is no doubt");
	script(FAKE_OK);
	script(FAKE_CUT);
	first = add_command("srv-a", "a");
	pass(1);
	second = add_command("srv-a", "a");
	pass(3600);
	is_state(first, RUN_SUCCEEDED, "the other");
	is_state(second, RUN_SUCCEEDED, "it was not launched, so it is now");
	is_int((long long)sc.w->njobs, 2, "a job each");
	scene_end();
}

/* Alone looked at, or canceled: the answer is about the next job. */
static void
check_alone(void)
{
	const char *first, *second;

	scene_start("a look at one job shows another");
	sc.w->runs_us = 5000 * S;
	first = add_command("srv-a", "a");
	second = add_command("srv-a", "b");
	pass(30);
	sc.w->jobs[1].ends_us = sc.w->now_us + S;
	sc.w->has_other = true;
	sc.w->fail_lists = INT32_MAX;
	pass(1500);
	ok(sc.w->asked[RENDER_GET] > 0, "looked at alone");
	is_state(first, RUN_RUNNING, "what still runs has not ended");
	cancel(first);
	pass(10);
	is_state(first, RUN_RUNNING, "an answer about another ends nothing");
	sc.w->has_other = false;
	pass(300);
	is_state(first, RUN_CANCELED, "its own does");
	is_state(second, RUN_SUCCEEDED, "the other has ended by its own");
	scene_end();
}

int
main(void)
{
	log_open(LOG_TARGET_STDERR, LOG_LEVEL_ERR, "t_deliver_own");
	check_create();
	check_look();
	check_alone();
	return tap_done();
}
