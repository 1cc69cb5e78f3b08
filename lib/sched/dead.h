#ifndef LIB_SCHED_DEAD_H
#define LIB_SCHED_DEAD_H

#include "lib/record/dead.h"
#include "lib/sched/sched.h"

/*
 * Dead letters of a queue, or of every queue the actor may touch; of both
 * stores and both places: messages delivered too often and never acknowledged,
 * and those no broker took.  Either is named by its run.
 */

struct sched_dead_opts {
	const char *queue;  /* NULL: all */
	int64_t limit;	    /* 1 or more */
	const char *cursor; /* NULL or "": from the start */
};

/* Room for a cursor, which has the name of a queue in hexadecimal digits. */
#define SCHED_DEAD_CURSOR_MAX (32 + 2 * JOB_NAME_MAX)

/*
 * Into the empty *out: store by store, place by origin, queue by queue, the
 * oldest rows first.  *next becomes "" at the end, else the cursor of the
 * following page.  STORE_NOTFOUND: the cursor is no cursor, or one of another
 * list.
 */
enum store_rc sched_dead_list(struct sched *s, const struct sched_dead_opts *o,
    struct dead_list *out, char next[SCHED_DEAD_CURSOR_MAX]);

/* Add how many of the first 1,000 of a queue (NULL: all) have each reason, the
 * most frequent first. */
enum store_rc sched_dead_reasons(struct sched *s, const char *queue,
    struct dead_reasons *out);

/* Read one of a queue (NULL: any) into the zeroed *out (dead_fini, whatever
 * came of it); STORE_NOTFOUND; STORE_LIMIT: several queues have one of that
 * name. */
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

/* Which of them: those named, or else all of a queue that have a reason. */
struct sched_dead_pick {
	const char *queue;  /* NULL: of any queue; needs ids */
	const char **ids;   /* put in order; one given twice counts once */
	size_t n;	    /* 0: those of the reason */
	const char *reason; /* NULL: whatever it is */
};

/* What came of it. */
struct sched_dead_done {
	int64_t n;
	const char
	    *id; /* the one that stopped it; borrowed from ids, or NULL */
};

/*
 * The same for several.  Those that are named go in one transaction, all or
 * none: STORE_NOTFOUND, one of them is not there; STORE_LIMIT, several queues
 * have one of that name.  (Where they lie in both stores, these are committed
 * one after the other.)  Those of a reason go 1,000 a transaction.
 */
enum store_rc sched_dead_replay_some(struct sched *s,
    const struct sched_dead_pick *p, struct sched_dead_done *out);
enum store_rc sched_dead_purge_some(struct sched *s,
    const struct sched_dead_pick *p, struct sched_dead_done *out);

#endif
