#ifndef LIB_TRIGGER_SAME_H
#define LIB_TRIGGER_SAME_H

#include <stdbool.h>
#include <stdint.h>

struct buf;
struct trigger;

/* How far a job is whose trigger is given once more. */
struct trigger_progress {
	int64_t cursor_us; /* its first undecided slot */
	int64_t now_us;
};

/*
 * Does t, given for a job whose trigger is was, mean the same, so that the job
 * goes on with the slots it has?  Then the storable text of t is appended to
 * spec.  Spelling does not count, nor do the name of a zone with equal rules,
 * jitter, an end that is not reached, and a start that is past.  An interval
 * without a start keeps the grid it has, a calendarinterval its first date.  Pure.
 */
bool trigger_is_same(const struct trigger *t, const struct trigger *was,
    const struct trigger_progress *at, struct buf *spec);

/* When a trigger was given, and what time it is. */
struct trigger_given {
	int64_t at_us;
	int64_t now_us;
};

/*
 * Does t begin when it was given, without a start of its own, by a clock that
 * was ahead of now?  Then its storable text as of now is appended to spec: a
 * grid goes back by whole lengths, a date that was to run at once runs.  Pure.
 */
bool trigger_bring_back(const struct trigger *t, const struct trigger_given *g,
    struct buf *spec);

#endif
