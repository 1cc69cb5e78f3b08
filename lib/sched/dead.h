#ifndef LIB_SCHED_DEAD_H
#define LIB_SCHED_DEAD_H

#include "lib/record/dead.h"
#include "lib/sched/sched.h"

/*
 * Dead letters of a queue, or of every queue the actor may access, in both
 * stores and from both origins: messages delivered too often without an
 * acknowledgment, and messages that no broker accepted.  Each is identified by
 * its run.
 */

struct sched_dead_opts {
	const char *queue;  /* NULL: all */
	int64_t limit;	    /* 1 or more */
	const char *cursor; /* NULL or "": from the start */
};

/*
 * Size of a cursor, which contains the name of a queue in hexadecimal digits.
 */
#define SCHED_DEAD_CURSOR_MAX (32 + 2 * JOB_NAME_MAX)

/*
 * List into the empty *out: by store, origin and queue, the oldest rows first.
 * *next becomes "" at the end, else the cursor of the next page.
 * STORE_NOTFOUND: the cursor is invalid, or of another list.
 */
enum store_rc sched_dead_list(struct sched *s, const struct sched_dead_opts *o,
    struct dead_list *out, char next[SCHED_DEAD_CURSOR_MAX]);

/*
 * Count the reasons of the first 1,000 of a queue (NULL: of all), the most
 * frequent first.
 */
enum store_rc sched_dead_reasons(struct sched *s, const char *queue,
    struct dead_reasons *out);

/*
 * Read one of a queue (NULL: any) into the zeroed *out (dead_fini in every
 * case).  STORE_NOTFOUND: no such dead letter; STORE_LIMIT: several queues
 * have one of that name.
 */
enum store_rc sched_dead_get(struct sched *s, const char *queue, const char *id,
    struct dead *out);

/*
 * Replay a dead letter as if it had never been tried: in the embedded queue it
 * becomes ready; for a broker it becomes due under its run's id, so that a
 * broker that has it recognizes it.  Or purge it; its run stays as it is.  id
 * NULL: all of the queue, 1,000 per transaction.  *n = how many, including
 * those before a failure.  STORE_NOTFOUND: no such id.
 */
enum store_rc sched_dead_replay(struct sched *s, const char *queue,
    const char *id, int64_t *n);
enum store_rc sched_dead_purge(struct sched *s, const char *queue,
    const char *id, int64_t *n);

/* Which dead letters: those named, or else all of a queue with a reason. */
struct sched_dead_pick {
	const char *queue;  /* NULL: of any queue; needs ids */
	const char **ids;   /* sorted here; duplicates count once */
	size_t n;	    /* 0: by reason */
	const char *reason; /* NULL: any */
};

/* The result. */
struct sched_dead_done {
	int64_t n;
	const char *id; /* the one that failed; borrowed from ids, or NULL */
};

/*
 * The same for several.  Named ones are processed in one transaction, all or
 * none: STORE_NOTFOUND if one does not exist; STORE_LIMIT if several queues
 * have one of that name.  (If they are in both stores, these are committed one
 * after the other.) Those of a reason are processed 1,000 per transaction.
 */
enum store_rc sched_dead_replay_some(struct sched *s,
    const struct sched_dead_pick *p, struct sched_dead_done *out);
enum store_rc sched_dead_purge_some(struct sched *s,
    const struct sched_dead_pick *p, struct sched_dead_done *out);

#endif
