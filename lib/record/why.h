#ifndef LIB_RECORD_WHY_H
#define LIB_RECORD_WHY_H

#include <stdbool.h>
#include <stdint.h>

struct job;
struct run;
struct trigger;

/* What happened, or will happen, to a job at a time. */
enum why_answer {
	WHY_RAN,	  /* a run was handed over */
	WHY_MISSED,	  /* too late, or beyond max_catchup */
	WHY_COALESCED,	  /* a later slot ran in its place */
	WHY_WAS_PAUSED,	  /* job or queue was paused at that time */
	WHY_OVERLAP,	  /* max_instances of the job were unfinished */
	WHY_LAUNCH,	  /* a run for an outside target: see its state */
	WHY_WILL_FIRE,	  /* is in the future */
	WHY_DUE,	  /* is past; the next tick decides it */
	WHY_JOB_PAUSED,	  /* not decided; the job is paused */
	WHY_QUEUE_PAUSED, /* not decided; the queue is paused */
	WHY_QUARANTINED,  /* the trigger cannot be read */
	WHY_NO_SLOT,	  /* the trigger has no such slot */
	WHY_EXHAUSTED,	  /* expired: its last slot was earlier */
	WHY_BEFORE_JOB,	  /* before the job was added */
	WHY_CHANGED,	  /* before the job was changed, without a row */
	WHY_PRUNED,	  /* the row was pruned by retention */
	WHY_UNEXPLAINED,  /* the row is missing */
	WHY_GONE, /* no such job and no row, but other rows of that name */
	WHY__MAX
};

#define WHY_NONE INT64_MAX /* no such time */

/* The known facts.  Everything is borrowed. */
struct why_in {
	int64_t at_us;	 /* the time in question … */
	int64_t span_us; /* … and its length, at least 1 */
	int64_t now_us;
	const struct job *job;	       /* NULL: no such job */
	const struct trigger *trigger; /* NULL: none, or unreadable */
	const struct run *row;	       /* ledger row there, or NULL */
	int64_t pruned_us; /* last slot that retention pruned; 0: none */
	bool is_queue_paused;
	int64_t ended_us; /* the last slot of an expired job; else 0 */
};

/* The answer and the times its sentence needs; WHY_NONE where unknown. */
struct why_out {
	enum why_answer answer;
	int64_t slot_us;   /* the slot at that time */
	int64_t fire_us;   /* when it fires, jitter included */
	int64_t before_us; /* nearest slots around that time */
	int64_t after_us;
	int64_t late_us; /* delay between the slot and its decision */
};

/* Fill in *out.  Pure. */
void why_decide(const struct why_in *in, struct why_out *out);

/* "ran", "missed", "will_fire", … */
const char *why_name(enum why_answer a);

/* The last slot of t before at_us, or WHY_NONE.  Pure; some dozen steps. */
int64_t why_slot_before(const struct trigger *t, int64_t at_us);

#endif
