#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "lib/buf.h"
#include "lib/conf.h"
#include "lib/fault.h"
#include "lib/job_json.h"
#include "lib/json.h"
#include "lib/sched.h"

#include "fcgi/auth.h"
#include "fcgi/ctx.h"
#include "fcgi/handlers.h"
#include "fcgi/input.h"
#include "fcgi/response.h"

#include "lib/ban.h"

/* need_result and timeout are the old clients'; there is no result here. */
static const char *const publish_fields[] = {
	"queue_name",
	"msg_body",
	"task_id",
	"priority",
	"need_result",
	"timeout",
};

/* The names, then whether the queue would take the parameters. */
static void
read_publish(const struct ctx *ctx, struct json_object *body,
    struct sched_publish *p, struct faults *fs)
{
	static const struct json_range priority = { 0, 255 };
	struct job_params params = { .kwargs_field = "msg_body" };

	json_only(body, "", publish_fields,
	    sizeof(publish_fields) / sizeof(publish_fields[0]), fs);
	json_get_str(body, "queue_name", &p->queue, fs);
	if (p->queue == NULL)
		fault_add(fs, "queue_name", "is required");
	else
		job_check_name("queue_name", p->queue, fs);
	json_get_str(body, "task_id", &p->task_id, fs);
	_Static_assert(JOB_NAME_MAX <= RUN_ID_LEN, "a name fits a run's id");
	if (p->task_id != NULL && p->task_id[0] != '\0')
		job_check_name("task_id", p->task_id, fs);
	json_get_int(body, "priority", &priority, &p->priority, fs);
	json_get_object(body, "msg_body", &params.kwargs, fs);
	if (params.kwargs == NULL) {
		fault_add(fs, "msg_body", "is required: an object");
		return;
	}
	params.queue = p->queue;
	job_check_params(ctx->conf, &params, fs);
	p->kwargs = json_text(params.kwargs);
}

void
h_publish(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct sched_publish p = { .queue = NULL };
	char run_id[RUN_ID_LEN + 1];
	enum store_rc rc;

	read_publish(ctx, req->json, &p, &res->faults);
	if (res->faults.n > 0) {
		response_bad_input(res);
		return;
	}
	if (auth_queue(ctx, p.queue, res) != 0)
		return;
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
	buf_str(res->data, ",\"status_and_result\":null}");
}

void
h_msg_count(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct input in;
	int64_t n;

	if (input_queue(ctx, req, INPUT_QUEUE_REQUIRED, &in, res) != 0 ||
	    !response_store(res,
		sched_message_count(&ctx->sched, in.queue, &n)))
		return;
	buf_str(res->data, "{\"queue_name\":");
	buf_json(res->data, in.queue);
	buf_printf(res->data, ",\"count\":%" PRId64 "}", n);
}

void
h_queue_clear(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct input in;
	int64_t n;

	if (input_queue(ctx, req, INPUT_QUEUE_REQUIRED, &in, res) != 0 ||
	    !response_store(res,
		sched_message_clear(&ctx->sched, in.queue, &n)))
		return;
	res->msg = MSG_QUEUE_CLEARED;
	res->args[0] = in.queue;
	buf_str(res->data, "{\"queue_name\":");
	buf_json(res->data, in.queue);
	buf_str(res->data, ",\"success\":true}");
}

/* A configured queue's name, unless it is a pattern for many. */
static bool
is_plain_name(const char *glob)
{
	return strpbrk(glob, "*?[\\") == NULL;
}

static bool
is_listed(const struct queue_list *l, const char *name)
{
	for (size_t i = 0; i < l->n; i++)
		if (strcmp(l->v[i].name, name) == 0)
			return true;
	return false;
}

/* What to write for each queue a client may see. */
typedef void add_queue(const struct ctx *ctx, const char *name,
    struct buf *out);

/* Those the store knows, then the configured others; returns how many. */
static int
add_queues(const struct ctx *ctx, const struct queue_list *l, add_queue *add,
    struct buf *out)
{
	const struct conf *conf = ctx->conf;
	int n = 0;

	for (size_t i = 0; i < l->n + conf->nqueues; i++) {
		const char *name =
		    i < l->n ? l->v[i].name : conf->queues[i - l->n].glob;

		if (i >= l->n && (!is_plain_name(name) || is_listed(l, name)))
			continue;
		if (!auth_may_queue(ctx, name))
			continue;
		if (n++ > 0)
			buf_char(out, ',');
		add(ctx, name, out);
	}
	return n;
}

static void
add_name(const struct ctx *ctx, const char *name, struct buf *out)
{
	(void)ctx;
	buf_json(out, name);
}

/* A list of the target's parameters, or [] where they are unknown. */
static void
add_params(const char *name, const struct conf_queue *q, struct buf *out)
{
	buf_printf(out, "\"%s\":[", name);
	for (size_t i = 0; q != NULL && i < q->params.n; i++) {
		if (i > 0)
			buf_char(out, ',');
		buf_json(out, q->params.v[i]);
	}
	buf_char(out, ']');
}

/* In the words of the original's registration (queues.md, section 2). */
static void
add_config(const struct ctx *ctx, const char *name, struct buf *out)
{
	static const char *const kinds[CONF_BROKER__MAX] = {
		[CONF_BROKER_SQLITE] = "SQLITE",
	};
	const struct conf_queue *q = conf_queue_for(ctx->conf, name);

	buf_str(out, "{\"queue_name\":");
	buf_json(out, name);
	buf_str(out, ",\"broker_kind\":");
	buf_json(out, kinds[q != NULL ? q->broker : CONF_BROKER_SQLITE]);
	buf_str(out, ",\"should_check_publish_func_params\":");
	buf_str(out, q != NULL && q->params.n > 0 ? "true" : "false");
	buf_str(out,
	    ",\"auto_generate_info\":{"
	    "\"final_func_input_params_info\":{\"func_name\":");
	buf_json(out, name);
	buf_char(out, ',');
	add_params("all_arg_name_list", q, out);
	/* Which of them may be left out is the target's own business. */
	buf_str(out, ",\"must_arg_name_list\":[],");
	add_params("optional_arg_name_list", q, out);
	buf_str(out, "}}}");
}

static void
add_named_config(const struct ctx *ctx, const char *name, struct buf *out)
{
	buf_json(out, name);
	buf_char(out, ':');
	add_config(ctx, name, out);
}

void
h_queue_names(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct queue_list l = { NULL, 0, 0 };
	int n;

	(void)req;
	if (response_store(res, sched_queues(&ctx->sched, &l))) {
		buf_str(res->data, "{\"queues\":[");
		n = add_queues(ctx, &l, add_name, res->data);
		buf_printf(res->data, "],\"count\":%d}", n);
	}
	queue_list_fini(&l);
}

void
h_queue_configs(struct ctx *ctx, const struct request *req,
    struct response *res)
{
	struct queue_list l = { NULL, 0, 0 };
	int n;

	(void)req;
	if (response_store(res, sched_queues(&ctx->sched, &l))) {
		buf_str(res->data, "{\"queues_config\":{");
		n = add_queues(ctx, &l, add_named_config, res->data);
		buf_printf(res->data, "},\"count\":%d}", n);
	}
	queue_list_fini(&l);
}

void
h_queue_config(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct input in;

	if (input_queue(ctx, req, INPUT_QUEUE_REQUIRED, &in, res) == 0)
		add_config(ctx, in.queue, res->data);
}
