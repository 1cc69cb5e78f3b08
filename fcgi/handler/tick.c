/*
 * Ticks without cron: /v1/tick, which a URL-cron or a monitor calls, and a pass
 * after an answer (tick_on_request).  The work is done in this process; no lock
 * is kept, as between ticks that cron starts.  Tested in
 * tests/ticker/by_url.bats.
 */
#include "config.h"

#include <inttypes.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/base/err.h"
#include "lib/base/log.h"
#include "lib/base/stop.h"
#include "lib/conf/conf.h"
#include "lib/sched/sched.h"
#include "lib/secret/secret.h"
#include "ticker/tick/tick.h"

#include "fcgi/api/ctx.h"
#include "fcgi/api/request.h"
#include "fcgi/api/response.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/handler/tick.h"

#include "lib/base/ban.h"

/* Callers give up after 30 s; so long the window may be. */
#define URL_WINDOW_US (20 * CLOCK_US_PER_S)
#define REQUEST_WINDOW_US CLOCK_US_PER_S

#define PACE_US (5 * CLOCK_US_PER_S) /* at most one tick by URL in this time */
#define KEY_MIN 16		     /* bytes of the key */

/* Run a tick, in a scheduler of its own: it has full access. */
static enum store_rc
run_tick(struct ctx *ctx, struct tick_opts *o)
{
	struct err why = { "" };
	struct clock clock;
	struct sched s;
	enum store_rc rc = sched_open(&s, ctx->conf, ctx->env_tz, &why);

	if (rc != STORE_OK) {
		log_event(LOG_LEVEL_ERR, "open", LOG_KEY_ERROR, why.text, NULL);
		return rc;
	}
	s.actor = "ticker";
	stop_clock(&clock);
	s.clock = &clock;
	o->is_relieved = true;
	o->is_remote = true;
	rc = tick_run(&s, o);
	sched_close(&s);
	if (rc != STORE_OK)
		log_event(LOG_LEVEL_ERR, "tick", LOG_KEY_ERROR, store_strrc(rc),
		    NULL);
	return rc;
}

/* Is key the one of the file?  Compared in constant time. */
static bool
is_key(const struct ctx *ctx, const char *key)
{
	struct err why = { "" };
	struct secret *s;
	size_t n = 0;
	bool is_same;

	if (key == NULL)
		return false;
	s = secret_read(ctx->conf->tick_key_file, &why);
	if (s == NULL) {
		log_event(LOG_LEVEL_ERR, "tick-key", LOG_KEY_ERROR, why.text,
		    NULL);
		return false;
	}
	(void)secret_bytes(s, &n);
	if (n < KEY_MIN)
		log_event(LOG_LEVEL_ERR, "tick-key", LOG_KEY_ERROR,
		    "tick_key_file: its key has fewer than 16 bytes", NULL);
	is_same = n >= KEY_MIN && secret_is(s, key);
	secret_free(s);
	return is_same;
}

/* Append the seconds until the next job is due, null without one. */
static void
add_next(int64_t next_us, int64_t now_us, struct buf *out)
{
	if (next_us == JOB_NEVER)
		buf_str(out, ",\"next_s\":null}");
	else
		buf_printf(out, ",\"next_s\":%" PRId64 "}",
		    next_us > now_us ? (next_us - now_us) / CLOCK_US_PER_S : 0);
}

/* Answer without a tick, if another is at work or was just now. */
static bool
is_answered(const struct sched_ticking *t, int64_t now_us, struct response *res)
{
	if (t->is_busy) {
		buf_str(res->data, "{\"ticks\":0,\"busy\":true");
		add_next(t->next_us, now_us, res->data);
		return true;
	}
	if (t->by_url_us <= now_us && now_us - t->by_url_us < PACE_US) {
		response_error(res, 429, MSG_TICK_SOON, NULL);
		res->retry_after_s = (int)(PACE_US / CLOCK_US_PER_S);
		return true;
	}
	return false;
}

void
h_tick(struct ctx *ctx, const struct request *req, struct response *res)
{
	const int64_t window_us = ctx->conf->window_us;
	struct tick_sums sums = { 0 };
	struct tick_opts o = { .kind = TICK_BY_URL,
		.window_us = window_us >= 0 && window_us < URL_WINDOW_US ?
		    window_us :
		    URL_WINDOW_US,
		.sums = &sums };
	struct sched_ticking t;
	int64_t now_us = clock_now_us();
	const char *key = NULL;

	if (*ctx->conf->tick_key_file == '\0') {
		response_error(res, 404, MSG_NO_ROUTE, NULL);
		return;
	}
	if (request_param(req, "key", &key, &res->faults) != 0) {
		response_bad_input(res);
		return;
	}
	if (!is_key(ctx, key)) {
		response_error(res, 403, MSG_TICK_KEY, NULL);
		return;
	}
	if (!response_store(res, sched_ticking(&ctx->sched, now_us, &t)) ||
	    is_answered(&t, now_us, res) ||
	    !response_store(res, run_tick(ctx, &o)))
		return;
	now_us = clock_now_us();
	if (!response_store(res, sched_ticking(&ctx->sched, now_us, &t)))
		return;
	buf_printf(res->data, "{\"ticks\":1,\"handed_over\":%" PRId64,
	    sums.sent);
	add_next(t.next_us, now_us, res->data);
}

void
tick_after_answer(struct ctx *ctx)
{
	struct tick_opts o = { .kind = TICK_ON_REQUEST,
		.window_us = REQUEST_WINDOW_US };
	const int64_t now_us = clock_now_us();
	struct sched_health h;
	struct sched_ticking t;

	if (!tick_is_on_request(ctx) || stop_is_pending() ||
	    sched_ticking(&ctx->sched, now_us, &t) != STORE_OK || t.is_busy ||
	    sched_health(&ctx->sched, now_us, &h) != STORE_OK ||
	    (t.started_us != 0 && t.started_us <= now_us &&
		now_us - t.started_us < h.cadence_us))
		return;
	(void)run_tick(ctx, &o);
}

bool
tick_is_on_request(const struct ctx *ctx)
{
	return ctx->is_open && ctx->conf != NULL &&
	    ctx->conf->tick_on_request == CONF_ON;
}
