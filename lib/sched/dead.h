#ifndef LIB_SCHED_DEAD_H
#define LIB_SCHED_DEAD_H

#include "lib/record/dead.h"
#include "lib/sched/sched.h"

/*
 * Dead letters of a queue, of both stores and both places: messages delivered
 * too often and never acknowledged, and those no broker took.  Either is
 * named by its run.
 */

struct sched_dead_opts {
	const char *queue;
	int64_t limit;	    /* 1 or more */
	const char *cursor; /* NULL or "": from the start */
};

/*
 * Into the empty *out: store by store, place by place, the oldest rows first.
 * *next becomes "" at the end, else the cursor of the following page.
 * STORE_NOTFOUND: the cursor is no cursor.
 */
enum store_rc sched_dead_list(struct sched *s, const struct sched_dead_opts *o,
    struct dead_list *out, char next[SCHED_CURSOR_MAX]);

/* Read one into the zeroed *out (dead_fini, whatever came of it);
 * STORE_NOTFOUND. */
enum store_rc sched_dead_get(struct sched *s, const char *queue, const char *id,
    struct dead *out);

/*
 * Try it again, as if it had never been tried: in the embedded queue it is
 * ready; for a broker it is due under its run's id, so that one that has it
 * knows it.  Or forget it; its run stays as it is.  id NULL: all of the
 * queue, 1,000 a transaction.  *n = how many, also of those before a failure.
 * STORE_NOTFOUND: there is none of that id.
 */
enum store_rc sched_dead_replay(struct sched *s, const char *queue,
    const char *id, int64_t *n);
enum store_rc sched_dead_purge(struct sched *s, const char *queue,
    const char *id, int64_t *n);

#endif
