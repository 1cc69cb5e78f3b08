/*
 * One job: show, delete, pause, resume, run and patch.  Tested in t_api_jobs
 * and tests/http/patch.bats.
 */
#include "config.h"

#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/job/job_json.h"
#include "lib/job/preview.h"
#include "lib/sched/sched.h"
#include "lib/sched/render.h"
#include "net/brokers.h"
#include "lib/secret/token.h"
#include "lib/trigger/trigger.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

/* Append the job; if the client may not read, only its name and next run. */
static void
show_job(struct ctx *ctx, const struct job *j, struct response *res)
{
	const struct trigger_env env = { .zones = ctx->sched.zones };

	if (auth_may(ctx, TOKEN_READ))
		job_to_json(j, &env, res->data);
	else
		job_to_json_brief(j, &env, res->data);
}

void
h_job_get(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct input in;
	enum store_rc rc;
	struct job j;

	if (input_job(ctx, req, &in, res) != 0)
		return;
	job_init(&j);
	rc = sched_get(&ctx->sched, in.kind, in.queue, in.job_id, &j);
	if (rc == STORE_NOTFOUND)
		response_error(res, 404, MSG_JOB_MISSING, in.job_id);
	else if (response_store(res, rc))
		show_job(ctx, &j, res);
	job_fini(&j);
}

void
h_job_delete(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct input in;
	enum store_rc rc;

	if (input_job(ctx, req, &in, res) != 0)
		return;
	rc = sched_delete(&ctx->sched, in.kind, in.queue, in.job_id);
	if (rc == STORE_NOTFOUND) {
		response_error(res, 404, MSG_JOB_DELETE_MISSING, in.job_id);
		return;
	}
	if (!response_store(res, rc))
		return;
	res->msg = MSG_JOB_DELETED;
	res->args[0] = in.job_id;
	if (res->shape == HTTP_SHAPE_NATIVE)
		buf_str(res->data, "{\"deleted\":1}");
}

/* The difference of pause and resume: the call and the messages. */
struct control {
	enum store_rc (*apply)(struct sched *s, enum job_kind kind,
	    const char *queue, const char *job_id, struct job *out);
	enum msg done;
	enum msg missing;
	bool is_start; /* the job may run from now on */
};

/*
 * Why a job cannot be resumed: it has no slots left, or cannot be parsed.  The
 * details require the scope read.
 */
static void
refuse_resume(struct ctx *ctx, enum job_kind kind, const char *const name[2],
    struct response *res)
{
	const char *queue = name[0], *job_id = name[1];
	struct buf why = BUF_INIT;
	struct job j;

	job_init(&j);
	if (sched_get(&ctx->sched, kind, queue, job_id, &j) == STORE_OK &&
	    sched_job_fault(&ctx->sched, &j, &why)) {
		fault_add(&res->faults, "job_id", "%s",
		    auth_may(ctx, TOKEN_READ) ? buf_cstr(&why) :
						"is quarantined");
		response_error(res, 409, MSG_JOB_RESUME_BROKEN, job_id);
	} else
		response_error(res, 409, MSG_JOB_RESUME_EXHAUSTED, job_id);
	job_fini(&j);
	buf_fini(&why);
}

/*
 * As response_store, for a job that may run from now on: report if no ticker
 * runs jobs of kind memory.
 */
static bool
is_begun(struct ctx *ctx, const struct input *in, enum store_rc rc,
    struct response *res)
{
	const char *why = NULL;
	struct job j;

	if (rc != STORE_FULL)
		return response_store(res, rc);
	job_init(&j);
	if (sched_get(&ctx->sched, in->kind, in->queue, in->job_id, &j) ==
		STORE_OK &&
	    j.kind == JOB_MEMORY)
		why = sched_memory_why(&ctx->sched);
	job_fini(&j);
	(void)response_store(res, rc);
	if (why != NULL)
		fault_add(&res->faults, "job_store_kind", "%s", why);
	return false;
}

static void
control(struct ctx *ctx, const struct request *req, const struct control *c,
    struct response *res)
{
	struct input in;
	enum store_rc rc;
	struct job j;

	if (input_job(ctx, req, &in, res) != 0)
		return;
	job_init(&j);
	rc = c->apply(&ctx->sched, in.kind, in.queue, in.job_id, &j);
	if (rc == STORE_NOTFOUND)
		response_error(res, 404, c->missing, in.job_id);
	else if (rc == STORE_CONFLICT)
		refuse_resume(ctx, in.kind,
		    (const char *const[]){ in.queue, in.job_id }, res);
	else if (is_begun(ctx, &in, rc, res)) {
		res->msg = c->done;
		res->args[0] = in.job_id;
		show_job(ctx, &j, res);
		if (c->is_start && j.render != NULL &&
		    auth_may(ctx, TOKEN_READ))
			preview_warn_target(ctx->conf, j.render, &res->warns);
	}
	job_fini(&j);
}

void
h_job_pause(struct ctx *ctx, const struct request *req, struct response *res)
{
	static const struct control pause_control = {
		.apply = sched_pause,
		.done = MSG_JOB_PAUSED,
		.missing = MSG_JOB_PAUSE_MISSING,
	};

	control(ctx, req, &pause_control, res);
}

void
h_job_resume(struct ctx *ctx, const struct request *req, struct response *res)
{
	static const struct control resume_control = {
		.apply = sched_resume,
		.done = MSG_JOB_RESUMED,
		.missing = MSG_JOB_RESUME_MISSING,
		.is_start = true,
	};

	control(ctx, req, &resume_control, res);
}

void
h_job_run(struct ctx *ctx, const struct request *req, struct response *res)
{
	char run_id[RUN_ID_LEN + 1];
	struct input in;
	enum store_rc rc;

	if (input_job(ctx, req, &in, res) != 0)
		return;
	rc = sched_run_now(&ctx->sched, in.kind, in.queue, in.job_id, run_id);
	if (rc == STORE_NOTFOUND) {
		response_error(res, 404, MSG_JOB_MISSING, in.job_id);
		return;
	}
	if (!is_begun(ctx, &in, rc, res))
		return;
	buf_printf(res->data, "{\"run_id\":\"%s\"}", run_id);
	if (auth_may(ctx, TOKEN_READ))
		sched_render_warns(&ctx->sched, run_id, &res->warns);
}

/* A patch, passed to the transaction. */
struct edit {
	struct job_env *env;
	struct json_object *members;
	struct faults *fs;
	struct input in;	       /* the job */
	struct job_registration known; /* of the queue's worker */
};

static int
edit_job(void *cookie, struct job *j)
{
	const struct edit *e = cookie;

	return job_patch(e->members, e->env, j, e->fs);
}

/* Return whether the body has the member, or the one that the field is in. */
static bool
is_given(struct json_object *body, const char *field)
{
	char member[64];

	(void)snprintf(member, sizeof(member), "%.*s",
	    (int)strcspn(field, ".["), field);
	return json_has(body, member);
}

/*
 * Refuse a patch.  Faults in members that the body does not have would disclose
 * the job: a client that may not read gets only their existence.
 */
static void
refuse_patch(const struct ctx *ctx, const struct request *req,
    struct response *res)
{
	struct faults *fs = &res->faults, all = *fs;

	if (!auth_may(ctx, TOKEN_READ)) {
		fs->n = 0;
		for (size_t i = 0; i < all.n; i++)
			if (is_given(req->json, all.v[i].field))
				fs->v[fs->n++] = all.v[i];
		if (fs->n == 0)
			fault_add(fs, "body",
			    "cannot be combined with the properties of the job");
	}
	response_bad_input(res);
}

/*
 * Look up the registration of the queue's worker, if the patch sets parameters
 * and is valid otherwise; 0, or -1 with the answer.  The transaction reads the
 * patch again: no transaction waits for the network.
 */
static int
ask_known(struct ctx *ctx, const struct request *req, struct edit *e,
    struct response *res)
{
	const struct input *in = &e->in;
	const struct job_registration *answer;
	enum store_rc rc;
	struct job j;

	if (!json_has(e->members, "args") && !json_has(e->members, "kwargs"))
		return 0;
	job_init(&j);
	rc = sched_get(&ctx->sched, in->kind, in->queue, in->job_id, &j);
	if (rc == STORE_NOTFOUND)
		response_error(res, 404, MSG_JOB_MISSING, in->job_id);
	else if (response_store(res, rc) &&
	    job_patch(e->members, e->env, &j, e->fs) != 0)
		refuse_patch(ctx, req, res);
	else if (rc == STORE_OK &&
	    (answer = input_registration(ctx, in->queue, &e->known)) != NULL)
		e->env->known = answer;
	job_fini(&j);
	return res->status == 200 ? 0 : -1;
}

/* Apply the patch in the transaction, and answer. */
static void
patch(struct ctx *ctx, const struct request *req, struct edit *e,
    struct response *res)
{
	const struct sched_patch p = { e->in.kind, edit_job, e };
	const char *const name[2] = { e->in.queue, e->in.job_id };
	enum store_rc rc;
	struct job j;

	job_init(&j);
	rc = sched_patch(&ctx->sched, name[0], name[1], &p, &j);
	if (rc == STORE_NOTFOUND)
		response_error(res, 404, MSG_JOB_MISSING, name[1]);
	else if (rc == STORE_LIMIT)
		refuse_patch(ctx, req, res);
	else if (rc == STORE_CONFLICT)
		refuse_resume(ctx, e->in.kind, name, res);
	else if (is_begun(ctx, &e->in, rc, res)) {
		res->faults.n = 0;
		show_job(ctx, &j, res);
		/* They disclose what the job had before. */
		if (auth_may(ctx, TOKEN_READ))
			preview_warn_job(&j, e->env,
			    sched_cadence(&ctx->sched, e->env->trigger->now_us),
			    &res->warns);
	}
	job_fini(&j);
}

void
h_job_patch(struct ctx *ctx, const struct request *req, struct response *res)
{
	const struct trigger_env zones = {
		.zones = ctx->sched.zones,
		.default_zone = ctx->sched.default_zone,
		.now_us = clock_now_us(),
		.takes = TRIGGER_TAKES_NEVER,
	};
	struct job_env env = { ctx->conf, &zones, &job_registration_later, NULL,
		false };
	struct edit e = { .env = &env,
		.members = req->json,
		.fs = &res->faults };

	if (input_job(ctx, req, &e.in, res) == 0 &&
	    ask_known(ctx, req, &e, res) == 0) {
		env.warns = &res->warns;
		patch(ctx, req, &e, res);
	}
	brokers_forget(&e.known);
}
