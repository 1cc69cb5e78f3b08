#ifndef LIB_SCHED_INT_H
#define LIB_SCHED_INT_H

#include "lib/sched.h"

struct trigger;

/* Private to lib/sched*. */

/* sched_store, making the memory store if need be; STORE_NOTFOUND when the
 * host has no place for one. */
enum store_rc sched_store_make(struct sched *s, enum job_kind kind,
    struct store **out);

/* Commit when rc is STORE_OK, else roll back; what came of it. */
enum store_rc sched_end(struct store *st, enum store_rc rc);

/*
 * One ledger row for the slots of j from its cursor to until_us, which will
 * never run: paused if j is, else missed for that reason.  None if there are
 * no such slots, or the first was decided before (open transaction).
 */
enum store_rc sched_account(struct store *st, const struct job *j,
    const struct trigger *t, int64_t until_us, const char *reason);

/* One audit row in the open transaction. */
enum store_rc sched_audit(struct sched *s, struct store *st, const char *action,
    const char *queue, const char *job_id);

#endif
