/*
 * /metrics, in the text format 0.0.4 of Prometheus.  Tested in t_api_told and
 * t_api_metrics.
 */
#include "config.h"

#include <inttypes.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/report/meter.h"
#include "lib/sched/sched.h"
#include "lib/sched/brokers.h"

#include "fcgi/api/auth.h"
#include "fcgi/api/ctx.h"
#include "fcgi/handler/handlers.h"
#include "fcgi/api/response.h"

#include "lib/base/ban.h"

/* Prometheus' text format, version 0.0.4. */

static void
add_type(struct buf *out, const char *name, const char *type, const char *help)
{
	buf_printf(out, "# HELP minutehand_%s %s\n# TYPE minutehand_%s %s\n",
	    name, help, name, type);
}

static void
add_head(struct buf *out, const char *name, const char *help)
{
	add_type(out, name, "gauge", help);
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

/*
 * Gauges, not counters: retention deletes rows, and a run that is repeated or
 * reported late changes how it ended, so that no sum of them only grows.
 */
static void
add_runs(const struct sums *day, struct buf *out)
{
	add_head(out, "runs_day",
	    "Runs of the last 24 hours by how they ended.");
	for (int i = 0; i < SUMS__MAX; i++)
		buf_printf(out,
		    "minutehand_runs_day{outcome=\"%s\"} %" PRId64 "\n",
		    sums_name(i), day->all.n[i] < 0 ? 0 : day->all.n[i]);
}

static void
add_durations(const struct meter *m, struct buf *out)
{
	static const char name[] = "minutehand_run_duration_seconds";
	int64_t n = 0;

	add_type(out, "run_duration_seconds", "histogram",
	    "Durations of the newest runs that ended, of the last 24 hours.");
	for (int i = 0; i < METER_BOUNDS; i++) {
		n += m->took[i];
		buf_printf(out, "%s_bucket{le=\"%g\"} %" PRId64 "\n", name,
		    meter_bounds[i], n);
	}
	buf_printf(out, "%s_bucket{le=\"+Inf\"} %" PRId64 "\n", name, m->ntook);
	buf_printf(out, "%s_sum %.6f\n%s_count %" PRId64 "\n", name,
	    (double)m->took_us / 1e6, name, m->ntook);
}

static void
on_success(void *cookie, const char *queue, const char *job_id,
    int64_t success_us)
{
	struct buf *out = cookie;

	buf_str(out, "minutehand_job_last_success_timestamp_seconds{");
	add_label(out, "queue", queue);
	buf_char(out, ',');
	add_label(out, "job", job_id);
	buf_printf(out, "} %.3f\n", (double)success_us / 1e6);
}

/* Add what the runs of the client's queues say. */
static enum store_rc
add_meter(struct sched *s, int64_t now_us, struct buf *out)
{
	struct meter m = { 0 };
	enum store_rc rc = meter_read(s, now_us, &m);

	if (rc != STORE_OK)
		return rc;
	add_head(out, "jobs_overdue",
	    "Jobs whose next run is past, and no tick has taken it.");
	add_value(out, "jobs_overdue", m.overdue);
	add_runs(&m.day, out);
	add_durations(&m, out);
	add_head(out, "job_last_success_timestamp_seconds",
	    "When the last run of a job that succeeded ended.");
	return meter_successes(s, on_success, out);
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
		(void)response_store(res, add_meter(s, now_us, res->data));
	}
	queue_list_fini(&queues);
	broker_list_fini(&brokers);
}
