#ifndef LIB_SCHED_FIRES_H
#define LIB_SCHED_FIRES_H

#include "lib/sched/sched.h"

struct trigger;

/*
 * When all jobs will fire: the upcoming fires of a window in order, the first
 * n of them at the cost of n, however many jobs there are.
 *
 * Jobs are taken by their next run, each only when the fires found so far
 * have reached it, and each gives its following fires into a heap.  A job
 * with more fires in the window than fit on a page is counted in closed form
 * instead (lib/trigger/count.h).
 */

#define FIRES_LIMIT_MAX 1000   /* fires of one page */
#define FIRES_DENSE_DEFAULT 40 /* more fires of a job than these are a sum */
#define FIRES_PAUSED_MAX 200   /* paused jobs of a page */
#define FIRES_BUCKETS_MAX 200  /* counts along the window */
#define FIRES_BUDGET_US 80000  /* then a page ends where it is */

struct fires_opts {
	int64_t from_us; /* not before the present, which is now_us */
	int64_t to_us;	 /* fires before it */
	int64_t now_us;
	enum job_kind kind; /* SCHED_ANY: those of both stores */
	const char *queue;  /* NULL: all that may_see allows */
	const char *job_id; /* NULL: all; needs a queue */
	int64_t limit;	    /* fires and dense jobs of the page, 1 or more */
	int64_t dense;	    /* 1 or more */
	int64_t budget_us;  /* of time; 0: as long as it takes */
	const char *cursor; /* NULL or "": from from_us */
	/* May the asking client see a queue?  NULL: all. */
	bool (*may_see)(const void *cookie, const char *queue);
	const void *cookie;
};

/* A job that has fires in the page. */
struct fires_job {
	struct job job;
	struct trigger *trigger;
	bool is_paused; /* it or its queue is: these would be its fires */
	int64_t dense;	/* 0: they are in the list; else their number */
	int64_t first_us, last_us; /* of a dense one */
	int64_t every_us; /* between them where that is always the same, or 0 */
};

/* One fire: jitter is included. */
struct fire {
	int64_t at_us;
	size_t job; /* which of the jobs */
};

struct fires {
	struct fires_job *job;
	size_t njobs, jobcap;
	struct fire *v; /* in order, without dense jobs; of paused ones at most
			 * ten each, which are not counted */
	size_t n, cap;
	int64_t total;	 /* fires up to complete_us, of dense jobs too */
	int64_t overdue; /* jobs whose next run is past, shown from from_us */
	int64_t complete_us;		   /* all fires before it were found */
	int64_t bucket_s;		   /* length of a bucket */
	int64_t bucket[FIRES_BUCKETS_MAX]; /* fires from from_us on, in each */
	size_t nbuckets;		   /* up to complete_us */
	char next[SCHED_CURSOR_MAX]; /* cursor of the following page, or "" */
};

/*
 * Find the fires of a page into the zeroed *out; fires_fini whatever came of
 * it.  STORE_NOTFOUND: the cursor is not one that a page gave.
 */
enum store_rc sched_fires(struct sched *s, const struct fires_opts *o,
    struct fires *out);
void fires_fini(struct fires *f);

/*
 * Fires per minute of all jobs, of n minutes from from_us on, added to
 * minute[]; a paused job or queue has none.  report, if not NULL, is called
 * with the number of jobs done after each thousand.
 */
enum store_rc sched_fires_load(struct sched *s, int64_t from_us,
    int64_t *minute, size_t n, void (*report)(int64_t jobs));

#endif
