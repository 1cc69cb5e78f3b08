/*
 * ack, nack and extend of leases, and lists of messages and of queues.  Leasing
 * is in lease.c.  Tested in t_api_consume.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/sched/sched.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

#define LEASES_MAX 1000
#define REASON_MAX 1024

/* The leases a consumer speaks of; undo with free_leases. */
static void
read_leases(const struct request *req, struct sched_leases *l,
    struct response *res)
{
	const char **texts = NULL;

	*l = (struct sched_leases){ .queue = req->path.queue };
	if (json_get_strings(req->json, "leases", &texts, &l->n,
		&res->faults) != 0)
		return;
	l->v = texts;
	if (l->n == 0)
		fault_add(&res->faults, "leases",
		    "is required: the lease texts of messages");
	else if (l->n > LEASES_MAX)
		fault_add(&res->faults, "leases", "are more than %d",
		    LEASES_MAX);
}

static void
free_leases(struct sched_leases *l)
{
	free((void *)l->v);
}

static void
answer(struct response *res, enum store_rc rc, size_t n, size_t done)
{
	if (response_store(res, rc))
		buf_printf(res->data, "{\"done\":%zu,\"lapsed\":%zu}", done,
		    n - done);
}

void
h_ack(struct ctx *ctx, const struct request *req, struct response *res)
{
	static const char *const fields[] = {
		"leases",
		"status",
		"result",
		"output",
	};
	struct sched_work work = { .status = WORK_NO_STATUS };
	struct sched_leases l;
	enum store_rc rc;
	size_t done;

	json_only(req->json, "", fields, sizeof(fields) / sizeof(fields[0]),
	    &res->faults);
	read_leases(req, &l, res);
	read_work(req, &work, res);
	if (input_path(ctx, req, res) == 0) {
		rc = sched_ack(&ctx->sched, &l, &work, &done);
		answer(res, rc, l.n, done);
	}
	free_leases(&l);
}

void
h_nack(struct ctx *ctx, const struct request *req, struct response *res)
{
	static const char *const fields[] = {
		"leases",
		"delay_seconds",
		"reason",
		"status",
		"result",
		"output",
	};
	static const struct json_range delay = { 0, 31536000 };
	struct sched_nack how = { .reason = NULL };
	struct sched_leases l;
	enum store_rc rc;
	int64_t delay_s = 0;
	size_t done;

	json_only(req->json, "", fields, sizeof(fields) / sizeof(fields[0]),
	    &res->faults);
	read_leases(req, &l, res);
	read_work(req, &how.work, res);
	json_get_int(req->json, "delay_seconds", &delay, &delay_s,
	    &res->faults);
	json_get_str(req->json, "reason", &how.reason, &res->faults);
	if (how.reason != NULL && strlen(how.reason) > REASON_MAX)
		fault_add(&res->faults, "reason", "has more than %d bytes",
		    REASON_MAX);
	how.delay_us = delay_s * CLOCK_US_PER_S;
	how.is_delay_asked = json_has(req->json, "delay_seconds");
	if (input_path(ctx, req, res) == 0) {
		rc = sched_nack(&ctx->sched, &l, &how, &done);
		answer(res, rc, l.n, done);
	}
	free_leases(&l);
}

void
h_extend(struct ctx *ctx, const struct request *req, struct response *res)
{
	static const char *const fields[] = { "leases", "lease_seconds",
		"percent", "progress" };
	static const struct json_range lease = { 1, 43200 };
	int64_t lease_s = ctx->conf->lease_us / CLOCK_US_PER_S;
	struct work_progress p = { .text = NULL };
	struct sched_leases l;
	enum store_rc rc;
	size_t done;

	json_only(req->json, "", fields, 4, &res->faults);
	read_leases(req, &l, res);
	json_get_int(req->json, "lease_seconds", &lease, &lease_s,
	    &res->faults);
	read_progress(req, &p, res);
	if (input_path(ctx, req, res) == 0) {
		rc = sched_extend_with(&ctx->sched, &l,
		    lease_s * CLOCK_US_PER_S, &p, &done);
		answer(res, rc, l.n, done);
	}
	free_leases(&l);
}

static void
add_message(const struct message *m, struct buf *out)
{
	buf_printf(out,
	    "{\"id\":%" PRId64 ",\"state\":\"%s\",\"attempt\":%" PRId64
	    ",\"priority\":%" PRId64 ",\"enqueued_at\":\"",
	    m->id, message_state_name(m->state), m->attempt, m->priority);
	datetime_rfc3339(m->enqueued_us, out);
	buf_str(out, "\",\"held_until\":");
	if (m->state == MESSAGE_HELD) {
		buf_char(out, '"');
		datetime_rfc3339(m->until_us, out);
		buf_char(out, '"');
	} else
		buf_str(out, "null");
	buf_str(out, ",\"reason\":");
	if (m->reason != NULL)
		buf_json(out, m->reason);
	else
		buf_str(out, "null");
	buf_str(out, ",\"body\":");
	buf_str(out, m->body);
	buf_char(out, '}');
}

void
h_messages(struct ctx *ctx, const struct request *req, struct response *res)
{
	static const struct json_range page = { 1, 1000 };
	struct message_list got = { NULL, 0, 0 };
	int64_t limit = 100;

	(void)input_int(req, "limit", &page, &limit, res);
	if (input_path(ctx, req, res) != 0)
		return;
	if (response_store(res,
		sched_peek(&ctx->sched, req->path.queue, (int)limit, &got))) {
		buf_str(res->data, "{\"messages\":[");
		for (size_t i = 0; i < got.n; i++) {
			if (i > 0)
				buf_char(res->data, ',');
			add_message(&got.v[i], res->data);
		}
		buf_str(res->data, "]}");
	}
	message_list_fini(&got);
}

static void
add_queue_info(const struct queue_info *q, int64_t now_us, struct buf *out)
{
	buf_str(out, "{\"queue_name\":");
	buf_json(out, q->name);
	buf_printf(out,
	    ",\"paused\":%s,\"jobs\":%" PRId64 ",\"depth\":%" PRId64
	    ",\"in_flight\":%" PRId64 ",\"dead\":%" PRId64
	    ",\"waiting\":%" PRId64 ",\"oldest_age\":",
	    q->is_paused ? "true" : "false", q->jobs, q->ready, q->held,
	    q->dead, q->waiting);
	if (q->oldest_us == 0)
		buf_str(out, "null}");
	else
		buf_printf(out, "%" PRId64 "}",
		    q->oldest_us >= now_us ?
			0 :
			(now_us - q->oldest_us) / CLOCK_US_PER_S);
}

void
h_queues(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct queue_list l = { NULL, 0, 0 };
	int64_t now_us = clock_now_us();
	const char *only;
	int n = 0;

	if (request_param(req, "queue_name", &only, &res->faults) != 0) {
		response_bad_input(res);
		return;
	}
	if (response_store(res, sched_queues(&ctx->sched, &l))) {
		buf_str(res->data, "{\"queues\":[");
		for (size_t i = 0; i < l.n; i++) {
			if (!auth_may_queue(ctx, l.v[i].name) ||
			    (only != NULL && strcmp(only, l.v[i].name) != 0))
				continue;
			if (n++ > 0)
				buf_char(res->data, ',');
			add_queue_info(&l.v[i], now_us, res->data);
		}
		buf_str(res->data, "]}");
	}
	queue_list_fini(&l);
}
