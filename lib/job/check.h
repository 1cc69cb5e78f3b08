#ifndef LIB_JOB_CHECK_H
#define LIB_JOB_CHECK_H

struct faults;
struct job;

/*
 * Are the stored members of a job, except its trigger, within what an add
 * accepts?  Parameters must be JSON, policies within their limits.  0, or -1
 * with a fault for the field.
 */
int job_check(const struct job *j, struct faults *fs);

#endif
