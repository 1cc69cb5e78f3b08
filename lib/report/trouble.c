/*
 * What the owner has to see to: a function for each code looks for it.  Tested
 * in tests/ctl/doctor.bats and t_api_told.
 */
#include "config.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/buf.h"
#include "lib/conf/conf.h"
#include "lib/job/render_warn.h"
#include "lib/record/grant.h"
#include "lib/report/trouble.h"
#include "lib/store/alert.h"
#include "lib/store/job.h"
#include "lib/time/datetime.h"

#include "lib/base/ban.h"

#define IDLE_CADENCES 10 /* minimum wait of a message, in intervals of ticks */
#define RENDER_JOBS 1000 /* jobs at Render looked at */

static const char *const names[TROUBLE__MAX] = {
	[TROUBLE_DEAD_LETTERS] = "dead_letters",
	[TROUBLE_NO_CONSUMER] = "no_consumer",
	[TROUBLE_FAILING] = "failing",
	[TROUBLE_NO_KEY] = "no_key",
	[TROUBLE_NO_ALERTS] = "no_alerts",
};

/* A reading: what was found so far. */
struct reading {
	struct sched *s;
	int64_t now_us;
	struct queue_list queues;
	struct trouble_list *out;
	size_t n[TROUBLE__MAX];
	enum store_rc rc;
};

void
trouble_fini(struct trouble *t)
{
	free(t->queue);
	free(t->job_id);
	free(t->service);
	memset(t, 0, sizeof(*t));
}

static char *
copy(const char *text)
{
	return text == NULL ? NULL : strdup(text);
}

/* Add a copy of t, unless there are many of its code. */
static void
add(struct reading *r, const struct trouble *t)
{
	struct trouble *v;

	if (r->n[t->code]++ >= TROUBLE_MAX)
		return;
	if ((v = trouble_list_add(r->out)) == NULL) {
		r->rc = STORE_FULL;
		return;
	}
	*v = *t;
	v->queue = copy(t->queue);
	v->job_id = copy(t->job_id);
	v->service = copy(t->service);
}

static void
find_dead(struct reading *r)
{
	for (size_t i = 0; i < r->queues.n; i++) {
		const struct queue_info *q = &r->queues.v[i];

		if (q->dead > 0 && grant_queue(r->s->grant, q->name))
			add(r,
			    &(const struct trouble){ .code =
							 TROUBLE_DEAD_LETTERS,
				.queue = q->name,
				.n = q->dead });
	}
}

/* Messages wait, none is leased, and the oldest has waited for long. */
static bool
is_unconsumed(const struct queue_info *q, int64_t before_us)
{
	return q->ready > 0 && q->held == 0 && !q->is_paused &&
	    q->oldest_us != 0 && q->oldest_us < before_us;
}

static void
find_unconsumed(struct reading *r)
{
	struct sched_health h;

	r->rc = sched_health(r->s, r->now_us, &h);
	for (size_t i = 0; i < r->queues.n && r->rc == STORE_OK; i++) {
		const struct queue_info *q = &r->queues.v[i];

		if (is_unconsumed(q,
			r->now_us - IDLE_CADENCES * h.cadence_us) &&
		    grant_queue(r->s->grant, q->name))
			add(r,
			    &(const struct trouble){ .code =
							 TROUBLE_NO_CONSUMER,
				.queue = q->name,
				.n = q->ready,
				.since_us = q->oldest_us });
	}
}

static void
see_streak(void *cookie, const struct store_streak *s)
{
	struct reading *r = cookie;

	if (grant_queue(r->s->grant, s->queue))
		add(r,
		    &(const struct trouble){ .code = TROUBLE_FAILING,
			.queue = (char *)(uintptr_t)s->queue,
			.job_id = (char *)(uintptr_t)s->job_id,
			.n = s->n,
			.since_us = s->since_us });
}

static void
find_failing(struct reading *r)
{
	SCHED_EACH(at, r->s, SCHED_ANY, r->rc == STORE_OK)
		r->rc = store_streak_list(at.st, see_streak, r);
}

static void
see_service(void *cookie, const char *service, int64_t n)
{
	struct reading *r = cookie;

	if (!render_has_key(r->s->conf, service) &&
	    grant_service(r->s->grant, service))
		add(r,
		    &(const struct trouble){ .code = TROUBLE_NO_KEY,
			.service = (char *)(uintptr_t)service,
			.n = n });
}

static void
find_keyless(struct reading *r)
{
	r->rc = store_job_services_first(r->s->stores[JOB_DURABLE], RENDER_JOBS,
	    see_service, r);
}

static void
find_silence(struct reading *r)
{
	int64_t jobs = 0;

	if (r->s->conf->nalerts > 0 || !grant_queue(r->s->grant, NULL))
		return;
	r->rc = sched_count(r->s, SCHED_ANY, NULL, &jobs);
	if (jobs > 0)
		add(r,
		    &(const struct trouble){ .code = TROUBLE_NO_ALERTS,
			.n = jobs });
}

enum store_rc
trouble_read(struct sched *s, int64_t now_us, struct trouble_list *out)
{
	static void (*const finds[TROUBLE__MAX])(struct reading *) = {
		[TROUBLE_DEAD_LETTERS] = find_dead,
		[TROUBLE_NO_CONSUMER] = find_unconsumed,
		[TROUBLE_FAILING] = find_failing,
		[TROUBLE_NO_KEY] = find_keyless,
		[TROUBLE_NO_ALERTS] = find_silence,
	};
	struct reading r = { .s = s, .now_us = now_us, .out = out };

	r.rc = sched_queues(s, &r.queues);
	for (int i = 0; i < TROUBLE__MAX && r.rc == STORE_OK; i++)
		finds[i](&r);
	queue_list_fini(&r.queues);
	return r.rc;
}

/* A member that is a string or null. */
static void
add_text(struct buf *out, const char *name, const char *value)
{
	buf_printf(out, ",\"%s\":", name);
	if (value != NULL)
		buf_json(out, value);
	else
		buf_str(out, "null");
}

void
trouble_json(const struct trouble_list *l, struct buf *out)
{
	buf_char(out, '[');
	for (size_t i = 0; i < l->n; i++) {
		const struct trouble *t = &l->v[i];

		buf_printf(out, "%s{\"trouble\":\"%s\"", i > 0 ? "," : "",
		    names[t->code]);
		add_text(out, "queue_name", t->queue);
		add_text(out, "job_id", t->job_id);
		add_text(out, "service_id", t->service);
		buf_printf(out, ",\"count\":%" PRId64 ",\"since\":", t->n);
		if (t->since_us == 0)
			buf_str(out, "null}");
		else {
			buf_char(out, '"');
			datetime_rfc3339_s(t->since_us, out);
			buf_str(out, "\"}");
		}
	}
	buf_char(out, ']');
}
