#ifndef TESTS_UNIT_STEPS_H
#define TESTS_UNIT_STEPS_H

#include <stdlib.h>

#include "tests/unit/tap.h"
#include "ticker/render/step.h"

/* Runs to begin with, for the tests of ticker/render/step.h. */

#define S INT64_C(1000000)
#define NOW (1000000 * S)
#define LEASE (60 * S)
#define SETTLE (30 * S)

/* A run that is due since NOW - 10 s, with the default policies. */
static inline struct delivery
fresh(void)
{
	return (struct delivery){
		.id = "job-1",
		.service = strdup("srv-a"),
		.command = strdup("x"),
		.retry = { 0, 86400 * S, S, 300 * S },
		.state = RUN_DUE,
		.next_us = NOW - 10 * S,
		.due_us = NOW - 10 * S,
		.decided_us = NOW - 10 * S,
	};
}

/* The same, sent at NOW. */
static inline struct delivery
sent(void)
{
	struct delivery d = fresh();

	step_send(&d, NOW, LEASE);
	return d;
}

/* The same, in doubt since NOW + 5 s. */
static inline struct delivery
doubtful(void)
{
	struct delivery d = sent();

	step_lost(&d, NOW + 5 * S);
	return d;
}

/* The same, created at NOW + 1 s. */
static inline struct delivery
created(void)
{
	struct render_job j = { .id = "job-r",
		.created_us = NOW + S,
		.started_us = RENDER_NO_TIME,
		.finished_us = RENDER_NO_TIME };
	struct delivery d = sent();

	step_found(&d, &j, NOW + S);
	return d;
}

static inline const char *
reason_of(const struct delivery *d)
{
	return d->reason == NULL ? "" : d->reason;
}

#endif
