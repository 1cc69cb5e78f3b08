#ifndef LIB_RECORD_AUDIT_H
#define LIB_RECORD_AUDIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct trigger;

/*
 * Compares one job's ledger with the slots of its triggers: each slot must
 * have one row, alone or in a range, and each row must stand for slots.  Pure;
 * rows are passed once, in order.
 */

/* The slots of t from since_us on and before until_us (microseconds). */
struct audit_span {
	const struct trigger *t; /* borrowed; NULL: its slots are unknown */
	int64_t since_us;
	int64_t until_us;
	bool is_matched; /* set here: a date has its row */
};

/* A row of the ledger. */
struct audit_row {
	int64_t row; /* its number */
	int64_t slot_us;
	int64_t last_us;
	int64_t count;
	bool is_extra; /* run by hand, not a slot */
};

enum audit_kind {
	AUDIT_GAP,	   /* slots without a row */
	AUDIT_DOUBLE,	   /* slots with more than one */
	AUDIT_UNEXPLAINED, /* a row without slots */
	AUDIT_KIND__MAX
};

/* One fault: slots from first_us to last_us. */
struct audit_finding {
	enum audit_kind kind;
	int64_t job;
	int64_t row; /* of the ledger; 0 for a gap */
	int64_t first_us;
	int64_t last_us;
	int64_t count; /* slots without a row, or the count of the row */
	int64_t want;  /* slots the triggers have in that span */
};

/* Totals over all jobs. */
struct audit_sum {
	int64_t jobs;	 /* existing and deleted */
	int64_t rows;	 /* of their ledgers */
	int64_t slots;	 /* that have one row */
	int64_t extras;	 /* runs by hand */
	int64_t skipped; /* rows whose slots are not compared: from before
			    the beginning, or their trigger is not known */
	int64_t findings[AUDIT_KIND__MAX];
};

/*
 * The comparison of one job.  Fill in the first five members, zero the others.
 */
struct audit {
	int64_t job;
	struct audit_span *v; /* borrowed */
	size_t n;
	struct audit_sum *sum;
	void (*report)(void *cookie, const struct audit_finding *f);
	void *cookie;
	int64_t from_us; /* slots before it are ignored */
	int64_t at_us;	 /* everything before it has been compared */
};

/* "gap", "double", "unexplained". */
const char *audit_kind_name(enum audit_kind k);

/* Begin with the slots from from_us on. */
void audit_begin(struct audit *a, int64_t from_us);

/* Compare the next row, in the order of slot_us. */
void audit_row(struct audit *a, const struct audit_row *r);

/* End: no further row follows. */
void audit_end(struct audit *a);

#endif
