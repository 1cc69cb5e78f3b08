/*
 * Publishes a message, and counts and clears the messages of a queue, at its
 * broker as well.  Tested in t_api_queue.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/job/job_json.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/json/json.h"
#include "lib/json/list.h"
#include "lib/base/log.h"
#include "lib/sched/sched.h"
#include "net/brokers.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "fcgi/api/queue_names.h"
#include "fcgi/api/response.h"
#include "fcgi/api/result.h"
#include "fcgi/api/unknown.h"

#include "lib/base/ban.h"

#define BROKER_RETRY_S 5

static const char *const publish_fields[] = {
	"queue_name",
	"msg_body",
	"task_id",
	"priority",
	"need_result",
	"timeout",
};

/* A message to publish, and whether its result is awaited. */
struct publishing {
	struct job_params params;
	struct result_of result; /* wait_us 0: not awaited */
};

/* Warn of an id in extra that is not the one of the message. */
static void
warn_other_id(struct json_object *extra, const char *task_id,
    struct warns *warns)
{
	struct faults unused = { .n = 0 };
	const char *other = NULL;

	if (json_get_str(extra, "task_id", &other, &unused) == 0 &&
	    (other == NULL || other[0] == '\0' || strcmp(other, task_id) == 0))
		return;
	warns_add(warns, WARN_IGNORED_FIELD,
	    &(struct warn_text){ .text = { "%1 differs from %2: ignored",
				     "%1 与 %2 不同：已忽略" },
		.a = "msg_body.extra.task_id",
		.b = "task_id" });
}

/*
 * Read the client's id of the message: task_id, or msg_body.extra.task_id as
 * funboost's publishers have it.
 */
static void
read_task_id(struct json_object *body, struct sched_publish *p,
    struct response *res)
{
	struct json_object *extra =
	    json_member(json_member(body, "msg_body"), "extra");
	const char *field = "task_id";
	struct faults inner = { .n = 0 };

	_Static_assert(JOB_NAME_MAX <= RUN_ID_LEN, "a name fits a run's id");
	json_get_str(body, field, &p->task_id, &res->faults);
	if (p->task_id == NULL || p->task_id[0] == '\0') {
		json_get_str(extra, field, &p->task_id, &inner);
		fault_add_all(&res->faults, "msg_body.extra.", &inner);
		field = "msg_body.extra.task_id";
	} else
		warn_other_id(extra, p->task_id, &res->warns);
	if (p->task_id != NULL && p->task_id[0] != '\0')
		job_check_name(field, p->task_id, &res->faults);
}

/*
 * Read whether and how long to wait for the worker's result.  If so, the
 * message requests it as funboost's do.
 */
static void
read_result(struct json_object *body, struct json_object *kwargs,
    struct result_of *r, struct faults *fs)
{
	static const struct json_range range = { 0, INT32_MAX };
	struct json_object *extra;
	bool is_wanted = false;
	int64_t wait_s = RESULT_WAIT_MAX_S;

	json_get_bool(body, "need_result", &is_wanted, fs);
	json_get_int(body, "timeout", &range, &wait_s, fs);
	if (!is_wanted || kwargs == NULL)
		return;
	extra = json_make_object(kwargs, "extra");
	if (extra == NULL ||
	    json_set_bool(extra, "is_using_rpc_mode", true) != 0)
		fault_add(fs, "msg_body.extra", "must be an object");
	if (wait_s > RESULT_WAIT_MAX_S)
		wait_s = RESULT_WAIT_MAX_S;
	r->wait_us = wait_s * CLOCK_US_PER_S;
}

/*
 * Read the body, except what depends on the registration of the queue's worker.
 */
static void
read_publish(const struct ctx *ctx, const struct request *req,
    struct sched_publish *p, struct publishing *more, struct response *res)
{
	struct job_params *params = &more->params;
	static const struct json_range priority = { 0, 255 };
	const struct json_others others = { unknown_ignore, &res->warns };
	struct json_object *body = req->json;
	struct faults *fs = &res->faults;

	json_only_or(body, publish_fields,
	    sizeof(publish_fields) / sizeof(publish_fields[0]), &others, fs);
	json_get_str(body, "queue_name", &p->queue, fs);
	if (p->queue == NULL)
		fault_add(fs, "queue_name", "is required");
	else
		job_check_name("queue_name", p->queue, fs);
	read_task_id(body, p, res);
	json_get_int(body, "priority", &priority, &p->priority, fs);
	json_get_object(body, "msg_body", &params->kwargs, fs);
	if (params->kwargs == NULL) {
		fault_add(fs, "msg_body", "is required: an object");
		return;
	}
	read_result(body, params->kwargs, &more->result, fs);
	params->queue = p->queue;
	params->known = &job_registration_later;
	job_check_params(ctx->conf, params, fs);
	p->kwargs = json_text(params->kwargs);
}

/* Check the parameters against the registration of the queue's worker. */
static void
check_known(struct ctx *ctx, struct job_params *params, struct faults *fs)
{
	struct job_registration known = { .is_answered = false };

	params->known = input_registration(ctx, params->queue, &known);
	if (params->known != NULL)
		job_check_params(ctx->conf, params, fs);
	brokers_forget(&known);
}

void
h_publish(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct publishing more = { .params.kwargs_field = "msg_body" };
	struct sched_publish p = { .queue = NULL };
	char run_id[RUN_ID_LEN + 1];
	enum store_rc rc;

	read_publish(ctx, req, &p, &more, res);
	if (res->faults.n == 0) {
		if (auth_queue(ctx, p.queue, res) != 0)
			return;
		check_known(ctx, &more.params, &res->faults);
	}
	if (res->faults.n > 0) {
		response_bad_input(res);
		return;
	}
	queue_warn_unknown(ctx, p.queue, res);
	rc = sched_publish(&ctx->sched, &p, run_id);
	if (rc == STORE_CONFLICT) {
		response_error(res, 409, MSG_PUBLISH_CONFLICT, p.task_id);
		return;
	}
	if (!response_store(res, rc))
		return;
	res->msg = MSG_PUBLISHED;
	res->args[0] = p.queue;
	buf_str(res->data, "{\"task_id\":");
	buf_json(res->data, run_id);
	buf_str(res->data, ",\"status_and_result\":");
	more.result.queue = p.queue;
	more.result.task_id = run_id;
	more.result.req = req;
	if (more.result.wait_us > 0)
		(void)result_read(ctx, &more.result, res->data, NULL);
	else
		buf_str(res->data, "null");
	buf_char(res->data, '}');
}

/* The broker's message is only logged: it may have addresses and user names. */
static void
broker_down(struct response *res, const char *why)
{
	log_event(LOG_LEVEL_WARN, "broker", LOG_KEY_ERROR, why, NULL);
	response_error(res, 503, MSG_BROKER_DOWN, NULL);
	res->retry_after_s = BROKER_RETRY_S;
}

void
h_msg_count(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct input in;
	int64_t n, there = SINK_NO_COUNT;
	struct err why;

	if (input_queue(ctx, req, INPUT_QUEUE_REQUIRED, &in, res) != 0 ||
	    !response_store(res,
		sched_message_count(&ctx->sched, in.queue, &n)))
		return;
	if (brokers_count(ctx_brokers(ctx), in.queue, &there, &why) == -1) {
		broker_down(res, why.text);
		return;
	}
	if (there != SINK_NO_COUNT)
		n += there;
	buf_str(res->data, "{\"queue_name\":");
	buf_json(res->data, in.queue);
	buf_printf(res->data, ",\"count\":%" PRId64 "}", n);
}

/* At the broker the key has another type. */
static void
refuse_clear(struct response *res)
{
	fault_add(&res->faults, "queue_name",
	    "is of another type in Redis, not a queue of this kind: nothing "
	    "was deleted");
	response_error(res, 409, MSG_BAD_INPUT, NULL);
}

void
h_queue_clear(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct input in;
	struct err why;
	int64_t n;

	if (input_queue(ctx, req, INPUT_QUEUE_REQUIRED, &in, res) != 0)
		return;
	/* The broker first: if that fails, nothing was changed. */
	if (brokers_clear(ctx_brokers(ctx), in.queue, &why) == -1) {
		if (strstr(why.text, ": WRONGTYPE ") != NULL)
			refuse_clear(res);
		else
			broker_down(res, why.text);
		return;
	}
	if (!response_store(res,
		sched_message_clear(&ctx->sched, in.queue, &n)))
		return;
	res->msg = MSG_QUEUE_CLEARED;
	res->args[0] = in.queue;
	buf_str(res->data, "{\"queue_name\":");
	buf_json(res->data, in.queue);
	buf_str(res->data, ",\"success\":true}");
}
