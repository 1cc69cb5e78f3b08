#ifndef LIB_JOB_RENDER_JOB_H
#define LIB_JOB_RENDER_JOB_H

#include <stddef.h>
#include <stdint.h>

#include "lib/trigger/describe.h"

struct buf;
struct delivery;
struct delivery_list;
struct warns;

/* Our runs in the words of Render's API: jobs, lists of them, cursors. */

/* So many a page unless asked, and at most. */
#define RENDER_PAGE 20
#define RENDER_PAGE_MAX 100

/*
 * Append a job: {"id","serviceId","startCommand","planId","createdAt",
 * "status","startedAt"?,"finishedAt"?,"renderJobId"?,"reason"?}.  What is not
 * known is left out, but for planId, which is "" then; the id is ours.  The
 * reason is that of the ledger: how the job ended, or what it waits for.
 */
void render_job_json(const struct delivery *d, struct buf *out);

/* Append {"id","serviceId","status"}, for those who may not read the rest. */
void render_job_json_brief(const struct delivery *d, struct buf *out);

/*
 * The same for one that was just created: with "warnings", a list of texts in
 * lang, if there are any.
 */
void render_job_json_created(const struct delivery *d, const struct warns *ws,
    enum describe_lang lang, struct buf *out);

/*
 * Append the first n of l as [{"id":…,"status":…,…,"job":{…},"cursor":"…"}]:
 * the members of each job beside "job" and "cursor", for clients that expect
 * a plain array of jobs; Render's schema allows further members.
 */
void render_jobs_json(const struct delivery_list *l, size_t n, struct buf *out);

/* Append what marks the place of a run in lists: they go on after it. */
void render_cursor_print(const struct delivery *d, struct buf *out);

/* What a list said into *below; -1 when it is no cursor. */
int render_cursor_parse(const char *cursor, int64_t *below);

/*
 * Append the words of a list with commas between, "pending,running", to a set
 * ",pending,running,", which may be empty at first.  0, or -1 when one is none
 * of pending, running, succeeded, failed, canceled.
 */
int render_statuses_add(const char *list, struct buf *set);

#endif
