#ifndef FCGI_HANDLER_HANDLERS_H
#define FCGI_HANDLER_HANDLERS_H

#include <stdbool.h>

#include "lib/db/store.h"

#include "fcgi/api/http.h"

/* The handlers in the table of fcgi/routes.c, which describes each of them. */

/* h_jobs.c: jobs in numbers */
http_handler h_job_add;
http_handler h_job_list;
http_handler h_job_page;
http_handler h_job_delete_all;

/* h_job.c: one job */
http_handler h_job_get;
http_handler h_job_delete;
http_handler h_job_pause;
http_handler h_job_resume;
http_handler h_job_run;
http_handler h_job_patch;

/* h_fires.c: when all jobs will */
http_handler h_fires;

/* h_preview.c: when a trigger would fire */
http_handler h_preview;

/* tick.c: a tick by URL */
http_handler h_tick;

/* h_scheduler.c: a queue's switch */
http_handler h_scheduler_status;
http_handler h_scheduler_pause;
http_handler h_scheduler_resume;

/* h_queue.c, h_queue_config.c: queues as existing clients see them */
http_handler h_publish;
http_handler h_result_get;
http_handler h_msg_count;
http_handler h_queue_clear;
http_handler h_queue_names;
http_handler h_queue_configs;
http_handler h_queue_config;

/* h_consume.c, h_lease.c: the embedded queue and its consumers */
http_handler h_lease;
http_handler h_ack;
http_handler h_nack;
http_handler h_extend;
http_handler h_messages;
http_handler h_queues;

/* h_dead.c: what was given up; one message, or all of a queue */
http_handler h_dead_list;
http_handler h_dead_get;
http_handler h_dead_forget;
http_handler h_dead_replay;
http_handler h_dead_purge;
http_handler h_dead_replay_some;
http_handler h_dead_purge_some;

/* h_runs.c: the ledger */
http_handler h_runs;
http_handler h_runs_sums;
http_handler h_badge;
http_handler h_run_get;
http_handler h_run_replay;
http_handler h_why;

/* h_render.c: one-off jobs in the words of Render's API */
http_handler h_render_create;
http_handler h_render_list;
http_handler h_render_get;
http_handler h_render_cancel;

/* h_meta.c: the program itself */
http_handler h_index;
http_handler h_health;
http_handler h_health_not_ready;

/* h_metrics.c: numbers for Prometheus */
http_handler h_metrics;

/* h_report.c: what workers report */
http_handler h_run_start;
http_handler h_run_progress;
http_handler h_run_done;
http_handler h_run_fail;

/*
 * Read status, result and output of the body into *w, which borrows them; what
 * is wrong is a fault in res.
 */
struct sched_work;
struct work_progress;
void read_work(const struct request *req, struct sched_work *w,
    struct response *res);

/* Read percent and progress of a report or an extension. */
void read_progress(const struct request *req, struct work_progress *p,
    struct response *res);

/* Read the name of a queue or job; *out is NULL if it is absent or empty. */
struct faults;
void read_name(const struct request *req, const char *field, const char **out,
    struct faults *fs);

/*
 * As response_store, for the run id: not found, or to be chosen by its queue.
 * A run that the client may not see is not found.
 */
bool run_is_found(const char *id, struct response *res, enum store_rc rc);

#endif
