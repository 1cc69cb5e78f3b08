#ifndef LIB_REPORT_METER_H
#define LIB_REPORT_METER_H

#include <stddef.h>
#include <stdint.h>

#include "lib/report/sums.h"
#include "lib/sched/sched.h"

/* Numbers for a monitor, of what the actor may see; each is bounded. */

#define METER_BOUNDS 11	    /* of the histogram of durations */
#define METER_RUNS 5000	    /* newest runs in it */
#define METER_OVERDUE 10000 /* overdue jobs counted per queue */
#define METER_JOBS 200	    /* jobs with a last success */

struct meter {
	struct sums day; /* the last 24 hours */
	int64_t overdue; /* jobs whose next run is past, and no tick took */
	/* Durations of last attempts: up to each bound, and longer. */
	int64_t took[METER_BOUNDS + 1];
	int64_t ntook;
	int64_t took_us; /* their sum */
};

/* The bounds in seconds, ascending. */
extern const double meter_bounds[METER_BOUNDS];

/* Read *out, as of now_us. */
enum store_rc meter_read(struct sched *s, int64_t now_us, struct meter *out);

/*
 * Call see with the end of the newest run that succeeded, of each of the first
 * METER_JOBS durable jobs by queue and name that has one.
 */
typedef void meter_visit(void *cookie, const char *queue, const char *job_id,
    int64_t success_us);
enum store_rc meter_successes(struct sched *s, meter_visit *visit,
    void *cookie);

#endif
