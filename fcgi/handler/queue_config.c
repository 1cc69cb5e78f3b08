/*
 * Names and configurations of queues, in the form of funboost's registration.
 * Tested in t_api_clients.
 */
#include "config.h"

#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/job/job_json.h"
#include "lib/base/log.h"
#include "lib/sched/sched.h"
#include "net/brokers.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "fcgi/api/queue_names.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

/* Appends one queue that the client may see. */
typedef void add_queue(struct ctx *ctx, const char *name, struct buf *out);

/* Append all of them, comma-separated. */
static void
add_queues(struct ctx *ctx, const struct queue_names *l, add_queue *add,
    struct buf *out)
{
	for (size_t i = 0; i < l->n; i++) {
		if (i > 0)
			buf_char(out, ',');
		add(ctx, l->v[i].name, out);
	}
}

static void
add_name(struct ctx *ctx, const char *name, struct buf *out)
{
	(void)ctx;
	buf_json(out, name);
}

/* A list of names of parameters. */
static void
add_params(const char *name, const struct conf_list *l, struct buf *out)
{
	buf_printf(out, "\"%s\":[", name);
	for (size_t i = 0; i < l->n; i++) {
		if (i > 0)
			buf_char(out, ',');
		buf_json(out, l->v[i]);
	}
	buf_char(out, ']');
}

/* The name of the broker in funboost. */
static const char *
kind_of(const struct conf_queue *q, const struct signature *sig)
{
	static const char *const kinds[CONF_BROKER__MAX] = {
		[CONF_BROKER_UNSET] = "",
		[CONF_BROKER_SQLITE] = "SQLITE",
		[CONF_BROKER_REDIS] = "REDIS",
		[CONF_BROKER_REDIS_STREAM] = "REDIS_STREAM",
		[CONF_BROKER_REDIS_PUBSUB] = "REDIS_PUBSUB",
		[CONF_BROKER_FUNBOOST] = "REDIS",
		[CONF_BROKER_RABBITMQ] = "RABBITMQ_AMQPSTORM",
		[CONF_BROKER_WEBHOOK] = "WEBHOOK",
		[CONF_BROKER_COMMAND] = "COMMAND",
	};

	return sig->broker_kind != NULL ? sig->broker_kind : kinds[q->broker];
}

/*
 * In the form of funboost's registration (queues.md, section 2): the
 * registration of the worker, else the configuration.
 */
static void
add_config(struct ctx *ctx, const char *name, struct buf *out)
{
	static const struct conf_list none = { NULL, 0 };
	const struct conf_queue *q = conf_queue_for(ctx->conf, name);
	struct job_registration known = { .is_answered = false };
	const struct signature *sig = &known.sig;

	if (input_registration(ctx, name, &known) != NULL && !known.is_answered)
		log_event(LOG_LEVEL_WARN, "broker", LOG_KEY_ERROR,
		    known.why.text, NULL);
	buf_str(out, "{\"queue_name\":");
	buf_json(out, name);
	buf_str(out, ",\"broker_kind\":");
	buf_json(out, kind_of(q, sig));
	buf_str(out, ",\"should_check_publish_func_params\":");
	buf_str(out,
	    (sig->is_known ? sig->is_checked : q->params.n > 0) ? "true" :
								  "false");
	buf_str(out,
	    ",\"auto_generate_info\":{"
	    "\"final_func_input_params_info\":{\"func_name\":");
	buf_json(out, sig->func_name != NULL ? sig->func_name : name);
	buf_char(out, ',');
	/* The configuration does not say which parameters are optional. */
	add_params("all_arg_name_list", sig->is_known ? &sig->all : &q->params,
	    out);
	buf_char(out, ',');
	add_params("must_arg_name_list", sig->is_known ? &sig->must : &none,
	    out);
	buf_char(out, ',');
	add_params("optional_arg_name_list",
	    sig->is_known ? &sig->optional : &q->params, out);
	buf_str(out, "}}}");
	brokers_forget(&known);
}

static void
add_named_config(struct ctx *ctx, const char *name, struct buf *out)
{
	buf_json(out, name);
	buf_char(out, ':');
	add_config(ctx, name, out);
}

void
h_queue_names(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct queue_names l = { NULL, 0, 0, false };

	(void)req;
	if (response_store(res, queue_names_collect(ctx, &l))) {
		buf_str(res->data, "{\"queues\":[");
		add_queues(ctx, &l, add_name, res->data);
		buf_printf(res->data, "],\"count\":%zu}", l.n);
	}
	queue_names_fini(&l);
}

void
h_queue_configs(struct ctx *ctx, const struct request *req,
    struct response *res)
{
	struct queue_names l = { NULL, 0, 0, false };

	(void)req;
	if (response_store(res, queue_names_collect(ctx, &l))) {
		buf_str(res->data, "{\"queues_config\":{");
		add_queues(ctx, &l, add_named_config, res->data);
		buf_printf(res->data, "},\"count\":%zu}", l.n);
	}
	queue_names_fini(&l);
}

void
h_queue_config(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct input in;

	if (input_queue(ctx, req, INPUT_QUEUE_REQUIRED, &in, res) == 0)
		add_config(ctx, in.queue, res->data);
}
