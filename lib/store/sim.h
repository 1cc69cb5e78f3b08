#ifndef LIB_STORE_SIM_H
#define LIB_STORE_SIM_H

#include <stdbool.h>

#include "lib/record/job.h"
#include "lib/db/store.h"

/*
 * Counting in a copy of a store that is simulated on.  The copy counts by
 * itself, each decision in the transaction that makes it: neither a killed
 * tick nor retention makes the counts wrong.
 */

#define STORE_SIM_STATES 24 /* more than there are outcomes */

/* Slots of one outcome; the runs among them that were late, the worst. */
struct store_sim_count {
	char state[16];
	int64_t n;
	int64_t late;
	int64_t worst_us;
};

/* Texts are borrowed for the call they are handed to. */
struct store_sim_job {
	int64_t id;
	const char *queue;
	const char *job_id;
	const char *trigger;
	enum job_state was, is; /* at the beginning, and now */
	bool is_gone;		/* had its last slot */
	int64_t from_us;	/* its cursor at the beginning, or JOB_NEVER */
	int64_t cursor_us;	/* now, or JOB_NEVER */
	int64_t next_run_us;	/* now, or JOB_NEVER */
	struct store_sim_count counts[STORE_SIM_STATES];
	size_t ncounts;
};

/* Begin to count; end it, leaving a store like any other. */
enum store_rc store_sim_begin(struct store *st);
enum store_rc store_sim_end(struct store *st);

/* Take the messages that wait, as quick consumers would. */
enum store_rc store_sim_consume(struct store *st);

/*
 * Show each job there was at the beginning to each, by queue and id, until
 * that gives something else than STORE_OK.
 */
typedef enum store_rc store_sim_each(void *arg, const struct store_sim_job *j);
enum store_rc store_sim_jobs(struct store *st, store_sim_each *each, void *arg);

/* The counts of all jobs, most frequent first; *n of STORE_SIM_STATES. */
enum store_rc store_sim_totals(struct store *st,
    struct store_sim_count out[STORE_SIM_STATES], size_t *n);

#endif
