/*
 * /v1/preview: what lib/job/preview.h says of a body.  Tested in t_api_preview.
 */
#include "config.h"

#include "lib/base/clock.h"
#include "lib/job/job_json.h"
#include "lib/job/preview.h"
#include "lib/sched/sched.h"
#include "lib/trigger/trigger.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

void
h_preview(struct ctx *ctx, const struct request *req, struct response *res)
{
	const struct trigger_env zones = {
		.zones = ctx->sched.zones,
		.default_zone = ctx->sched.default_zone,
		.now_us = clock_now_us(),
	};
	const struct job_env env = { ctx->conf, &zones, NULL, NULL, false };
	struct preview p = { .count = PREVIEW_COUNT_DEFAULT };
	const char *queue = NULL;

	if (json_is_object(req->json) &&
	    json_get_str(req->json, "queue_name", &queue, &res->faults) == 0 &&
	    queue != NULL && auth_queue(ctx, queue, res) != 0)
		return;
	if (preview_from_json(req->json, &env,
		sched_cadence(&ctx->sched, zones.now_us), &p,
		&res->faults) != 0) {
		response_bad_input(res);
		return;
	}
	preview_to_json(&p, req->lang == LANG_EN ? DESCRIBE_EN : DESCRIBE_ZH,
	    res->data);
	preview_fini(&p);
}
