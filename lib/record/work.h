#ifndef LIB_RECORD_WORK_H
#define LIB_RECORD_WORK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/list.h"

/*
 * What the worker of a run did: the ledger has how a slot was handed over, this
 * has how it ended.
 */

/* How far a run is at its worker, or how it ended there. */
enum outcome {
	OUTCOME_NONE,	    /* it was not handed over: missed, paused, … */
	OUTCOME_QUEUED,	    /* it waits for a worker, or for its next attempt */
	OUTCOME_RUNNING,    /* a worker has it */
	OUTCOME_SUCCEEDED,  /* the worker reported success */
	OUTCOME_FAILED,	    /* the worker reported a failure, which is final */
	OUTCOME_DEAD,	    /* given up after the attempts it was allowed */
	OUTCOME_EXPIRED,    /* the worker found that it came too late */
	OUTCOME_CANCELED,   /* by the owner */
	OUTCOME_UNREPORTED, /* handed over to a target that reports no end */
	OUTCOME__MAX
};

/* "queued", …; OUTCOME_NONE is "none". */
extern const char *const outcome_names[OUTCOME__MAX];

/* All names that a list can be filtered by, for messages. */
#define OUTCOME_NAMES \
	"queued, running, succeeded, failed, dead, expired, canceled or " \
	"unreported"

/* The outcome of that name, OUTCOME_NONE excepted; -1: no such name. */
int outcome_parse(const char *name, enum outcome *out);

/* Sets of outcomes: bits, 1 << an outcome. */
#define OUTCOMES_BAD /* the work has ended without success */ \
	(1U << OUTCOME_FAILED | 1U << OUTCOME_DEAD | 1U << OUTCOME_EXPIRED)

#define OUTCOMES_ENDED_BADLY (OUTCOMES_BAD | 1U << OUTCOME_CANCELED)

/* Is it in OUTCOMES_BAD? */
bool outcome_is_bad(enum outcome o);

/*
 * Names of outcomes, comma-separated, as a set; -1: a name is none of
 * OUTCOME_NAMES.  The set as names, each with a comma after it; "" for none.
 */
#define OUTCOMES_LEN 96
int outcomes_parse(const char *text, unsigned *out);
void outcomes_print(unsigned outcomes, char out[OUTCOMES_LEN]);

#define WORK_NO_STATUS 0 /* none, or that of a command that succeeded */

#define WORK_NO_PERCENT INT64_C(-1)
#define WORK_PROGRESS_MAX 256  /* bytes of a text of progress */
#define WORK_WORKER_MAX 128    /* bytes of a worker's name */
#define WORK_ERROR_MAX 1024    /* bytes of the text of a failure */
#define WORK_RESULT_MAX 4096   /* bytes of a result, which is JSON text */
#define WORK_OUTPUT_USUAL 4096 /* bytes of output kept, the last ones */
#define WORK_OUTPUT_MAX 65536  /* the same, if so many are wanted */

/* One attempt at a run.  Times are microseconds since the epoch, UTC; 0: not
 * known, or not yet. */
struct attempt {
	int64_t n; /* 1 is the first */
	int64_t started_us;
	int64_t finished_us;
	int64_t status; /* exit status, 128 + signal, HTTP status, or
			 * WORK_NO_STATUS */
	char *worker;	/* its name, or NULL */
	char *error;	/* why it failed, or NULL */
};

/* Free what a owns; empty afterwards. */
void attempt_fini(struct attempt *a);

LIST_DECL(attempt_list, struct attempt, attempt_fini);

/* The work of a run: its last attempt, and how it stands. */
struct work {
	enum outcome outcome;
	struct attempt last; /* n is how many attempts there were */
	int64_t percent;     /* of the last one, or WORK_NO_PERCENT */
	char *progress;	     /* what its worker says of it, or NULL */
};

/* How far an attempt is, as its worker reports it. */
struct work_progress {
	int64_t percent;    /* 0 to 100, or WORK_NO_PERCENT: not said */
	const char *text;   /* or NULL */
	const char *output; /* what it has printed, or NULL */
};

/* What a list of runs leaves out. */
struct run_detail {
	struct attempt_list
	    earlier;  /* attempts before the last, oldest first */
	char *result; /* JSON text that the last one reported, or NULL */
	char *output; /* the end of what the last one printed, or NULL */
};

/* Free what d owns; empty afterwards. */
void run_detail_fini(struct run_detail *d);

/* How an attempt ended. */
struct work_end {
	enum outcome outcome;
	int64_t now_us;
	int64_t status;	    /* or WORK_NO_STATUS */
	const char *error;  /* or NULL */
	const char *result; /* JSON text, or NULL */
	const char
	    *output; /* or NULL; the last WORK_OUTPUT_MAX bytes are kept */
};

#endif
