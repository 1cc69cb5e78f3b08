/* The overview in words, and as JSON. */
#include "config.h"

#include <inttypes.h>
#include <stddef.h>

#include "lib/base/buf.h"
#include "lib/base/clock.h"
#include "lib/record/member.h"
#include "lib/report/overview.h"

#include "lib/base/ban.h"

static const char *const verdict_names[] = {
	[VERDICT_FINE] = "fine",
	[VERDICT_LOOK] = "look",
	[VERDICT_TROUBLE] = "trouble",
	[VERDICT_ASLEEP] = "asleep",
};

static const char *const code_names[ATTENTION__MAX] = {
	[ATTENTION_TICKER_LATE] = "ticker_late",
	[ATTENTION_JOB_FAILING] = "job_failing",
	[ATTENTION_JOB_QUARANTINED] = "job_put_aside",
	[ATTENTION_BROKER_DOWN] = "broker_down",
	[ATTENTION_BROKER_REFUSING] = "broker_refusing",
	[ATTENTION_DEAD_LETTERS] = "dead_letters",
	[ATTENTION_MISSED] = "missed",
	[ATTENTION_OVERDUE] = "overdue",
	[ATTENTION_NO_CONSUMER] = "no_consumer",
	[ATTENTION_NO_KEY] = "no_key",
	[ATTENTION_NO_ALERTS] = "no_alerts",
};

/* "bad" or "warn". */
static const char *
severity(enum attention_code c)
{
	return c <= ATTENTION_JOB_QUARANTINED ? "bad" : "warn";
}

const char *
overview_verdict_name(enum overview_verdict v)
{
	return verdict_names[v];
}

/* Append ": " and why, if that is known. */
static void
add_reason(const struct attention *a, struct buf *out)
{
	if (a->reason != NULL && a->reason[0] != '\0')
		buf_printf(out, ": %s", a->reason);
}

void
attention_words(const struct attention *a, struct buf *out)
{
	const char *s = a->n == 1 ? "" : "s";

	switch (a->code) {
	case ATTENTION_TICKER_LATE:
		buf_str(out,
		    a->since_us == 0 ? "cron has never run the ticker" :
				       "the ticker is late: does cron run?");
		break;
	case ATTENTION_JOB_FAILING:
		buf_printf(out,
		    "%s %s has not succeeded, %" PRId64 " run%s in a row",
		    a->queue, a->job_id, a->n, s);
		break;
	case ATTENTION_JOB_QUARANTINED:
		buf_printf(out,
		    "%" PRId64 " job%s in quarantine, the first is %s %s", a->n,
		    s, a->queue, a->job_id);
		break;
	case ATTENTION_BROKER_DOWN:
		buf_printf(out, "%s cannot be reached", a->broker);
		break;
	case ATTENTION_BROKER_REFUSING:
		buf_printf(out, "%s accepts no messages", a->broker);
		break;
	case ATTENTION_DEAD_LETTERS:
		buf_printf(out, "%" PRId64 "%s dead letter%s", a->n,
		    a->n >= 1000 ? " or more" : "", s);
		break;
	case ATTENTION_MISSED:
		buf_printf(out, "%" PRId64 " missed in the last 24 hours",
		    a->n);
		break;
	case ATTENTION_OVERDUE:
		buf_printf(out,
		    "%" PRId64 "%s job%s overdue, the first is %s %s", a->n,
		    a->n >= OVERVIEW_OVERDUE ? " or more" : "", s, a->queue,
		    a->job_id);
		break;
	case ATTENTION_NO_CONSUMER:
		buf_printf(out,
		    "%s: %" PRId64 " message%s wait%s, and nothing consumes",
		    a->queue, a->n, s, a->n == 1 ? "s" : "");
		break;
	case ATTENTION_NO_KEY:
		buf_printf(out, "%s: no key for the %" PRId64 " job%s there",
		    a->service, a->n, s);
		break;
	case ATTENTION_NO_ALERTS:
		buf_str(out,
		    "no alert is configured: a failure is only seen here");
		break;
	case ATTENTION__MAX:
		break;
	}
	add_reason(a, out);
}

static void
add_attention(const struct attention *a, struct buf *out)
{
	buf_printf(out, "{\"code\":\"%s\",\"severity\":\"%s\"",
	    code_names[a->code], severity(a->code));
	member_text("queue_name", a->queue, out);
	member_text("job_id", a->job_id, out);
	member_text("broker", a->broker, out);
	member_text("service_id", a->service, out);
	member_int_if("n", a->n > 0, a->n, out);
	member_time_if("since", a->since_us != 0, a->since_us, out);
	member_text("reason", a->reason, out);
	member_text("run", a->run, out);
	buf_char(out, '}');
}

static void
add_ticker(const struct sched_health *h, struct buf *out)
{
	buf_printf(out, ",\"ticker\":{\"state\":\"%s\"",
	    h->last_tick_us == 0 ? "never" :
		h->is_late	 ? "late" :
				   "ok");
	member_time_if("last", h->last_tick_us != 0, h->last_tick_us, out);
	member_int_if("cadence", true, h->cadence_us / CLOCK_US_PER_S, out);
	member_int_if("unwatched", h->gap_us >= 0, h->gap_us / CLOCK_US_PER_S,
	    out);
	buf_char(out, '}');
}

static void
add_next(const struct job *j, struct buf *out)
{
	buf_str(out, "{\"queue_name\":");
	buf_json(out, j->queue);
	member_text("job_id", j->job_id, out);
	member_time("at", j->next_run_us, out);
	buf_char(out, '}');
}

void
overview_json(const struct overview *o, struct buf *out)
{
	buf_printf(out, "{\"verdict\":\"%s\"", verdict_names[o->verdict]);
	member_time("now", o->now_us, out);
	member_text("version", PACKAGE_VERSION, out);
	add_ticker(&o->health, out);
	buf_printf(out,
	    ",\"jobs\":{\"all\":%" PRId64 ",\"paused\":%" PRId64
	    ",\"failing\":%" PRId64 ",\"put_aside\":%" PRId64
	    ",\"overdue\":%" PRId64 "},\"messages\":{\"dead\":%" PRId64
	    "},\"runs_24h\":{",
	    o->jobs, o->paused, o->failing, o->quarantined, o->overdue,
	    o->dead);
	sums_counters(&o->day.all, out);
	buf_str(out, "},\"attention\":[");
	for (size_t i = 0; i < o->attention.n; i++) {
		if (i > 0)
			buf_char(out, ',');
		add_attention(&o->attention.v[i], out);
	}
	buf_printf(out, "],\"attention_more\":%" PRId64 ",\"next\":[",
	    o->attention_more);
	for (size_t i = 0; i < o->next.n; i++) {
		if (i > 0)
			buf_char(out, ',');
		add_next(&o->next.v[i], out);
	}
	buf_str(out, "]}");
}
