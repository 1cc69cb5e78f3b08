#ifndef CTL_AUDIT_H
#define CTL_AUDIT_H

#include <stdbool.h>
#include <stdint.h>

struct ctl;

/* Options of an audit. */
struct ctl_audit {
	int64_t since_us; /* only slots from this time on; INT64_MIN: all */
	bool is_json;	  /* a line of JSON per finding */
};

/*
 * Audit the open stores of c, and print the findings and a line of totals.
 * CTL_OK, CTL_NO if there are findings, or another status after an error on
 * standard error.
 */
int ctl_audit(struct ctl *c, const struct ctl_audit *a);

#endif
