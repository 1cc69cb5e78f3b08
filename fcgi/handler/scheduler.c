/*
 * The switch of one queue, or of all queues, as funboost's scheduler.  Tested
 * in t_api_queue.
 */
#include "config.h"

#include "lib/base/buf.h"
#include "lib/sched/render.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

/* APScheduler's numbers for the states of a scheduler. */
enum { STATE_STOPPED, STATE_RUNNING, STATE_PAUSED };

static void
add_queue_name(const char *queue, struct buf *out)
{
	buf_str(out, "{\"queue_name\":");
	if (queue != NULL)
		buf_json(out, queue);
	else
		buf_str(out, "null");
}

/* Without a queue name: paused if every queue is. */
static enum store_rc
are_all_paused(struct ctx *ctx, bool *out)
{
	struct queue_list l = { NULL, 0, 0 };
	enum store_rc rc = sched_queues(&ctx->sched, &l);

	*out = l.n > 0;
	for (size_t i = 0; i < l.n; i++)
		*out = *out && l.v[i].is_paused;
	queue_list_fini(&l);
	return rc;
}

void
h_scheduler_status(struct ctx *ctx, const struct request *req,
    struct response *res)
{
	struct input in;
	enum store_rc rc;
	bool is_paused = false;

	if (input_queue(ctx, req, INPUT_QUEUE_OPTIONAL, &in, res) != 0)
		return;
	if (in.queue != NULL)
		rc = sched_queue_is_paused(&ctx->sched, in.queue, &is_paused);
	else
		rc = are_all_paused(ctx, &is_paused);
	if (!response_store(res, rc))
		return;
	add_queue_name(in.queue, res->data);
	buf_printf(res->data, ",\"status_code\":%d,\"status_str\":\"%s\"}",
	    is_paused ? STATE_PAUSED : STATE_RUNNING,
	    is_paused ? "paused" : "running");
}

/* Switch one queue; after a resume, add the missed slots. */
static enum store_rc
switch_one(struct ctx *ctx, const char *queue, bool is_paused,
    struct response *res)
{
	enum store_rc rc =
	    sched_queue_set_paused(&ctx->sched, queue, is_paused);

	if (rc == STORE_OK && !is_paused && auth_may(ctx, TOKEN_READ))
		sched_render_queue_warns(&ctx->sched, queue, &res->warns);
	return rc;
}

/* Without a queue name: switch every queue. */
static enum store_rc
switch_all(struct ctx *ctx, bool is_paused, struct response *res)
{
	struct queue_list l = { NULL, 0, 0 };
	enum store_rc rc = sched_queues(&ctx->sched, &l);

	for (size_t i = 0; i < l.n && rc == STORE_OK; i++)
		rc = switch_one(ctx, l.v[i].name, is_paused, res);
	queue_list_fini(&l);
	return rc;
}

static void
switch_queue(struct ctx *ctx, const struct request *req, bool is_paused,
    struct response *res)
{
	struct input in;
	enum store_rc rc;

	if (input_queue(ctx, req, INPUT_QUEUE_EXPLICIT, &in, res) != 0)
		return;
	if (in.queue != NULL)
		rc = switch_one(ctx, in.queue, is_paused, res);
	else
		rc = switch_all(ctx, is_paused, res);
	if (!response_store(res, rc))
		return;
	res->msg = is_paused ? MSG_SCHEDULER_PAUSED : MSG_SCHEDULER_RESUMED;
	res->args[0] = in.queue != NULL ? in.queue : "*";
	add_queue_name(in.queue, res->data);
	buf_printf(res->data, ",\"status_str\":\"%s\"}",
	    is_paused ? "paused" : "running");
}

void
h_scheduler_pause(struct ctx *ctx, const struct request *req,
    struct response *res)
{
	switch_queue(ctx, req, true, res);
}

void
h_scheduler_resume(struct ctx *ctx, const struct request *req,
    struct response *res)
{
	switch_queue(ctx, req, false, res);
}
