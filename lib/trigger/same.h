#ifndef LIB_TRIGGER_SAME_H
#define LIB_TRIGGER_SAME_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct trigger;

/* The progress of a job whose trigger is given again. */
struct trigger_progress {
	int64_t cursor_us; /* its first undecided slot */
	int64_t now_us;
};

/*
 * Does t, given for a job with the trigger was, mean the same, so that the job
 * continues with its slots?  If so, the storable text of t is appended to
 * spec.  Spelling does not matter; neither do the name of a zone with equal
 * rules, jitter, an end that is not reached, and a start that is past.  An
 * interval without a start keeps its grid, a calendarinterval its first date.
 * Pure.
 */
bool trigger_is_same(const struct trigger *t, const struct trigger *was,
    const struct trigger_progress *at, struct buf *spec);

/* When a trigger was given, and the present time. */
struct trigger_given {
	int64_t at_us;
	int64_t now_us;
};

/*
 * Did t, given without a start, begin at a time that is ahead of now, because
 * the clock was?  If so, its storable text as of now is appended to spec: a
 * grid moves back by whole lengths, and a date that was to run at once runs.
 * Pure.
 */
bool trigger_bring_back(const struct trigger *t, const struct trigger_given *g,
    struct buf *spec);

#endif
