#ifndef CTL_JOB_ADD_H
#define CTL_JOB_ADD_H

#include "ctl/ctl.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/trigger/warn.h"

struct json_object;

/* A body of add_timing_job, and the job that it is. */
struct job_reading {
	struct json_object *body;
	unsigned takes; /* enum trigger_takes */
	struct job j;	/* initialized by the caller */
	bool is_replace;
	struct warns warns;
	struct faults fs; /* also of a job that would never fire */
};

/*
 * Read the body as a job, for which a broker may be asked.  0, or -1 with
 * faults; job_reading_fini in either case.  c must be open.
 */
int job_read(struct ctl *c, struct job_reading *r);
void job_reading_fini(struct job_reading *r);

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
