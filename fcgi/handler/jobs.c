/*
 * Adding a job, lists of jobs, and deleting all of them.  Tested in t_api_add
 * and t_api_jobs.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/base/fault.h"
#include "lib/job/job_json.h"
#include "lib/job/preview.h"
#include "lib/sched/sched.h"
#include "lib/secret/token.h"
#include "lib/trigger/trigger.h"
#include "net/brokers.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "lib/record/member.h"
#include "fcgi/api/queue_names.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

#define PAGE_MAX 1000
#define PAGE_DEFAULT 100

/* Set the answer for a result of the store; false if it is an error. */
static bool
is_added(struct response *res, enum store_rc rc, const char *job_id)
{
	if (rc == STORE_CONFLICT) {
		response_error(res, 409, MSG_JOB_ADD_CONFLICT, job_id);
		return false;
	}
	if (rc == STORE_NOTFOUND) {
		fault_add(&res->faults, "job_store_kind",
		    "no memory store is configured");
		response_error(res, 400, MSG_JOB_ADD_BAD, NULL);
		return false;
	}
	if (rc == STORE_LIMIT && fault_is_never(&res->faults)) {
		response_error(res, 400, MSG_JOB_ADD_BAD, NULL);
		return false;
	}
	if (rc == STORE_LIMIT) {
		fault_add(&res->faults, "queue_name",
		    "the queue has as "
		    "many jobs as max_jobs_per_queue allows");
		response_error(res, 400, MSG_JOB_ADD_BAD, NULL);
		return false;
	}
	return response_store(res, rc);
}

/*
 * The reason why there is no memory store, such as a read-only RAM file system.
 */
static void
no_memory_store(struct sched *s, struct response *res)
{
	const char *why = sched_memory_why(s);

	(void)response_store(res, STORE_FULL);
	if (why == NULL)
		return;
	fault_add(&res->faults, "job_store_kind", "%s", why);
	res->msg = MSG_JOB_ADD_BAD;
}

/* Check the job's parameters against the registration of its queue's worker. */
static int
check_known(struct ctx *ctx, const struct job *j, struct response *res)
{
	struct job_registration known = { .is_answered = false };
	int rc;

	if (j->render != NULL)
		return 0;
	rc = job_check_registration(ctx->conf,
	    input_registration(ctx, j->queue, &known), j, &res->faults);
	brokers_forget(&known);
	if (rc != 0)
		response_error(res, 400, MSG_JOB_ADD_BAD, NULL);
	return rc;
}

void
h_job_add(struct ctx *ctx, const struct request *req, struct response *res)
{
	const struct trigger_env zones = {
		.zones = ctx->sched.zones,
		.default_zone = ctx->sched.default_zone,
		.now_us = clock_now_us(),
		.takes = TRIGGER_TAKES_NEVER,
	};
	const struct job_env env = { ctx->conf, &zones, &job_registration_later,
		&res->warns, true };
	const char *asked_id = NULL;
	bool is_replace = false;
	enum store_rc rc;
	struct job j;

	job_init(&j);
	if (job_from_json(req->json, &env, &j, &is_replace, &res->faults) !=
	    0) {
		response_error(res, 400, MSG_JOB_ADD_BAD, NULL);
		goto out;
	}
	/* Last, because the answer of a broker may take seconds. */
	if (auth_queue(ctx, j.queue, res) != 0 ||
	    check_known(ctx, &j, res) != 0)
		goto out;
	(void)json_get_str(req->json, "job_id", &asked_id, &res->faults);
	rc = sched_add(&ctx->sched, &j, is_replace, zones.now_us);
	if (rc == STORE_FULL && j.kind == JOB_MEMORY) {
		no_memory_store(&ctx->sched, res);
		goto out;
	}
	if (!is_added(res, rc, asked_id))
		goto out;
	res->faults.n = 0;
	res->msg = MSG_JOB_ADDED;
	res->has_warnings = auth_may(ctx, TOKEN_READ);
	if (j.ran != NULL)
		preview_warn_ran(&j, &res->warns);
	else
		preview_warn_job(&j, &env,
		    sched_cadence(&ctx->sched, zones.now_us), &res->warns);
	if (j.render == NULL && auth_may(ctx, TOKEN_READ))
		queue_warn_unknown(ctx, j.queue, res);
	if (auth_may(ctx, TOKEN_READ))
		job_to_json(&j, &zones, res->data);
	else
		job_to_json_brief(&j, &zones, res->data);
out:
	job_fini(&j);
}

/* A job of a list: its queue, and the range of its JSON in the answer. */
struct listed {
	const char *queue;
	size_t order; /* in the list's order */
	size_t from;
	size_t len;
};

static int
by_queue(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;
	int d = strcmp(x->queue, y->queue);

	if (d != 0)
		return d;
	return (x->order > y->order) - (x->order < y->order);
}

/*
 * Append the objects of one queue, copied from the list; return their number.
 */
static size_t
add_queue(const char *queue, const struct listed *v, size_t n, struct buf *out)
{
	size_t i;

	buf_json(out, queue);
	buf_str(out, ":[");
	for (i = 0; i < n && strcmp(v[i].queue, queue) == 0; i++) {
		if (i > 0)
			buf_char(out, ',');
		if (buf_reserve(out, v[i].len) == 0)
			buf_add(out, out->data + v[i].from, v[i].len);
	}
	buf_char(out, ']');
	return i;
}

/*
 * "jobs_by_queue": the same objects grouped by queue, with an empty list for a
 * known queue without jobs, because clients build menus from it.
 */
static void
add_by_queue(struct listed *v, size_t n, const struct queue_names *names,
    struct buf *out)
{
	size_t at = 0, name = 0;

	qsort(v, n, sizeof(*v), by_queue);
	buf_str(out, ",\"jobs_by_queue\":{");
	while (at < n || name < names->n) {
		int d = at == n	     ? 1 :
		    name == names->n ? -1 :
				       strcmp(v[at].queue, names->v[name].name);

		if (at > 0 || name > 0)
			buf_char(out, ',');
		if (d > 0)
			(void)add_queue(names->v[name].name, v, 0, out);
		else
			at += add_queue(v[at].queue, v + at, n - at, out);
		name += d >= 0;
	}
	buf_char(out, '}');
}

static void
add_jobs(struct ctx *ctx, const struct job_list *jobs,
    const struct queue_names *names, struct buf *out)
{
	const struct trigger_env env = { .zones = ctx->sched.zones };
	struct listed *v = calloc(jobs->n + 1, sizeof(*v));

	if (v == NULL) {
		out->is_failed = true;
		return;
	}
	buf_str(out, "{\"jobs\":[");
	for (size_t i = 0; i < jobs->n; i++) {
		if (i > 0)
			buf_char(out, ',');
		v[i].queue = jobs->v[i].queue;
		v[i].order = i;
		v[i].from = out->len;
		job_to_json(&jobs->v[i], &env, out);
		v[i].len = out->len - v[i].from;
	}
	buf_printf(out, "],\"count\":%zu", jobs->n);
	add_by_queue(v, jobs->n, names, out);
	free(v);
}

/* The queues of "jobs_by_queue": the one requested, or all known ones. */
static enum store_rc
read_names(struct ctx *ctx, const char *queue, struct queue_names *out)
{
	enum store_rc rc;

	if (queue == NULL) {
		rc = queue_names_collect(ctx, out);
		queue_names_sort(out);
		return rc;
	}
	if ((out->v = malloc(sizeof(*out->v))) == NULL ||
	    (out->v[0].name = strdup(queue)) == NULL)
		return STORE_FULL;
	out->n = out->cap = 1;
	return STORE_OK;
}

/* Count all jobs that match; the answer has one page of them. */
static bool
count_all(struct ctx *ctx, const struct sched_list_opts *o,
    const struct job_list *page, int64_t *out, struct response *res)
{
	*out = (int64_t)page->n;
	if (o->limit == 0)
		return true;
	return response_store(res,
	    sched_count(&ctx->sched, o->kind, o->queue, out));
}

static bool
is_listed(struct ctx *ctx, struct response *res, enum store_rc rc)
{
	if (rc == STORE_CONFLICT)
		fault_add(&res->faults, "limit",
		    "is required: there are more "
		    "than %" PRId64 " jobs",
		    ctx->conf->max_list);
	else if (rc == STORE_NOTFOUND)
		fault_add(&res->faults, "cursor",
		    "is not a cursor of this list");
	else
		return response_store(res, rc);
	response_bad_input(res);
	return false;
}

/* A list of jobs as requested. */
struct listing {
	struct sched_list_opts o;
	struct job_list jobs;
	int64_t total;
	char next[SCHED_CURSOR_MAX];
};

/* Read up to limit jobs (0: all), unless the request has a limit. */
static bool
list_jobs(struct ctx *ctx, const struct request *req, int64_t limit,
    struct listing *l, struct response *res)
{
	static const struct json_range page = { 1, PAGE_MAX };
	struct input in;

	*l = (struct listing){ .o.limit = limit };
	(void)input_int(req, "limit", &page, &l->o.limit, res);
	(void)request_param(req, "cursor", &l->o.cursor, &res->faults);
	if (input_queue(ctx, req, INPUT_QUEUE_OPTIONAL, &in, res) != 0)
		return false;
	l->o.kind = in.kind;
	l->o.queue = in.queue;
	return is_listed(ctx, res,
		   sched_list(&ctx->sched, &l->o, &l->jobs, l->next)) &&
	    count_all(ctx, &l->o, &l->jobs, &l->total, res);
}

void
h_job_list(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct queue_names names = { NULL, 0, 0, false };
	struct listing l;

	if (list_jobs(ctx, req, 0, &l, res) &&
	    response_store(res, read_names(ctx, l.o.queue, &names))) {
		if (l.o.queue != NULL && l.jobs.n == 0)
			queue_warn_unknown(ctx, l.o.queue, res);
		add_jobs(ctx, &l.jobs, &names, res->data);
		buf_printf(res->data, ",\"total_count\":%" PRId64, l.total);
		if (l.o.limit != 0)
			member_text("next_cursor", l.next, res->data);
		buf_char(res->data, '}');
	}
	queue_names_fini(&names);
	job_list_fini(&l.jobs);
}

void
h_job_page(struct ctx *ctx, const struct request *req, struct response *res)
{
	const struct trigger_env env = { .zones = ctx->sched.zones };
	struct listing l;

	if (list_jobs(ctx, req, PAGE_DEFAULT, &l, res)) {
		buf_str(res->data, "{\"jobs\":[");
		for (size_t i = 0; i < l.jobs.n; i++) {
			if (i > 0)
				buf_char(res->data, ',');
			job_to_json(&l.jobs.v[i], &env, res->data);
		}
		buf_printf(res->data, "],\"total_count\":%" PRId64, l.total);
		member_text("next_cursor", l.next, res->data);
		buf_char(res->data, '}');
	}
	job_list_fini(&l.jobs);
}

void
h_job_delete_all(struct ctx *ctx, const struct request *req,
    struct response *res)
{
	struct input in;
	int64_t n;

	if (input_queue(ctx, req, INPUT_QUEUE_EXPLICIT, &in, res) != 0 ||
	    !response_store(res,
		sched_delete_all(&ctx->sched, in.kind, in.queue, &n)))
		return;
	res->msg = MSG_JOBS_DELETED;
	res->args[0] = response_number(res, n);
	buf_printf(res->data,
	    "{\"deleted_count\":%" PRId64 ",\"failed_jobs\":[]}", n);
}
