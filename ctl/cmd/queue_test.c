/*
 * minutehand queue test: sends one message to a queue, and reports the server,
 * the message and the outcome.  Tested in tests/broker/redis.bats and
 * rabbitmq_ticker.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "ctl/commands.h"
#include "ctl/json_out.h"
#include "ctl/print/text.h"
#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/record/run.h"
#include "net/brokers.h"

#include "lib/base/ban.h"

enum { OPT_JSON, OPT_KWARGS };

static const struct ctl_option options[] = {
	[OPT_JSON] = { "json", NULL, "answer in JSON" },
	[OPT_KWARGS] = { "kwargs", "JSON", "its parameters (default: {})" },
	{ .name = NULL },
};

/* The result of the probe. */
struct probe {
	const char *queue;
	const char *kwargs;
	char id[RUN_ID_LEN + 1];
	struct buf server;	       /* "redis:main", or "" */
	struct job_registration known; /* of the queue's worker */
	bool is_asked;		       /* known was requested */
	int64_t before, after;	       /* messages, or SINK_NO_COUNT */
	char *body;		       /* as it was sent, or NULL */
	enum sink_end end;
	struct err why; /* the reason of a failure */
};

static const char *
end_word(enum sink_end e)
{
	switch (e) {
	case SINK_DONE:
		return "arrived";
	case SINK_LATER:
		return "not taken";
	case SINK_UNKNOWN:
		return "unknown";
	case SINK_REFUSED:
	case SINK_GONE:
		return "refused";
	case SINK_WAITS:
		break;
	}
	return "not sent";
}

/* Add to the embedded queue, as publishing does. */
static int
test_here(struct ctl *c, struct probe *p)
{
	const struct sched_publish pub = { .queue = p->queue,
		.kwargs = p->kwargs };
	enum store_rc rc;

	rc = sched_message_count(&c->sched, p->queue, &p->before);
	if (rc == STORE_OK)
		rc = sched_publish(&c->sched, &pub, p->id);
	if (rc == STORE_OK)
		rc = sched_message_count(&c->sched, p->queue, &p->after);
	if (rc != STORE_OK)
		return ctl_fail_rc(rc, p->queue);
	p->end = SINK_DONE;
	return CTL_OK;
}

/* Send to the broker, without the outbox. */
static int
test_there(struct ctl *c, struct probe *p)
{
	struct brokers *b = ctl_brokers(c);
	struct sink_message m = {
		.id = p->id,
		.queue = p->queue,
		.kwargs = p->kwargs,
		.attempt = 1,
		.scheduled_us = clock_now_us(),
		.body = &p->body,
	};

	/* A command may close its input without reading the message. */
	(void)signal(SIGPIPE, SIG_IGN);
	run_make_id(m.scheduled_us, p->id);
	if (brokers_count(b, p->queue, &p->before, &p->why) == -1)
		return CTL_DOWN;
	p->is_asked = brokers_registration(b, p->queue, &p->known) != NULL;
	if (brokers_push(b, &m, &p->why) == -1) {
		p->end = m.end;
		free(m.why);
		return CTL_DOWN;
	}
	p->end = m.end;
	if (m.why != NULL)
		err_set(&p->why, "%s", m.why);
	free(m.why);
	if (p->end != SINK_DONE)
		return CTL_NO;
	return brokers_count(b, p->queue, &p->after, &p->why) == 0 ? CTL_OK :
								     CTL_DOWN;
}

static void
print_count(const char *label, int64_t n)
{
	if (n == SINK_NO_COUNT)
		text_line("%-9s  unknown", label);
	else
		text_line("%-9s  %" PRId64, label, n);
}

static void
print_text(const struct probe *p, const struct conf_queue *q)
{
	const struct signature *sig = &p->known.sig;

	text_line("%-9s  %s", "queue", p->queue);
	text_line("%-9s  %s%s%s", "broker", conf_broker_name(q->broker),
	    p->server.len > 0 ? " at " : "", buf_cstr(&p->server));
	if (p->is_asked)
		text_line("%-9s  %s, %s", "worker",
		    sig->func_name == NULL ? "unknown" : sig->func_name,
		    sig->broker_kind == NULL ? "not registered" :
					       sig->broker_kind);
	text_line("%-9s  %s", "message", p->id);
	if (p->body != NULL)
		text_line("%-9s  %s", "body", p->body);
	text_line("%-9s  %s%s%s", "outcome", end_word(p->end),
	    p->why.text[0] == '\0' ? "" : ": ", p->why.text);
	print_count("before", p->before);
	if (p->end == SINK_DONE)
		print_count("after", p->after);
}

static int
print_json(const struct probe *p, const struct conf_queue *q)
{
	struct buf o = BUF_INIT;

	json_out_open(&o, NULL, '{');
	json_out_str(&o, "queue_name", p->queue);
	json_out_str(&o, "broker", conf_broker_name(q->broker));
	json_out_str(&o, "server",
	    p->server.len > 0 ? buf_cstr(&p->server) : NULL);
	json_out_str(&o, "broker_kind", p->known.sig.broker_kind);
	json_out_str(&o, "id", p->id);
	json_out_str(&o, "body", p->body);
	json_out_str(&o, "outcome", end_word(p->end));
	json_out_str(&o, "reason", p->why.text[0] == '\0' ? NULL : p->why.text);
	if (p->before != SINK_NO_COUNT)
		json_out_int(&o, "before", p->before);
	if (p->after != SINK_NO_COUNT)
		json_out_int(&o, "after", p->after);
	json_out_close(&o, '}');
	return json_out_print(&o);
}

/* Check the parameters as for a job. */
static int
check_kwargs(struct ctl *c, const struct probe *p)
{
	struct job_params params = { .queue = p->queue,
		.kwargs_field = "--kwargs" };
	struct faults fs = { .n = 0 };
	struct err why;
	int status = CTL_OK;

	params.kwargs = json_parse(p->kwargs, strlen(p->kwargs), &why);
	if (params.kwargs == NULL)
		return ctl_fail(CTL_DATA, "--kwargs: %s", why.text);
	if (!json_is_object(params.kwargs))
		status = ctl_fail(CTL_DATA, "--kwargs: must be an object");
	else if (job_check_params(c->conf, &params, &fs) != 0)
		status = ctl_fail_faults(&fs, "");
	json_free(params.kwargs);
	return status;
}

static int
run_test(struct ctl *c, const struct ctl_args *a)
{
	const char *kwargs = a->opt[OPT_KWARGS];
	struct probe p = {
		.queue = a->operand[0],
		.kwargs = kwargs == NULL ? "{}" : kwargs,
		.before = SINK_NO_COUNT,
		.after = SINK_NO_COUNT,
	};
	const struct conf_queue *q;
	int status, printed = CTL_OK;

	if ((status = ctl_check_name("QUEUE", p.queue)) != CTL_OK ||
	    (status = ctl_open(c)) != CTL_OK ||
	    (status = check_kwargs(c, &p)) != CTL_OK)
		return status;
	q = conf_queue_for(c->conf, p.queue);
	if (q->at >= 0)
		conf_server_name(c->conf, conf_broker_server(q->broker), q->at,
		    &p.server);
	status = q->at < 0 ? test_here(c, &p) : test_there(c, &p);
	if (p.id[0] != '\0' || status == CTL_DOWN) {
		if (a->opt[OPT_JSON] != NULL)
			printed = print_json(&p, q);
		else
			print_text(&p, q);
	}
	brokers_forget(&p.known);
	buf_fini(&p.server);
	free(p.body);
	return status != CTL_OK ? status : printed;
}

const struct ctl_command cmd_queue_test = {
	.name = "queue test",
	.args = "QUEUE [--kwargs JSON] [--json]",
	.help = "send a message now, and report what arrived where",
	.options = options,
	.min = 1,
	.max = 1,
	.run = run_test,
};
