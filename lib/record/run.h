#ifndef LIB_RECORD_RUN_H
#define LIB_RECORD_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/list.h"
#include "lib/record/work.h"

struct buf;

#define RUN_ID_LEN 255 /* bytes; a UUID has 36, a publisher may use more */

/*
 * The outcome of a slot.  The states from RUN_DUE on are those of a run for an
 * outside target (lib/record/delivery.h), which passes from one to the next.
 */
enum run_state {
	RUN_SENT,      /* handed over to its queue */
	RUN_MISSED,    /* later than misfire_grace_time allows */
	RUN_COALESCED, /* a later slot runs in its place */
	RUN_PAUSED,    /* its job or queue was paused */
	RUN_OVERLAP,   /* max_instances of its job were unfinished */
	RUN_DUE,     /* to be handed over; the reason says what it waits for */
	RUN_SENDING, /* the request was sent, or is about to be */
	RUN_UNKNOWN, /* sent; whether it was accepted is unknown */
	RUN_CREATED, /* the target has accepted it */
	RUN_RUNNING, /* the target runs it */
	RUN_SUCCEEDED, /* finished, as the target reports */
	RUN_FAILED,
	RUN_CANCELED, /* by the owner, here or at the target */
	RUN_REFUSED,  /* the target rejected it */
	RUN_DEAD,     /* given up after the attempts its retry allows */
	RUN_STATE__MAX
};

/* A row of the ledger: one slot, or a range of slots with one outcome. */
struct run {
	int64_t row;		 /* number of the row; 0 before it is stored */
	char id[RUN_ID_LEN + 1]; /* the task_id: UUIDv7 (RFC 9562) */
	int64_t job;		 /* job row; 0 for a published message */
	char *queue;
	char *job_id;
	int64_t slot_us; /* first slot */
	int64_t last_us; /* last slot of a range, else slot_us */
	int64_t count;	 /* number of slots of this row */
	enum run_state state;
	char *reason;	    /* or NULL */
	int64_t decided_us; /* when the row was written */
	bool is_extra; /* run by hand at slot_us; written, but not read back */
	struct work work; /* what the store has of it; run_outcome says more */
};

/* All state names, for messages. */
#define RUN_STATE_NAMES \
	"sent, missed, coalesced, paused, overlap, due, sending, unknown, " \
	"created, running, succeeded, failed, canceled, refused or dead"

/* "sent", "missed", "coalesced", … and back (-1: no such name). */
extern const char *const run_state_names[RUN_STATE__MAX];
const char *run_state_name(enum run_state s);
int run_state_parse(const char *name, enum run_state *out);

/*
 * Names of states, comma-separated, as bits, 1 << a state; -1: one is no such
 * name.
 */
int run_states_parse(const char *text, unsigned *out);

/* All states that may need a look: not sent, succeeded, coalesced, paused. */
#define RUN_STATES_PROBLEM \
	((1U << RUN_STATE__MAX) - 1 - (1U << RUN_SENT) - \
	    (1U << RUN_SUCCEEDED) - (1U << RUN_COALESCED) - \
	    (1U << RUN_PAUSED))

/* Does text, in which case is ignored, stand in job id, reason or error? */
bool run_has_text(const struct run *r, const char *text);

/*
 * Is the state final?  RUN_UNKNOWN is reported as not final, but can be the
 * last one: its delivery decides (delivery_is_open).
 */
bool run_state_is_final(enum run_state s);

/*
 * How the run ended where it was handed over to, or how far it is: by its work,
 * and by its state where no worker has reported.
 */
enum outcome run_outcome(const struct run *r);

/*
 * Write a new UUIDv7 for the time now_us (microseconds): unique, sorted by
 * time.
 */
void run_make_id(int64_t now_us, char out[RUN_ID_LEN + 1]);

/*
 * A hash of a job that fires once and its slot, which identifies the run after
 * its row has been pruned.
 */
int64_t run_once_key(const char *queue, const char *job_id, int64_t slot_us);

/*
 * Append the row as a JSON object: {"id","queue_name","job_id","slot",
 * "last_slot","count","state","reason","decided_at","outcome","attempts",
 * "started_at","finished_at","duration_ms","status","worker","error"}, and
 * while it runs "percent" and "progress", if its worker has reported them.
 */
void run_json(const struct run *r, struct buf *out);

/* Append the members of an attempt, from "started_at" on, with a comma before
 * each. */
void attempt_json(const struct attempt *a, struct buf *out);

/* Append the attempts as a JSON list: [{"attempt":1,"started_at":…}, …]. */
void attempts_json(const struct attempt_list *l, struct buf *out);

/* Free what one row owns; empty afterwards. */
void run_fini(struct run *r);

LIST_DECL(run_list, struct run, run_fini);

#endif
