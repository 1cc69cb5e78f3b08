#ifndef CTL_AUDIT_H
#define CTL_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

struct ctl;

/* What an audit is asked to do. */
struct ctl_audit {
	int64_t since_us; /* slots from then on; INT64_MIN: all */
	bool is_json;	  /* a line of JSON each */
};

/*
 * Audit the stores of c, which are open, and print what is wrong, then a line
 * of sums.  CTL_OK, CTL_NO when anything is wrong, or another failure, told.
 */
int ctl_audit(struct ctl *c, const struct ctl_audit *a);

#endif
