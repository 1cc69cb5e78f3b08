#ifndef LIB_SCHED_SCHED_INT_H
#define LIB_SCHED_SCHED_INT_H

#include "lib/sched/ledger.h"
#include "lib/sched/sched.h"

struct trigger;

/* Private to lib/sched/. */

/*
 * May a job of the kind start to run?  STORE_FULL: no ticker would run it
 * (sched_memory_ticks), which is logged and kept for sched_memory_why.
 */
enum store_rc sched_may_run(struct sched *s, enum job_kind kind);

/*
 * As sched_store, but creates the memory store if needed; STORE_NOTFOUND if
 * the host has no place for one.
 */
enum store_rc sched_store_make(struct sched *s, enum job_kind kind,
    struct store **out);

/* How often a message of the embedded queue is delivered before it is dead. */
int64_t sched_max_deliveries(const struct sched *s, const char *queue);

/* Let a store that was just opened write the alerts that the owner wants. */
void sched_set_alerts(const struct sched *s, struct store *st);

/* Commit if rc is STORE_OK, else roll back; returns the result. */
enum store_rc sched_end(struct store *st, enum store_rc rc);

/*
 * Write a ledger row for the slots of what->job, by what->trigger, from its
 * cursor to until_us, which will never run: paused if the job is, missed with
 * the reason of a quarantine, else paused (what->is_held) or missed for
 * what->reason (open transaction).
 */
enum store_rc sched_account(struct store *st, const struct ledger_entry *what,
    int64_t until_us);

/* The trigger of a stored job, or NULL if its text cannot be read. */
struct trigger *sched_job_trigger(struct sched *s, const struct job *j);

/*
 * A time to identify an extra run of job: now_us or, if that is a slot of t
 * (NULL: unknown) or covered by a row, the next free one (open transaction).
 */
enum store_rc sched_free_us(struct store *st, int64_t job,
    const struct trigger *t, int64_t now_us, int64_t *out);

/* Find a job in the store of kind, or in each; *st is its store. */
enum store_rc sched_find(struct sched *s, enum job_kind kind,
    const char *const name[2], struct store **st, struct job *out);

/*
 * Set the next run of j to slot_us, a slot of t, or none; a paused job has no
 * next run.
 */
void sched_set_cursor(struct job *j, const struct trigger *t, int64_t slot_us);

/*
 * Restart the schedule of j with t at its cursor: move the cursor past what
 * the ledger has decided (a date keeps its time), and record what t was
 * computed by and the trigger that its row, not written yet, had until now
 * (open transaction).
 */
enum store_rc sched_restart(struct store *st, struct job *j,
    const struct trigger *t);

/*
 * Which slots of a changed job will not run: up to until_us, except keep_us
 * (TRIGGER_NONE: none), which runs with the new definition.
 */
struct sched_cutoff {
	int64_t until_us;
	int64_t keep_us;
};

/*
 * sched_account for those slots by the trigger j has, if it can be read, as
 * "WHAT by ACTOR".
 */
enum store_rc sched_account_change(struct sched *s, struct store *st,
    const struct job *j, const struct sched_cutoff *cutoff, const char *what);

/*
 * Record the zone data t was computed by, if new data would change its slots
 * (open transaction).
 */
enum store_rc sched_note_zone(struct store *st, const struct trigger *t);

/*
 * A job as it was and as it is to be (changed_us is now; cursor and next run
 * are the old ones; state is the requested one), and the word for rows of
 * slots that will not run: "changed".
 */
struct redefinition {
	const struct job *old;
	struct job *job;
	const char *what;
};

/*
 * The two halves of sched_add, for several jobs in one transaction.  Prepare:
 * j gets a name if it has none, and its first slot by its trigger t.  Write
 * (open transaction): as sched_add.
 */
enum store_rc sched_add_prepare(struct sched *s, struct job *j,
    const struct trigger *t, int64_t now_us);
enum store_rc sched_add_write(struct sched *s, struct store *st, struct job *j,
    const struct trigger *t, bool is_replace);

/*
 * Write it (open transaction).  A trigger that means the same keeps the
 * cursor; with another the schedule restarts.  A date whose time passed while
 * it was paused ends when it is to run again: then job->ran is set.
 * STORE_CONFLICT: it can never fire again.
 */
enum store_rc sched_redefine(struct sched *s, struct store *st,
    const struct redefinition *d);

/*
 * Has the only slot of j, whose trigger is t, been decided before under its
 * name, possibly for a deleted job?  STORE_OK: by j->ran; STORE_NOTFOUND: no,
 * or t is no date, or the name is still to be generated.
 */
enum store_rc sched_once_ran(struct sched *s, struct job *j,
    const struct trigger *t, int64_t now_us);

/* Read what decided the slot slot_us of j's name into j->ran. */
enum store_rc sched_once_find(struct sched *s, struct job *j, int64_t slot_us,
    int64_t now_us);

/*
 * The time of j, a date by t, passed while it was paused: write that, and set
 * j->ran.  j then has no further slot, and its row is to be deleted.
 */
enum store_rc sched_once_end(struct sched *s, struct store *st, struct job *j,
    const struct trigger *t);

/*
 * Account for the due slots of j, then delete it, "WHAT by ACTOR" (open
 * transaction).
 */
enum store_rc sched_remove(struct sched *s, struct store *st,
    const struct job *j, const char *what);

/* Set j to paused by the actor, since now_us; STORE_FULL without memory. */
enum store_rc sched_set_paused(struct sched *s, struct job *j, int64_t now_us);

/*
 * Activate j, which is not active, from now_us on, and account for the slots
 * that did not run meanwhile.  A date that was paused at its time ends
 * (sched_once_end).  STORE_CONFLICT, with j unchanged, if its trigger cannot
 * be read or has no further slot.
 */
enum store_rc sched_set_active(struct sched *s, struct store *st, struct job *j,
    int64_t now_us);

/*
 * One change to one job: the function that runs inside the transaction, on the
 * job as read there, and its name in the audit.
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
 * transaction with its audit row; the resulting job into *out (may be NULL).
 */
enum store_rc sched_change_job(struct sched *s, enum job_kind kind,
    const char *const name[2], const struct sched_change *c, struct job *out);

/*
 * May the actor access the queue (else STORE_NOTFOUND); set, keep or start the
 * service, that of a job's render (NULL: none), those of a queue's active jobs
 * (else STORE_DENIED); see a run (else STORE_NOTFOUND)?  To be called in the
 * open transaction.
 */
enum store_rc sched_may_queue(const struct sched *s, const char *queue);
enum store_rc sched_may_service(const struct sched *s, const char *service);
enum store_rc sched_may_render(const struct sched *s, struct store *st,
    const char *render);
enum store_rc sched_may_launch(const struct sched *s, struct store *st,
    const char *queue);
enum store_rc sched_may_see(const struct sched *s, struct store *st,
    const struct run *r);

/* Append to the reason of a due run why it waits. */
enum store_rc sched_report_waiting(struct sched *s, struct run *r);

/* Write one audit row in the open transaction. */
enum store_rc sched_audit(struct sched *s, struct store *st, const char *action,
    const char *queue, const char *job_id);

#endif
