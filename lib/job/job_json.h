#ifndef LIB_JOB_JOB_JSON_H
#define LIB_JOB_JOB_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "lib/base/err.h"
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
 * The registration of a queue's worker, requested beforehand (net/brokers.h):
 * a body is read where waiting for the network is not allowed.
 */
struct job_registration {
	bool is_pending;  /* not requested yet: names are not checked */
	bool is_answered; /* else why has the reason */
	struct signature sig;
	struct err why;
};

/*
 * For a queue whose registration is requested after the rest of the text was
 * found valid: what depends on it is left to job_check_registration.
 */
extern const struct job_registration job_registration_later;

/* The context in which a job's text is read. */
struct job_env {
	const struct conf *conf;
	const struct trigger_env *trigger;
	const struct job_registration
	    *known;	     /* of the job's queue; NULL: not requested */
	struct warns *warns; /* receives warnings; NULL: none */
	bool is_lenient;     /* unknown members are ignored, with a warning */
};

/*
 * Read the body of add_timing_job: fills in *j (initialized) and *is_replace,
 * makes the trigger and stores it as its spec.  Every bad field is reported,
 * and every unknown one (but see is_lenient); 0 or -1.  On success
 * j->cursor_us is the first slot, as is j->next_run_us unless paused was given
 * (JOB_NEVER).
 *
 * A trigger that would never fire is a fault; if the environment accepts it,
 * the result is 0 with that fault and j->is_never set: sched_add and
 * sched_patch decide, as it may be the trigger the job has, with slots that
 * are due.  j->job_id stays NULL if the client gives no name.
 */
int job_from_json(struct json_object *body, const struct job_env *env,
    struct job *j, bool *is_replace, struct faults *fs);

/*
 * The same without requiring queue_name; count and now of a preview are left
 * to preview_from_json.
 */
int job_from_preview(struct json_object *body, const struct job_env *env,
    struct job *j, struct faults *fs);

/*
 * Apply a JSON merge patch (RFC 7396) to a stored job: the members are those
 * of add_timing_job; those given change *j, null restores the default.  If the
 * trigger keeps its kind, its fields not given stay as well; the units of an
 * interval count as one field, and crontab replaces all others of cron.  Every
 * bad field is reported, also one that is unknown, fixed, or not of this kind
 * of trigger: then -1, and *j is unchanged.  Else 0; j->trigger is the same
 * text unless a field of it was given, and a requested state is in j->state;
 * cursor and next run are left to the caller.
 */
int job_patch(struct json_object *patch, const struct job_env *env,
    struct job *j, struct faults *fs);

/*
 * Read the object of a Render target into *t, whose strings are borrowed from
 * o.  Every bad member is reported, and every unknown one; 0 or -1.  If
 * service (borrowed) is given, it is the target's, and the object must not
 * name another.
 */
int render_target_from_json(struct json_object *o, const char *service,
    const struct conf *conf, struct render_target *t, struct faults *fs);

/* Fill in marker and on_ambiguous from the configuration of the service. */
void render_target_defaults(const struct conf *conf, const char *service,
    struct render_target *t);

/* "none", "comment", "env"; 0, or -1: no such name. */
int render_marker_parse(const char *word, enum delivery_marker *out);

/*
 * Read the member "render" of a body, if any, into j->render, in the form that
 * render_target_print gives; j->kind must be set.  Also refuses members that a
 * render job cannot have.  0, or -1 with faults ("render.serviceId").
 */
int job_parse_render(struct json_object *body, const struct conf *conf,
    struct job *j, struct faults *fs);

/*
 * Append the job object for clients: {"job_id","queue_name","trigger",
 * "next_run_time","status","kwargs",…}.  env supplies the zones.  A job
 * whose trigger cannot be read has the status "quarantined".
 */
void job_to_json(const struct job *j, const struct trigger_env *env,
    struct buf *out);

/* Append its name and next run only, for clients without read access. */
void job_to_json_brief(const struct job *j, const struct trigger_env *env,
    struct buf *out);

/*
 * Check that kwargs (may be NULL) has no key that would make a consumer
 * execute what a client sent; 0, or -1 with a fault for field.
 */
int job_check_kwargs(const char *field, struct json_object *kwargs,
    struct faults *fs);

/* Parameters for a queue, and the name of their field. */
struct job_params {
	const char *queue;
	struct json_object *args;   /* list or NULL */
	struct json_object *kwargs; /* object or NULL */
	const char *kwargs_field;   /* "kwargs", "msg_body" */
	const struct job_registration
	    *known; /* of the queue; NULL: not requested */
};

/*
 * Check parameters: job_check_kwargs, and at most JOB_ARGS_MAX bytes together.
 * By the worker's registration or, without one, the names in the queue's
 * configuration: no more args than names, no unknown name, no required one
 * missing.  args are refused if names are needed and unknown; everything is
 * refused if the worker's broker kind is not accessible.  0, or -1 with
 * faults.
 */
int job_check_params(const struct conf *conf, const struct job_params *p,
    struct faults *fs);

/* Parameters as stored. */
struct job_texts {
	const char *queue;
	const char *args;   /* JSON array or NULL */
	const char *kwargs; /* JSON object or NULL */
};

/* The same check of stored parameters, before they are sent. */
int job_check_texts(const struct conf *conf,
    const struct job_registration *known, const struct job_texts *t,
    struct faults *fs);

/*
 * Check the parameters of j, read with job_registration_later, against the
 * registration received since (NULL: none was needed).  0, or -1 with faults.
 */
int job_check_registration(const struct conf *conf,
    const struct job_registration *known, const struct job *j,
    struct faults *fs);

#endif
