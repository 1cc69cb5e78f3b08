/* GET /v1/fires: the upcoming fires of all jobs the client may see. */
#include "config.h"

#include "lib/base/clock.h"
#include "lib/base/fault.h"
#include "lib/report/fires_print.h"
#include "lib/sched/sched.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

#define DAY_US (86400 * CLOCK_US_PER_S)
#define WINDOW_MAX_US (366 * DAY_US)
#define LIMIT_DEFAULT 500

static bool
may_see(const void *cookie, const char *queue)
{
	return auth_may_queue(cookie, queue);
}

/* Read the options of the list; 0, or -1 with the answer in the response. */
static int
read_opts(const struct ctx *ctx, const struct request *req,
    struct fires_opts *o, enum fires_format *format, struct response *res)
{
	static const struct json_range page = { 1, FIRES_LIMIT_MAX };
	struct faults *fs = &res->faults;
	const char *word = NULL;

	input_time(ctx, req, "from", &o->from_us, fs);
	if (o->from_us < o->now_us)
		o->from_us = o->now_us;
	o->to_us = o->from_us + DAY_US;
	input_time(ctx, req, "to", &o->to_us, fs);
	if (o->to_us <= o->from_us || o->to_us - o->from_us > WINDOW_MAX_US)
		fault_add(fs, "to",
		    "must be after from and now, by at most 366 days");
	(void)input_int(req, "limit", &page, &o->limit, res);
	(void)input_int(req, "dense", &page, &o->dense, res);
	(void)request_param(req, "cursor", &o->cursor, fs);
	input_kind(req, &o->kind, fs);
	read_name(req, "queue_name", &o->queue, fs);
	read_name(req, "job_id", &o->job_id, fs);
	if (request_param(req, "format", &word, fs) == 0 && word != NULL &&
	    word[0] != '\0' && fires_format_parse(word, format) != 0)
		fault_add(fs, "format", "must be " FIRES_FORMAT_NAMES);
	if (o->job_id != NULL && o->queue == NULL)
		fault_add(fs, "queue_name", "is required with job_id");
	if (fs->n > 0) {
		response_bad_input(res);
		return -1;
	}
	return o->queue == NULL ? 0 : auth_queue(ctx, o->queue, res);
}

void
h_fires(struct ctx *ctx, const struct request *req, struct response *res)
{
	int64_t now_us = clock_now_us();
	struct fires_opts o = {
		.from_us = now_us,
		.now_us = now_us,
		.limit = LIMIT_DEFAULT,
		.dense = FIRES_DENSE_DEFAULT,
		.budget_us = FIRES_BUDGET_US,
		.kind = SCHED_ANY,
		.may_see = may_see,
		.cookie = ctx,
	};
	enum fires_format format = FIRES_JSON;
	struct fires f = { .n = 0 };
	enum store_rc rc;

	if (read_opts(ctx, req, &o, &format, res) != 0)
		return;
	rc = sched_fires(&ctx->sched, &o, &f);
	if (rc == STORE_NOTFOUND) {
		fault_add(&res->faults, "cursor",
		    "is not a cursor of this list");
		response_bad_input(res);
	} else if (response_store(res, rc)) {
		fires_print(&o, &f, format, res->data);
		if (format != FIRES_JSON)
			res->type = fires_format_type(format);
	}
	fires_fini(&f);
}
