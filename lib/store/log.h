#ifndef LIB_STORE_LOG_H
#define LIB_STORE_LOG_H

#include <stdbool.h>

#include "lib/base/leap.h"
#include "lib/db/store.h"

/* The two journals of the store: who changed what, and when ticks ran. */

struct store_audit {
	int64_t at_us;
	const char *actor;  /* token id, "loopback", "owner" or "ticker" */
	const char *action; /* "job.add", "queue.pause", … */
	const char *queue;  /* or NULL */
	const char *job_id; /* or NULL */
};

/* Add a row (open transaction). */
enum store_rc store_audit_add(struct store *st, const struct store_audit *a);

struct store_tick {
	int64_t id;
	int64_t started_us;
	int64_t until_us;	    /* how long it means to stay */
	int64_t ended_us;	    /* 0: still running, or killed */
	int64_t sent;		    /* messages handed over */
	int64_t decided;	    /* ledger rows written */
	bool is_by_hand;	    /* typed by a person: no sign of cron */
	int64_t uid;		    /* whose process it is */
	struct clock_reading sign;  /* of its start */
	struct clock_reading doubt; /* when the clock was not believed, at its
				  * start or since; now_us 0: it was */
};

/* Add the row of a tick that starts; sets t->id (open transaction). */
enum store_rc store_tick_start(struct store *st, struct store_tick *t);

/* Write ended_us and the counts; drop all but the newest rows. */
enum store_rc store_tick_end(struct store *st, const struct store_tick *t);

/*
 * Is another user's the ticker that cron starts, and none of late uid's?  Then
 * *other is that user; STORE_NOTFOUND: no.
 */
enum store_rc store_tick_foreign(struct store *st, int64_t uid, int64_t *other);

/*
 * Has a tick started after t, that means to stay longer and has not ended?
 * It may have been killed; then the next one comes soon.
 */
enum store_rc store_tick_is_relieved(struct store *st,
    const struct store_tick *t, bool *out);

/*
 * The sign of the newest tick whose clock was believed, and that of the newest
 * tick if it was not; STORE_NOTFOUND: there is none.
 */
enum store_rc store_tick_believed(struct store *st, struct clock_reading *out);
enum store_rc store_tick_doubted(struct store *st, struct clock_reading *out);

/* When the last pass by hand was; 0: none. */
enum store_rc store_tick_by_hand(struct store *st, int64_t *out);

/*
 * The latest instant by which anything was decided: read it (0: none), raise
 * it, set it back (open transaction).
 */
enum store_rc store_mark(struct store *st, int64_t *out);
enum store_rc store_mark_raise(struct store *st, int64_t at_us);
enum store_rc store_mark_set(struct store *st, int64_t at_us);

/* The newest tick that cron started, by a clock that was believed;
 * STORE_NOTFOUND when none ever ran. */
enum store_rc store_tick_last(struct store *st, struct store_tick *out);

/* How the newest ticks followed each other; medians, so that neither an
 * outage nor a clock that is set moves them. */
struct store_pace {
	int64_t cadence_us; /* from start to start */
	int64_t gap_us;	    /* from the end, or the start of one that was
			     * killed, to the next start: nobody looks */
};

/* Measure it; STORE_NOTFOUND with fewer than three ticks. */
enum store_rc store_tick_pace(struct store *st, struct store_pace *out);

#endif
