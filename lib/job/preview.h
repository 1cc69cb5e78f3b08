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

/* What a trigger would do, nothing changed. */
struct preview {
	struct trigger *t;
	struct warn_env env;
	int64_t count; /* fires to tell */
	struct warns warns;
};

/*
 * Read a body: that of add_timing_job, its queue not needed, with "count" and
 * "now".  Where it has none, p->count and env->trigger->now_us count; cadence
 * (warn_env) is given.  0, or -1 with faults and nothing to free.
 */
int preview_from_json(struct json_object *body, const struct job_env *env,
    int64_t cadence_us, struct preview *p, struct faults *fs);

/* Find the warnings for a job: its trigger, as seen at env->now_us, and its
 * target. */
void preview_warn_job(const struct job *j, const struct job_env *env,
    int64_t cadence_us, struct warns *out);

/* Add to *out the warnings for a stored target at Render (render_warns). */
void preview_warn_target(const struct conf *conf, const char *render,
    struct warns *out);

/* Free what p owns. */
void preview_fini(struct preview *p);

/*
 * Append {"trigger","trigger_kind","timezone","words":{"en","zh"},
 * "fires":[{"local","utc","epoch"}],"exhausted","warnings":[{"code",
 * "message"}]}, the messages in lang.
 */
void preview_to_json(const struct preview *p, enum describe_lang lang,
    struct buf *out);

/* That j, which was added, has nothing to do: j->ran did it. */
void preview_warn_ran(const struct job *j, struct warns *out);

#endif
