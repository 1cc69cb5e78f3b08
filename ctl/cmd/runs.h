#ifndef CTL_CMD_RUNS_H
#define CTL_CMD_RUNS_H

#include <stdbool.h>
#include <stdint.h>

struct ctl;
struct sched_runs_opts;

/*
 * Print sums over the newest runs of a job, which o chooses; its limit and
 * cursor are not looked at.  An exit status.
 */
int runs_print_stats(struct ctl *c, const struct sched_runs_opts *o,
    bool is_json);

/*
 * Print the newest runs that o chooses, the oldest first, then those that come
 * or change, until a signal asks to end.  An exit status.
 */
int runs_follow(struct ctl *c, const struct sched_runs_opts *o, bool is_json);

/*
 * Print how many runs there were and how they ended, of the queue, job and
 * stretch of time in o, which is the last 24 hours where it says nothing, by
 * buckets of bucket_us.  An exit status.
 */
int runs_print_sums(struct ctl *c, const struct sched_runs_opts *o,
    int64_t bucket_us, bool is_json);

#endif
