/*
 * Which due slots run, and which are missed, dropped or coalesced.  The slots
 * of a job begin with its cursor, which counts as a slot even if the trigger
 * has none there: what was undecided stays undecided when zone data change.
 * Tested in t_due.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/trigger/due.h"
#include "lib/trigger/count.h"
#include "lib/base/ban.h"

/* The arguments of a decision. */
struct sorter {
	const struct trigger *t;
	const struct due_policy *p;
	int64_t now_us;
};

int64_t
due_at(const struct trigger *t, const struct due_policy *p, int64_t slot_us)
{
	if (slot_us == TRIGGER_NONE || trigger_jitter_us(t) == 0)
		return slot_us;
	return slot_us + trigger_delay_us(t, p->jitter_seed, slot_us);
}

void
due_count(const struct trigger *t, int64_t cursor_us, int64_t until_us,
    struct due_range *out)
{
	memset(out, 0, sizeof(*out));
	if (cursor_us == TRIGGER_NONE || cursor_us > until_us)
		return;
	*out = (struct due_range){ cursor_us, cursor_us, 1 };
	if (trigger_next(t, cursor_us) > until_us)
		return;
	out->last_us = trigger_last(t, cursor_us + 1, until_us);
	out->count += trigger_count(t, cursor_us + 1, until_us);
}

/*
 * Count the slots from the cursor on that run, jitter included, at or before
 * at_us.  A slot's jitter ends before the next slot, so only the last of the
 * slots at or before at_us can run later.
 */
static void
count_run_by(const struct sorter *s, int64_t cursor_us, int64_t at_us,
    struct due_range *out)
{
	due_count(s->t, cursor_us, at_us, out);
	if (out->count > 0 && due_at(s->t, s->p, out->last_us) > at_us)
		due_count(s->t, cursor_us, out->last_us - 1, out);
}

/* Take the last `keep` slots of r as those that fire; 0, or -1. */
static int
plan_fire(struct due_plan *plan, const struct trigger *t, struct due_range *r,
    int64_t keep)
{
	int64_t first_us = r->first_us, n = r->count < keep ? r->count : keep;

	if (n == 1)
		first_us = r->last_us;
	else if (n < r->count)
		first_us = trigger_nth(t, r->first_us + 1, r->last_us,
		    r->count - n - 1);
	plan->fires = calloc((size_t)n + 1, sizeof(plan->fires[0]));
	if (plan->fires == NULL)
		return -1;
	for (int64_t slot_us = first_us; (int64_t)plan->nfires < n;
	     slot_us = trigger_next(t, slot_us))
		plan->fires[plan->nfires++] = slot_us;
	due_count(t, r->first_us, first_us - 1, r);
	return 0;
}

/*
 * The last slot decides for a coalescing job: if even that one is too late,
 * all were missed (APScheduler keeps the last run time and checks its
 * lateness).
 */
static int
plan_coalesced(const struct sorter *s, const struct due_range *due,
    struct due_plan *plan)
{
	int64_t grace_us = s->p->misfire_grace_us;

	if (due->count > 0 && grace_us >= 0 &&
	    s->now_us - due_at(s->t, s->p, due->last_us) > grace_us) {
		plan->missed = *due;
		return 0;
	}
	plan->coalesced = *due;
	return plan_fire(plan, s->t, &plan->coalesced, 1);
}

/* Each slot on its own: too late, beyond max_catchup, or it fires. */
static int
plan_each(const struct sorter *s, const struct due_range *due,
    struct due_plan *plan)
{
	int64_t first_us = due->first_us, keep = s->p->max_catchup;

	if (s->p->misfire_grace_us >= 0)
		count_run_by(s, first_us,
		    s->now_us - s->p->misfire_grace_us - 1, &plan->missed);
	if (plan->missed.count > 0)
		first_us = trigger_next(s->t, plan->missed.last_us);
	if (due->count > plan->missed.count)
		due_count(s->t, first_us, due->last_us, &plan->dropped);
	/* A damaged row can hold any value: run at least one slot. */
	keep = keep < 1 ? 1 : keep > DUE_CATCHUP_MAX ? DUE_CATCHUP_MAX : keep;
	return plan_fire(plan, s->t, &plan->dropped, keep);
}

int
due_plan(const struct trigger *t, const struct due_policy *p, int64_t cursor_us,
    int64_t now_us, struct due_plan *out)
{
	const struct sorter s = { t, p, now_us };
	struct due_range due;

	memset(out, 0, sizeof(*out));
	count_run_by(&s, cursor_us, now_us, &due);
	out->cursor_us =
	    due.count == 0 ? cursor_us : trigger_next(t, due.last_us);
	out->next_run_us = due_at(t, p, out->cursor_us);
	if (due.count == 0)
		return 0;
	return p->coalesce ? plan_coalesced(&s, &due, out) :
			     plan_each(&s, &due, out);
}

void
due_plan_fini(struct due_plan *plan)
{
	free(plan->fires);
	plan->fires = NULL;
	plan->nfires = 0;
}
