/* A run from the creation of its job to its end (ticker/render/step.h). */
#include "config.h"

#include "tests/unit/steps.h"

/* A run from its creation to its end, decided. */

const char *
render_status_name(enum render_status s)
{
	static const char *const names[] = { "open", "pending", "running",
		"succeeded", "failed", "canceled" };

	return names[s];
}

/* What a list or an answer says of a job that is there. */
static void
check_job(void)
{
	static const struct {
		enum render_status status;
		enum run_state from_created, from_running;
	} rows[] = {
		{ RENDER_OPEN, RUN_CREATED, RUN_RUNNING },
		{ RENDER_PENDING, RUN_CREATED, RUN_RUNNING },
		{ RENDER_RUNNING, RUN_RUNNING, RUN_RUNNING },
		{ RENDER_SUCCEEDED, RUN_SUCCEEDED, RUN_SUCCEEDED },
		{ RENDER_FAILED, RUN_FAILED, RUN_FAILED },
		{ RENDER_CANCELED, RUN_CANCELED, RUN_CANCELED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct render_job j = { .status = rows[i].status,
			.created_us = NOW,
			.started_us = NOW + 1,
			.finished_us = RENDER_NO_TIME };
		struct delivery d = created();

		is_int(step_job(&d, &j, NOW),
		    rows[i].from_created != d.state ||
			rows[i].from_created != RUN_CREATED,
		    "%s: news of a created one?",
		    run_state_name(rows[i].from_created));
		is_int(d.state, rows[i].from_created, "created to %s",
		    run_state_name(rows[i].from_created));
		is_int(delivery_is_open(&d), !run_state_is_final(d.state),
		    "over if final");
		ok(!step_job(&d, &j, NOW), "nothing new the second time");
		delivery_fini(&d);

		d = created();
		d.state = RUN_RUNNING;
		(void)step_job(&d, &j, NOW);
		is_int(d.state, rows[i].from_running, "running to %s",
		    run_state_name(rows[i].from_running));
		delivery_fini(&d);
	}
}

/* Events, and what a run becomes by each. */
static const struct {
	enum render_status status;
	struct render_reason reason;
	enum run_state state;
	const char *words;
} ends[] = {
	{ RENDER_SUCCEEDED, { .exit_code = 0 }, RUN_SUCCEEDED, "" },
	{ RENDER_CANCELED, { .exit_code = 0 }, RUN_CANCELED, "" },
	{ RENDER_FAILED, { .has_exit_code = true, .exit_code = 3 }, RUN_FAILED,
	    "nonZeroExit: exit code 3" },
	{ RENDER_FAILED,
	    { .is_oom = true, .has_exit_code = true, .exit_code = 137 },
	    RUN_FAILED, "oomKilled: out of memory" },
	{ RENDER_FAILED, { .is_evicted = true }, RUN_FAILED, "evicted" },
	{ RENDER_FAILED, { .timed_out_s = 60 }, RUN_FAILED,
	    "timed out after 60 s" },
	{ RENDER_FAILED, { .exit_code = 0 }, RUN_FAILED, "failed at Render" },
	{ RENDER_FAILED, { .is_oom = true, .why = "memory limit: 1Gi" },
	    RUN_FAILED, "oomKilled: out of memory: memory limit: 1Gi" },
	{ RENDER_FAILED, { .is_early = true }, RUN_FAILED,
	    "earlyExit: early exit" },
	{ RENDER_FAILED,
	    { .is_early = true, .has_exit_code = true, .exit_code = 2 },
	    RUN_FAILED, "earlyExit: early exit, exit code 2" },
	{ RENDER_FAILED, { .is_unhealthy = true, .why = "port 80 is closed" },
	    RUN_FAILED,
	    "unhealthy: it failed its health check: port 80 is "
	    "closed" },
	{ RENDER_FAILED, { .is_evicted = true, .why = "disk full" }, RUN_FAILED,
	    "evicted: disk full" },
	{ RENDER_FAILED,
	    { .timed_out_s = 60, .is_timed_out = true, .why = "start" },
	    RUN_FAILED, "timed out after 60 s: start" },
	{ RENDER_FAILED, { .is_timed_out = true }, RUN_FAILED, "timed out" },
	{ RENDER_FAILED,
	    { .is_evicted = true, .is_early = true, .why = "preempted" },
	    RUN_FAILED, "evicted, earlyExit: preempted" },
	{ RENDER_FAILED, { .is_oom = true, .is_evicted = true }, RUN_FAILED,
	    "oomKilled: out of memory, evicted" },
	{ RENDER_FAILED, { .why = "newWord: 1" }, RUN_FAILED,
	    "failed at Render: newWord: 1" },
};

static void
check_event(void)
{
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		struct render_event e = { .at_us = NOW + 7,
			.status = ends[i].status,
			.reason = ends[i].reason };
		struct delivery d = created();

		ok(step_event(&d, &e), "%s ends it",
		    render_status_name(e.status));
		is_int(d.state, ends[i].state, "as it says");
		is_str(reason_of(&d), ends[i].words, "with its reason");
		is_int(d.finished_us, NOW + 7, "at that instant");
		ok(!delivery_is_open(&d), "it is over");
		ok(!step_event(&d, &e), "told again, nothing new");
		delivery_fini(&d);
	}
}

/* The list may know of an end before there is an event. */
static void
check_late_event(void)
{
	struct render_job j = { .status = RENDER_FAILED,
		.created_us = NOW,
		.started_us = NOW,
		.finished_us = NOW };
	struct render_event e = { .status = RENDER_FAILED,
		.reason = { .is_oom = true } };
	struct delivery d = created();

	ok(step_listed(&d, &j, NOW), "the list says it failed");
	ok(d.state == RUN_CREATED && d.next_us == NOW + 30 * S,
	    "that is not all: the event is awaited");
	ok(!step_listed(&d, &j, NOW + 1), "not for longer each time");
	ok(step_job(&d, &j, NOW), "but no event comes");
	is_str(reason_of(&d), "failed at Render", "so nobody knows why");
	ok(step_event(&d, &e), "until it does");
	is_str(reason_of(&d), "oomKilled: out of memory", "so it is known");
	e.status = RENDER_PENDING;
	delivery_fini(&d);
	d = created();
	ok(!step_event(&d, &e), "an event without an end ends nothing");
	delivery_fini(&d);
}

static void
check_long(void)
{
	struct delivery d = created();
	int64_t day = 86400 * S;

	ok(!step_is_overdue(&d, NOW + 30 * day), "30 days are allowed");
	ok(step_is_overdue(&d, NOW + 31 * day), "31 are too many");
	step_gone(&d, "no end was seen");
	ok(d.state == RUN_UNKNOWN && !delivery_is_open(&d), "unknown for good");
	is_int(step_check_us(&d, NOW) - NOW, 600 * S, "looked at alone, first");
	is_int(step_check_us(&d, NOW + 10 * day) - NOW - 10 * day, 21600 * S,
	    "and ever more seldom");
	ok(step_poll_us(0) == 5 * S && step_poll_us(60 * S) == 15 * S &&
		step_poll_us(day) == 25 * S,
	    "places are looked at at growing intervals");
	delivery_fini(&d);
}

int
main(void)
{
	check_job();
	check_event();
	check_late_event();
	check_long();
	return tap_done();
}
