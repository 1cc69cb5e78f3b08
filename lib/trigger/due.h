#ifndef LIB_TRIGGER_DUE_H
#define LIB_TRIGGER_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trigger;

#define DUE_CATCHUP_MAX 10000 /* slots of a job that can run in one tick */

/* Policies that decide what happens to slots (APScheduler's terms). */
struct due_policy {
	int64_t misfire_grace_us; /* -1: no limit, late runs still run */
	bool coalesce;
	int64_t max_catchup; /* >= 1 */
	int64_t jitter_seed; /* of the job, for trigger_delay_us */
};

/* count slots from first_us to last_us; empty if count is 0. */
struct due_range {
	int64_t first_us;
	int64_t last_us;
	int64_t count;
};

/* The decision on every slot that is due. */
struct due_plan {
	struct due_range missed;    /* later than the grace allows */
	struct due_range dropped;   /* beyond max_catchup */
	struct due_range coalesced; /* replaced by fires[0] */
	int64_t *fires;		    /* slots to run, oldest first; owned */
	size_t nfires;
	int64_t cursor_us;   /* first undecided slot, or TRIGGER_NONE */
	int64_t next_run_us; /* cursor_us with its jitter */
};

/* When a slot runs: slot_us plus its jitter. */
int64_t due_at(const struct trigger *t, const struct due_policy *p,
    int64_t slot_us);

/*
 * Decide the slots from cursor_us on that are due at now_us.  The cost grows
 * with the slots that fire, not with those that are due.  Pure.  0, or -1
 * without memory.  Free out with due_plan_fini.
 */
int due_plan(const struct trigger *t, const struct due_policy *p,
    int64_t cursor_us, int64_t now_us, struct due_plan *out);

/* Free the list of fires; the rest of plan stays valid. */
void due_plan_fini(struct due_plan *plan);

/*
 * Write the range of slots from cursor_us to until_us, both included, into
 * *out.  cursor_us counts as a slot.
 */
void due_count(const struct trigger *t, int64_t cursor_us, int64_t until_us,
    struct due_range *out);

#endif
