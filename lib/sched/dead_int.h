#ifndef LIB_SCHED_DEAD_INT_H
#define LIB_SCHED_DEAD_INT_H

#include "lib/record/dead.h"
#include "lib/sched/sched.h"

/* Private to lib/sched/dead*.c. */

/*
 * Sources of dead letters: each origin in each store, in the order of a list.
 */
#define SCHED_DEAD_SOURCES (JOB_KIND__MAX * DEAD_ORIGIN__MAX)

/* The store of a source, and the origin in it. */
enum job_kind sched_dead_kind(int source);
enum dead_origin sched_dead_origin(int source);

/* Called for each queue of a source; STORE_LIMIT ends the walk. */
typedef enum store_rc sched_dead_on_queue(struct store *st, int source,
    const char *queue, void *cookie);

/*
 * Call f for the queue name[0] or, if that is NULL, for each queue after
 * name[1], in order of names, that has a dead letter in the source and that
 * the actor may access.
 */
enum store_rc sched_dead_each(struct sched *s, int source,
    const char *const name[2], sched_dead_on_queue *f, void *cookie);

#endif
