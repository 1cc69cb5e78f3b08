/*
 * What workers of funboost leave in Redis as the result of a message: looked
 * at, not taken, and waited for by looking again.
 */

#include "config.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/json/json.h"
#include "lib/base/log.h"
#include "lib/base/stop.h"
#include "lib/base/utf8.h"
#include "net/brokers.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/api/request.h"
#include "fcgi/api/result.h"
#include "fcgi/api/waiting.h"
#include "fcgi/server/client.h"

#include "lib/base/ban.h"

#define POLL_US 100000		/* between two reads of the result */
#define CHECK_US CLOCK_US_PER_S /* between two checks of the token */

/* Append JSON unchanged, other text as a string if it is UTF-8. */
static void
add_result(const struct buf *text, struct buf *out)
{
	if (json_check(text->data, text->len, NULL) == 0)
		buf_add(out, text->data, text->len);
	else if (utf8_is_text(text->data, text->len))
		buf_json(out, text->data);
	else
		buf_str(out, "null");
	out->is_failed |= text->is_failed;
}

/*
 * Wait until the next poll; false if the time has expired, the process is asked
 * to stop, the client has disconnected, or its token has expired.
 */
static bool
wait_next(struct ctx *ctx, const struct result_of *r, int64_t end_us,
    struct response *res)
{
	int64_t now_us = clock_mono_us();

	if (now_us >= end_us || stop_is_pending() ||
	    !client_wait(r->req->client, POLL_US) ||
	    !client_is_there(r->req->client))
		return false;
	return res == NULL || now_us / CHECK_US == clock_mono_us() / CHECK_US ||
	    auth_check(ctx, r->req, res) == 0;
}

/* Return whether there is no result now and one may arrive. */
static bool
may_come(struct ctx *ctx, const struct result_of *r, int rc)
{
	return rc == 1 && r->wait_us > 0 &&
	    brokers_has_results(ctx_brokers(ctx), r->queue);
}

/* Call brokers_result until there is a result or the time is up. */
static int
poll_result(struct ctx *ctx, const struct result_of *r, struct buf *text,
    struct response *res)
{
	const struct brokers_result what = { r->queue, r->task_id, text };
	int64_t end_us = clock_mono_us() + r->wait_us;
	struct err why;
	int rc = brokers_result(ctx_brokers(ctx), &what, &why);
	int slot;

	if (may_come(ctx, r, rc) &&
	    (slot = waiting_enter(ctx, "timeout", res)) >= 0) {
		while (rc == 1 && wait_next(ctx, r, end_us, res))
			rc = brokers_result(ctx_brokers(ctx), &what, &why);
		waiting_leave(slot);
	}
	if (rc == -1)
		log_event(LOG_LEVEL_WARN, "broker", LOG_KEY_ERROR, why.text,
		    NULL);
	return rc;
}

bool
result_read(struct ctx *ctx, const struct result_of *r, struct buf *out,
    struct response *res)
{
	struct buf text = BUF_INIT;
	int rc = poll_result(ctx, r, &text, res);

	if (rc == 0)
		add_result(&text, out);
	else
		buf_str(out, "null");
	buf_fini(&text);
	return rc == 0;
}
