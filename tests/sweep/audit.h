#ifndef TESTS_SWEEP_AUDIT_H
#define TESTS_SWEEP_AUDIT_H

#include "tests/sweep/scene.h"

/* What is wrong with a store after all that. */
struct audit {
	unsigned lost;	  /* acknowledged, and not there; slots without row */
	unsigned doubles; /* there, or decided, twice */
	unsigned unexplained; /* anything else that should not be */
	char why[512];	      /* the first of them */
};

/*
 * Go on where the scene's process ended: open, tick, switch on again what was
 * off, tick.  Then look at every slot, message and answer.
 */
void audit_store(const struct scene *sc, struct world *w, struct audit *out);

#endif
