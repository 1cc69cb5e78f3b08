/*
 * Leases messages to a consumer, with a wait for the first.  Tested in
 * t_api_consume and tests/http/clients.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/conf/conf.h"
#include "lib/time/datetime.h"
#include "lib/base/fault.h"
#include "lib/json/json.h"
#include "lib/sched/sched.h"
#include "lib/base/stop.h"

#include "fcgi/api/auth.h"
#include "fcgi/server/client.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/input.h"
#include "fcgi/api/leased.h"
#include "fcgi/api/response.h"
#include "fcgi/api/waiting.h"

#include "lib/base/ban.h"

#define POLL_US 50000		/* between looks while waiting */
#define RETRY_US CLOCK_US_PER_S /* for what only time makes ready */

static const char *const lease_fields[] = {
	"max",
	"lease_seconds",
	"wait_seconds",
	"worker",
};

/* What a consumer asks for. */
struct lease {
	const char *queue;
	const char *worker; /* its name for the ledger, or NULL */
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
	l->worker = NULL;
	l->max = 10;
	json_only(req->json, "", lease_fields,
	    sizeof(lease_fields) / sizeof(lease_fields[0]), &res->faults);
	json_get_int(req->json, "max", &max, &l->max, &res->faults);
	json_get_int(req->json, "lease_seconds", &lease, &lease_s,
	    &res->faults);
	json_get_int(req->json, "wait_seconds", &wait, &wait_s, &res->faults);
	json_get_str(req->json, "worker", &l->worker, &res->faults);
	if (l->worker != NULL && strlen(l->worker) > WORK_WORKER_MAX)
		fault_add(&res->faults, "worker", "has more than %d bytes",
		    WORK_WORKER_MAX);
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
 * Lease what there is into ctx->leased.  A consumer that has gone meanwhile
 * gets nothing: else messages would be dead letters before anybody saw them.
 */
static bool
lease_now(struct ctx *ctx, const struct lease *l, struct client *client,
    struct response *res)
{
	(void)snprintf(ctx->leased_queue, sizeof(ctx->leased_queue), "%s",
	    l->queue);
	if (!response_store(res,
		sched_lease(&ctx->sched,
		    &(struct sched_lease){
			.queue = l->queue,
			.worker = l->worker,
			.max = (int)l->max,
			.lease_us = l->lease_us,
		    },
		    &ctx->leased)))
		return false;
	if (ctx->leased.n > 0 && !client_is_there(client))
		leased_give_back(ctx);
	return true;
}

/*
 * Wait until another program has written, at most until end_us.  Once a second
 * is for messages whose delay or lease ran out, and for tokens that do.  False
 * when there is no sense in another look: the time is over, we are to end, or
 * the client has gone.
 */
static bool
wait_change(const struct ctx *ctx, struct client *client, int64_t seen,
    int64_t end_us)
{
	int64_t now = clock_mono_us(), retry_us = now + RETRY_US;

	do {
		if (now >= end_us || stop_is_pending() ||
		    !client_wait(client, POLL_US))
			return false;
		now = clock_mono_us();
	} while (now < retry_us && data_version(ctx) == seen);
	return client_is_there(client);
}

/* Look again and again; -1 when the response has become an error. */
static int
lease_poll(struct ctx *ctx, const struct request *req, const struct lease *l,
    struct response *res)
{
	int64_t end_us = clock_mono_us() + l->wait_us;
	int64_t seen = data_version(ctx);
	int slot;

	if (!lease_now(ctx, l, req->client, res))
		return -1;
	if (ctx->leased.n > 0 || l->wait_us == 0)
		return 0;
	if ((slot = waiting_enter(ctx, "wait_seconds", res)) < 0)
		return -1;
	while (
	    ctx->leased.n == 0 && wait_change(ctx, req->client, seen, end_us)) {
		seen = data_version(ctx);
		/* What let it in may have been revoked, or have expired. */
		if (auth_check(ctx, req, res) != 0 ||
		    auth_queue(ctx, l->queue, res) != 0 ||
		    !lease_now(ctx, l, req->client, res))
			break;
	}
	waiting_leave(slot);
	return res->status == 200 ? 0 : -1;
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
	struct lease l;

	if (read_lease(ctx, req, &l, res) != 0)
		return;
	/* One that had to wait for us may have gone. */
	if (client_wait(req->client, 0) && !stop_is_pending() &&
	    lease_poll(ctx, req, &l, res) != 0)
		return;
	buf_str(res->data, "{\"messages\":[");
	for (size_t i = 0; i < ctx->leased.n; i++) {
		if (i > 0)
			buf_char(res->data, ',');
		add_message(&ctx->leased.v[i], res->data);
	}
	buf_str(res->data, "]}");
}
