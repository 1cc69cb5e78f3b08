/*
 * A run until its job is created: every answer, every doubt
 * (ticker/render/step.h).
 */
#include "config.h"

#include "tests/unit/steps.h"

/* A run until it is created, decided: every answer, every doubt. */

static void
check_send(void)
{
	struct delivery d = sent();

	is_int(d.state, RUN_SENDING, "a run is sent");
	is_int(d.attempt, 1, "for the first time");
	is_int(d.sent_us, NOW, "at this instant");
	is_int(d.next_us, NOW + LEASE, "until the lease ends");
	is_str(reason_of(&d), "attempt 1", "so says the ledger");
	delivery_fini(&d);
}

/* Each answer to a create, from a first attempt. */
static void
check_answers(void)
{
	static const struct {
		const char *what;
		enum render_class class;
		int status;
		bool is_sent;
		enum run_state state;
		bool is_open;
		int64_t sent_us, lookups;
	} rows[] = {
		{ "429", RENDER_LATER, 429, true, RUN_DUE, true, 0, 0 },
		{ "503", RENDER_LATER, 503, true, RUN_UNKNOWN, true, NOW,
		    STEP_LOOKUPS - 1 },
		{ "not connected", RENDER_LATER, 0, false, RUN_DUE, true, 0,
		    0 },
		{ "400", RENDER_REFUSED, 400, true, RUN_REFUSED, false, NOW,
		    0 },
		{ "500", RENDER_UNKNOWN, 500, true, RUN_UNKNOWN, true, NOW, 0 },
		{ "time-out", RENDER_UNKNOWN, 0, true, RUN_UNKNOWN, true, NOW,
		    0 },
		{ "201 without a job", RENDER_OK, 201, true, RUN_UNKNOWN, true,
		    NOW, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct render_answer a = { .class = rows[i].class,
			.status = rows[i].status,
			.is_sent = rows[i].is_sent,
			.message = "the words of Render" };
		struct delivery d = sent();

		step_answer(&d, &a, NOW + S, 0);
		is_int(d.state, rows[i].state, "%s: state", rows[i].what);
		is_int(delivery_is_open(&d), rows[i].is_open, "%s: open",
		    rows[i].what);
		is_int(d.sent_us, rows[i].sent_us, "%s: sent", rows[i].what);
		is_int(d.lookups, rows[i].lookups, "%s: looks", rows[i].what);
		ok(rows[i].class == RENDER_OK ||
			strstr(reason_of(&d), "the words of Render") != NULL,
		    "%s: the reason is shown: %s", rows[i].what, reason_of(&d));
		delivery_fini(&d);
	}
}

/* Full jitter: from nothing to base * 2^n, and never above the cap. */
static void
check_backoff(void)
{
	static const struct {
		int64_t attempts;
		uint32_t rand_state;
		int64_t retry_us, wait_us;
	} rows[] = {
		{ 1, 0, 0, 0 },
		{ 1, UINT32_MAX, 0, S },
		{ 2, UINT32_MAX, 0, 2 * S },
		{ 5, UINT32_MAX, 0, 16 * S },
		{ 9, UINT32_MAX, 0, 256 * S },
		{ 10, UINT32_MAX, 0, 300 * S },
		{ 500, UINT32_MAX, 0, 300 * S },
		{ 1, UINT32_MAX, 7 * S, 7 * S },
		{ 10, UINT32_MAX, 7 * S, 300 * S },
		{ 5, 0, 90 * S, 90 * S },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct render_answer a = { .class = RENDER_LATER,
			.status = 429,
			.retry_us = rows[i].retry_us };
		struct delivery d = sent();

		d.attempt = rows[i].attempts;
		step_answer(&d, &a, NOW, rows[i].rand_state);
		is_int(d.next_us - NOW, rows[i].wait_us,
		    "after %lld attempts, told to wait %lld us",
		    (long long)rows[i].attempts, (long long)rows[i].retry_us);
		delivery_fini(&d);
	}
}

/* The retry policy ends it, and so does its owner. */
static void
check_limits(void)
{
	struct render_answer a = { .class = RENDER_LATER,
		.status = 429,
		.message = "HTTP 429" };
	struct delivery d = sent();

	d.retry.max_attempts = 1;
	step_answer(&d, &a, NOW, 0);
	is_int(d.state, RUN_DEAD, "after max_attempts it is dead");
	ok(!delivery_is_open(&d), "and over");
	ok(strstr(reason_of(&d), "HTTP 429") != NULL, "%s", reason_of(&d));
	delivery_fini(&d);

	d = sent();
	d.retry.max_age_us = 9 * S;
	step_answer(&d, &a, NOW, 0);
	is_int(d.state, RUN_DEAD, "after max_age as well");
	delivery_fini(&d);

	d = sent();
	d.cancel_us = NOW;
	step_answer(&d, &a, NOW, 0);
	is_int(d.state, RUN_CANCELED, "canceled while it was sent, not taken");
	delivery_fini(&d);

	d = sent();
	step_unsent(&d, NOW, "no memory");
	ok(d.state == RUN_DUE && d.attempt == 0 && d.sent_us == 0,
	    "what never left is no attempt");
	delivery_fini(&d);
}

static void
check_found(void)
{
	struct render_job j = { .id = "job-r",
		.created_us = NOW + 2,
		.started_us = NOW + 3,
		.finished_us = NOW + 4,
		.status = RENDER_FAILED };
	struct delivery d = created();

	is_int(d.state, RUN_CREATED, "created");
	is_str(d.remote_id, "job-r", "under Render's name");
	is_int(d.created_us, NOW + S, "when Render says");
	ok(delivery_is_open(&d), "to be followed");
	is_str(reason_of(&d), "", "nothing to say");
	delivery_fini(&d);

	d = doubtful();
	step_found(&d, &j, NOW + 9 * S);
	ok(d.state == RUN_FAILED && !delivery_is_open(&d) &&
		d.started_us == NOW + 3 && d.finished_us == NOW + 4,
	    "found when it is over already");
	delivery_fini(&d);
}

/* When it is looked for, and what if it is not there. */
static void
check_looks(void)
{
	struct delivery d = doubtful();
	int64_t doubt = NOW + 5 * S;

	is_int(d.state, RUN_UNKNOWN, "in doubt");
	is_int(d.next_us, doubt + S, "looked for soon");
	step_not_found(&d, doubt + S, doubt + S, SETTLE);
	is_int(d.lookups, 1, "not found once");
	is_int(d.next_us, doubt + SETTLE / 4, "looked for later");
	step_not_found(&d, doubt + 8 * S, doubt + 8 * S, SETTLE);
	is_int(d.next_us, doubt + SETTLE, "and when it must be visible");
	step_not_found(&d, doubt + SETTLE - 1, doubt + SETTLE + 9 * S, SETTLE);
	is_int(d.state, RUN_UNKNOWN,
	    "a look that began before is not the last");
	step_not_found(&d, doubt + SETTLE, doubt + SETTLE + S, SETTLE);
	is_int(d.state, RUN_DUE, "then it is sent again");
	is_int(d.next_us, doubt + SETTLE + S, "at once");
	is_int(d.sent_us, 0, "the first attempt is settled");
	is_int(d.lookups, 0, "without another look");
	step_send(&d, NOW + 50 * S, LEASE);
	is_int(d.attempt, 2, "a second attempt");
	is_int(d.sent_us, NOW + 50 * S, "its own jobs alone are looked for");
	delivery_fini(&d);

	d = doubtful();
	step_lookup_failed(&d, NOW + 9 * S, 0);
	ok(d.lookups == 0 && d.next_us == NOW + 14 * S,
	    "a look that fails does not count");
	step_lookup_failed(&d, NOW + 9 * S, 60 * S);
	is_int(d.next_us, NOW + 69 * S, "and waits as long as it is told");
	delivery_fini(&d);

	/* One tick in five minutes: still several looks. */
	d = doubtful();
	step_not_found(&d, doubt + 300 * S, doubt + 300 * S, SETTLE);
	ok(d.state == RUN_UNKNOWN && d.next_us == doubt + 301 * S,
	    "one late look is not enough");
	delivery_fini(&d);
}

/* The end of a doubt by policy and wish. */
static void
check_settled(void)
{
	static const struct {
		const char *what;
		enum delivery_ambiguous policy;
		int64_t cancel_us, max_attempts;
		enum run_state state;
	} rows[] = {
		{ "retry", DELIVERY_AMBIGUOUS_RETRY, 0, 0, RUN_DUE },
		{ "skip", DELIVERY_AMBIGUOUS_SKIP, 0, 0, RUN_UNKNOWN },
		{ "retry, canceled", DELIVERY_AMBIGUOUS_RETRY, NOW, 0,
		    RUN_CANCELED },
		{ "skip, canceled", DELIVERY_AMBIGUOUS_SKIP, NOW, 0,
		    RUN_CANCELED },
		{ "retry, no attempt left", DELIVERY_AMBIGUOUS_RETRY, 0, 1,
		    RUN_DEAD },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct delivery d = doubtful();

		d.on_ambiguous = rows[i].policy;
		d.cancel_us = rows[i].cancel_us;
		d.retry.max_attempts = rows[i].max_attempts;
		d.lookups = STEP_LOOKUPS - 1;
		step_not_found(&d, NOW + 40 * S, NOW + 40 * S, SETTLE);
		is_int(d.state, rows[i].state, "%s: state", rows[i].what);
		is_int(delivery_is_open(&d), rows[i].state == RUN_DUE,
		    "%s: over or not", rows[i].what);
		delivery_fini(&d);
	}
}

/* A 503 may be that of a gateway, behind which the job was created and is not
 * listed yet: it is sent again no earlier than after any other doubt. */
static void
check_gateway(void)
{
	struct render_answer a = { .class = RENDER_LATER,
		.status = 503,
		.is_sent = true,
		.retry_us = 4 * S };
	struct delivery d = sent();

	d.retry.max_attempts = 1;
	step_answer(&d, &a, NOW + S, 0);
	ok(d.state == RUN_UNKNOWN && d.next_us == NOW + 5 * S,
	    "a 503 is looked for when it says, were it the last attempt");
	d.retry.max_attempts = 0;
	step_not_found(&d, NOW + 5 * S, NOW + 6 * S, SETTLE);
	ok(d.state == RUN_UNKNOWN && d.next_us == NOW + S + SETTLE,
	    "and once more when a new job must be visible");
	step_not_found(&d, NOW + S + SETTLE, NOW + S + SETTLE, SETTLE);
	ok(d.state == RUN_DUE && d.sent_us == 0, "then it is sent again");
	delivery_fini(&d);

	d = sent();
	a.retry_us = SETTLE;
	step_answer(&d, &a, NOW + S, 0);
	step_not_found(&d, d.next_us, d.next_us, SETTLE);
	is_int(d.state, RUN_DUE, "one look will do if that is late enough");
	delivery_fini(&d);
}

static void
check_match(void)
{
	struct render_job j = { .command = (char *)"x" };
	struct delivery d = sent();

	j.created_us = NOW;
	ok(step_is_match(&d, "x", &j), "the same command");
	ok(!step_is_match(&d, "x ", &j), "to the letter");
	j.created_us = NOW - STEP_SKEW_US;
	ok(step_is_match(&d, "x", &j), "clocks may differ");
	j.created_us--;
	ok(!step_is_match(&d, "x", &j), "not by more");
	j.command = NULL;
	ok(!step_is_match(&d, "x", &j), "nor without a command");
	delivery_fini(&d);
}

int
main(void)
{
	check_send();
	check_answers();
	check_backoff();
	check_limits();
	check_found();
	check_looks();
	check_settled();
	check_gateway();
	check_match();
	return tap_done();
}
