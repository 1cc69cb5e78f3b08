#ifndef LIB_JOB_PREVIEW_H
#define LIB_JOB_PREVIEW_H

#include "lib/trigger/warn.h"

struct faults;
struct job;
struct job_env;
struct json_object;
struct trigger;

#define PREVIEW_COUNT_DEFAULT 10
#define PREVIEW_COUNT_MAX 1000

/* The result of a preview; nothing is stored. */
struct preview {
	struct trigger *t;
	struct warn_env env;
	int64_t count; /* number of fires to print */
	struct warns warns;
};

/*
 * Read a body: that of add_timing_job, without requiring its queue, with
 * "count" and "now".  Their defaults are p->count and env->trigger->now_us;
 * cadence_us is that of warn_env.  0, or -1 with faults and nothing to free.
 */
int preview_from_json(struct json_object *body, const struct job_env *env,
    int64_t cadence_us, struct preview *p, struct faults *fs);

/*
 * Find the warnings for a job: its trigger, as of env->now_us, and its target.
 */
void preview_warn_job(const struct job *j, const struct job_env *env,
    int64_t cadence_us, struct warns *out);

/* Add the warnings for a stored Render target (render_warns) to *out. */
void preview_warn_target(const struct conf *conf, const char *render,
    struct warns *out);

/* Free what p owns. */
void preview_fini(struct preview *p);

/*
 * Append {"trigger","trigger_kind","timezone","words":{"en","zh"},
 * "fires":[{"local","utc","epoch"}],"exhausted","warnings":[{"code",
 * "message"}]}, messages in lang.
 */
void preview_to_json(const struct preview *p, enum describe_lang lang,
    struct buf *out);

/* Add the warning that j, just added, has nothing to do: j->ran did it. */
void preview_warn_ran(const struct job *j, struct warns *out);

#endif
