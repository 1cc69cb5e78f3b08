/* /metrics, in the text format 0.0.4 of Prometheus. Tested in t_api_told. */
#include "config.h"

#include <inttypes.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/sched/sched.h"
#include "lib/sched/brokers.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

/* Prometheus' text format, version 0.0.4. */

static void
add_head(struct buf *out, const char *name, const char *help)
{
	buf_printf(out, "# HELP minutehand_%s %s\n# TYPE minutehand_%s gauge\n",
	    name, help, name);
}

/* A label's value: backslash, quote and newline are escaped. */
static void
add_label(struct buf *out, const char *name, const char *v)
{
	buf_printf(out, "%s=\"", name);
	for (; *v != '\0'; v++) {
		if (*v == '\n')
			buf_str(out, "\\n");
		else {
			if (*v == '\\' || *v == '"')
				buf_char(out, '\\');
			buf_char(out, *v);
		}
	}
	buf_char(out, '"');
}

static void
add_value(struct buf *out, const char *name, int64_t v)
{
	buf_printf(out, "minutehand_%s %" PRId64 "\n", name, v);
}

static void
add_queue_value(struct buf *out, const struct queue_info *q, const char *state,
    int64_t v)
{
	buf_str(out, "minutehand_queue_messages{");
	add_label(out, "queue", q->name);
	buf_printf(out, ",state=\"%s\"} %" PRId64 "\n", state, v);
}

static void
add_queues(const struct ctx *ctx, const struct queue_list *l, struct buf *out)
{
	add_head(out, "queue_messages",
	    "Messages by state; waiting: on their way to a broker.");
	for (size_t i = 0; i < l->n; i++) {
		const struct queue_info *q = &l->v[i];

		if (!auth_may_queue(ctx, q->name))
			continue;
		add_queue_value(out, q, "ready", q->ready);
		add_queue_value(out, q, "held", q->held);
		add_queue_value(out, q, "dead", q->dead);
		add_queue_value(out, q, "waiting", q->waiting);
	}
	add_head(out, "queue_jobs", "Jobs of a queue.");
	for (size_t i = 0; i < l->n; i++) {
		if (!auth_may_queue(ctx, l->v[i].name))
			continue;
		buf_str(out, "minutehand_queue_jobs{");
		add_label(out, "queue", l->v[i].name);
		buf_printf(out, "} %" PRId64 "\n", l->v[i].jobs);
	}
}

static void
add_brokers(const struct broker_list *l, int64_t now_us, struct buf *out)
{
	add_head(out, "broker_up",
	    "Whether the broker is reachable and accepts messages.");
	for (size_t i = 0; i < l->n; i++) {
		buf_str(out, "minutehand_broker_up{");
		add_label(out, "broker", l->v[i].name);
		buf_printf(out, "} %d\n", l->v[i].since_us == 0);
	}
	add_head(out, "broker_down_seconds",
	    "Seconds since the broker failed.");
	for (size_t i = 0; i < l->n; i++) {
		buf_str(out, "minutehand_broker_down_seconds{");
		add_label(out, "broker", l->v[i].name);
		buf_printf(out, "} %" PRId64 "\n",
		    l->v[i].since_us == 0 || l->v[i].since_us > now_us ?
			0 :
			(now_us - l->v[i].since_us) / CLOCK_US_PER_S);
	}
	add_head(out, "broker_waiting", "Messages on their way to the broker.");
	for (size_t i = 0; i < l->n; i++) {
		buf_str(out, "minutehand_broker_waiting{");
		add_label(out, "broker", l->v[i].name);
		buf_printf(out, "} %" PRId64 "\n", l->v[i].waiting);
	}
}

static void
add_ticks(const struct sched_health *h, int64_t quarantined, struct buf *out)
{
	add_head(out, "tick_late", "Whether the ticker is late.");
	add_value(out, "tick_late", h->is_late);
	if (h->last_tick_age_us >= 0) {
		add_head(out, "last_tick_age_seconds",
		    "Seconds since the ticker last ran.");
		add_value(out, "last_tick_age_seconds",
		    h->last_tick_age_us / CLOCK_US_PER_S);
	}
	add_head(out, "tick_cadence_seconds",
	    "Seconds between starts of the ticker.");
	add_value(out, "tick_cadence_seconds", h->cadence_us / CLOCK_US_PER_S);
	add_head(out, "jobs_quarantined",
	    "Jobs in quarantine, which cannot be parsed.");
	add_value(out, "jobs_quarantined", quarantined);
}

void
h_metrics(struct ctx *ctx, const struct request *req, struct response *res)
{
	struct broker_list brokers = { NULL, 0, 0 };
	struct queue_list queues = { NULL, 0, 0 };
	int64_t now_us = clock_now_us(), quarantined;
	struct sched *s = &ctx->sched;
	struct sched_health h;

	(void)req;
	if (response_store(res, sched_health(s, now_us, &h)) &&
	    response_store(res, sched_quarantined(s, &quarantined, NULL)) &&
	    response_store(res, sched_queues(s, &queues)) &&
	    response_store(res, sched_brokers(s, &brokers))) {
		res->type = "text/plain; version=0.0.4; charset=utf-8";
		add_ticks(&h, quarantined, res->data);
		add_queues(ctx, &queues, res->data);
		add_brokers(&brokers, now_us, res->data);
	}
	queue_list_fini(&queues);
	broker_list_fini(&brokers);
}
