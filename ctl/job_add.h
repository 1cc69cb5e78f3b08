#ifndef CTL_JOB_ADD_H
#define CTL_JOB_ADD_H

#include "ctl/ctl.h"

struct job;
struct json_object;
struct warns;

/*
 * Add the job of one body of add_timing_job, or of each in a list, and print
 * a line for each; of a list nothing is added unless every one is right.  c
 * is open.  With takes_words instants may be words (datetime.h).  CTL_OK, or
 * the exit status of what went wrong, told.
 */
int job_add_bodies(struct ctl *c, struct json_object *bodies, bool takes_words);

/*
 * Write what may surprise about a job that was added or changed to standard
 * error, a line each: the warnings of its text in *ws, to which those of its
 * trigger are added.  What is said of a service is printed once, by whichever
 * of these functions.
 */
void job_warn(struct ctl *c, const struct job *j, struct warns *ws);

/* The same for the target at Render of a job that starts again (j->render is
 * set), of a run that was made, and of the jobs of a queue that is resumed. */
void job_print_target_warnings(struct ctl *c, const struct job *j);
void job_print_run_warnings(struct ctl *c, const char *run_id);
void job_print_queue_warnings(struct ctl *c, const char *queue);

#endif
