#ifndef TESTS_PROOF_COMPARE_H
#define TESTS_PROOF_COMPARE_H

#include <stdint.h>

#include "tests/proof/expr.h"
#include "tests/proof/window.h"

struct trigger;
struct tz_cache;

/* What a comparison came to; summed up over the processes. */
struct totals {
	uint64_t zones;
	uint64_t transitions;
	uint64_t expressions; /* times policies */
	uint64_t calendars;   /* of them */
	uint64_t slots;	      /* compared one by one */
	uint64_t asked;	      /* trigger_next called */
	uint64_t differences;
};

/* An expression and the trigger of lib/ that it makes under each policy. */
struct pair {
	struct expr e;
	struct trigger *t[WINDOW__MAX]; /* NULL: it can never fire */
};

/*
 * Make the triggers of p->e as asked at now_us: 0, or -1 with a message when
 * the library refuses them for another reason than that they never fire.
 */
int pair_make(struct pair *p, const char *zone, int64_t now_us,
    struct tz_cache *zones);
void pair_fini(struct pair *p);

/*
 * Compare what trigger_next says over the window, from slot to slot and from
 * instants at random, with what the walk says; print the first few
 * differences.
 */
void pair_compare(const struct pair *p, const char *zone,
    const struct window *w, uint64_t *seed, struct totals *sum);

#endif
