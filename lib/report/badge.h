#ifndef LIB_REPORT_BADGE_H
#define LIB_REPORT_BADGE_H

#include "lib/sched/sched.h"

struct buf;

/*
 * How the last run of a job ended, for anybody: jobs show it that have
 * switched it on, whatever the actor may see.
 */

/*
 * Read the outcome of the newest run of the job that has ended, among its
 * newest 100; OUTCOME_NONE: there is none.  STORE_NOTFOUND: no such job, or it
 * shows no badge.
 */
enum store_rc badge_read(struct sched *s, const char *queue, const char *job_id,
    enum outcome *out);

/* Append it as an SVG picture: label, which is escaped, and the outcome. */
void badge_svg(const char *label, enum outcome o, struct buf *out);

#endif
