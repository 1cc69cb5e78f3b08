#ifndef LIB_STORE_JOB_H
#define LIB_STORE_JOB_H

#include "lib/record/job.h"
#include "lib/db/store.h"

/* Rows of the job table.  Calls that change need an open transaction. */

/* Insert j and set its id; STORE_CONFLICT when (queue, job_id) is taken. */
enum store_rc store_job_insert(struct store *st, struct job *j);

/* Overwrite the whole row numbered j->id, except created_us. */
enum store_rc store_job_update(struct store *st, const struct job *j);

/* The slots before cursor_us are decided; the job runs next at next_run_us. */
enum store_rc store_job_advance(struct store *st, int64_t id,
    int64_t next_run_us, int64_t cursor_us);

/* Store state, reason, next run and cursor of j only. */
enum store_rc store_job_move(struct store *st, const struct job *j);

/*
 * Delete a row; its ledger and the reason stay: JOB_EXPIRED or "deleted by
 * owner".  STORE_NOTFOUND: no such job.
 */
enum store_rc store_job_delete(struct store *st, int64_t id, int64_t now_us,
    const char *reason);

/* The record of a deleted job, by its name. */
struct store_gone {
	int64_t at_us; /* 0: not known */
	char *reason;  /* owned; or NULL */
};

/* Read that of the newest job with the name into *out; STORE_NOTFOUND. */
enum store_rc store_job_gone(struct store *st, const char *queue,
    const char *job_id, struct store_gone *out);

/* Set *out to whether there is a record of a deleted job of the queue. */
enum store_rc store_job_gone_any(struct store *st, const char *queue,
    bool *out);

/* Add up to limit jobs that are in quarantine, the oldest first. */
enum store_rc store_job_quarantined(struct store *st, int limit,
    struct job_list *out);

/* Call see with each queue that has such jobs, and their number. */
enum store_rc store_job_quarantined_queues(struct store *st,
    void (*visit)(void *arg, const char *queue, int64_t n), void *arg);

/*
 * Call see with the number and name of each job of a queue, by name, up to
 * limit of them, until it returns false.
 */
typedef bool store_job_visit(void *cookie, int64_t job, const char *queue,
    const char *job_id);
enum store_rc store_job_names(struct store *st, const char *queue,
    int64_t limit, store_job_visit *visit, void *cookie);

/*
 * Return the first queue after the one named (start with "") that has jobs,
 * owned; STORE_NOTFOUND.
 */
enum store_rc store_job_queue(struct store *st, const char *after, char **out);

/*
 * Count the jobs of a queue (NULL: of all) whose next run is before before_us,
 * up to limit.
 */
enum store_rc store_job_count_overdue(struct store *st, const char *queue,
    int64_t before_us, int64_t limit, int64_t *out);

/* Count jobs: in quarantine; paused; with a misfire grace below grace_us. */
enum store_rc store_job_count_quarantined(struct store *st, int64_t *out);
enum store_rc store_job_count_paused(struct store *st, int64_t *out);
enum store_rc store_job_count_grace(struct store *st, int64_t grace_us,
    int64_t *out);

/* Count the jobs in another zone than zone. */
enum store_rc store_job_count_other_zone(struct store *st, const char *zone,
    int64_t *out);

/* Read the highest number of a job, 0 without any. */
enum store_rc store_job_newest(struct store *st, int64_t *out);

/*
 * Call see with each service of an active job of the queue (NULL: of one that
 * cannot be parsed), until it returns true; *out: whether it did.
 */
enum store_rc store_job_services(struct store *st, const char *queue,
    bool (*visit)(void *arg, const char *service), void *arg, bool *out);

/*
 * The same for the first limit of those jobs that can be parsed, for warnings.
 */
enum store_rc store_job_services_some(struct store *st, const char *queue,
    int limit, bool (*visit)(void *arg, const char *service), void *arg);

/* Add up to limit jobs, of one queue or (NULL) of all, numbered up to id. */
enum store_rc store_job_batch(struct store *st, const char *queue, int64_t id,
    int limit, struct job_list *out);

/* Read one job into the initialised *out; STORE_NOTFOUND. */
enum store_rc store_job_get(struct store *st, const char *queue,
    const char *job_id, struct job *out);

/* Add the jobs of an owner, by name. */
enum store_rc store_job_list_owned(struct store *st, const char *owner,
    struct job_list *out);

/* Add up to limit jobs by name, after the names of a queue and a job. */
enum store_rc store_job_named(struct store *st, const char *const after[2],
    int limit, struct job_list *out);

/* Add up to limit jobs due at now_us to out, oldest next run first. */
enum store_rc store_job_due(struct store *st, int64_t now_us, int limit,
    struct job_list *out);

/* The same of one queue. */
enum store_rc store_job_due_queue(struct store *st, const char *queue,
    int64_t now_us, int limit, struct job_list *out);

/* The earliest next run of all active jobs, JOB_NEVER if none. */
enum store_rc store_job_next(struct store *st, int64_t *out_us);

/*
 * A position in the order of lists: by next run, then id; jobs without one
 * last.
 */
struct store_job_cursor {
	int64_t next_run_us; /* JOB_NEVER for those without */
	int64_t id;
};

/* Add up to limit jobs that come after *after; queue NULL = all. */
enum store_rc store_job_list(struct store *st, const char *queue,
    const struct store_job_cursor *after, int64_t limit, struct job_list *out);

/* Number of jobs; queue NULL = all. */
enum store_rc store_job_count(struct store *st, const char *queue,
    int64_t *out);

/*
 * Call see with each service of the first jobs at Render, limit of them, and
 * the number of these.
 */
enum store_rc store_job_services_first(struct store *st, int64_t limit,
    void (*visit)(void *arg, const char *service, int64_t n), void *arg);

#endif
