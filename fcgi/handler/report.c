/*
 * What workers report of their runs, by HTTP: that an attempt began, what it
 * prints, how it ended.  Tested in t_api_report.
 */
#include "config.h"

#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/fault.h"
#include "lib/base/utf8.h"
#include "lib/json/json.h"
#include "lib/sched/sched.h"

#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

/* What was printed: its end, of which a request cannot say how much. */
static void
read_output(const struct request *req, const char **out, struct response *res)
{
	json_get_str(req->json, "output", out, &res->faults);
	if (*out != NULL)
		*out = utf8_tail(*out, WORK_OUTPUT_USUAL);
}

void
read_work(const struct request *req, struct sched_work *w, struct response *res)
{
	static const struct json_range status = { 0, 599 };
	struct json_object *result = json_member(req->json, "result");

	json_get_int(req->json, "status", &status, &w->status, &res->faults);
	read_output(req, &w->output, res);
	if (result == NULL)
		return;
	w->result = json_text(result);
	if (strlen(w->result) > WORK_RESULT_MAX)
		fault_add(&res->faults, "result",
		    "has more than %d bytes of JSON text", WORK_RESULT_MAX);
}

/* A text of at most max bytes. */
static void
read_text(const struct request *req, const char *name, size_t max,
    const char **out, struct response *res)
{
	json_get_str(req->json, name, out, &res->faults);
	if (*out != NULL && strlen(*out) > max)
		fault_add(&res->faults, name, "has more than %zu bytes", max);
}

void
read_progress(const struct request *req, struct work_progress *p,
    struct response *res)
{
	static const struct json_range percent = { 0, 100 };

	p->percent = WORK_NO_PERCENT;
	json_get_int(req->json, "percent", &percent, &p->percent, &res->faults);
	read_text(req, "progress", WORK_PROGRESS_MAX, &p->text, res);
}

/* Record it, unless something is wrong with the request. */
static void
record(struct ctx *ctx, const struct request *req, struct sched_report *r,
    struct response *res)
{
	enum outcome outcome;
	enum store_rc rc;

	r->run = req->path.run;
	r->queue = req->path.queue[0] == '\0' ? NULL : req->path.queue;
	if (r->queue != NULL && input_path(ctx, req, res) != 0)
		return;
	if (res->faults.n > 0) {
		response_bad_input(res);
		return;
	}
	rc = sched_run_report(&ctx->sched, r, &outcome);
	if (rc == STORE_CONFLICT)
		response_error(res, 409, MSG_RUN_NOT_REPORTED,
		    outcome_names[outcome]);
	else if (run_is_found(r->run, res, rc)) {
		buf_str(res->data, "{\"id\":");
		buf_json(res->data, r->run);
		buf_printf(res->data, ",\"outcome\":\"%s\"}",
		    outcome_names[outcome]);
	}
}

void
h_run_start(struct ctx *ctx, const struct request *req, struct response *res)
{
	static const char *const fields[] = { "worker" };
	struct sched_report r = { .step = SCHED_STEP_START };

	json_only(req->json, "", fields, sizeof(fields) / sizeof(fields[0]),
	    &res->faults);
	read_text(req, "worker", WORK_WORKER_MAX, &r.worker, res);
	record(ctx, req, &r, res);
}

void
h_run_progress(struct ctx *ctx, const struct request *req, struct response *res)
{
	static const char *const fields[] = { "output", "percent", "progress" };
	struct sched_report r = { .step = SCHED_STEP_PROGRESS };
	struct work_progress *p = &r.progress;

	json_only(req->json, "", fields, sizeof(fields) / sizeof(fields[0]),
	    &res->faults);
	read_progress(req, p, res);
	read_output(req, &p->output, res);
	if (p->output == NULL && p->text == NULL &&
	    p->percent == WORK_NO_PERCENT && res->faults.n == 0)
		fault_add(&res->faults, "output",
		    "is required: a text; or percent, or progress");
	record(ctx, req, &r, res);
}

/* The end of an attempt. */
static void
report_end(struct ctx *ctx, const struct request *req, enum outcome outcome,
    struct response *res)
{
	/* What failed has an error, too. */
	static const char *const fields[] = { "status", "result", "output",
		"error", "expired" };
	size_t n = sizeof(fields) / sizeof(fields[0]);
	struct sched_report r = { .step = SCHED_STEP_END, .outcome = outcome };
	bool is_expired = false;

	json_only(req->json, "", fields,
	    outcome == OUTCOME_SUCCEEDED ? n - 2 : n, &res->faults);
	read_work(req, &r.work, res);
	read_text(req, "error", WORK_ERROR_MAX, &r.error, res);
	json_get_bool(req->json, "expired", &is_expired, &res->faults);
	if (is_expired)
		r.outcome = OUTCOME_EXPIRED;
	record(ctx, req, &r, res);
}

void
h_run_done(struct ctx *ctx, const struct request *req, struct response *res)
{
	report_end(ctx, req, OUTCOME_SUCCEEDED, res);
}

void
h_run_fail(struct ctx *ctx, const struct request *req, struct response *res)
{
	report_end(ctx, req, OUTCOME_FAILED, res);
}
