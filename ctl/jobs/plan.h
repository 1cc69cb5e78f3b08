#ifndef CTL_JOBS_PLAN_H
#define CTL_JOBS_PLAN_H

#include "ctl/ctl.h"
#include "ctl/jobs/wanted.h"

/* What is to be done with the jobs of a file. */
struct plan {
	struct wanted *wanted;
	const char *prune; /* delete others of this owner; NULL: none */
	bool is_adopt;	   /* take jobs of other owners */
	bool is_apply;	   /* else nothing is changed */
	bool is_partial;   /* what is refused does not keep back the rest */
	bool is_json;
};

/*
 * Print what the jobs would change, and change it if is_apply: all of it or
 * nothing.  CTL_OK; CTL_DATA if something is refused, CTL_NO with is_partial;
 * another exit status after an error.  *nchanges (may be NULL) is the number
 * of jobs that differ.  c must be open.
 */
int plan_run(struct ctl *c, const struct plan *p, size_t *nchanges);

#endif
