#ifndef LIB_RECORD_JOB_H
#define LIB_RECORD_JOB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct faults;

#define JOB_NEVER INT64_MAX	 /* no next run */
#define JOB_NAME_MAX 255	 /* bytes of a queue name or job id */
#define JOB_ARGS_MAX 65536	 /* bytes of args and kwargs together */
#define JOB_NO_GRACE INT64_C(-1) /* late runs still run */
#define JOB_EXPIRED "expired"	 /* gone, for it had its last slot */

enum job_state { JOB_ACTIVE, JOB_PAUSED, JOB_QUARANTINED, JOB_STATE__MAX };

/* Which store a job lives in: "redis" and "sqlite" mean durable. */
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
	char *retry;	   /* JSON object, or NULL: defaults */
	char *description; /* or NULL */
	int64_t priority;
	int64_t misfire_grace_us; /* or JOB_NO_GRACE */
	bool coalesce;
	int64_t max_catchup;
	int64_t max_instances;
	int64_t max_runtime_us; /* a longer run is ended; 0: none */
	enum job_state state;
	char *reason;	     /* why paused or quarantined, or NULL */
	int64_t next_run_us; /* JOB_NEVER when paused or exhausted */
	int64_t cursor_us;   /* first slot not yet in the ledger */
	int64_t created_us;
	int64_t changed_us;

	/* Of a request, not stored: */
	bool is_state_asked; /* by "paused" in its body */
	struct run *ran;     /* an add or a resume found its one slot decided,
			      * by this run, and it ended (owned), or NULL */
	unsigned notes;	     /* of the trigger as it was read */
	bool is_never;	     /* the trigger as it was read would never fire */
};

struct job_list {
	struct job *v;
	size_t n;
	size_t cap;
};

/* Make j an empty job with the default policies. */
void job_init(struct job *j);

/* Free what j owns; it is empty afterwards. */
void job_fini(struct job *j);

/* Free the jobs of a list and the list's memory; it is empty afterwards. */
void job_list_fini(struct job_list *l);

/* Room for one more job at the end, initialised; NULL without memory. */
struct job *job_list_add(struct job_list *l);

/* "active", "paused", "quarantined" and back (-1: no such word). */
extern const char *const job_state_names[JOB_STATE__MAX];
const char *job_state_name(enum job_state s);
int job_state_parse(const char *name, enum job_state *out);

/* A word for job_store_kind: "redis", "sqlite" or "memory"; -1 otherwise. */
int job_kind_parse(const char *name, enum job_kind *out);

/* A number made of queue and job_id, which decides the job's jitter. */
int64_t job_seed(const struct job *j);

/*
 * Check a queue name or job id: 1 to JOB_NAME_MAX bytes of valid UTF-8 with
 * no control character.  0, or -1 with a fault for field.
 */
int job_check_name(const char *field, const char *name, struct faults *fs);

#endif
