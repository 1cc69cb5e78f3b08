/* /v1/runs/sums: runs counted over time. Tested in t_api_sums. */
#include "config.h"

#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/report/sums.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

#define DAY_US (86400 * CLOCK_US_PER_S)
#define BUCKET_S 3600

/* Read the window and its buckets; what is wrong is a fault in res. */
static void
read_window(const struct ctx *ctx, const struct request *req,
    struct sums_opts *o, struct response *res)
{
	static const struct json_range range = { 1, 366 * INT64_C(86400) };
	struct faults *fs = &res->faults;
	int64_t seconds = BUCKET_S;
	size_t had = fs->n;

	(void)input_int(req, "bucket", &range, &seconds, res);
	o->bucket_us = seconds * CLOCK_US_PER_S;
	o->to_us = clock_now_us();
	input_time(ctx, req, "to", &o->to_us, fs);
	o->from_us = o->to_us - DAY_US;
	o->from_us -= o->from_us % o->bucket_us;
	input_time(ctx, req, "from", &o->from_us, fs);
	if (fs->n > had)
		return;
	if (o->to_us <= o->from_us)
		fault_add(fs, "to", "must be after from");
	else if (sums_buckets(o) > SUMS_BUCKETS_MAX)
		fault_add(fs, "bucket",
		    "is too short: there would be more than 200 buckets from "
		    "from to to");
}

/* 0, or -1 with the answer in res. */
static int
read_opts(const struct ctx *ctx, const struct request *req, struct sums_opts *o,
    struct response *res)
{
	struct faults *fs = &res->faults;

	read_window(ctx, req, o, res);
	o->kind = SCHED_ANY;
	input_kind(req, &o->kind, fs);
	read_name(req, "queue_name", &o->queue, fs);
	read_name(req, "job_id", &o->job_id, fs);
	if (o->job_id != NULL && o->queue == NULL)
		fault_add(fs, "queue_name", "is required with job_id");
	if (fs->n > 0) {
		response_bad_input(res);
		return -1;
	}
	return o->queue == NULL ? 0 : auth_queue(ctx, o->queue, res);
}

void
h_runs_sums(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct sums_opts o = { .queue = NULL };
	struct sums m = { 0 };

	if (read_opts(ctx, req, &o, res) == 0 &&
	    response_store(res, sums_read(&ctx->sched, &o, &m)))
		sums_json(&m, o.to_us, res->data);
}
