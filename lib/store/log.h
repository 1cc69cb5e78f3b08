#ifndef LIB_STORE_LOG_H
#define LIB_STORE_LOG_H

#include <stdbool.h>

#include "lib/base/leap.h"
#include "lib/db/store.h"

/* The two logs of the store: changes with their actors, and ticks. */

struct store_audit {
	int64_t at_us;
	const char *actor;  /* token id, "loopback", "owner" or "ticker" */
	const char *action; /* "job.add", "queue.pause", … */
	const char *queue;  /* or NULL */
	const char *job_id; /* or NULL */
};

/* Add a row (open transaction). */
enum store_rc store_audit_add(struct store *st, const struct store_audit *a);

/* What started a tick; stored.  Those by hand and on request are no sign of
 * what starts them regularly. */
enum tick_kind { TICK_BY_CRON, TICK_BY_HAND, TICK_BY_URL, TICK_ON_REQUEST };

struct store_tick {
	int64_t id;
	int64_t started_us;
	int64_t until_us;	   /* the end of its window */
	int64_t ended_us;	   /* 0: still running, or killed */
	int64_t sent;		   /* messages queued */
	int64_t decided;	   /* ledger rows written */
	int64_t kind;		   /* enum tick_kind */
	int64_t uid;		   /* of the process */
	struct clock_reading sign; /* of its start */
	/* The clock, if it was not plausible at the start or since; now_us 0:
	 * it was. */
	struct clock_reading doubt;
};

/* Add the row of a tick that starts; sets t->id (open transaction). */
enum store_rc store_tick_start(struct store *st, struct store_tick *t);

/* Write ended_us and the counts; drop all but the newest rows. */
enum store_rc store_tick_end(struct store *st, const struct store_tick *t);

/*
 * Set *other to the user whose cron starts the ticker, if it is another than
 * uid and uid's has not run lately; STORE_NOTFOUND otherwise.
 */
enum store_rc store_tick_foreign(struct store *st, int64_t uid, int64_t *other);

/*
 * Set *out to whether a tick has started after t, with a later end of its
 * window, and has not ended.  It may have been killed; then the next one starts
 * soon.
 */
enum store_rc store_tick_is_relieved(struct store *st,
    const struct store_tick *t, bool *out);

/*
 * Read the clock of the newest tick whose clock was plausible, and that of the
 * newest tick if it was not; STORE_NOTFOUND: none.
 */
enum store_rc store_tick_believed(struct store *st, struct clock_reading *out);
enum store_rc store_tick_doubted(struct store *st, struct clock_reading *out);

/* Read the time of the last tick of the kind; 0: none. */
enum store_rc store_tick_of_kind(struct store *st, enum tick_kind kind,
    int64_t *out);

/* Read start, end of the window and end of the newest tick; STORE_NOTFOUND. */
enum store_rc store_tick_newest_any(struct store *st, struct store_tick *out);

/*
 * The latest time by which anything was decided: read it (0: none), raise it,
 * set it back (open transaction).
 */
enum store_rc store_mark(struct store *st, int64_t *out);
enum store_rc store_mark_raise(struct store *st, int64_t at_us);
enum store_rc store_mark_set(struct store *st, int64_t at_us);

/*
 * Read the newest tick that cron started with a plausible clock;
 * STORE_NOTFOUND: none.
 */
enum store_rc store_tick_last(struct store *st, struct store_tick *out);

/*
 * The intervals of the newest ticks; medians, so that neither an outage nor a
 * clock change affects them.
 */
struct store_pace {
	int64_t cadence_us; /* from start to start */
	/* From the end (of a killed one, the start) to the next start: no
	 * ticker runs. */
	int64_t gap_us;
};

/* Measure them; STORE_NOTFOUND with fewer than three ticks. */
enum store_rc store_tick_pace(struct store *st, struct store_pace *out);

#endif
