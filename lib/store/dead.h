#ifndef LIB_STORE_DEAD_H
#define LIB_STORE_DEAD_H

#include "lib/record/dead.h"
#include "lib/db/store.h"

/*
 * Dead letters: messages of the embedded queue that no consumer acknowledged,
 * and those of the outbox that no broker accepted.  Functions that change need
 * an open transaction.
 */

/* A selection: up to limit after the row numbered after. */
struct store_dead_ask {
	enum dead_origin origin;
	const char *queue;
	int64_t after;
	int64_t limit;
	const char *reason; /* NULL: all; for store_dead_rows */
};

/* Add them, by row; the caller sets their kind. */
enum store_rc store_dead_list(struct store *st,
    const struct store_dead_ask *ask, struct dead_list *out);

/* Read the row numbers only, up to STORE_DEAD_ROWS even if limit is larger. */
#define STORE_DEAD_ROWS 1000
enum store_rc store_dead_rows(struct store *st,
    const struct store_dead_ask *ask, int64_t out[STORE_DEAD_ROWS], size_t *n);

/*
 * Return the first queue after the one named (start with "") that has a dead
 * letter of that origin, owned; STORE_NOTFOUND.
 */
enum store_rc store_dead_queue(struct store *st, enum dead_origin origin,
    const char *after, char **out);

/*
 * Call see with each dead letter of a queue, by row, until it returns something
 * other than STORE_OK, which is then the result.  job_id is NULL if it has
 * none.
 */
struct store_dead_name {
	int64_t row;
	const char *id;
	const char *job_id;
};
typedef enum store_rc store_dead_visit(void *cookie,
    const struct store_dead_name *n);
enum store_rc store_dead_names(struct store *st,
    const struct store_dead_ask *ask, store_dead_visit *visit, void *cookie);

/* Add the reasons of the first limit ones; *n is the number of those read. */
enum store_rc store_dead_reasons(struct store *st,
    const struct store_dead_ask *ask, struct dead_reasons *out, int64_t *n);

/*
 * Read the one named id, of either origin, into *out, which must be zero
 * (dead_fini, also after a failure); STORE_NOTFOUND.
 */
enum store_rc store_dead_get(struct store *st, const char *queue,
    const char *id, struct dead *out);

/* A dead letter by its row. */
struct store_dead_row {
	enum dead_origin origin;
	int64_t row;
};

/*
 * Make it ready or due, as if it had never been tried; delete it.
 * STORE_NOTFOUND: it no longer exists.
 */
enum store_rc store_dead_replay(struct store *st,
    const struct store_dead_row *r, int64_t now_us, const char *reason);
enum store_rc store_dead_purge(struct store *st,
    const struct store_dead_row *r);

#endif
