/*
 * One-off jobs in the form of Render's API.  Only the ticker sends requests to
 * Render.  Tested in tests/render/facade.bats.
 */
#include "config.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/job/job_json.h"
#include "lib/json/json.h"
#include "lib/job/render_job.h"
#include "lib/job/render_target.h"
#include "lib/job/render_warn.h"
#include "lib/sched/render.h"
#include "lib/secret/token.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

/*
 * Check that the client may use the service in the path; 0, or -1 with the
 * answer.
 */
static int
check_service(const struct ctx *ctx, const struct request *req,
    struct response *res)
{
	if (render_check_service(req->path.service, &res->faults) == 0)
		return auth_service(ctx, req->path.service, res);
	response_bad_input(res);
	return -1;
}

/* Answer with one job; true if it was found. */
static bool
answer_job(enum store_rc rc, const struct request *req,
    const struct delivery *d, struct response *res)
{
	if (rc == STORE_NOTFOUND)
		response_error(res, 404, MSG_RENDER_JOB_MISSING, req->path.job);
	else if (response_store(res, rc)) {
		render_job_json(d, res->data);
		return true;
	}
	return false;
}

void
h_render_create(struct ctx *ctx, const struct request *req,
    struct response *res)
{
	struct delivery d = { .run = 0 };
	struct warns warns = { .n = 0 };
	struct render_target t;

	if (check_service(ctx, req, res) != 0)
		return;
	if (render_target_from_json(req->json, req->path.service, ctx->conf, &t,
		&res->faults) != 0) {
		response_bad_input(res);
		return;
	}
	if (response_store(res, sched_render_create(&ctx->sched, &t, &d))) {
		render_warns(ctx->conf, &t, &warns);
		render_job_json_created(&d, &warns,
		    req->lang == LANG_ZH ? DESCRIBE_ZH : DESCRIBE_EN,
		    res->data);
		warns_fini(&warns);
		res->status = 201;
	}
	delivery_fini(&d);
}

/*
 * Read the statuses: status=a,b is the same as status=a&status=b; an empty one
 * counts as absent.
 */
static void
read_statuses(const struct request *req, struct buf *set, struct faults *fs)
{
	for (size_t i = 0; i < req->nparams; i++) {
		const struct http_param *p = &req->params[i];

		if (strcmp(p->name, "status") != 0 ||
		    (p->value != NULL && p->value[0] == '\0'))
			continue;
		if (p->value == NULL || render_statuses_add(p->value, set) != 0)
			fault_add(fs, "status",
			    "must be pending, running, succeeded, failed or "
			    "canceled, or a comma-separated list of these");
	}
}

/* "before" and "after" exclude the time given. */
static void
read_times(const struct ctx *ctx, const struct request *req,
    struct store_delivery_filter *f, struct faults *fs)
{
	const struct {
		const char *name;
		int64_t *at_us;
		int step;
	} bounds[] = {
		{ "createdAfter", &f->created_after, 1 },
		{ "createdBefore", &f->created_before, -1 },
		{ "startedAfter", &f->started_after, 1 },
		{ "startedBefore", &f->started_before, -1 },
		{ "finishedAfter", &f->finished_after, 1 },
		{ "finishedBefore", &f->finished_before, -1 },
	};

	for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
		int64_t t_us = INT64_MIN;

		input_time(ctx, req, bounds[i].name, &t_us, fs);
		if (t_us != INT64_MIN)
			*bounds[i].at_us = t_us + bounds[i].step;
	}
}

/*
 * Read the filter; set is memory for the statuses.  0, or -1 with the answer.
 */
static int
read_filter(const struct ctx *ctx, const struct request *req, struct buf *set,
    struct store_delivery_filter *f, struct response *res)
{
	static const struct json_range page = { 1, RENDER_PAGE_MAX };
	struct faults *fs = &res->faults;
	const char *cursor;

	(void)input_int(req, "limit", &page, &f->limit, res);
	if (request_param(req, "cursor", &cursor, fs) == 0 && cursor != NULL &&
	    cursor[0] != '\0' && render_cursor_parse(cursor, &f->below) != 0)
		fault_add(fs, "cursor", "is not a cursor of this list");
	read_statuses(req, set, fs);
	read_times(ctx, req, f, fs);
	if (set->len > 0)
		f->statuses = buf_cstr(set);
	if (fs->n == 0)
		return 0;
	response_bad_input(res);
	return -1;
}

void
h_render_list(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct store_delivery_filter f = STORE_DELIVERY_ALL;
	struct delivery_list l = { NULL, 0, 0 };
	struct buf set = BUF_INIT;

	f.service = req->path.service;
	f.limit = RENDER_PAGE_DEFAULT;
	if (check_service(ctx, req, res) == 0 &&
	    read_filter(ctx, req, &set, &f, res) == 0 &&
	    response_store(res, sched_render_list(&ctx->sched, &f, &l)))
		render_jobs_json(&l, l.n, res->data);
	delivery_list_fini(&l);
	buf_fini(&set);
}

void
h_render_get(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct delivery d = { .run = 0 };

	if (check_service(ctx, req, res) == 0)
		(void)answer_job(sched_render_get(&ctx->sched,
				     req->path.service, req->path.job, &d),
		    req, &d, res);
	delivery_fini(&d);
}

void
h_render_cancel(struct ctx *ctx, const struct request *req,
    struct response *res)
{
	struct delivery d = { .run = 0 };

	if (check_service(ctx, req, res) == 0 &&
	    answer_job(sched_render_cancel(&ctx->sched, req->path.service,
			   req->path.job, &d),
		req, &d, res) &&
	    !auth_may(ctx, TOKEN_READ)) {
		/* The token does not cover the service: drop the answer. */
		buf_reset(res->data);
		render_job_json_brief(&d, res->data);
	}
	delivery_fini(&d);
}
