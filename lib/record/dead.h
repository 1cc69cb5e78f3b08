#ifndef LIB_RECORD_DEAD_H
#define LIB_RECORD_DEAD_H

#include <stddef.h>
#include <stdint.h>

#include "lib/record/job.h"

/* Where a message was given up. */
enum dead_place {
	DEAD_QUEUE,  /* in the embedded queue, delivered too often */
	DEAD_BROKER, /* on its way to a broker */
	DEAD_PLACE__MAX
};

/* A message that was given up, kept for its owner.  Strings are owned. */
struct dead {
	enum job_kind kind; /* its store */
	enum dead_place place;
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

/* "queue", "broker". */
const char *dead_place_name(enum dead_place p);

/* Free what is owned; empty afterwards. */
void dead_fini(struct dead *d);
void dead_list_fini(struct dead_list *l);

/* Room for one more at the end, zeroed; NULL without memory. */
struct dead *dead_list_add(struct dead_list *l);

#endif
