/*
 * What a look at a run finds, as a table: overdue from the instant on by which
 * it was expected, overlong from a microsecond after its limit on, each once.
 */
#include "config.h"

#include "lib/record/policy.h"
#include "tests/unit/tap.h"

#define NONE POLICY_NEVER
#define LATE POLICY_OVERDUE
#define LONG POLICY_OVERLONG

static const struct {
	const char *what;
	struct policy p;
	int64_t now_us;
	unsigned found;
	int64_t next_us;
} rows[] = {
	{ "nothing is asked", { .expected_us = NONE }, 100, 0, NONE },
	{ "before it is expected", { .expected_us = 100 }, 99, 0, 100 },
	{ "no worker by then", { .expected_us = 100 }, 100, LATE, NONE },
	{ "found before", { .expected_us = 100, .overdue_us = 100 }, 200, 0,
	    NONE },
	{ "it waits", { .expected_us = 100, .outcome = OUTCOME_QUEUED }, 100,
	    LATE, NONE },
	{ "it runs, and may for long",
	    { .expected_us = 100, .outcome = OUTCOME_RUNNING, .started_us = 1 },
	    100, LATE, NONE },
	{ "it failed, and may be repeated",
	    { .expected_us = 100, .outcome = OUTCOME_FAILED }, 50, 0, 100 },
	{ "it is dead", { .expected_us = 100, .outcome = OUTCOME_DEAD }, 100,
	    LATE, NONE },
	{ "it succeeded in time",
	    { .expected_us = 100,
		.outcome = OUTCOME_SUCCEEDED,
		.started_us = 90,
		.finished_us = 100 },
	    150, 0, NONE },
	{ "it succeeded later, before the look",
	    { .expected_us = 100,
		.outcome = OUTCOME_SUCCEEDED,
		.started_us = 90,
		.finished_us = 101 },
	    150, LATE, NONE },
	{ "succeeded before it is expected",
	    { .expected_us = 100,
		.outcome = OUTCOME_SUCCEEDED,
		.started_us = 1,
		.finished_us = 2 },
	    50, 0, NONE },
	{ "canceled by its owner",
	    { .expected_us = 100, .outcome = OUTCOME_CANCELED }, 150, 0, NONE },
	{ "canceled before it was handed over",
	    { .expected_us = 100, .state = RUN_CANCELED }, 150, 0, NONE },
	{ "runs for as long as it may",
	    { .expected_us = NONE,
		.max_runtime_us = 10,
		.started_us = 50,
		.outcome = OUTCOME_RUNNING },
	    60, 0, 61 },
	{ "runs for longer",
	    { .expected_us = NONE,
		.max_runtime_us = 10,
		.started_us = 50,
		.outcome = OUTCOME_RUNNING },
	    61, LONG, NONE },
	{ "runs for longer, and has to be looked at again",
	    { .expected_us = 99,
		.max_runtime_us = 10,
		.started_us = 50,
		.outcome = OUTCOME_RUNNING },
	    61, LONG, 99 },
	{ "the limit is before the end",
	    { .expected_us = 99,
		.max_runtime_us = 10,
		.started_us = 50,
		.outcome = OUTCOME_RUNNING },
	    55, 0, 61 },
	{ "ended in time",
	    { .expected_us = NONE,
		.max_runtime_us = 10,
		.started_us = 50,
		.finished_us = 60,
		.outcome = OUTCOME_SUCCEEDED },
	    99, 0, NONE },
	{ "ended too late, before the look",
	    { .expected_us = NONE,
		.max_runtime_us = 10,
		.started_us = 50,
		.finished_us = 61,
		.outcome = OUTCOME_SUCCEEDED },
	    99, LONG, NONE },
	{ "an earlier attempt was too long",
	    { .expected_us = NONE,
		.max_runtime_us = 10,
		.longest_us = 11,
		.started_us = 90,
		.outcome = OUTCOME_RUNNING },
	    91, LONG, NONE },
	{ "told of before",
	    { .expected_us = NONE,
		.max_runtime_us = 10,
		.longest_us = 11,
		.overlong_us = 80,
		.started_us = 90,
		.outcome = OUTCOME_RUNNING },
	    200, 0, NONE },
	{ "too late and too long",
	    { .expected_us = 60,
		.max_runtime_us = 10,
		.started_us = 50,
		.outcome = OUTCOME_RUNNING },
	    70, LATE | LONG, NONE },
	{ "waits for its next attempt",
	    { .expected_us = NONE,
		.max_runtime_us = 10,
		.longest_us = 5,
		.started_us = 50,
		.finished_us = 55,
		.outcome = OUTCOME_QUEUED },
	    99, 0, NONE },
};

int
main(void)
{
	int64_t next_us;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		is_int(policy_look(&rows[i].p, rows[i].now_us, &next_us),
		    rows[i].found, "%s: found", rows[i].what);
		is_int(next_us, rows[i].next_us, "%s: next", rows[i].what);
	}
	return tap_done();
}
