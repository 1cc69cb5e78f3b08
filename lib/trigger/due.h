#ifndef LIB_TRIGGER_DUE_H
#define LIB_TRIGGER_DUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trigger;

#define DUE_CATCHUP_MAX 10000 /* most slots that run at once */

/* Policies that decide what becomes of slots (APScheduler's words). */
struct due_policy {
	int64_t misfire_grace_us; /* -1: late runs still run */
	bool coalesce;
	int64_t max_catchup; /* >= 1 */
	int64_t jitter_seed; /* the job, for trigger_delay_us */
};

/* count slots from first_us to last_us; none when count is 0. */
struct due_range {
	int64_t first_us;
	int64_t last_us;
	int64_t count;
};

/* What to do with every slot that is due. */
struct due_plan {
	struct due_range missed;    /* later than the grace allows */
	struct due_range dropped;   /* beyond max_catchup */
	struct due_range coalesced; /* stood for by fires[0] */
	int64_t *fires;		    /* slots to run, oldest first; owned */
	size_t nfires;
	int64_t cursor_us;   /* first slot not decided; TRIGGER_NONE */
	int64_t next_run_us; /* cursor_us with its jitter */
};

/* When the slot runs: slot_us and its jitter. */
int64_t due_at(const struct trigger *t, const struct due_policy *p,
    int64_t slot_us);

/*
 * Sort the slots from cursor_us on that are due at now_us, however many: what
 * it costs grows with those that fire alone.  Pure.  0, or -1 without memory.
 * Free out with due_plan_fini.
 */
int due_plan(const struct trigger *t, const struct due_policy *p,
    int64_t cursor_us, int64_t now_us, struct due_plan *out);

/* Free what due_plan made; the rest of plan stays readable. */
void due_plan_fini(struct due_plan *plan);

/*
 * The slots from cursor_us to until_us, both included, into *out.  cursor_us
 * counts as one.
 */
void due_count(const struct trigger *t, int64_t cursor_us, int64_t until_us,
    struct due_range *out);

#endif
