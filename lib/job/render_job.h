#ifndef LIB_JOB_RENDER_JOB_H
#define LIB_JOB_RENDER_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "lib/trigger/describe.h"

struct buf;
struct delivery;
struct delivery_list;
struct warns;

/* Runs in the form of Render's API: jobs, lists of jobs, cursors. */

/* Jobs of a page: by default, and at most. */
#define RENDER_PAGE_DEFAULT 20
#define RENDER_PAGE_MAX 100

/*
 * Append a job: {"id","serviceId","startCommand","planId","createdAt",
 * "status","startedAt"?,"finishedAt"?,"renderJobId"?,"reason"?}.  Unknown
 * members are left out, except planId, which is then ""; the id is the run's.
 * The reason is that of the ledger: how the job ended, or what it waits for.
 */
void render_job_json(const struct delivery *d, struct buf *out);

/* Append {"id","serviceId","status"}, for clients without read access. */
void render_job_json_brief(const struct delivery *d, struct buf *out);

/*
 * The same for a job that was just created: with "warnings", a list of texts
 * in lang, if there are any.
 */
void render_job_json_created(const struct delivery *d, const struct warns *ws,
    enum describe_lang lang, struct buf *out);

/*
 * Append the first n of l as
 * [{"id":…,"status":…,…,"job":{…},"cursor":"…"}].  The members of
 * each job are repeated at the top level for clients that expect a plain array
 * of jobs; Render's schema allows further members.
 */
void render_jobs_json(const struct delivery_list *l, size_t n, struct buf *out);

/* Append the cursor of a run: a list continues after it. */
void render_cursor_print(const struct delivery *d, struct buf *out);

/* Parse a cursor into *below; 0, or -1 if it is not a cursor. */
int render_cursor_parse(const char *cursor, int64_t *below);

/*
 * Append the names of a comma-separated list, "pending,running", to a set
 * ",pending,running,", which may be empty at first.  0, or -1 if one is not
 * pending, running, succeeded, failed or canceled.
 */
int render_statuses_add(const char *list, struct buf *set);

#endif
