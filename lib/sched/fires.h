#ifndef LIB_SCHED_FIRES_H
#define LIB_SCHED_FIRES_H

#include "lib/sched/sched.h"

struct trigger;

/*
 * When all jobs will fire: the upcoming fires of a window in order, the first
 * n of them at a cost that depends on n, not on the number of jobs.
 *
 * Jobs are read in order of their next run, each only when the fires found so
 * far have reached it, and each adds its next fire to a heap.  A job with more
 * fires in the window than fit on a page is counted in closed form instead
 * (lib/trigger/count.h).
 */

#define FIRES_LIMIT_MAX 1000   /* fires of a page */
#define FIRES_DENSE_DEFAULT 40 /* beyond it, fires are counted */
#define FIRES_PAUSED_MAX 200   /* paused jobs of a page */
#define FIRES_BUCKETS_MAX 200  /* counters along the window */
#define FIRES_BUDGET_US 80000  /* time after which a page ends early */

struct fires_opts {
	int64_t from_us; /* at least now_us */
	int64_t to_us;	 /* exclusive */
	int64_t now_us;
	enum job_kind kind; /* SCHED_ANY: both stores */
	const char *queue;  /* NULL: all that may_see allows */
	const char *job_id; /* NULL: all; needs a queue */
	int64_t limit;	    /* fires and dense jobs of the page, 1 or more */
	int64_t dense;	    /* 1 or more */
	int64_t budget_us;  /* time limit; 0: none */
	const char *cursor; /* NULL or "": from from_us */
	/* May the client see a queue?  NULL: every queue. */
	bool (*may_see)(const void *cookie, const char *queue);
	const void *cookie;
};

/* A job with fires on the page. */
struct fires_job {
	struct job job;
	struct trigger *trigger;
	bool is_paused; /* it or its queue is: the fires are hypothetical */
	int64_t dense;	/* 0: listed; else their number */
	int64_t first_us, last_us; /* of a dense job */
	int64_t every_us; /* constant distance of a dense job's fires, or 0 */
};

/* One fire, jitter included. */
struct fire {
	int64_t at_us;
	size_t job; /* index in job */
};

struct fires {
	struct fires_job *job;
	size_t njobs, jobcap;
	struct fire *v; /* in order, without dense jobs; at most ten of each
			 * paused one, which are not counted */
	size_t n, cap;
	int64_t total;	 /* fires up to complete_us, including dense jobs */
	int64_t overdue; /* jobs whose next run is past, listed at from_us */
	int64_t complete_us;		   /* earlier fires are complete */
	int64_t bucket_s;		   /* length of a bucket in seconds */
	int64_t bucket[FIRES_BUCKETS_MAX]; /* fires in each, from from_us on */
	size_t nbuckets;		   /* up to complete_us */
	char next[SCHED_CURSOR_MAX];	   /* cursor of the next page, or "" */
};

/*
 * Find the fires of a page into the zeroed *out; call fires_fini in every
 * case.  STORE_NOTFOUND: the cursor is invalid.
 */
enum store_rc sched_fires(struct sched *s, const struct fires_opts *o,
    struct fires *out);
void fires_fini(struct fires *f);

/*
 * Add the fires per minute of all jobs, for n minutes from from_us on, to
 * minute[]; paused jobs and queues have none.  report, if not NULL, is called
 * with the number of jobs done after every thousand.
 */
enum store_rc sched_fires_load(struct sched *s, int64_t from_us,
    int64_t *minute, size_t n, void (*report)(int64_t jobs));

#endif
