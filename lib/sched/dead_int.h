#ifndef LIB_SCHED_DEAD_INT_H
#define LIB_SCHED_DEAD_INT_H

#include "lib/record/dead.h"
#include "lib/sched/sched.h"

/* Private to lib/sched_dead*.c. */

/* Where dead letters are: each place of each store, in the order of a list. */
#define SCHED_DEAD_SOURCES (JOB_KIND__MAX * DEAD_ORIGIN__MAX)

/* The store of a source, and the place in it. */
enum job_kind sched_dead_kind(int source);
enum dead_origin sched_dead_origin(int source);

/* What is done with each queue of a source; STORE_LIMIT: enough. */
typedef enum store_rc sched_dead_on_queue(struct store *st, int source,
    const char *queue, void *cookie);

/*
 * Call f for the queue name[0] or, where that is NULL, for each that has a dead
 * letter there and that the actor may touch, by name, behind name[1].
 */
enum store_rc sched_dead_each(struct sched *s, int source,
    const char *const name[2], sched_dead_on_queue *f, void *cookie);

#endif
