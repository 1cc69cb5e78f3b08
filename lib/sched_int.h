#ifndef LIB_SCHED_INT_H
#define LIB_SCHED_INT_H

#include "lib/sched.h"

/* Private to lib/sched*. */

/* sched_store, making the memory store if need be; STORE_NOTFOUND when the
 * host has no place for one. */
enum store_rc sched_store_make(struct sched *s, enum job_kind kind,
    struct store **out);

/* Commit when rc is STORE_OK, else roll back; what came of it. */
enum store_rc sched_end(struct store *st, enum store_rc rc);

/* One audit row in the open transaction. */
enum store_rc sched_audit(struct sched *s, struct store *st, const char *action,
    const char *queue, const char *job_id);

#endif
