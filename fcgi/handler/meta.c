/*
 * The list of routes, and /healthz.  Tested in t_api_told and
 * tests/http/errors.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <unistd.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/time/datetime.h"
#include "lib/report/trouble.h"
#include "lib/sched/sched.h"
#include "lib/sched/brokers.h"
#include "lib/secret/token.h"
#include "lib/time/tz.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/response.h"
#include "fcgi/api/route.h"

#include "lib/base/ban.h"

void
h_index(struct ctx *ctx, const struct request *req, struct response *res)
{
	const struct route *r;
	struct buf *out = res->data;
	char scopes[64];

	(void)ctx;
	(void)req;
	buf_str(out,
	    "{\"name\":\"minutehand\",\"version\":\"" PACKAGE_VERSION
	    "\",\"routes\":[");
	for (size_t i = 0; (r = route_at(i)) != NULL; i++) {
		token_scopes_print(r->scope, scopes, sizeof(scopes));
		buf_printf(out,
		    "%s{\"method\":\"%s\",\"path\":\"%s\","
		    "\"scope\":",
		    i > 0 ? "," : "", route_method_name(r->method), r->pattern);
		if (r->scope != 0)
			buf_json(out, scopes);
		else
			buf_str(out, "null");
		buf_str(out, ",\"help\":");
		buf_json(out, r->help);
		buf_char(out, '}');
	}
	buf_str(out, "]}");
}

/* Append the state of brokers.  Without a token the reasons are left out. */
static void
add_brokers(const struct broker_list *l, struct buf *out)
{
	buf_str(out, ",\"brokers\":[");
	for (size_t i = 0; i < l->n; i++) {
		const struct broker_info *b = &l->v[i];

		buf_printf(out, "%s{\"broker\":", i > 0 ? "," : "");
		buf_json(out, b->name);
		buf_printf(out, ",\"state\":\"%s\",\"since\":",
		    b->is_down		 ? "down" :
			b->since_us == 0 ? "ok" :
					   "refusing");
		if (b->since_us == 0)
			buf_str(out, "null");
		else {
			buf_char(out, '"');
			datetime_rfc3339_s(b->since_us, out);
			buf_char(out, '"');
		}
		buf_printf(out, ",\"waiting\":%" PRId64 "}", b->waiting);
	}
	buf_char(out, ']');
}

/* The store cannot be opened: the cause, and the user of this process. */
void
h_health_not_ready(struct ctx *ctx, const struct request *req,
    struct response *res)
{
	(void)req;
	buf_str(res->data, "{\"status\":\"error\",\"cause\":");
	buf_json(res->data, ctx->cause);
	buf_printf(res->data, ",\"uid\":%ld}", (long)geteuid());
}

/* Append what belongs to no queue. */
static void
add_health(struct ctx *ctx, const struct sched_health *h, struct buf *out)
{
	buf_str(out, ",\"version\":\"" PACKAGE_VERSION "\",\"last_tick\":");
	if (h->last_tick_age_us < 0)
		buf_str(out, "null");
	else {
		buf_char(out, '"');
		datetime_rfc3339(h->last_tick_us, out);
		buf_char(out, '"');
	}
	buf_printf(out, ",\"cadence\":%" PRId64 ",\"unwatched\":",
	    h->cadence_us / CLOCK_US_PER_S);
	if (h->gap_us < 0)
		buf_str(out, "null");
	else
		buf_printf(out, "%" PRId64, h->gap_us / CLOCK_US_PER_S);
	buf_printf(out, ",\"ahead_s\":%" PRId64, h->ahead_us / CLOCK_US_PER_S);
	buf_printf(out, ",\"zone_files\":%s,\"late\":%s",
	    tz_has_files(ctx->sched.zones) ? "true" : "false",
	    h->is_late ? "true" : "false");
}

/* With the scope read: details of the token's queues. */
static void
add_details(struct ctx *ctx, struct response *res)
{
	struct broker_list brokers = { NULL, 0, 0 };
	struct trouble_list troubles = { NULL, 0, 0 };
	int64_t quarantined;

	if (response_store(res,
		sched_quarantined(&ctx->sched, &quarantined, NULL)) &&
	    response_store(res, sched_brokers(&ctx->sched, &brokers)) &&
	    response_store(res,
		trouble_read(&ctx->sched, clock_now_us(), &troubles))) {
		buf_printf(res->data, ",\"quarantined\":%" PRId64, quarantined);
		add_brokers(&brokers, res->data);
		buf_str(res->data, ",\"troubles\":");
		trouble_json(&troubles, res->data);
	}
	trouble_list_fini(&troubles);
	broker_list_fini(&brokers);
}

void
h_health(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct sched_health h;
	struct buf *out = res->data;

	(void)req;
	if (!response_store(res, sched_health(&ctx->sched, clock_now_us(), &h)))
		return;
	if (h.is_late) {
		res->status = 503;
		res->retry_after_s = (int)(h.cadence_us / CLOCK_US_PER_S);
	}
	buf_printf(out,
	    "{\"status\":\"%s\",\"last_tick_age\":", h.is_late ? "late" : "ok");
	if (h.last_tick_age_us < 0)
		buf_str(out, "null");
	else
		buf_printf(out, "%" PRId64,
		    h.last_tick_age_us / CLOCK_US_PER_S);
	if (auth_may(ctx, TOKEN_READ)) {
		add_health(ctx, &h, out);
		add_details(ctx, res);
	}
	if (out->len > 0)
		buf_char(out, '}');
}
