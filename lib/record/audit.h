#ifndef LIB_RECORD_AUDIT_H
#define LIB_RECORD_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trigger;

/*
 * One job's ledger beside the slots that its triggers had: each slot must
 * have one row, alone or in a range, and each row must stand for slots.  Pure;
 * rows go by once, in order.
 */

/* The slots of t from since_us on and before until_us. */
struct audit_span {
	const struct trigger *t; /* borrowed; NULL: nobody knows them */
	int64_t since_us;
	int64_t until_us;
	bool is_met; /* set here: a date has its row */
};

/* What a row of the ledger says. */
struct audit_row {
	int64_t row; /* its number */
	int64_t slot_us;
	int64_t last_us;
	int64_t count;
	bool is_extra; /* run by hand, no slot */
};

enum audit_kind {
	AUDIT_GAP,	   /* slots without a row */
	AUDIT_DOUBLE,	   /* slots with more than one */
	AUDIT_UNEXPLAINED, /* a row that no slots call for */
	AUDIT_KIND__MAX
};

/* What is wrong: slots from first_us to last_us. */
struct audit_finding {
	enum audit_kind kind;
	int64_t job;
	int64_t row; /* of the ledger; 0 for a gap */
	int64_t first_us;
	int64_t last_us;
	int64_t count; /* slots without a row, or those the row says */
	int64_t want;  /* slots there are where the row stands */
};

/* Everything added up, over all jobs. */
struct audit_sum {
	int64_t jobs;	 /* there, or gone */
	int64_t rows;	 /* of their ledgers */
	int64_t slots;	 /* found as they should be */
	int64_t extras;	 /* run by hand */
	int64_t skipped; /* rows whose slots are not compared: from before
			    the beginning, or their trigger is not known */
	int64_t findings[AUDIT_KIND__MAX];
};

/* The comparison of one job.  Fill the first five, zero the others. */
struct audit {
	int64_t job;
	struct audit_span *v; /* borrowed */
	size_t n;
	struct audit_sum *sum;
	void (*tell)(void *cookie, const struct audit_finding *f);
	void *cookie;
	int64_t from_us; /* slots before are not looked at */
	int64_t at_us;	 /* all before is compared */
};

/* "gap", "double", "unexplained". */
const char *audit_kind_name(enum audit_kind k);

/* Begin with the slots from from_us on. */
void audit_begin(struct audit *a, int64_t from_us);

/* The next row, in the order of slot_us. */
void audit_row(struct audit *a, const struct audit_row *r);

/* There is no further row. */
void audit_end(struct audit *a);

#endif
