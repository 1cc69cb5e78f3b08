#ifndef LIB_RECORD_RUN_H
#define LIB_RECORD_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUN_ID_LEN 255 /* a UUID has 36; a publisher may give its own */

/*
 * What became of a slot.  The states from RUN_DUE on are those of a run that
 * goes to an outside target (lib/record/delivery.h): it moves from one to the next.
 */
enum run_state {
	RUN_SENT,      /* handed over to its queue */
	RUN_MISSED,    /* later than misfire_grace_time allows */
	RUN_COALESCED, /* stood for by a later slot */
	RUN_PAUSED,    /* its job or queue was paused */
	RUN_OVERLAP,   /* max_instances of its job were open */
	RUN_DUE,       /* to be handed over; the reason says what it awaits */
	RUN_SENDING,   /* the request left, or is about to */
	RUN_UNKNOWN,   /* it left; nobody knows whether it was taken */
	RUN_CREATED,   /* the target has it */
	RUN_RUNNING,   /* the target runs it */
	RUN_SUCCEEDED, /* it ended, the target says how */
	RUN_FAILED,
	RUN_CANCELED, /* by its owner, here or there */
	RUN_REFUSED,  /* the target does not want it */
	RUN_DEAD,     /* given up after the attempts its retry allows */
	RUN_STATE__MAX
};

/* One row of the ledger: a slot, or a range of slots with one outcome. */
struct run {
	int64_t row;		 /* number of the row; 0 before it is stored */
	char id[RUN_ID_LEN + 1]; /* the task_id: UUIDv7 (RFC 9562) */
	int64_t job;		 /* job row; 0 for a published message */
	char *queue;
	char *job_id;
	int64_t slot_us; /* first slot */
	int64_t last_us; /* last slot of a range, else slot_us */
	int64_t count;	 /* slots this row stands for */
	enum run_state state;
	char *reason;	    /* or NULL */
	int64_t decided_us; /* when the row was written */
	bool is_extra; /* by hand, at slot_us; written, but not read back */
};

struct run_list {
	struct run *v;
	size_t n;
	size_t cap;
};

/* All words, for people who are to give one. */
#define RUN_STATE_WORDS \
	"sent, missed, coalesced, paused, overlap, due, sending, unknown, " \
	"created, running, succeeded, failed, canceled, refused or dead"

/* "sent", "missed", "coalesced", … and back (-1: no such word). */
const char *run_state_name(enum run_state s);
int run_state_parse(const char *name, enum run_state *out);

/*
 * Can a run in this state not change any more?  RUN_UNKNOWN can, and can be
 * the end as well: its delivery knows (delivery_is_open).
 */
bool run_state_is_final(enum run_state s);

/* Write a fresh UUIDv7 for the instant now_us: unique, ordered by time. */
void run_make_id(int64_t now_us, char out[RUN_ID_LEN + 1]);

/* A number made of the name of a job that fires once and its slot, by which
 * that is known when its run is kept no more. */
int64_t run_once_key(const char *queue, const char *job_id, int64_t slot_us);

/* Free what one row owns; it is empty afterwards. */
void run_fini(struct run *r);

/* Free the rows of a list and its memory; it is empty afterwards. */
void run_list_fini(struct run_list *l);

/* Room for one more run at the end, zeroed; NULL without memory. */
struct run *run_list_add(struct run_list *l);

#endif
