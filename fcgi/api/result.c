/*
 * What workers of funboost leave in Redis as the result of a message: looked
 * at, not taken, and waited for by looking again.
 */

#include "config.h"

#include <string.h>

#include "lib/base/clock.h"
#include "lib/json/json.h"
#include "lib/base/log.h"
#include "lib/base/stop.h"
#include "lib/base/utf8.h"
#include "net/brokers.h"

#include "fcgi/api/ctx.h"
#include "fcgi/api/result.h"

#include "lib/base/ban.h"

#define POLL_US 100000 /* between two looks */

/* JSON as it is; what is none as a string, if it can be one. */
static void
add_result(const struct buf *text, struct buf *out)
{
	char why[128];

	if (json_check(text->data, text->len, why, sizeof(why)) == 0)
		buf_add(out, text->data, text->len);
	else if (utf8_is_text(text->data, text->len))
		buf_json(out, text->data);
	else
		buf_str(out, "null");
	out->is_failed |= text->is_failed;
}

bool
result_read(struct ctx *ctx, const struct result_of *r, struct buf *out)
{
	int64_t end = clock_mono_us() + r->wait_us;
	struct buf text = BUF_INIT;
	const struct brokers_result what = { r->queue, r->task_id, &text };
	char why[256];
	int rc;

	/* 1: nothing yet; what is not kept at all is not waited for. */
	while ((rc = brokers_result(ctx_brokers(ctx), &what, why,
		    sizeof(why))) == 1 &&
	    brokers_has_results(ctx_brokers(ctx), r->queue) &&
	    clock_mono_us() < end && !stop_is_pending())
		clock_sleep_us(POLL_US);
	if (rc == 0)
		add_result(&text, out);
	else
		buf_str(out, "null");
	if (rc == -1)
		log_event(LOG_LEVEL_WARN, "broker", LOG_KEY_ERROR, why, NULL);
	buf_fini(&text);
	return rc == 0;
}
