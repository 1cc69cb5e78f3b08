#ifndef LIB_STORE_DEAD_H
#define LIB_STORE_DEAD_H

#include "lib/record/dead.h"
#include "lib/db/store.h"

/*
 * Dead letters: messages of the embedded queue that nobody acknowledged, and
 * those of the outbox that no broker took.  Calls that change need an open
 * transaction.
 */

/* Which of them: up to limit behind the row numbered after. */
struct store_dead_ask {
	enum dead_origin origin;
	const char *queue;
	int64_t after;
	int64_t limit;
	const char *reason; /* those that have it; NULL: all; store_dead_rows */
};

/* Add them, by row; their kind is left to the caller. */
enum store_rc store_dead_list(struct store *st,
    const struct store_dead_ask *ask, struct dead_list *out);

/* The rows alone, up to STORE_DEAD_ROWS whatever the limit. */
#define STORE_DEAD_ROWS 1000
enum store_rc store_dead_rows(struct store *st,
    const struct store_dead_ask *ask, int64_t out[STORE_DEAD_ROWS], size_t *n);

/* The first queue behind the one named (start with "") that has one there, as
 * an owned string; STORE_NOTFOUND. */
enum store_rc store_dead_queue(struct store *st, enum dead_origin origin,
    const char *after, char **out);

/*
 * Call see with each of a queue, by row: its number, its name and its job's id
 * (NULL: none), until it returns something else than STORE_OK, which is then
 * the result.
 */
struct store_dead_name {
	int64_t row;
	const char *id;
	const char *job_id;
};
typedef enum store_rc store_dead_see(void *cookie,
    const struct store_dead_name *n);
enum store_rc store_dead_names(struct store *st,
    const struct store_dead_ask *ask, store_dead_see *see, void *cookie);

/* Add the reasons of the first ones, limit of them; *n = how many these
 * were. */
enum store_rc store_dead_reasons(struct store *st,
    const struct store_dead_ask *ask, struct dead_reasons *out, int64_t *n);

/* Read the one named id, wherever it is, into the zeroed *out (dead_fini,
 * also after a failure); STORE_NOTFOUND. */
enum store_rc store_dead_get(struct store *st, const char *queue,
    const char *id, struct dead *out);

/* One of them. */
struct store_dead_row {
	enum dead_origin origin;
	int64_t row;
};

/*
 * Let it be ready, or due, as if it had never been tried; forget it.
 * STORE_NOTFOUND: it is not there any more.
 */
enum store_rc store_dead_replay(struct store *st,
    const struct store_dead_row *r, int64_t now_us, const char *reason);
enum store_rc store_dead_purge(struct store *st,
    const struct store_dead_row *r);

#endif
