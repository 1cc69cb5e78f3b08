#ifndef CTL_CMD_RUNS_H
#define CTL_CMD_RUNS_H

#include <stdbool.h>

struct ctl;
struct sched_runs_opts;

/*
 * Print sums over the newest runs of a job, which o chooses; its limit and
 * cursor are not looked at.  An exit status.
 */
int runs_print_stats(struct ctl *c, const struct sched_runs_opts *o,
    bool is_json);

#endif
