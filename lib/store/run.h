#ifndef LIB_STORE_RUN_H
#define LIB_STORE_RUN_H

#include <stdbool.h>

#include "lib/record/run.h"
#include "lib/db/store.h"

/*
 * Insert a ledger row and set its number, with an alert if its state has one
 * (open transaction).  STORE_CONFLICT: the slot has a row already: it was
 * decided before, and must not run again.
 */
enum store_rc store_run_insert(struct store *st, struct run *r);

/*
 * Change the state of a run, with an alert if the state has one, and with its
 * work if the state says how that stands (open transaction).  STORE_NOTFOUND:
 * no such row.
 */
struct store_run_set {
	int64_t run; /* number of the row */
	enum run_state state;
	const char *reason; /* or NULL */
	bool is_open;	    /* its target is polled for its end */
	int64_t attempts;
	int64_t started_us; /* of the last attempt; 0: not known */
	int64_t finished_us;
};
enum store_rc store_run_set(struct store *st, const struct store_run_set *s);

/*
 * Extend the last row of r->job so that it covers r's slots.  STORE_NOTFOUND,
 * with nothing done, unless that row has the state and reason of r and is
 * before it.
 */
enum store_rc store_run_extend(struct store *st, const struct run *r);

/*
 * Find the next range without a row of the job: from from_us, or from the end
 * of the row that covers it, to the next row (*end_us INT64_MAX: none).  It is
 * empty, *end_us < *begin_us, if two rows adjoin.
 */
enum store_rc store_run_free(struct store *st, int64_t job, int64_t from_us,
    int64_t *begin_us, int64_t *end_us);

/* A position in the order of lists: by slot, then number, newest first. */
struct store_run_cursor {
	int64_t slot_us;
	int64_t row;
};

struct store_run_filter {
	const char *queue;    /* NULL: all */
	const char *job_id;   /* NULL: all; needs a queue */
	enum run_state state; /* RUN_STATE__MAX: all */
	unsigned states;      /* instead: bits, 1 << a state; 0: none */
	bool is_bad_too;      /* with those that did not succeed */
	bool is_oldest_first; /* the order; what below is, too */
	unsigned outcomes;    /* bits, 1 << an outcome; 0: all */
	int64_t from_us;      /* first slots from here on; newest first */
	int64_t to_us;	      /* and before here; oldest first */
	struct store_run_cursor below; /* rows that come after this one */
	int64_t limit;
};

/*
 * Add the newest rows that match, newest slot first, or the oldest ones.  Every
 * combination is searched in an index, except that "sent" is searched among
 * all.
 */
enum store_rc store_run_list(struct store *st, const struct store_run_filter *f,
    struct run_list *out);

/*
 * Add the rows with a higher number than row, by it: all, those of a queue, or
 * of a job.
 */
struct store_run_after {
	const char *queue;  /* NULL: all */
	const char *job_id; /* NULL: all; needs a queue */
	int64_t row;
};
enum store_rc store_run_after(struct store *st, const struct store_run_after *w,
    struct run_list *out);

/* Read a row by its number into the zeroed *out; STORE_NOTFOUND.  Read the
 * highest number; 0: none. */
enum store_rc store_run_row(struct store *st, int64_t row, struct run *out);
enum store_rc store_run_newest_row(struct store *st, int64_t *out);

/* Runs with slots in a stretch of time: of all queues, of one, of a job. */
struct store_run_window {
	const char *queue;  /* NULL: all */
	const char *job_id; /* NULL: all; needs a queue */
	int64_t from_us;
	int64_t to_us; /* exclusive */
};

/*
 * Count the rows of a window in a state (RUN_STATE__MAX: in any; not RUN_SENT,
 * which no index has).
 */
enum store_rc store_run_count(struct store *st,
    const struct store_run_window *w, enum run_state state, int64_t *out);

/*
 * Call see with the queue, slot and outcome of each row of a window that was
 * handed over and did not succeed: OUTCOMES_BAD or OUTCOME_CANCELED.
 */
typedef void store_run_visit(void *cookie, const char *queue, int64_t slot_us,
    enum outcome o);
enum store_rc store_run_bad(struct store *st, const struct store_run_window *w,
    store_run_visit *visit, void *cookie);

/*
 * Call see with the queue and duration of the last attempt at each of the
 * newest limit runs, from from_us on, that has ended; is_loose: it has no job.
 */
typedef void store_run_took_visit(void *cookie, const char *queue,
    bool is_loose, int64_t took_us);
struct store_run_newest {
	int64_t from_us;
	int64_t limit;
};
enum store_rc store_run_took(struct store *st, const struct store_run_newest *w,
    store_run_took_visit *visit, void *cookie);

/*
 * Read when the newest run that succeeded ended, among the newest 100 of the
 * job of that number; STORE_NOTFOUND.
 */
enum store_rc store_run_last_success(struct store *st, int64_t job,
    int64_t *out_us);

/*
 * Read the outcome of the newest run that has ended, likewise; *out is
 * unchanged if there is none.
 */
enum store_rc store_run_last_end(struct store *st, int64_t job,
    enum outcome *out);

/*
 * Return the first queue after the one named (start with "") that has runs,
 * owned; STORE_NOTFOUND.
 */
enum store_rc store_run_queue(struct store *st, const char *after, char **out);

/*
 * Is the name, which runs have as their queue, that of a service at which the
 * Render API started runs?
 */
enum store_rc store_run_is_direct(struct store *st, const char *queue,
    bool *out);

/* Add the runs named id: a name is that of one run in each queue. */
enum store_rc store_run_named(struct store *st, const char *id,
    struct run_list *out);

/* Read the oldest of them into the zeroed *out; STORE_NOTFOUND. */
enum store_rc store_run_get(struct store *st, const char *id, struct run *out);

/* A job and, for one call, a range: from at_us to until_us. */
struct store_run_at {
	const char *queue;
	const char *job_id;
	int64_t at_us;
	int64_t until_us;
};

/*
 * Read the row that covers a time, the newest of several; the newest row of
 * all.  *out must be zero; STORE_NOTFOUND.
 */
enum store_rc store_run_at(struct store *st, const struct store_run_at *w,
    struct run *out);
enum store_rc store_run_newest(struct store *st, const struct store_run_at *w,
    struct run *out);

/* Read the newest row of a job by its number; *out must be zero;
 * STORE_NOTFOUND. */
enum store_rc store_run_newest_of(struct store *st, int64_t job,
    struct run *out);

/* Set *out to whether the job succeeded at a slot after w->at_us. */
enum store_rc store_run_success_after(struct store *st,
    const struct store_run_at *w, bool *out);

/*
 * Read the row that decided exactly at_us, of the job or a deleted one; a
 * missed one only if there is no other.  *out must be zero, and stays empty for
 * a pruned run; STORE_NOTFOUND.
 */
enum store_rc store_run_once(struct store *st, const struct store_run_at *w,
    struct run *out);

/* A remembered one-off was requested at now_us: it is remembered for longer. */
enum store_rc store_run_once_exists(struct store *st,
    const struct store_run_at *w, int64_t now_us);

/* Read the last slot that was pruned from the job's ledger; 0: none. */
enum store_rc store_run_pruned(struct store *st, const struct store_run_at *w,
    int64_t *last_us);

/*
 * Read the last slot of the job that has a row; *out_us is unchanged if there
 * is none.
 */
enum store_rc store_run_decided(struct store *st, int64_t job, int64_t *out_us);

#endif
