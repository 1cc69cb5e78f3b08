#ifndef LIB_STORE_RUN_H
#define LIB_STORE_RUN_H

#include <stdbool.h>

#include "lib/record/run.h"
#include "lib/db/store.h"

/*
 * Insert a ledger row and set its number, with its alert if it is news (open
 * transaction).  STORE_CONFLICT
 * when the slot has a row already: it was decided before, and must not be
 * launched again.
 */
enum store_rc store_run_insert(struct store *st, struct run *r);

/*
 * Change what became of a run, in the open transaction; with its alert if that
 * is news.  STORE_NOTFOUND: no such row.
 */
struct store_run_set {
	int64_t run; /* number of the row */
	enum run_state state;
	const char *reason; /* or NULL */
	bool is_open;	    /* its target is asked on how it ends */
};
enum store_rc store_run_set(struct store *st, const struct store_run_set *s);

/*
 * Lengthen the row that ends the ledger of r->job, so that it also covers
 * r's slots.  STORE_NOTFOUND, with nothing done, unless that row has the
 * state and the reason of r and lies before it.
 */
enum store_rc store_run_extend(struct store *st, const struct run *r);

/*
 * The next stretch without a row of the job: from from_us on, or from behind
 * the row that covers it, up to the next row (*end_us INT64_MAX: there is
 * none).  It is empty, *end_us < *begin_us, where two rows adjoin.
 */
enum store_rc store_run_free(struct store *st, int64_t job, int64_t from_us,
    int64_t *begin_us, int64_t *end_us);

/* A place in the order of lists: by slot, then number, newest first. */
struct store_run_cursor {
	int64_t slot_us;
	int64_t row;
};

struct store_run_filter {
	const char *queue;	       /* NULL: all */
	const char *job_id;	       /* NULL: all; needs a queue */
	enum run_state state;	       /* RUN_STATE__MAX: all */
	int64_t from_us;	       /* first slots from here on */
	struct store_run_cursor below; /* rows that come after this one */
	int64_t limit;
};

/*
 * Add the newest rows that match, newest slot first.  Each combination is a
 * search in an index, except that "sent" is looked for among all.
 */
enum store_rc store_run_list(struct store *st, const struct store_run_filter *f,
    struct run_list *out);

/* Add the runs named id: a name is that of one run in each queue. */
enum store_rc store_run_named(struct store *st, const char *id,
    struct run_list *out);

/* Read the oldest of them into the zeroed *out; STORE_NOTFOUND. */
enum store_rc store_run_get(struct store *st, const char *id, struct run *out);

/* Whose rows and, for one call, where: from at_us up to until_us. */
struct store_run_at {
	const char *queue;
	const char *job_id;
	int64_t at_us;
	int64_t until_us;
};

/*
 * The row that stands for an instant, the newest if there are several; the
 * newest row of all.  Into the zeroed *out; STORE_NOTFOUND.
 */
enum store_rc store_run_at(struct store *st, const struct store_run_at *w,
    struct run *out);
enum store_rc store_run_newest(struct store *st, const struct store_run_at *w,
    struct run *out);

/*
 * The row that decided exactly at_us, of the job or of one that is gone; one
 * that was missed only if there is no other.  Into the zeroed *out, which stays
 * empty for a run that retention took; STORE_NOTFOUND.
 */
enum store_rc store_run_once(struct store *st, const struct store_run_at *w,
    struct run *out);

/* One that is remembered alone was asked for at now_us: it is remembered for
 * longer. */
enum store_rc store_run_once_exists(struct store *st,
    const struct store_run_at *w, int64_t now_us);

/* The last slot retention took from the job's ledger; 0: none. */
enum store_rc store_run_pruned(struct store *st, const struct store_run_at *w,
    int64_t *last_us);

/*
 * The last slot of the job that has a row; *out_us is left alone when there
 * is none.
 */
enum store_rc store_run_decided(struct store *st, int64_t job, int64_t *out_us);

#endif
