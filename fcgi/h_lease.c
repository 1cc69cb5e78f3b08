#include "config.h"

#include <inttypes.h>

#include "lib/buf.h"
#include "lib/clock.h"
#include "lib/conf.h"
#include "lib/datetime.h"
#include "lib/json.h"
#include "lib/sched.h"
#include "lib/stop.h"

#include "fcgi/ctx.h"
#include "fcgi/handlers.h"
#include "fcgi/input.h"
#include "fcgi/response.h"

#include "lib/ban.h"

#define POLL_US 50000		/* between looks while waiting */
#define RETRY_US CLOCK_US_PER_S /* for what only time makes ready */

static const char *const lease_fields[] = {
	"max",
	"lease_seconds",
	"wait_seconds",
};

/* What a consumer asks for. */
struct lease {
	const char *queue;
	int64_t max;
	int64_t lease_us;
	int64_t wait_us;
};

static int
read_lease(const struct ctx *ctx, const struct request *req, struct lease *l,
    struct response *res)
{
	static const struct json_range max = { 1, 1000 };
	static const struct json_range lease = { 1, 43200 };
	static const struct json_range wait = { 0, 20 };
	int64_t lease_s = 0, wait_s = 0;

	l->queue = req->path.queue;
	l->max = 10;
	json_only(req->json, "", lease_fields,
	    sizeof(lease_fields) / sizeof(lease_fields[0]), &res->faults);
	json_get_int(req->json, "max", &max, &l->max, &res->faults);
	json_get_int(req->json, "lease_seconds", &lease, &lease_s,
	    &res->faults);
	json_get_int(req->json, "wait_seconds", &wait, &wait_s, &res->faults);
	l->lease_us =
	    lease_s == 0 ? ctx->conf->lease_us : lease_s * CLOCK_US_PER_S;
	l->wait_us = wait_s * CLOCK_US_PER_S;
	return input_path(ctx, req, res);
}

/* A number that changes when another program has written. */
static int64_t
data_version(const struct ctx *ctx)
{
	int64_t v = ctx->sched.memory_opened;

	for (int k = 0; k < JOB_KIND__MAX; k++)
		if (ctx->sched.stores[k] != NULL)
			v = v * 1000003 +
			    store_data_version(ctx->sched.stores[k]);
	return v;
}

/*
 * Lease, and while there is nothing wait for it.  Looking costs one read;
 * the write that leasing is happens when somebody wrote, and once a second
 * for messages whose delay or lease ran out.
 */
static enum store_rc
lease_wait(struct ctx *ctx, const struct lease *l, struct message_list *out)
{
	int64_t now = clock_mono_us(), end = now + l->wait_us;

	for (;;) {
		int64_t seen = data_version(ctx), retry = now + RETRY_US;
		enum store_rc rc = sched_lease(&ctx->sched, l->queue,
		    (int)l->max, l->lease_us, out);

		if (rc != STORE_OK || out->n > 0)
			return rc;
		do {
			if (now >= end || stop_is_pending())
				return STORE_OK;
			clock_sleep_us(POLL_US);
			now = clock_mono_us();
		} while (now < retry && data_version(ctx) == seen);
	}
}

static void
add_message(const struct message *m, struct buf *out)
{
	buf_printf(out, "{\"id\":%" PRId64 ",\"lease\":", m->id);
	buf_json(out, m->lease);
	buf_printf(out,
	    ",\"attempt\":%" PRId64 ",\"priority\":%" PRId64
	    ",\"enqueued_at\":\"",
	    m->attempt, m->priority);
	datetime_rfc3339(m->enqueued_us, out);
	buf_str(out, "\",\"body\":");
	buf_str(out, m->body);
	buf_char(out, '}');
}

void
h_lease(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct message_list got = { NULL, 0, 0 };
	struct lease l;

	if (read_lease(ctx, req, &l, res) != 0)
		return;
	if (response_store(res, lease_wait(ctx, &l, &got))) {
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
