#ifndef LIB_JOB_JOB_JSON_H
#define LIB_JOB_JOB_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/record/delivery.h"
#include "lib/conf/signature.h"
#include "lib/trigger/describe.h"

struct buf;
struct conf;
struct faults;
struct job;
struct json_object;
struct render_target;
struct trigger_env;
struct warns;

/*
 * What a queue's broker said of its worker, asked before (net/brokers.h), for
 * a body is read where nobody may wait for the network.
 */
struct job_registration {
	bool is_pending;  /* not asked yet: names are not checked */
	bool is_answered; /* else: why */
	struct signature sig;
	char why[256];
};

/*
 * Of a queue that is asked about when the rest of the text was found good: what
 * only its worker can know is left to job_check_registration.
 */
extern const struct job_registration job_registration_later;

/* What a job's text is read against. */
struct job_env {
	const struct conf *conf;
	const struct trigger_env *trigger;
	const struct job_registration
	    *known;	     /* of the job's queue; NULL: not asked */
	struct warns *warns; /* gets what may surprise about it; NULL: no */
	bool is_lenient;     /* an unknown member is ignored, with a warning */
};

/*
 * The body of add_timing_job as a job: *j (initialised) and *is_replace are
 * filled, the trigger is made and stored as its spec.  Every bad field is
 * reported, an unknown one too (but see is_lenient); 0 or -1.  On success j->cursor_us holds the
 * first slot, as does j->next_run_us unless paused was asked (JOB_NEVER).
 * A trigger that would never fire is a fault; where the environment takes it,
 * the fault stands beside 0 and j->is_never: sched_add and sched_patch judge,
 * for it may be the one that the job has, with slots that are due.
 * j->job_id stays NULL when the client leaves the name to us.
 */
int job_from_json(struct json_object *body, const struct job_env *env,
    struct job *j, bool *is_replace, struct faults *fs);

/*
 * The same body without a need of queue_name, and with the count and now of a
 * preview, which are left to preview_from_json.
 */
int job_from_preview(struct json_object *body, const struct job_env *env,
    struct job *j, struct faults *fs);

/*
 * A JSON merge patch (RFC 7396) of a stored job: the members are those of
 * add_timing_job, those given change *j, null takes one back to its default.
 * Of a trigger that stays of its kind the fields not given stay as well; the
 * units of an interval count as one field, and crontab takes the place of all
 * others of cron.  Every bad field is reported, one that is unknown, cannot
 * change or means nothing to this kind of trigger too: then -1, and *j is as
 * it was.  Else 0; j->trigger is the same text unless a field of it was given,
 * and a state that was asked for stands in j->state; cursor and next run are
 * left to the caller.
 */
int job_patch(struct json_object *patch, const struct job_env *env,
    struct job *j, struct faults *fs);

/*
 * The object of a Render target as *t, whose strings stay o's.  Every bad
 * member is reported, an unknown one too; 0 or -1.  With a service (borrowed)
 * that is the one, and the object must not name another.
 */
int render_target_from_json(struct json_object *o, const char *service,
    const struct conf *conf, struct render_target *t, struct faults *fs);

/* What the configuration has for the service: the marker, on_ambiguous. */
void render_target_defaults(const struct conf *conf, const char *service,
    struct render_target *t);

/* "none", "comment", "env" (-1: no such word). */
int render_marker_parse(const char *word, enum delivery_marker *out);

/*
 * The member "render" of a body, if there is one, into j->render, in the
 * form render_target_print gives.  j->kind is known.  Also refuses what does
 * not go together with it.  0, or -1 with faults ("render.serviceId").
 */
int job_parse_render(struct json_object *body, const struct conf *conf,
    struct job *j, struct faults *fs);

/*
 * Append the job object clients read: {"job_id","queue_name","trigger",
 * "next_run_time","status","kwargs",…}.  env gives the zones.  A trigger that
 * cannot be read is shown with status "quarantined".
 */
void job_to_json(const struct job *j, const struct trigger_env *env,
    struct buf *out);

/* Its name and next run alone, for those who may not read the rest. */
void job_to_json_brief(const struct job *j, const struct trigger_env *env,
    struct buf *out);

/*
 * Check that kwargs (may be NULL) carries no key that would make a consumer
 * execute what a client sent; 0, or -1 with a fault for field.
 */
int job_check_kwargs(const char *field, struct json_object *kwargs,
    struct faults *fs);

/* Parameters on their way to a queue, and how their fields are called. */
struct job_params {
	const char *queue;
	struct json_object *args;   /* list or NULL */
	struct json_object *kwargs; /* object or NULL */
	const char *kwargs_field;   /* "kwargs", "msg_body" */
	const struct job_registration
	    *known; /* of the queue; NULL: not asked */
};

/*
 * Check parameters: job_check_kwargs, together at most JOB_ARGS_MAX bytes; by
 * what the worker has registered or, without that, by the names that the
 * configuration gives the queue: no more args than names, no name it does not
 * take, none missing that it must have.  Where args need names and nobody
 * knows any, they are refused; where the worker takes what nobody can push,
 * all is.  0, or -1 with faults.
 */
int job_check_params(const struct conf *conf, const struct job_params *p,
    struct faults *fs);

/* Parameters as they are stored. */
struct job_texts {
	const char *queue;
	const char *args;   /* JSON array or NULL */
	const char *kwargs; /* JSON object or NULL */
};

/* The same of such, once more before they are sent. */
int job_check_texts(const struct conf *conf,
    const struct job_registration *known, const struct job_texts *t,
    struct faults *fs);

/*
 * The parameters of j, read against job_registration_later, against what is known by
 * now (NULL: there was nothing to ask).  0, or -1 with faults.
 */
int job_check_registration(const struct conf *conf,
    const struct job_registration *known, const struct job *j,
    struct faults *fs);

#endif
