#ifndef LIB_SCHED_SCHED_INT_H
#define LIB_SCHED_SCHED_INT_H

#include "lib/sched/ledger.h"
#include "lib/sched/sched.h"

struct trigger;

/* Private to lib/sched*. */

/*
 * May a job of the kind begin to run?  STORE_FULL: nobody would run it
 * (sched_memory_ticks), which is logged and kept for sched_memory_why.
 */
enum store_rc sched_may_run(struct sched *s, enum job_kind kind);

/* sched_store, making the memory store if need be; STORE_NOTFOUND when the
 * host has no place for one. */
enum store_rc sched_store_make(struct sched *s, enum job_kind kind,
    struct store **out);

/* Commit when rc is STORE_OK, else roll back; what came of it. */
enum store_rc sched_end(struct store *st, enum store_rc rc);

/*
 * A ledger row for the slots of what->job, by what->trigger, from its cursor
 * to until_us, which will never run: paused if the job is, missed as
 * quarantined if it is that, else missed for what->reason (open transaction).
 */
enum store_rc sched_account(struct store *st, const struct ledger_entry *what,
    int64_t until_us);

/* The trigger of a stored job, or NULL when its text cannot be read. */
struct trigger *sched_job_trigger(struct sched *s, const struct job *j);

/*
 * A name for a run of job beside its schedule: the instant now_us or, where
 * that is a slot of t (NULL: not known) or in a row, the next one that is
 * free (open transaction).
 */
enum store_rc sched_free_us(struct store *st, int64_t job,
    const struct trigger *t, int64_t now_us, int64_t *out);

/* Find a job in the store of kind, or in each; *st gets its store. */
enum store_rc sched_find(struct sched *s, enum job_kind kind,
    const char *const name[2], struct store **st, struct job *out);

/* Let j run next at slot_us, a slot of t, or never; a paused one waits. */
void sched_set_cursor(struct job *j, const struct trigger *t, int64_t slot_us);

/*
 * The schedule of j begins anew, with t and at its cursor: put that behind
 * what the ledger has decided (a date keeps its instant), and note what t was
 * computed by and the trigger that its row, not written yet, had till then
 * (open transaction).
 */
enum store_rc sched_begin_anew(struct store *st, struct job *j,
    const struct trigger *t);

/* Which slots of a job that is changed are over: up to until_us, but for
 * keep_us (TRIGGER_NONE: none), which is to run as the job is now. */
struct sched_over {
	int64_t until_us;
	int64_t keep_us;
};

/* sched_account of those by the trigger j has, if that can be read, as "WHAT
 * by ACTOR". */
enum store_rc sched_account_change(struct sched *s, struct store *st,
    const struct job *j, const struct sched_over *over, const char *what);

/* Note what zone data t was computed by, if new data would change its slots
 * (open transaction). */
enum store_rc sched_note_zone(struct store *st, const struct trigger *t);

/* A job as it was, as it is to be (changed_us is now; cursor and next run are
 * those of before; its state is what it is to become), and the word for the
 * rows of what will not run: "changed". */
struct redefinition {
	const struct job *old;
	struct job *job;
	const char *what;
};

/*
 * Write that (open transaction).  A trigger that means the same keeps the
 * cursor; by another the schedule begins anew.  A date whose time passed while
 * it was paused ends when it is to run again: then job->ran is set.
 * STORE_CONFLICT: it can never fire again.
 */
enum store_rc sched_redefine(struct sched *s, struct store *st,
    const struct redefinition *d);

/*
 * Has the one slot of j, whose trigger is t, been decided before, under its
 * name, perhaps that of a job that is gone?  STORE_OK: by j->ran;
 * STORE_NOTFOUND: no, t is no date, or the name is yet to be made up.
 */
enum store_rc sched_once_ran(struct sched *s, struct job *j,
    const struct trigger *t, int64_t now_us);

/* What has decided the slot slot_us of j's name, into j->ran. */
enum store_rc sched_once_find(struct sched *s, struct job *j, int64_t slot_us,
    int64_t now_us);

/* The instant of j, a date by t, passed while it was paused: write that, and
 * let it be j->ran.  j has no further slot then; its row is to be deleted. */
enum store_rc sched_once_end(struct sched *s, struct store *st, struct job *j,
    const struct trigger *t);

/* Account for what is due of j, then delete it, "WHAT by ACTOR" (open
 * transaction). */
enum store_rc sched_remove(struct sched *s, struct store *st,
    const struct job *j, const char *what);

/* Let j be paused by the actor, since now_us; STORE_FULL without memory. */
enum store_rc sched_set_paused(struct sched *s, struct job *j, int64_t now_us);

/*
 * Let j, which is not active, run again from now_us on, and account for what
 * it did not meanwhile.  A date that was paused at its instant ends with that
 * (sched_once_end).  STORE_CONFLICT, with j as it was, when its trigger cannot
 * be read or has no further slot.
 */
enum store_rc sched_set_active(struct sched *s, struct store *st, struct job *j,
    int64_t now_us);

/*
 * One change to one job: what runs inside the transaction, on the job as read
 * there, and its word in the audit.
 */
struct sched_change {
	const char *action;
	bool is_start; /* sets, keeps or starts what the job launches */
	enum store_rc (*apply)(struct sched *s, struct store *st, struct job *j,
	    int64_t now_us, void *cookie);
	void *cookie;
};

/*
 * Change the named job, name[0] its queue and name[1] its id, in one
 * transaction with its audit row; what it is like then into *out (may be
 * NULL).
 */
enum store_rc sched_change_job(struct sched *s, enum job_kind kind,
    const char *const name[2], const struct sched_change *c, struct job *out);

/*
 * May the actor touch the queue (else STORE_NOTFOUND), set, keep or start the
 * service, that of a job's render (NULL: none), those of a queue's active jobs
 * (else STORE_DENIED), know of a run (else STORE_NOTFOUND)?  In the open
 * transaction, of what stands there then.
 */
enum store_rc sched_may_queue(const struct sched *s, const char *queue);
enum store_rc sched_may_service(const struct sched *s, const char *service);
enum store_rc sched_may_render(const struct sched *s, struct store *st,
    const char *render);
enum store_rc sched_may_launch(const struct sched *s, struct store *st,
    const char *queue);
enum store_rc sched_may_see(const struct sched *s, struct store *st,
    const struct run *r);

/* One audit row in the open transaction. */
enum store_rc sched_audit(struct sched *s, struct store *st, const char *action,
    const char *queue, const char *job_id);

#endif
