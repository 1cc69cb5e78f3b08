#ifndef LIB_SCHED_CLOCK_H
#define LIB_SCHED_CLOCK_H

#include "lib/sched/sched.h"

/* What a clock that was ahead has left behind. */
struct sched_clock {
	bool is_dry;	  /* in: look, and change nothing */
	int64_t ahead_us; /* how far ahead the last decision lies; 0: none */
	int64_t jobs;	  /* brought back */
	int64_t rows;	  /* of the ledger, for slots yet to come: shortened */
	int64_t kept;	  /* launched for slots yet to come: not again */
	int64_t messages; /* held for too long */
	int64_t gone;	  /* jobs that ended by it, which do not come back */
	int64_t unread;	  /* jobs whose zone cannot be read for now: to be
			   * brought back later, so the mark stays */
};

/*
 * Bring back cursors, leases, delays and limits that are ahead of the clock,
 * and the starts of triggers that were implied while it was; each job and
 * queue gets an audit row.  A slot that was already launched is not launched
 * again.  Does nothing if nothing is ahead.
 */
enum store_rc sched_clock_reset(struct sched *s, struct sched_clock *out);

#endif
