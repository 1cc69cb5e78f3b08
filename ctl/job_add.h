#ifndef CTL_JOB_ADD_H
#define CTL_JOB_ADD_H

#include "ctl/ctl.h"

struct job;
struct json_object;
struct warns;

/*
 * Add the job of a body of add_timing_job, or of every body in a list, and
 * print a line for each; if one of a list is invalid, none is added.  c must be
 * open.  With takes_words, instants may be words (datetime.h).  CTL_OK, or an
 * exit status after an error on standard error.
 */
int job_add_bodies(struct ctl *c, struct json_object *bodies, bool takes_words);

/*
 * Print the warnings about a job that was added or changed to standard error, a
 * line each: those of its text in *ws, to which those of its trigger are added.
 * A warning about a service is printed once per process, by any of these
 * functions.
 */
void job_warn(struct ctl *c, const struct job *j, struct warns *ws);

/* Print the warnings about the service at Render of a job that is resumed or
 * run (j->render is set), of a new run, or of the jobs of a resumed queue. */
void job_print_target_warnings(struct ctl *c, const struct job *j);
void job_print_run_warnings(struct ctl *c, const char *run_id);
void job_print_queue_warnings(struct ctl *c, const char *queue);

#endif
