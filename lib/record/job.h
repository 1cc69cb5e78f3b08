#ifndef LIB_RECORD_JOB_H
#define LIB_RECORD_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/list.h"
#include "lib/record/retry.h"

struct faults;

#define JOB_NEVER INT64_MAX /* next_run_us without a next run */
#define JOB_NAME_MAX 255    /* bytes of a queue name or job id */
#define JOB_SECONDS_MAX INT64_C(3155760000) /* 100 years */
#define JOB_ARGS_MAX 65536	 /* bytes of args and kwargs together */
#define JOB_NO_GRACE INT64_C(-1) /* no limit: late runs still run */
#define JOB_EXPIRED "expired" /* reason of a job removed after its last slot */

enum job_state { JOB_ACTIVE, JOB_PAUSED, JOB_QUARANTINED, JOB_STATE__MAX };

/*
 * Which store a job is in.  On the wire "redis" and "sqlite" both mean
 * durable.
 */
enum job_kind { JOB_DURABLE, JOB_MEMORY, JOB_KIND__MAX };

/* One job as stored.  Strings are owned; those that may be NULL say so. */
struct job {
	int64_t id; /* row number, 0 before it is stored */
	enum job_kind kind;
	char *queue;
	char *job_id;
	char *trigger;	   /* trigger_spec text */
	char *args;	   /* JSON array, or NULL */
	char *kwargs;	   /* JSON object, or NULL */
	char *render;	   /* JSON object of a Render target, or NULL */
	char *description; /* or NULL */
	char *owner;	   /* the file of jobs it belongs to, or NULL */
	int64_t priority;
	int64_t misfire_grace_us; /* or JOB_NO_GRACE */
	bool coalesce;
	int64_t max_catchup;
	int64_t max_instances;
	int64_t max_runtime_us;	   /* longer runs are ended; 0: no limit */
	int64_t expect_within_us;  /* from slot to success; 0: no limit */
	struct retry retry;	   /* as given */
	struct retry retry_failed; /* of work; no max_age */
	int64_t alerts;		   /* JOB_ALERTS_…: are alerts of it sent? */
	bool has_badge;		   /* anybody may see how its last run ended */
	enum job_state state;
	char *reason;	     /* why paused or quarantined, or NULL */
	int64_t next_run_us; /* JOB_NEVER if paused or exhausted */
	int64_t cursor_us;   /* first slot not yet in the ledger */
	int64_t created_us;
	int64_t changed_us;

	/* Only during a request, not stored: */
	bool is_state_asked; /* the body has "paused" */
	struct run *ran;     /* the run that had already decided the only
			      * slot of an add or a resume (owned), or NULL */
	unsigned notes;	     /* trigger_notes of the trigger read */
	bool is_never;	     /* the trigger read would never fire */
};

/* Otherwise 0 or 1. */
#define JOB_ALERTS_QUEUE INT64_C(-1) /* as those of its queue */

/* Make j an empty job with the default policies. */
void job_init(struct job *j);

/* Free what j owns; empty afterwards. */
void job_fini(struct job *j);

LIST_DECL_INIT(job_list, struct job, job_init, job_fini);

/* "active", "paused", "quarantined" and back (-1: no such name). */
extern const char *const job_state_names[JOB_STATE__MAX];
const char *job_state_name(enum job_state s);
int job_state_parse(const char *name, enum job_state *out);

/*
 * The kind named in job_store_kind: "redis", "sqlite" or "memory"; -1 for
 * others.
 */
int job_kind_parse(const char *name, enum job_kind *out);

/* A hash of queue and job_id, the seed of the job's jitter. */
int64_t job_seed(const struct job *j);

/*
 * Check a queue name or job id: 1 to JOB_NAME_MAX bytes of valid UTF-8 without
 * control characters.  0, or -1 with a fault for field.
 */
int job_check_name(const char *field, const char *name, struct faults *fs);

#endif
