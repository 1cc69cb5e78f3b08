/*
 * What jobs ask of the work of their runs, as a record, and what a look at a
 * run finds.  Pure.  Tested in t_policy.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/record/policy.h"
#include "lib/base/ban.h"

void
policy_fini(struct policy *p)
{
	free(p->queue);
	memset(p, 0, sizeof(*p));
}

/* The end of its last attempt, or of none, is the end of the run. */
static bool
is_settled(const struct policy *p)
{
	return p->outcome == OUTCOME_SUCCEEDED ||
	    p->outcome == OUTCOME_CANCELED || p->state == RUN_CANCELED;
}

static bool
is_overdue(const struct policy *p, int64_t now_us)
{
	if (p->overdue_us != 0 || p->expected_us > now_us)
		return false;
	return !is_settled(p) ||
	    (p->outcome == OUTCOME_SUCCEEDED &&
		p->finished_us > p->expected_us);
}

/* An attempt that was not under way has lasted no time. */
static int64_t
lasted_us(const struct policy *p, int64_t now_us)
{
	if (p->started_us == 0)
		return 0;
	if (p->outcome == OUTCOME_RUNNING)
		return now_us - p->started_us;
	return p->finished_us == 0 ? 0 : p->finished_us - p->started_us;
}

static bool
is_overlong(const struct policy *p, int64_t now_us)
{
	if (p->overlong_us != 0 || p->max_runtime_us == 0)
		return false;
	return p->longest_us > p->max_runtime_us ||
	    lasted_us(p, now_us) > p->max_runtime_us;
}

unsigned
policy_look(const struct policy *p, int64_t now_us, int64_t *next_us)
{
	unsigned found = (is_overdue(p, now_us) ? POLICY_OVERDUE : 0U) |
	    (is_overlong(p, now_us) ? POLICY_OVERLONG : 0U);
	int64_t end_us = POLICY_NEVER;

	if (p->outcome == OUTCOME_RUNNING && p->max_runtime_us != 0 &&
	    p->overlong_us == 0 && (found & POLICY_OVERLONG) == 0)
		end_us = p->started_us + p->max_runtime_us + 1;
	*next_us =
	    is_settled(p) || p->expected_us <= now_us || p->overdue_us != 0 ?
	    POLICY_NEVER :
	    p->expected_us;
	if (end_us < *next_us)
		*next_us = end_us;
	return found;
}
