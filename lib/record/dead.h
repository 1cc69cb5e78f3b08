#ifndef LIB_RECORD_DEAD_H
#define LIB_RECORD_DEAD_H

#include <stddef.h>
#include <stdint.h>

#include "lib/base/list.h"
#include "lib/record/job.h"

/* Where a message was given up. */
enum dead_origin {
	DEAD_QUEUE,  /* delivered too often in the embedded queue */
	DEAD_BROKER, /* not accepted by a broker */
	DEAD_ORIGIN__MAX
};

/* A message that was given up, kept for its owner.  Strings are owned. */
struct dead {
	enum job_kind kind; /* the store it is in */
	enum dead_origin origin;
	int64_t row; /* number in its table */
	char *id;    /* the run's id; without one "message:" and the row */
	char *queue;
	char *job_id; /* or NULL */
	char *reason; /* or NULL */
	int64_t attempt;
	int64_t since_us; /* enqueued, or first due */
	int64_t slot_us;  /* 0: unknown */
	char *body;	  /* JSON: the message; {"args","kwargs"} */
};

/* The number of dead letters with one reason. */
struct dead_reason {
	char *reason; /* owned; NULL: unknown */
	int64_t n;
};

/* Free what is owned; empty afterwards. */
void dead_reason_fini(struct dead_reason *r);

LIST_DECL(dead_reasons, struct dead_reason, dead_reason_fini);

/*
 * Count n more of a reason (NULL: unknown), which is copied; 0, or -1 without
 * memory.
 */
int dead_reasons_count(struct dead_reasons *l, const char *reason, int64_t n);

/* Sort: the most frequent first, equal ones by their text. */
void dead_reasons_sort(struct dead_reasons *l);

/* "queue", "broker". */
const char *dead_origin_name(enum dead_origin p);

/* Free what is owned; empty afterwards. */
void dead_fini(struct dead *d);

LIST_DECL(dead_list, struct dead, dead_fini);

#endif
