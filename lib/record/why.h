#ifndef LIB_RECORD_WHY_H
#define LIB_RECORD_WHY_H

#include <stdbool.h>
#include <stdint.h>

struct job;
struct run;
struct trigger;

/* What became, or will become, of a job at an instant. */
enum why_answer {
	WHY_RAN,	  /* a run was handed over */
	WHY_MISSED,	  /* too late, or too many */
	WHY_COALESCED,	  /* a later slot ran for it */
	WHY_WAS_PAUSED,	  /* job or queue were paused then */
	WHY_OVERLAP,	  /* max_instances of the job were open */
	WHY_LAUNCH,	  /* a run for an outside target: its state says */
	WHY_WILL_FIRE,	  /* lies ahead */
	WHY_DUE,	  /* is past, and waits for the next tick */
	WHY_JOB_PAUSED,	  /* not decided; the job is paused */
	WHY_QUEUE_PAUSED, /* not decided; the queue is switched off */
	WHY_QUARANTINED,  /* the trigger cannot be read */
	WHY_NO_SLOT,	  /* the trigger has no such slot */
	WHY_EXHAUSTED,	  /* expired: its last slot was before */
	WHY_BEFORE_JOB,	  /* before the job was added */
	WHY_CHANGED,	 /* before the job was changed, and not in the ledger */
	WHY_PRUNED,	 /* retention took the row */
	WHY_UNEXPLAINED, /* there should be a row and is none */
	WHY_GONE,	 /* no job, no row there, but other rows of that name */
	WHY__MAX
};

#define WHY_NONE INT64_MAX /* no such instant */

/* What is known.  Everything is borrowed. */
struct why_in {
	int64_t at_us;	 /* the instant asked about … */
	int64_t span_us; /* … and how much it covers, at least 1 */
	int64_t now_us;
	const struct job *job;	       /* NULL: none of that name */
	const struct trigger *trigger; /* NULL: none, or unreadable */
	const struct run *row;	       /* ledger row there, or NULL */
	int64_t pruned_us;	       /* last slot retention took; 0: none */
	bool is_queue_paused;
	int64_t ended_us; /* no job, as it expired: its last slot; else 0 */
};

/* The answer, with the instants a sentence needs; WHY_NONE where unknown. */
struct why_out {
	enum why_answer answer;
	int64_t slot_us;   /* the slot there */
	int64_t fire_us;   /* when it fires, jitter included */
	int64_t before_us; /* nearest slots of the trigger around it */
	int64_t after_us;
	int64_t late_us; /* ran so much after its slot */
};

/* Decide.  Pure. */
void why_decide(const struct why_in *in, struct why_out *out);

/* "ran", "missed", "will_fire", … */
const char *why_name(enum why_answer a);

/* The last slot of t before at_us, or WHY_NONE.  Pure, a few dozen steps. */
int64_t why_slot_before(const struct trigger *t, int64_t at_us);

#endif
