#ifndef LIB_REPORT_FOLLOW_H
#define LIB_REPORT_FOLLOW_H

#include <stdint.h>

#include "lib/base/list.h"
#include "lib/record/run.h"
#include "lib/sched/sched.h"

/*
 * New and changed runs as they come.  New ones are found by the numbers of
 * their rows; those that have not ended are remembered, and read again.
 */

#define FOLLOW_OPEN_MAX 1000 /* runs remembered; the oldest are dropped */

/* A run that has not ended, as it was last seen. */
struct follow_run {
	enum job_kind kind;
	int64_t row;
	enum run_state state;
	enum outcome outcome;
	int64_t attempts;
};

#define FOLLOW_RUN_FINI(r) ((void)(r))
LIST_DECL(follow_list, struct follow_run, FOLLOW_RUN_FINI);

struct follow {
	const struct sched_runs_opts *o; /* queue, job, states, outcomes */
	int64_t seen[JOB_KIND__MAX];	 /* numbers of rows up to here */
	int64_t version[JOB_KIND__MAX];	 /* of the store's data */
	struct follow_list open;
};

/* Called with each run to be shown. */
typedef void follow_see(void *cookie, const struct run *r);

/*
 * Begin: call see with the newest o->limit runs that match o, the oldest first.
 * o is borrowed; follow_fini in every case.
 */
enum store_rc follow_start(struct sched *s, const struct sched_runs_opts *o,
    struct follow *f, follow_see *visit, void *cookie);

/* Call see with each run that is new or has changed since, and matches. */
enum store_rc follow_poll(struct sched *s, struct follow *f, follow_see *visit,
    void *cookie);
void follow_fini(struct follow *f);

#endif
