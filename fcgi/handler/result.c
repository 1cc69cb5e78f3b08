/*
 * The result of a message, as the clients of funboost ask for it.
 */

#include "config.h"

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/record/job.h"
#include "lib/sched/sched.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"
#include "fcgi/api/result.h"

#include "lib/base/ban.h"

#define WAIT_S 5 /* default timeout of the client */

/* Read the request; 0, or -1 with the answer. */
static int
read_input(const struct request *req, struct result_of *r, struct response *res)
{
	static const struct json_range range = { 0, INT32_MAX };
	struct faults *fs = &res->faults;
	int64_t wait_s = WAIT_S;

	(void)request_param(req, "task_id", &r->task_id, fs);
	if (r->task_id == NULL)
		fault_add(fs, "task_id", "is required");
	else
		job_check_name("task_id", r->task_id, fs);
	(void)request_param(req, "queue_name", &r->queue, fs);
	if (r->queue != NULL && r->queue[0] == '\0')
		r->queue = NULL;
	if (r->queue != NULL)
		job_check_name("queue_name", r->queue, fs);
	(void)input_int(req, "timeout", &range, &wait_s, res);
	if (wait_s > RESULT_WAIT_MAX_S)
		wait_s = RESULT_WAIT_MAX_S;
	r->wait_us = wait_s * CLOCK_US_PER_S;
	if (fs->n == 0)
		return 0;
	response_bad_input(res);
	return -1;
}

/*
 * Append {"task_id":…,"status_and_result":…}, or answer that there is no
 * result.
 */
static void
answer(struct ctx *ctx, const struct result_of *r, struct response *res)
{
	buf_str(res->data, "{\"task_id\":");
	buf_json(res->data, r->task_id);
	buf_str(res->data, ",\"status_and_result\":");
	if (!result_read(ctx, r, res->data, res)) {
		if (res->status == 200)
			response_error(res, 404, MSG_RESULT_MISSING,
			    r->task_id);
		else
			buf_reset(res->data);
		return;
	}
	buf_char(res->data, '}');
}

void
h_result_get(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct result_of r = { .req = req };
	struct run run = { .row = 0 };
	enum store_rc rc;

	if (read_input(req, &r, res) != 0)
		return;
	if (r.queue != NULL && auth_queue(ctx, r.queue, res) != 0)
		return;
	/*
	 * With a queue, also results of messages that other programs published.
	 * Their queue cannot be verified, so the token must cover every queue.
	 */
	if (r.queue != NULL && auth_may_queue(ctx, NULL)) {
		answer(ctx, &r, res);
		return;
	}
	rc = sched_run_get(&ctx->sched, r.queue, r.task_id, &run);
	r.queue = run.queue;
	if (rc == STORE_NOTFOUND)
		response_error(res, 404, MSG_RESULT_MISSING, r.task_id);
	else if (rc == STORE_LIMIT) {
		fault_add(&res->faults, "queue_name",
		    "is required: several queues have a run of this id");
		response_error(res, 409, MSG_BAD_INPUT, NULL);
	} else if (response_store(res, rc))
		answer(ctx, &r, res);
	run_fini(&run);
}
