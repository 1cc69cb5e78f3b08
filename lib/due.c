#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/due.h"
#include "lib/trigger.h"
#include "lib/ban.h"

static void
range_add(struct due_range *r, int64_t slot_us)
{
	if (r->count++ == 0)
		r->first_us = slot_us;
	r->last_us = slot_us;
}

int64_t
due_at(const struct trigger *t, const struct due_policy *p, int64_t slot_us)
{
	if (slot_us == TRIGGER_NONE || trigger_jitter_us(t) == 0)
		return slot_us;
	return slot_us + trigger_delay_us(t, p->jitter_seed, slot_us);
}

/* The newest `keep` slots of those pushed; head is the oldest once full. */
struct ring {
	int64_t *v;
	size_t keep;
	size_t n;
	size_t head;
};

/* Keep slot_us; what falls out goes to the range over. */
static void
ring_push(struct ring *r, int64_t slot_us, struct due_range *over)
{
	if (r->n < r->keep) {
		r->v[r->n++] = slot_us;
		return;
	}
	range_add(over, r->v[r->head]);
	r->v[r->head] = slot_us;
	r->head = (r->head + 1) % r->keep;
}

static void
reverse(int64_t *v, size_t n)
{
	int64_t t;

	for (size_t i = 0; i < n / 2; i++) {
		t = v[i];
		v[i] = v[n - 1 - i];
		v[n - 1 - i] = t;
	}
}

/* Turn the ring so that its oldest slot comes first. */
static void
ring_straighten(struct ring *r)
{
	reverse(r->v, r->head);
	reverse(r->v + r->head, r->n - r->head);
	reverse(r->v, r->n);
	r->head = 0;
}

/*
 * The newest slot decides for a coalescing job: when even that one is too
 * late, all of them were missed (APScheduler keeps the last run time and then
 * asks for its lateness).
 */
static void
plan_miss_all(struct due_plan *plan)
{
	if (plan->coalesced.count == 0)
		range_add(&plan->missed, plan->fires[0]);
	else {
		plan->missed = plan->coalesced;
		range_add(&plan->missed, plan->fires[0]);
		plan->coalesced.count = 0;
	}
	plan->nfires = 0;
}

/*
 * There are more slots than one step may look at.  What the ring holds, the
 * newest seen, is left to the next step, which knows what comes after.
 */
static void
plan_stop(struct due_plan *plan, struct ring *r, int64_t slot)
{
	ring_straighten(r);
	plan->cursor_us = r->n > 0 ? r->v[0] : slot;
	plan->nfires = 0;
}

int
due_plan(const struct trigger *t, const struct due_policy *p, int64_t cursor_us,
    int64_t now_us, struct due_plan *out)
{
	struct ring r = { .keep = 1 };
	struct due_range *over;
	int64_t slot, at;

	memset(out, 0, sizeof(*out));
	/* A damaged row may say anything: one slot always runs. */
	if (!p->coalesce && p->max_catchup > 1)
		r.keep = p->max_catchup > DUE_CATCHUP_MAX ?
		    DUE_CATCHUP_MAX :
		    (size_t)p->max_catchup;
	if ((out->fires = calloc(r.keep, sizeof(out->fires[0]))) == NULL)
		return -1;
	r.v = out->fires;
	over = p->coalesce ? &out->coalesced : &out->dropped;
	slot = cursor_us;
	at = due_at(t, p, slot);
	for (int n = 0; slot != TRIGGER_NONE && at <= now_us; n++) {
		if (n == DUE_SLOTS_MAX) {
			plan_stop(out, &r, slot);
			out->next_run_us = due_at(t, p, out->cursor_us);
			return 0;
		}
		if (!p->coalesce && p->misfire_grace_us >= 0 &&
		    now_us - at > p->misfire_grace_us)
			range_add(&out->missed, slot);
		else
			ring_push(&r, slot, over);
		slot = trigger_next(t, slot);
		at = due_at(t, p, slot);
	}
	ring_straighten(&r);
	out->nfires = r.n;
	out->cursor_us = slot;
	out->next_run_us = at;
	if (p->coalesce && out->nfires == 1 && p->misfire_grace_us >= 0 &&
	    now_us - due_at(t, p, out->fires[0]) > p->misfire_grace_us)
		plan_miss_all(out);
	return 0;
}

void
due_plan_fini(struct due_plan *plan)
{
	free(plan->fires);
	plan->fires = NULL;
	plan->nfires = 0;
}

void
due_count(const struct trigger *t, int64_t cursor_us, int64_t now_us,
    struct due_range *out)
{
	memset(out, 0, sizeof(*out));
	for (int64_t s = cursor_us; s != TRIGGER_NONE && s <= now_us;
	     s = trigger_next(t, s))
		range_add(out, s);
}
