#ifndef LIB_RECORD_DEAD_H
#define LIB_RECORD_DEAD_H

#include <stddef.h>
#include <stdint.h>

#include "lib/record/job.h"

/* Where a message was given up. */
enum dead_origin {
	DEAD_QUEUE,  /* in the embedded queue, delivered too often */
	DEAD_BROKER, /* on its way to a broker */
	DEAD_ORIGIN__MAX
};

/* A message that was given up, kept for its owner.  Strings are owned. */
struct dead {
	enum job_kind kind; /* its store */
	enum dead_origin origin;
	int64_t row; /* of its table there */
	char *id;    /* the run's; one without: "message:" and the row */
	char *queue;
	char *job_id; /* or NULL */
	char *reason; /* or NULL */
	int64_t attempt;
	int64_t since_us; /* when it was put there, or was due first */
	int64_t slot_us;  /* 0: not known any more */
	char *body;	  /* JSON: the message; {"args","kwargs"} */
};

struct dead_list {
	struct dead *v;
	size_t n;
	size_t cap;
};

/* How many have one reason. */
struct dead_reason {
	char *reason; /* owned; NULL: none is known */
	int64_t n;
};

struct dead_reasons {
	struct dead_reason *v;
	size_t n;
	size_t cap;
};

/* Free the reasons and their memory; empty afterwards. */
void dead_reasons_fini(struct dead_reasons *l);

/* n more of a reason (NULL: unknown), be it in the list or not; 0, or -1
 * without memory. */
int dead_reasons_add(struct dead_reasons *l, const char *reason, int64_t n);

/* The most frequent ones first, equal ones by their text. */
void dead_reasons_sort(struct dead_reasons *l);

/* "queue", "broker". */
const char *dead_origin_name(enum dead_origin p);

/* Free what is owned; empty afterwards. */
void dead_fini(struct dead *d);
void dead_list_fini(struct dead_list *l);

/* Room for one more at the end, zeroed; NULL without memory. */
struct dead *dead_list_add(struct dead_list *l);

#endif
