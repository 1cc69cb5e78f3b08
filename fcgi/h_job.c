#include "config.h"

#include "lib/buf.h"
#include "lib/job_json.h"
#include "lib/sched.h"
#include "lib/trigger.h"

#include "fcgi/ctx.h"
#include "fcgi/handlers.h"
#include "fcgi/input.h"
#include "fcgi/response.h"

#include "lib/ban.h"

static void
show_job(struct ctx *ctx, const struct job *j, struct response *res)
{
	const struct trigger_env env = { .zones = ctx->sched.zones };

	job_to_json(j, &env, res->data);
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
}

/* Pause and resume differ in the call and in what is said. */
struct control {
	enum store_rc (*apply)(struct sched *s, enum job_kind kind,
	    const char *queue, const char *job_id, struct job *out);
	enum msg done;
	enum msg missing;
	enum msg refused;
};

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
		response_error(res, 409, c->refused, in.job_id);
	else if (response_store(res, rc)) {
		res->msg = c->done;
		res->args[0] = in.job_id;
		show_job(ctx, &j, res);
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
		.refused = MSG_INTERNAL,
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
		.refused = MSG_JOB_RESUME_EXHAUSTED,
	};

	control(ctx, req, &resume_control, res);
}

void
h_job_run(struct ctx *ctx, const struct request *req, struct response *res)
{
	char run_id[RUN_ID_LEN + 1];
	enum store_rc rc;

	if (input_path(ctx, req, res) != 0)
		return;
	rc =
	    sched_run_now(&ctx->sched, SCHED_ANY, req->queue, req->job, run_id);
	if (rc == STORE_NOTFOUND) {
		response_error(res, 404, MSG_JOB_MISSING, req->job);
		return;
	}
	if (response_store(res, rc))
		buf_printf(res->data, "{\"run_id\":\"%s\"}", run_id);
}
