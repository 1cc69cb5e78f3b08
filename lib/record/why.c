/*
 * Why a job ran or did not run at a time, decided from facts that the caller
 * reads (lib/sched/why.c); the sentences are lib/sched/why_words.c's.
 */
#include "lib/record/why.h"

#include "lib/trigger/due.h"
#include "lib/record/job.h"
#include "lib/record/run.h"
#include "lib/trigger/trigger.h"
#include "lib/base/ban.h"

/* How far back why_slot_before searches; all cron dates repeat in 400 years. */
#define BACK_MAX_US (INT64_C(400) * 366 * 86400 * 1000000)

_Static_assert(WHY_NONE == TRIGGER_NONE, "one value for never");

static const char *const names[WHY__MAX] = {
	[WHY_RAN] = "ran",
	[WHY_MISSED] = "missed",
	[WHY_COALESCED] = "coalesced",
	[WHY_WAS_PAUSED] = "was_paused",
	[WHY_OVERLAP] = "overlap",
	[WHY_LAUNCH] = "launch",
	[WHY_WILL_FIRE] = "will_fire",
	[WHY_DUE] = "due",
	[WHY_JOB_PAUSED] = "job_paused",
	[WHY_QUEUE_PAUSED] = "queue_paused",
	[WHY_QUARANTINED] = "quarantined",
	[WHY_NO_SLOT] = "no_slot",
	[WHY_EXHAUSTED] = "exhausted",
	[WHY_BEFORE_JOB] = "before_job",
	[WHY_CHANGED] = "changed",
	[WHY_PRUNED] = "pruned",
	[WHY_UNEXPLAINED] = "unexplained",
	[WHY_GONE] = "gone",
};

static const enum why_answer answer_of_state[RUN_STATE__MAX] = {
	[RUN_SENT] = WHY_RAN,
	[RUN_MISSED] = WHY_MISSED,
	[RUN_COALESCED] = WHY_COALESCED,
	[RUN_PAUSED] = WHY_WAS_PAUSED,
	[RUN_OVERLAP] = WHY_OVERLAP,
	[RUN_DUE] = WHY_LAUNCH,
	[RUN_SENDING] = WHY_LAUNCH,
	[RUN_UNKNOWN] = WHY_LAUNCH,
	[RUN_CREATED] = WHY_LAUNCH,
	[RUN_RUNNING] = WHY_LAUNCH,
	[RUN_SUCCEEDED] = WHY_LAUNCH,
	[RUN_FAILED] = WHY_LAUNCH,
	[RUN_CANCELED] = WHY_LAUNCH,
	[RUN_REFUSED] = WHY_LAUNCH,
	[RUN_DEAD] = WHY_LAUNCH,
};

const char *
why_name(enum why_answer a)
{
	return names[a];
}

/*
 * A trigger only searches forward.  So double the distance back until it
 * contains a slot, then halve the interval that contains the last one.
 */
int64_t
why_slot_before(const struct trigger *t, int64_t at_us)
{
	int64_t back = 1, lo, hi = at_us - 1, mid;

	while (back < BACK_MAX_US && trigger_next(t, at_us - back) >= at_us)
		back *= 2;
	lo = at_us - back;
	if (trigger_next(t, lo) >= at_us)
		return WHY_NONE;
	while (hi - lo > 1) {
		mid = lo + (hi - lo) / 2;
		if (trigger_next(t, mid) < at_us)
			lo = mid;
		else
			hi = mid;
	}
	return trigger_next(t, lo);
}

/* A slot at or after the cursor has not been decided. */
static enum why_answer
decide_open(const struct why_in *in, struct why_out *out)
{
	const struct due_policy p = { .jitter_seed = job_seed(in->job) };

	out->fire_us = due_at(in->trigger, &p, out->slot_us);
	if (in->job->state == JOB_QUARANTINED)
		return WHY_QUARANTINED;
	if (in->job->state == JOB_PAUSED)
		return WHY_JOB_PAUSED;
	if (in->is_queue_paused)
		return WHY_QUEUE_PAUSED;
	return out->fire_us > in->now_us ? WHY_WILL_FIRE : WHY_DUE;
}

/* A slot before the cursor without a row. */
static enum why_answer
decide_past(const struct why_in *in, const struct why_out *out)
{
	if (out->slot_us < in->job->created_us)
		return WHY_BEFORE_JOB;
	if (out->slot_us <= in->pruned_us)
		return WHY_PRUNED;
	if (out->slot_us < in->job->changed_us)
		return WHY_CHANGED;
	return WHY_UNEXPLAINED;
}

static enum why_answer
decide_job(const struct why_in *in, struct why_out *out)
{
	const struct job *j = in->job;

	if (out->slot_us != WHY_NONE)
		return out->slot_us >= j->cursor_us ? decide_open(in, out) :
						      decide_past(in, out);
	if (in->at_us < j->created_us)
		return WHY_BEFORE_JOB;
	if (out->after_us == WHY_NONE && out->before_us != WHY_NONE)
		return WHY_EXHAUSTED;
	return WHY_NO_SLOT;
}

/* Find the slot in question, and its neighbors. */
static void
find_slots(const struct why_in *in, struct why_out *out)
{
	int64_t end = in->at_us + in->span_us;

	out->after_us = trigger_next(in->trigger, in->at_us - 1);
	if (out->after_us < end) {
		out->slot_us = out->after_us;
		out->after_us = trigger_next(in->trigger, out->slot_us);
	}
	out->before_us = why_slot_before(in->trigger, in->at_us);
}

void
why_decide(const struct why_in *in, struct why_out *out)
{
	const struct run *r = in->row;

	*out = (struct why_out){ WHY_GONE, WHY_NONE, WHY_NONE, WHY_NONE,
		WHY_NONE, 0 };
	if (in->trigger != NULL)
		find_slots(in, out);
	/* A range answers for the slots in it, not for times between them. */
	if (r != NULL &&
	    (r->slot_us >= in->at_us || in->trigger == NULL ||
		out->slot_us != WHY_NONE)) {
		out->answer = answer_of_state[r->state];
		if (r->slot_us >= in->at_us || out->slot_us == WHY_NONE)
			out->slot_us = r->slot_us;
		out->late_us =
		    r->decided_us > r->slot_us ? r->decided_us - r->slot_us : 0;
	} else if (in->job != NULL)
		out->answer =
		    in->trigger == NULL ? WHY_QUARANTINED : decide_job(in, out);
	else if (in->ended_us != 0 && in->at_us > in->ended_us) {
		out->answer = WHY_EXHAUSTED;
		out->before_us = in->ended_us;
	}
}
